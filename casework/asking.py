"""What the office asks of every department once a year: one case each, and a date."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Department

from . import timekeeping
from .calendar import japan_date
from .models import Case
from .services import open_case, record


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    :param cases: the kind of case that a department answers with.
    :param deadline: the kind of the date by which it answers.
    :param waiting: the states in which a department still owes its answer.
    :param begin: makes the case of a department and a fiscal year; it is not saved yet.
    """

    cases: type[Case]
    deadline: str
    waiting: tuple[str, ...]
    begin: Callable[[Department, int], Case]


def ask_departments(
    question: Question, *, fiscal_year: int, due_on: date | None, by, at: datetime, among=None
) -> list[Case]:
    """Ask every department that there is today; who calls has the permission and the transaction.

    A department is asked once a year: asking again opens cases only for those that have none. A
    case that is under way without a date gets the date.

    :param due_on: the day the answer is due, Japan date; ``None`` leaves it "not set".
    :param among: the departments to ask, as a queryset; all of them if ``None``.
    :return: the cases that were opened now.
    """
    under_way = question.cases.objects.filter(fiscal_year=fiscal_year)
    if due_on:
        _name_the_day(question, under_way, due_on, by=by, at=at)
    asked = set(under_way.values_list("department_id", flat=True))
    departments = Department.objects.all() if among is None else among
    departments = departments.valid_on(japan_date(at)).exclude(pk__in=asked).order_by("pk")
    facts = {"due_on": due_on} if due_on else {}
    return [
        open_case(
            question.begin(department, fiscal_year),
            by=by, at=at, filed=True, opens=(question.deadline,), **facts,
        )
        for department in departments
    ]  # fmt: skip


def _name_the_day(question: Question, cases, due_on: date, *, by, at: datetime) -> None:
    open_ones = cases.filter(state__in=question.waiting).order_by("pk")
    for case in open_ones.exclude(deadlines__due_on__isnull=False):
        timekeeping.open_deadlines(case, (question.deadline,), at=at, facts={"due_on": due_on})
        record(case, "name_the_day", by=by, at=at, due_on=due_on)
