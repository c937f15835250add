"""Each course walks its own road, and no other."""

from datetime import date

import pytest
from django_fsm import TransitionNotAllowed

from accounts.models import Role
from casework import verification
from casework.errors import NotPossible
from casework.models import Event
from casework.services import advance, follow
from grants import services
from grants.models import BudgetEntry, Payment
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sender():
    return factories.sender()


def walk(case, *verbs, by):
    for verb in verbs:
        case = advance(case, verb, by=by, at=NOON)
    return case


def test_startup_walks_from_draft_to_settled():
    office, accounting = factories.user(Role.OFFICE), factories.user(Role.ACCOUNTING)
    group = factories.member(factories.organization())
    proposal = factories.draft("startup", by=group)

    proposal = walk(proposal, "submit", by=group)
    assert proposal.number == "S-2026-001"
    proposal = walk(proposal, "accept", "refer", by=office)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    proposal = walk(proposal, "prepare", by=office)

    year = proposal.project_years.get()
    assert (year.fiscal_year, year.requested_yen) == (2026, 80_000)
    lines = list(year.budget_lines.values("side", "label", "detail", "amount_yen", "from_city"))
    days = {"starts_on": date(2026, 12, 1), "ends_on": date(2027, 1, 31)}
    year = services.save_year(year, fields=days, lines=lines, edit_number=0, by=group, at=NOON)
    year = walk(year, "apply", by=group)
    services.enter_budget(
        proposal.round.edition, fiscal_year=2026, kind=BudgetEntry.Kind.INITIAL,
        amount_yen=300_000, voted_on=date(2026, 3, 20), document="予算書", by=office, at=NOON,
    )  # fmt: skip
    year = factories.approved(year, "grant", granted_yen=80_000)
    assert year.deadlines.get(kind="report").due_on == date(2027, 3, 2)
    services.record_payment(
        year, kind=Payment.Kind.ADVANCE, amount_yen=80_000, paid_on=date(2026, 12, 10),
        document="支出命令", by=accounting, at=NOON,
    )  # fmt: skip

    cause = services.record(year, "report_came", by=group, at=NOON).case
    year = follow(year, "report", cause=cause, by=group, at=NOON, completed_on=date(2027, 1, 31))
    year = factories.approved(year, "confirm", confirmed_yen=75_000)
    assert (year.balance_yen, year.state) == (-5_000, "confirmed")
    with pytest.raises(NotPossible):
        advance(year, "settle", by=accounting, at=NOON)
    services.record_payment(
        year, kind=Payment.Kind.REPAYMENT, amount_yen=5_000, paid_on=date(2027, 4, 20),
        document="納入済通知", by=accounting, at=NOON,
    )  # fmt: skip
    year = advance(year, "settle", by=accounting, at=NOON)

    assert year.state == "settled"
    assert [letter.number for letter in year.letters.order_by("pk")] == [2, 3]
    assert list(verification.faults()) == []
    assert list(
        Event.objects.filter(case=proposal).order_by("pk").values_list("verb", flat=True)
    ) == ["open", "pledge", "submit", "accept", "refer", "select", "prepare"]


@pytest.mark.parametrize(
    ("course", "verb"),
    [("startup", "coordinate"), ("revitalization", "coordinate"), ("collaboration", "prepare")],
)
def test_no_course_takes_another_road(course, verb):
    office = factories.user(Role.OFFICE)
    proposal = factories.draft(course)
    proposal = walk(proposal, "submit", by=proposal.organization.members.get())
    proposal = walk(proposal, "accept", by=office)
    if course == "collaboration":
        department = factories.department().pk
        proposal = advance(proposal, "start_matching", by=office, at=NOON, department=department)
        proposal = walk(proposal, "match", by=office)
    proposal = walk(proposal, "refer", by=office)
    proposal = factories.approved(proposal, "select", assessed_yen=1)

    with pytest.raises(NotPossible):
        advance(proposal, verb, by=office, at=NOON)
    with pytest.raises(TransitionNotAllowed):
        advance(proposal, "accept", by=office, at=NOON)
