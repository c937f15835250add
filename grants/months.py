"""Plan against actual by month: what the rows of a project year come to, and their picture."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from casework.panels import ACTIVITY, panel

from .models import Activity, ActivityDone, ProjectYear

#: The months of a fiscal year, in their order.
MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
#: Width of a month, height of a row and of the head, in units of the picture.
MONTH, ROW, HEAD = 40, 44, 20


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of one activity; ``x`` in units of the picture."""

    month: int
    x: int
    planned: bool
    done: bool

    @property
    def words(self):
        """What the month says, for who does not see the picture."""
        if self.planned and self.done:
            return _("planned and done")
        if self.done:
            return _("done, not planned")
        return _("planned, not done yet") if self.planned else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One activity; ``y`` in units of the picture. ``participants`` is the sum of those told."""

    activity: Activity
    y: int
    cells: list[Cell]
    done: list[ActivityDone]
    participants: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    rows: list[Row]
    months: list[tuple[int, int]]
    width: int
    height: int


def cells(planned: Collection[int], done: Collection[int]) -> list[Cell]:
    """Return the twelve months of a fiscal year, April first, with what each says."""
    return [
        Cell(month, place * MONTH, month in planned, month in done)
        for place, month in enumerate(MONTHS)
    ]


def total(participants: Iterable[int | None]) -> int | None:
    """Return the sum of the numbers that are known; ``None`` if none is."""
    known = [number for number in participants if number is not None]
    return sum(known) if known else None


def chart_of(year: ProjectYear) -> Chart | None:
    """Return plan and actual of ``year``; ``None`` while nothing is planned. Two queries."""
    done = ActivityDone.objects.filter(struck_at=None).select_related("by").order_by("pk")
    found = year.activities.standing().order_by("pk")
    rows = [
        _row(activity, place)
        for place, activity in enumerate(found.prefetch_related(Prefetch("done", done)))
    ]
    if not rows:
        return None
    heads = [(place * MONTH, month) for place, month in enumerate(MONTHS)]
    return Chart(rows, heads, MONTH * len(MONTHS), HEAD + ROW * len(rows))


def _row(activity: Activity, place: int) -> Row:
    done = sorted(activity.done.all(), key=lambda told: MONTHS.index(told.month))
    return Row(
        activity, HEAD + ROW * place, cells(activity.planned, {told.month for told in done}),
        done, total(told.participants for told in done),
    )  # fmt: skip


def on_case(year: ProjectYear, request: HttpRequest) -> dict:
    """The picture on the page of a project year."""
    return {"chart": chart_of(year), "keeps": request.user.has_perm("grants.keep_months", year)}


panel("project_year", "grants/panels/months.html", on_case, order=45, part=ACTIVITY)
