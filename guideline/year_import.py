"""What a file would change of plan and result of a fiscal year, and the changing: all of it, or nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from casework.edit_numbers import StaleDraft
from casework.history import digest_of

from . import years
from .models import BY_MONTH, Edition, Measure, MeasureYear
from .prefill import Suggestion, said_in_words
from .progress_import import Change, OutOfDate
from .year_file import Line
from .year_table import plain

#: The longest name of a file that a version keeps, without the beginning of its digest.
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Written:
    """The row of a measure that changes, and to what.

    :param year: as it stands; not saved where there is none.
    """

    year: MeasureYear
    values: dict


@dataclass(slots=True)
class Plan:
    """What a file changes.

    :param added: how many measures get their first row of the year.
    :param absent: the measures of which the file says nothing; they stay as they are.
    """

    lines: int
    changes: list[Change] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    added: int = 0
    absent: list[Measure] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What marks these changes, whatever the language in which they are told."""
        return digest_of([change.codes for change in self.changes])


def plan(edition: Edition, fiscal_year: int, lines: Iterable[Line]) -> Plan:
    """Return what ``lines`` would change of the rows of a fiscal year; nothing is written."""
    told = {line.number: line.values for line in lines}
    found = Plan(len(told))
    rows = MeasureYear.objects.filter(measure__edition=edition, fiscal_year=fiscal_year)
    known = {row.measure_id: row for row in rows}
    for measure in Measure.objects.filter(edition=edition).order_by("number"):
        values = told.get(measure.number)
        if values is None:
            found.absent.append(measure)
            continue
        year = known.get(measure.pk) or MeasureYear(measure=measure, fiscal_year=fiscal_year)
        changes = list(_compare(year, measure, values))
        if changes:
            found.changes += changes
            found.added += year.pk is None
            changed = {change.codes[1]: values[str(change.codes[1])] for change in changes}
            found.written.append(Written(year, changed))
    return found


def _compare(year: MeasureYear, measure: Measure, values: dict) -> Iterator[Change]:
    for name in years.KEPT:
        before, after = getattr(year, name), values[name]
        if as_in_a_file(name, before) != after:
            label = MeasureYear._meta.get_field(name).verbose_name
            yield Change(
                f"{measure.number} {measure.name}", label,
                said_in_words(name, before), said_in_words(name, after),
                (measure.pk, name, before, after),
            )  # fmt: skip


def as_in_a_file(name: str, value):
    """Return a value of a row as a file brings it back; what differs only so is no change."""
    if name in BY_MONTH:
        words = {month: plain(said) for month, said in value.items()}
        return {month: said for month, said in words.items() if said}
    return plain(value) if isinstance(value, str) else value


@transaction.atomic
def take(
    edition: Edition, fiscal_year: int, lines: Iterable[Line], *, name: str, by, at: datetime,
    shown: str | None = None,
) -> Plan:  # fmt: skip
    """Bring the rows of a fiscal year to what a file says; return what changed.

    Every row that changes gets a version, as if somebody had written it on its page.

    :param name: what the versions keep of the file, see :func:`name_of`.
    :param shown: the digest of the plan that a person saw; another one by now is refused.
    :raises PermissionDenied: if ``by`` does not write the years.
    :raises OutOfDate: if it is another one, or somebody writes in one of the rows meanwhile.
    """
    years.require_writer(by, at)
    Edition.objects.select_for_update().get(pk=edition.pk)
    found = plan(edition, fiscal_year, lines)
    if shown is not None and shown != found.digest:
        raise OutOfDate
    file = Suggestion("", "", name)
    for one in found.written:
        try:
            years.write(
                one.year.measure, fiscal_year, one.values, edit_number=one.year.edit_number,
                taken=[file], by=by, at=at,
            )  # fmt: skip
        except StaleDraft:
            raise OutOfDate from None
    return found


def name_of(name: str, content: bytes) -> str:
    """Return what versions keep of a file: its name, and the beginning of its SHA-256."""
    return f"{name[:LONGEST_NAME]} ({sha256(content).hexdigest()[:12]})"


def kept(lines: Iterable[Line]) -> list[dict]:
    """Return lines as JSON holds them, to be written later; :func:`restored` turns them back."""
    return [asdict(line) for line in lines]


def restored(said: Iterable[dict]) -> list[Line]:
    return [Line(**line) for line in said]
