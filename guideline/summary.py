"""The progress table counted again from its rows, beside the summary the document prints."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from guideline.models import Classification, Edition, PrintedCount, Progress, Status

#: The printed summary has no row for what is done and continues: it counts as done there.
PRINTED_AS = {Status.ONGOING: Status.DONE}

#: Class and status; and a count of a cell: so many of so many.
Cell = tuple[str, str]
Printed = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A class and status for which the document's summary and its own rows disagree.

    :param printed: what the summary says, ``None`` where it does not name the status.
    :param printed_of: the summary's number of measures in the class.
    """

    classification: str
    status: str
    printed: int | None
    printed_of: int | None
    counted: int
    counted_of: int

    def __str__(self) -> str:
        printed = (
            _("not named")
            if self.printed is None
            else _("%(count)d of %(total)d") % {"count": self.printed, "total": self.printed_of}
        )
        return _("%(class)s, %(status)s: printed %(printed)s, counted %(counted)s") % {
            "class": self.class_label,
            "status": self.status_label,
            "printed": printed,
            "counted": _("%(count)d of %(total)d")
            % {"count": self.counted, "total": self.counted_of},
        }

    @property
    def class_label(self) -> str:
        return Classification(self.classification).label

    @property
    def status_label(self) -> str:
        return Status(self.status).label


def as_of(edition: Edition, user) -> date | None:
    """Return the last day for which ``user`` may read the edition's progress."""
    days = Progress.objects.visible_to(user).filter(measure__edition=edition)
    return days.order_by("-as_of").values_list("as_of", flat=True).first()


def status_counts(edition: Edition, day: date | None, user) -> Counter[Cell]:
    """Count the measures by (class, status) as the rows of ``day`` say that ``user`` may read."""
    rows = Progress.objects.visible_to(user).filter(measure__edition=edition, as_of=day)
    return Counter(rows.values_list("measure__classification", "status"))


def summary_mismatches(edition: Edition, day: date | None, user) -> list[Mismatch]:
    """List where the summary printed for a day and a recount of its rows disagree.

    Neither is corrected: both stand in the city's document, and the page shows both.
    """
    printed = {
        (row.classification, row.status): (row.count, row.denominator)
        for row in PrintedCount.objects.visible_to(user).filter(edition=edition, as_of=day)
    }
    return mismatches(printed, status_counts(edition, day, user)) if printed else []


def mismatches(printed: Mapping[Cell, Printed], counts: Counter[Cell]) -> list[Mismatch]:
    """List every cell in which a printed summary is not what the rows add up to."""
    names_ongoing = any(status == Status.ONGOING for _class, status in printed)
    counted = counts if names_ongoing else _as_printed(counts)
    totals: Counter[str] = Counter()
    for (classification, _status), count in counted.items():
        totals[classification] += count
    cells = ((c, s) for c in Classification.values for s in Status.values)
    compared = (_compare(cell, printed.get(cell), counted[cell], totals) for cell in cells)
    return [mismatch for mismatch in compared if mismatch]


def _as_printed(counts: Counter[Cell]) -> Counter[Cell]:
    folded: Counter[Cell] = Counter()
    for (classification, status), count in counts.items():
        folded[classification, PRINTED_AS.get(Status(status), status)] += count
    return folded


def _compare(
    cell: Cell, printed: Printed | None, counted: int, totals: Counter[str]
) -> Mismatch | None:
    of = totals[cell[0]]
    if printed == (counted, of) if printed else not counted:
        return None
    return Mismatch(*cell, *(printed or (None, None)), counted, of)
