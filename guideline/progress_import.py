"""What a progress table would change, and the changing: all of it in one transaction, or nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from datetime import date, datetime

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.permissions import require
from casework.calendar import fiscal_year, japan_date
from casework.history import digest_of

from .models import (
    Claim,
    Edition,
    Level,
    Measure,
    PrintedCount,
    Progress,
    ProgressTable,
    Status,
)
from .progress_table import Count, Row, Table
from .summary import Mismatch, mismatches
from .table_words import class_name


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a table changes.

    :param about: the measure, or the cell of the printed summary, in words.
    :param before: empty where nothing was on record.
    :param codes: the same without words of any language: whose value, which, before, after.
    """

    about: str
    what: str | Promise
    before: str
    after: str
    codes: tuple[object, ...]

    def __str__(self) -> str:
        return f"{self.about}: {self.what}: {self.before or '–'} → {self.after or '–'}"


class OutOfDate(Exception):
    """What was shown is not what the table would change by now; nothing was written."""


@dataclass(slots=True)
class Plan:
    """What a table changes, and the rows that say so once they are saved.

    :param mismatches: where the summary it prints is not what its own rows add up to.
    """

    table: Table
    as_of: date
    changes: list[Change] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)
    added: int = 0
    saved: list[models.Model] = field(default_factory=list)
    dropped: list[models.Model] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What marks these changes, whatever the language in which they are told."""
        return digest_of([self.as_of.isoformat(), [change.codes for change in self.changes]])


#: Columns of the table that a row of progress keeps.
KEPT = ("status", "result", "next_class", "reason")
COLUMN = gettext_lazy("class for the next edition, as claimed by the column")
REASON = gettext_lazy("class for the next edition, as claimed by the reason")
PLACES = {Claim.Place.COLUMN: COLUMN, Claim.Place.REASON: REASON}
COUNTED = gettext_lazy("count as printed")


def plan(edition: Edition, table: Table, *, as_of: date) -> Plan:
    """Return what ``table`` would change of what is on record for ``as_of``; nothing is written.

    A row of that day is brought to what the table says, and so are the counts as printed and what
    the table claims of the next edition's classes.
    """
    found = Plan(table, as_of)
    measures = {m.number: m for m in Measure.objects.filter(edition=edition)}
    source = edition.source if table.title in edition.source else table.title
    _plan_rows(found, measures, source)
    if table.counts:
        _plan_counts(found, edition, source)
    _plan_claims(found, edition, measures, source)
    counts = Counter((measures[r.number].classification, r.status) for r in table.rows)
    printed = {(c.classification, c.status): (c.count, c.denominator) for c in table.counts}
    found.mismatches = mismatches(printed, counts) if printed else []
    return found


def _plan_rows(found: Plan, measures: dict[int, Measure], source: str) -> None:
    known = {
        row.measure_id: row
        for row in Progress.objects.filter(measure__in=measures.values(), as_of=found.as_of)
    }
    for row in found.table.rows:
        measure = measures[row.number]
        there = known.get(measure.pk)
        standing = there or Progress(
            measure=measure, as_of=found.as_of, fiscal_year=fiscal_year(found.as_of),
            source=source, level=Level.DOCUMENT,
        )  # fmt: skip
        changes = list(_compare(standing, row, measure))
        for name in KEPT:
            setattr(standing, name, getattr(row, name))
        if changes or there is None:
            found.added += there is None
            found.saved.append(standing)
            found.changes += changes


def _compare(standing: Progress, row: Row, measure: Measure) -> Iterator[Change]:
    for name in KEPT:
        before, after = getattr(standing, name), getattr(row, name)
        if before != after:
            label = Progress._meta.get_field(name).verbose_name
            codes = (measure.pk, name, before, after)
            if name == "status":
                before, after = (
                    str(Status(code).label) if code else "" for code in (before, after)
                )
            yield Change(f"{measure.number} {measure.name}", label, before, after, codes)


def _plan_counts(found: Plan, edition: Edition, source: str) -> None:
    known = {
        (row.classification, row.status): row
        for row in PrintedCount.objects.filter(edition=edition, as_of=found.as_of).order_by("pk")
    }
    for count in found.table.counts:
        there = known.pop((count.classification, count.status), None)
        before = f"{there.count}/{there.denominator}" if there else ""
        after = f"{count.count}/{count.denominator}"
        if before != after:
            row = there or PrintedCount(
                edition=edition, as_of=found.as_of, source=source, level=Level.DOCUMENT,
                classification=count.classification, status=count.status,
            )  # fmt: skip
            row.count, row.denominator = count.count, count.denominator
            found.saved.append(row)
            found.changes.append(_counted(row, before, after))
    for row in known.values():
        found.dropped.append(row)
        found.changes.append(_counted(row, f"{row.count}/{row.denominator}", ""))


def _counted(row: PrintedCount, before: str, after: str) -> Change:
    about = f"{class_name(row.classification)} {Status(row.status).label}"
    return Change(about, COUNTED, before, after, (row.classification, row.status, before, after))


def _plan_claims(
    found: Plan, edition: Edition, measures: dict[int, Measure], source: str
) -> None:  # fmt: skip
    about = next_edition(edition)
    if about is None:
        return
    known = {
        (claim.measure_id, claim.place): claim
        for claim in Claim.objects.filter(
            measure__in=measures.values(), about=about, subject=Claim.Subject.CLASS,
            place__in=PLACES, source=source, as_of=found.as_of,
        ).select_related("measure").order_by("pk")
    }  # fmt: skip
    for row in found.table.rows:
        for place, printed, value in _claimed(row):
            measure = measures[row.number]
            there = known.pop((measure.pk, place), None)
            claim = there or Claim(
                measure=measure, about=about, subject=Claim.Subject.CLASS, place=place,
                source=source, level=Level.DOCUMENT, as_of=found.as_of,
            )  # fmt: skip
            before = claim.as_printed
            if (before, claim.value) != (printed, value):
                claim.as_printed, claim.value = printed, value
                found.saved.append(claim)
                found.changes.append(_claim_changed(claim, before, printed))
    for claim in known.values():
        found.dropped.append(claim)
        found.changes.append(_claim_changed(claim, claim.as_printed, ""))


def _claim_changed(claim: Claim, before: str, after: str) -> Change:
    measure, place = claim.measure, Claim.Place(claim.place)
    about = f"{measure.number} {measure.name}"
    return Change(
        about, PLACES[place], before, after, (measure.pk, f"claim in {place.value}", before, after)
    )


def _claimed(row: Row) -> Iterator[tuple[Claim.Place, str, str]]:
    """Yield what a row claims of the class in the next edition: where, as printed, and its code."""
    if row.next_class:
        yield Claim.Place.COLUMN, row.next_class, str(row.proposed)
    if row.named:
        yield Claim.Place.REASON, row.named[0], str(row.named[1])


def next_edition(edition: Edition) -> Edition | None:
    """Return the edition to which the crosswalk leads from this one; ``None`` if it says none."""
    to = Edition.objects.filter(measure__comes_from__from_measure__edition=edition)
    return to.exclude(pk=edition.pk).distinct().order_by("pk").first()


@transaction.atomic
def take(
    edition: Edition, table: Table, *, as_of: date, digest: str, by, at: datetime,
    shown: str | None = None,
) -> Plan:  # fmt: skip
    """Bring what is on record for a day to what a table says; return what changed.

    A table that changes nothing leaves no trace.

    :param digest: SHA-256 of the file.
    :param by: who takes it; ``None`` for a command, which an operator runs.
    :param shown: the digest of the plan that a person saw; another one by now is refused.
    :raises PermissionDenied: if ``by`` does not keep the progress.
    :raises OutOfDate: if it is another one.
    """
    if by is not None:
        require(by.act_on(japan_date(at)), "guideline.take_progress")
    Edition.objects.select_for_update().get(pk=edition.pk)
    if {row.number for row in table.rows} != set(_numbers(edition)):
        raise OutOfDate
    found = plan(edition, table, as_of=as_of)
    if shown is not None and shown != found.digest:
        raise OutOfDate
    for row in found.saved:
        row.full_clean()
        row.save()
    for row in found.dropped:
        row.delete()
    if found.changes:
        ProgressTable.objects.create(
            edition=edition, as_of=as_of, title=table.title, digest=digest,
            changes=len(found.changes), taken_at=at, taken_by=by,
        )  # fmt: skip
    return found


def _numbers(edition: Edition) -> Iterator[int]:
    yield from Measure.objects.filter(edition=edition).values_list("number", flat=True)


def kept(table: Table) -> dict:
    """Return a table as JSON holds it, to be written later; :func:`restored` turns it back."""
    return {
        "title": table.title,
        "counts": [astuple(count) for count in table.counts],
        "rows": [astuple(row) for row in table.rows],
    }


def restored(said: dict) -> Table:
    counts = tuple(Count(*count) for count in said["counts"])
    return Table(said["title"], counts, tuple(Row(*row) for row in said["rows"]))
