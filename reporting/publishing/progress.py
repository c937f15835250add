"""What a release of a progress table does to the guideline's pages, and what keeps it from doing so."""

from datetime import datetime

from django.utils.translation import gettext_lazy

from casework.models import Event
from guideline import public_days
from guideline.models import Edition
from reporting.models import Kind, Release, ReleaseItem

from .contents import YEAR_VERSIONS, NoSuchThing, edition_and_day, progress_of_day
from .plain_words import plain_throughout

NO_ROWS = gettext_lazy("The progress of that day is not on record any more.")
CHANGED = gettext_lazy(
    "The progress of the measures was changed after it was frozen. Send the draft back, so that it "
    "is frozen anew."
)


def why_not(item: ReleaseItem):
    """Return why a frozen table cannot become public: what is on record is something else by now."""
    if item.kind != Kind.PROGRESS or item.withdraws:
        return None
    try:
        on_record = progress_of_day(*edition_and_day(item.key))
    except NoSuchThing:
        return f"{item.title}: {NO_ROWS}"
    told = {name: plain_throughout(value) for name, value in on_record.items()}  # as it was frozen
    is_same = all(item.content[name] == value for name, value in told.items())
    return None if is_same else f"{item.title}: {CHANGED}"


def tell_the_guideline(release: Release, item: ReleaseItem, *, at: datetime) -> None:
    """Let everybody read on the guideline's pages what the release makes public, or no longer."""
    code, day = edition_and_day(item.key)
    edition = Edition.objects.get(code=code)
    if item.withdraws:
        public_days.withdraw(edition, day, at=at)
    else:
        frozen = Event.objects.filter(case=release.pk, verb="propose").latest("pk")
        versions = item.content[YEAR_VERSIONS]
        public_days.make_public(
            edition, day, source=str(release), year_versions=versions, at=at, frozen_at=frozen.at
        )
