"""The budgets of the courses and their entries as tables, for a page and for spreadsheets."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.timezone import localtime

from .bars import Picture, Row, picture
from .models import BudgetEntry, CourseEdition, ProgramBudget

Source = BudgetEntry.Source

HEADER = [
    "fiscal_year", "course", "fictitious", "planned_yen", "planned_general_yen", "planned_fund_yen",
    "asked_yen", "decided_yen", "paid_yen", "returned_yen", "returned_later_yen", "bound_yen",
    "free_yen",
]  # fmt: skip
ENTRIES_HEADER = [
    "fiscal_year", "course", "fictitious", "kind", "financed_by", "amount_yen", "voted_on",
    "document", "entered_at",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CourseBudget:
    """The budget of one course in one fiscal year, with the name of the course."""

    fiscal_year: int
    code: str
    course: str
    fictitious: bool
    budget: ProgramBudget

    @property
    def is_overasked(self) -> bool:
        """Whether more is asked for than is free."""
        free = self.budget.free_yen
        return free is not None and self.budget.committed_yen > free


def of_courses(fiscal_year: int | None = None) -> list[CourseBudget]:
    """Return the budget of each course, newest fiscal year first, in three queries.

    :param fiscal_year: the only one, if it is given.
    """
    editions = CourseEdition.objects.order_by("first_fiscal_year")
    names = {(edition.course, edition.fictitious): edition.label for edition in editions}
    found = [
        CourseBudget(year, course, names[course, fictitious], fictitious, budget)
        for (course, fictitious, year), budget in ProgramBudget.all(fiscal_year).items()
    ]
    return sorted(found, key=lambda row: -row.fiscal_year)


def chart_of(rows: list[CourseBudget]) -> Picture | None:
    """Return a picture of two bars a course: what was planned, and what became of it."""
    return picture([Row(row.course, (_planned(row.budget), _used(row.budget))) for row in rows])


def _planned(budget: ProgramBudget) -> list[tuple[str, int]]:
    return [(source, budget.planned_from(source)) for source in Source.values]


def _used(budget: ProgramBudget) -> list[tuple[str, int]]:
    """What is with groups, what is still to be paid, what is asked for, and what nobody asks for."""
    paid = budget.paid_yen - budget.returned_yen
    return [
        ("paid", paid),
        ("decided", budget.bound_yen - paid),
        ("asked", budget.committed_yen),
        ("free", (budget.free_yen or 0) - budget.committed_yen),
    ]


def rows(budgets: list[CourseBudget]) -> Iterator[list]:
    """Yield the rows of ``HEADER``; what is not set is empty."""
    for row in budgets:
        budget = row.budget
        planned = budget.planned_yen is not None
        yield [
            row.fiscal_year, row.code, row.fictitious, budget.planned_yen,
            *(budget.planned_from(source) if planned else None for source in Source.values),
            budget.committed_yen, budget.decided_yen, budget.paid_yen, budget.returned_yen,
            budget.returned_later_yen, budget.bound_yen, budget.free_yen,
        ]  # fmt: skip


def entry_rows(entries) -> Iterator[list]:
    """Yield the rows of ``ENTRIES_HEADER``, one an entry."""
    for entry in entries.select_related("edition").order_by("fiscal_year", "pk"):
        yield [
            entry.fiscal_year, entry.edition.course, entry.edition.fictitious, entry.kind,
            entry.financed_by, entry.amount_yen, entry.voted_on.isoformat(), entry.document,
            localtime(entry.at).isoformat(timespec="seconds"),
        ]  # fmt: skip
