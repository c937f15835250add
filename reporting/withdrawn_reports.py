"""The words of reports that were withdrawn: when their time is up, and what of them is destroyed.

Gone are the copies that were made for the public: what the release froze, the version that was
published, and its PDF. Digest, number, day and note stay, with the history and the page that stands in
place of the report. The department's report stays as it was filed (decision 15).
"""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from casework import destruction, verification
from casework.calendar import end_of_day
from casework.models import DestructionItem, Version

from .models import Action, Kind, Publication, PublicEntry, ReleaseItem

#: Of the retention class.
CODE = "withdrawn_reports"


def withdrawn(day: date) -> QuerySet[Publication]:
    """Keep the publications of reports that were withdrawn by ``day``, and are not public again."""
    gone = PublicEntry.objects.filter(
        kind=Kind.REPORT, key=Cast(OuterRef("report_id"), CharField()),
        item__action=Action.WITHDRAW, item__release__published_at__lt=end_of_day(day),
    )  # fmt: skip
    return Publication.objects.filter(Exists(gone)).exclude(version__content={})


def destroy(rows: QuerySet[Publication], *, by, at: datetime) -> None:
    _frozen(rows).update(content=None)
    Version.objects.filter(pk__in=rows.values("version")).update(content={})
    rows.update(pdf=b"")


def _frozen(rows: QuerySet[Publication]) -> QuerySet[ReleaseItem]:
    """Return what releases froze of the reports that became public with them."""
    named = rows.annotate(key=Cast("report_id", CharField()))
    own = named.filter(key=OuterRef("key"), at=OuterRef("release__published_at"))
    return ReleaseItem.objects.filter(
        Exists(own), kind=Kind.REPORT, key__in=named.order_by().values("key")
    )


def destroyed_on(item: ReleaseItem) -> date | None:
    """Return the day on which the words of an item were destroyed, if an approved list says so."""
    if item.kind != Kind.REPORT or item.content is not None or item.number is None:
        return None
    at = item.release.published_at
    found = Publication.objects.filter(report=int(item.key), at=at).values_list("pk", flat=True)
    return next((destruction.destroyed_on(CODE, pk) for pk in found), None)


def _version_destroyed_on(version: Version) -> date | None:
    found = Publication.objects.filter(version=version.pk).values_list("pk", flat=True).first()
    return destruction.destroyed_on(CODE, found) if found else None


def _lines() -> Iterator[str]:
    done = DestructionItem.objects.filter(code=CODE, outcome=DestructionItem.Outcome.DESTROYED)
    rows = Publication.objects.filter(pk__in=done.values("row")).order_by("pk")
    told = rows.values_list("pk", "report_id", "number")
    for pk, report, number in told.iterator(chunk_size=100):
        said = _("Case %(case)s: the words of publication %(number)s were destroyed on %(day)s.")
        day = destruction.destroyed_on(CODE, pk)
        yield said % {"case": report, "number": number, "day": day.isoformat()}


verification.also_destroyed(verification.Destroyed(_version_destroyed_on, _lines))
