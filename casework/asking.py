"""What the office asks of every department once a year: one case each, and a date."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Department

from . import timekeeping
from .calendar import first_day, japan_date, last_day
from .models import Case, Deadline
from .services import open_case, record

PASSED = _("That day has passed. Choose today or a later day.")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    :param cases: the kind of case that a department answers with; its ``request_key`` says that it
        was asked for.
    :param deadline: the kind of the date by which it answers.
    :param waiting: the states in which a department still owes its answer.
    :param begin: makes the case of a department and a fiscal year; it is not saved yet.
    :param looks_back: whether it asks what was done in the year, so that departments that have
        closed since are asked too, through their successors; else those that there are today.
    """

    cases: type[Case]
    deadline: str
    waiting: tuple[str, ...]
    begin: Callable[[Department, int], Case]
    looks_back: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A department that is asked about a fiscal year, and who answers for it today.

    :ivar answers: the department itself, or its successor; ``None`` if it closed and has none.
    """

    department: Department
    answers: Department | None


def request_key(department: Department, fiscal_year: int) -> str:
    """Return what marks the one case by which a department is asked about a fiscal year."""
    return f"{department.pk}-{fiscal_year}"


def ask_departments(
    question: Question, *, fiscal_year: int, due_on: date | None, by, at: datetime, among=None
) -> list[Case]:
    """Ask every department; who calls has the permission and the transaction.

    A department is asked once a year, whatever it began by itself or a project began for it:
    asking again opens cases only for those that were not asked. A case that is under way without a
    date gets the date.

    :param due_on: the day the answer is due, Japan date; ``None`` leaves it "not set".
    :param among: the departments to ask, as a queryset; all of them if ``None``.
    :return: the cases that were opened now.
    :raises ValidationError: if the day has passed.
    """
    if due_on and due_on < japan_date(at):
        raise ValidationError({"due_on": PASSED})
    if due_on:
        under_way = question.cases.objects.filter(fiscal_year=fiscal_year)
        _name_the_day(question, under_way, due_on, by=by, at=at)
    facts = {"due_on": due_on} if due_on else {}
    return [
        open_case(
            _begun(question, one, fiscal_year),
            by=by, at=at, filed=True, opens=(question.deadline,), **facts,
        )
        for one in not_asked(question, fiscal_year, today=japan_date(at), among=among)
        if one.answers
    ]  # fmt: skip


def keeping_their_day(question: Question, fiscal_year: int, due_on: date | None) -> int:
    """Return how many departments owe their answer on a fiscal year by another day than ``due_on``."""
    owing = question.cases.objects.filter(fiscal_year=fiscal_year, state__in=question.waiting)
    owed = Deadline.objects.open().filter(case__in=owing.values("pk"), kind=question.deadline)
    return owed.exclude(due_on=None).exclude(due_on=due_on).count() if due_on else 0


def _begun(question: Question, asked: Asked, fiscal_year: int) -> Case:
    case = question.begin(asked.department, fiscal_year)
    case.department = asked.answers
    return case


def not_asked(question: Question, fiscal_year: int, *, today: date, among=None) -> list[Asked]:
    """Return the departments that are to be asked about a fiscal year and were not, in three queries.

    :param today: Japan date.
    """
    to_ask = _to_ask(question, fiscal_year, today, among)
    keys = {request_key(one.department, fiscal_year): one for one in to_ask}
    there = question.cases.objects.filter(request_key__in=keys).values_list(
        "request_key", flat=True
    )
    for key in there:
        keys.pop(key)
    return list(keys.values())


def _to_ask(question: Question, fiscal_year: int, today: date, among) -> Iterable[Asked]:
    """Return whom a question goes to, and who answers.

    Looking back, that is who stood in the year so far, and of who stands today also those that
    succeeded nobody: no other department is asked in their place.
    """
    every = Department.objects.in_bulk()
    for department in every.values():
        if department.successor_id:
            department.successor = every[department.successor_id]
    among = Department.objects.all() if among is None else among
    chosen = among.valid_on(today)
    if question.looks_back:
        first, last = first_day(fiscal_year), min(last_day(fiscal_year), today)
        succeeding = {one.successor_id for one in every.values()} - {None}
        chosen = chosen.exclude(pk__in=succeeding) | among.valid_between(first, last)
    for pk in chosen.order_by("pk").values_list("pk", flat=True):
        department = every[pk]
        stands = department.is_valid_on(today)
        yield Asked(department, department if stands else department.standing_successor(today))


def _name_the_day(question: Question, cases, due_on: date, *, by, at: datetime) -> None:
    open_ones = cases.filter(state__in=question.waiting).order_by("pk")
    for case in open_ones.exclude(deadlines__due_on__isnull=False):
        timekeeping.open_deadlines(case, (question.deadline,), at=at, facts={"due_on": due_on})
        record(case, "name_the_day", by=by, at=at, due_on=due_on)
