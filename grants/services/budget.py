"""Recording what the city voted for its courses, and what it moved between them."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from grants.models import BudgetEntry, CourseEdition, ProgramBudget

from .once import refuse_twice


@transaction.atomic
def enter_budget(
    edition: CourseEdition, *, fiscal_year: int, kind: str, amount_yen: int, voted_on: date,
    document: str, financed_by: str = BudgetEntry.Source.GENERAL, after: int | None = None,
    by, at: datetime,
) -> BudgetEntry:  # fmt: skip
    """Add an entry to the city's budget of a course and fiscal year; entries are never changed.

    :param amount_yen: less than zero for a reduction.
    :param financed_by: a ``BudgetEntry.Source``.
    :param after: the newest entry when the page was loaded, see :func:`.once.refuse_twice`.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the day of the vote has not come, or a reduction takes what is
        decided already, or it was entered a moment ago.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    _refuse_what_is_not_voted(voted_on, at=at)
    CourseEdition.objects.filter(pk=edition.pk).lock_courses()
    said = {
        "edition": edition, "fiscal_year": fiscal_year, "kind": kind, "amount_yen": amount_yen,
        "financed_by": financed_by, "voted_on": voted_on, "document": document,
    }  # fmt: skip
    refuse_twice(BudgetEntry.objects.all(), after, **said)
    if amount_yen < 0:
        _refuse_taking_too_much(edition, fiscal_year, financed_by, -amount_yen)
    return BudgetEntry.objects.create(**said, by=by, at=at)


@transaction.atomic
def transfer_budget(
    giver: CourseEdition, taker: CourseEdition, *, fiscal_year: int, amount_yen: int,
    voted_on: date, document: str, financed_by: str = BudgetEntry.Source.GENERAL,
    after: int | None = None, by, at: datetime,
) -> tuple[BudgetEntry, BudgetEntry]:  # fmt: skip
    """Move budget of one fiscal year and source from one course to another (流用): both or neither.

    :param amount_yen: more than zero.
    :param after: as in :func:`enter_budget`.
    :return: what the giver gives, and what the taker takes.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if both are one course, or the giver has not so much left, or the day
        of the decision has not come.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    _refuse_what_is_not_voted(voted_on, at=at)
    if giver.fictitious != taker.fictitious or giver.course == taker.course:
        raise ValidationError(_("A transfer moves budget between two courses."))
    CourseEdition.objects.filter(pk__in=(giver.pk, taker.pk)).lock_courses()
    said = {
        "fiscal_year": fiscal_year, "kind": BudgetEntry.Kind.TRANSFER, "financed_by": financed_by,
        "voted_on": voted_on, "document": document,
    }  # fmt: skip
    same = BudgetEntry.objects.filter(edition=giver, given_to__edition=taker)
    refuse_twice(same, after, amount_yen=-amount_yen, **said)
    _refuse_taking_too_much(giver, fiscal_year, financed_by, amount_yen)
    common = {**said, "by": by, "at": at}
    given = BudgetEntry.objects.create(edition=giver, amount_yen=-amount_yen, **common)
    taken = BudgetEntry.objects.create(
        edition=taker, amount_yen=amount_yen, taken_from=given, **common
    )
    return given, taken


def _refuse_what_is_not_voted(voted_on: date, *, at: datetime) -> None:
    if voted_on > japan_date(at):
        raise ValidationError(
            {"voted_on": _("Enter the budget when it has been voted, not before.")}
        )


def _refuse_taking_too_much(
    edition: CourseEdition, fiscal_year: int, source: str, amount_yen: int
) -> None:
    """Let nobody take from a course what it has decided already, or what it never had.

    :raises ValidationError: with the numbers.
    """
    budget = ProgramBudget.of(edition, fiscal_year)
    most = max(min(budget.planned_from(source), budget.free_yen or 0), 0)
    if amount_yen > most:
        words = _(
            "At most %(most)s yen can be taken away: %(planned)s yen are planned from this source, "
            "and of all that is planned for the course and year %(free)s yen are free."
        )
        numbers = {
            "most": most, "planned": budget.planned_from(source), "free": budget.free_yen or 0
        }  # fmt: skip
        told = {name: f"{yen:,}" for name, yen in numbers.items()}
        raise ValidationError({"amount_yen": words % told})
