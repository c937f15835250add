"""What a release of a progress table does to the guideline's pages, and what keeps it from doing so."""

from datetime import datetime

from django.utils.translation import gettext_lazy

from casework.errors import NotPossible
from casework.models import Event
from casework.plain_words import plain_throughout
from guideline import public_days
from guideline.models import Edition
from reporting.models import Kind, Release, ReleaseItem

from .contents import YEAR_VERSIONS, NoSuchThing, edition_and_day, progress_of_day
from .released_rows import rows_of

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
        return None if _is_as_frozen(item) else f"{item.title}: {CHANGED}"
    except NoSuchThing:
        return f"{item.title}: {NO_ROWS}"


def _is_as_frozen(item: ReleaseItem) -> bool:
    """Return whether what is on record is what was frozen."""
    told = told_of_day(item, is_public=False)
    return all(item.content[name] == rows for name, rows in told.items())


def told_of_day(item: ReleaseItem, *, is_public: bool) -> dict[str, list[dict]]:
    """Return what :func:`progress_of_day` does for an item, in the words in which it is frozen.

    :raises NoSuchThing: if nothing is there.
    """
    told = progress_of_day(*edition_and_day(item.key), is_public=is_public)
    return {name: plain_throughout(rows) for name, rows in told.items()}


def with_what_is_kept_since(item: ReleaseItem) -> dict:
    """Return what is public under an item, also what a release did not freeze yet when it froze it.

    The public reads source and fiscal year of such a table in the copies that were made with it.
    """
    content = item.content or {}
    if item.kind != Kind.PROGRESS or all("source" in row for row in content.get("rows", [])):
        return content
    try:
        told = told_of_day(item, is_public=True)
    except NoSuchThing:
        return content
    return content | {name: _joined(content.get(name, []), rows) for name, rows in told.items()}


def _joined(frozen: list[dict], copies: list[dict]) -> list[dict]:
    """Return frozen rows, each with what only the copy of it says; in the order of both."""
    if len(frozen) != len(copies):
        return frozen
    return [copy | row for row, copy in zip(frozen, copies, strict=True)]


def tell_the_guideline(release: Release, item: ReleaseItem, *, at: datetime) -> None:
    """Let everybody read on the guideline's pages what the release froze, or nothing any longer.

    :raises NotPossible: if it froze something of a measure that is not there any more.
    """
    code, day = edition_and_day(item.key)
    edition = Edition.objects.get(code=code)
    if item.withdraws:
        public_days.withdraw(edition, day, at=at)
    else:
        frozen = Event.objects.filter(case=release.pk, verb="propose").latest("pk")
        versions = item.content[YEAR_VERSIONS]
        try:
            rows = list(rows_of(item.content, edition, day))
        except KeyError:
            raise NotPossible(f"{item.title}: {CHANGED}") from None
        public_days.make_public(
            edition, day, source=str(release), rows=rows, year_versions=versions, at=at,
            frozen_at=frozen.at,
        )  # fmt: skip
