"""A change that is approved at the moment at which the report is filed."""

from datetime import date

import pytest

from accounts.models import Role, User
from casework import approvals, outbox, verification
from casework.models import Approval
from casework.services import advance
from grants import ledger_faults, services
from grants.models import BudgetEntry, ChangeRequest, ProjectYear
from reporting.models import Report
from tests import factories
from tests.factories import NOON
from tests.races.threads import kinds, race
from tests.reporting import makers

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def moving(case, verb: str, by: User, at, **facts):
    mine, who = type(case).objects.get(pk=case.pk), User.objects.get(pk=by.pk)

    def run():
        with outbox.delivered_by_hand():
            return advance(mine, verb, by=who, at=at, **facts)

    return run


def test_change_approved_while_a_report_is_filed_is_one_or_the_other():
    with outbox.delivered_by_hand():
        year = makers.granted_year()
        change = factories.changed(year, content="別の内容", ends_on=date(2027, 1, 20))
        wish = approvals.Wish(change, "approve", {"granted_yen": 80_000})
        draft = approvals.draft("変更", [wish], by=factories.user(Role.OFFICE), at=NOON)
        report, at = makers.written_report(year), makers.LATER
        approver = factories.user(Role.APPROVER)

        outcomes = race(
            moving(draft, "approve", approver, at, decided_on=at.date()),
            moving(report, "submit", makers.group_of(year), at),
        )

    assert not isinstance(outcomes[1], Exception)
    after, asked = ProjectYear.objects.get(), ChangeRequest.objects.get()
    assert (after.state, Report.objects.get().state) == ("reported", "submitted")
    if isinstance(outcomes[0], Exception):
        assert (asked.state, Approval.objects.get(pk=draft.pk).state) == ("dropped", "drafted")
        assert after.content == "内容"
    else:
        assert (asked.state, after.content) == ("approved", "別の内容")
    assert list(verification.faults()) == []


def test_grant_and_change_at_once_do_not_spend_the_same_budget():
    """A running project asks for more while another one is granted: what is free covers one of both."""
    with outbox.delivered_by_hand():
        year = makers.granted_year(granted_yen=60_000)
        edition, office = year.proposal.round.edition, factories.user(Role.OFFICE)
        lines = [
            factories.line("income", "市の補助", 80_000, from_city=True),
            factories.line("expenditure", "印刷", 80_000),
        ]
        change = factories.changed(year, lines=lines)
        other = makers.applied(_another(year, office))
        services.enter_budget(
            edition, fiscal_year=2026, kind=BudgetEntry.Kind.REDUCTION, amount_yen=-(9_000_000 - 140_000),
            voted_on=NOON.date(), document="補正", by=office, at=NOON,
        )  # fmt: skip
        wishes = [
            approvals.Wish(change, "approve", {"granted_yen": 80_000}),
            approvals.Wish(other, "grant", {"granted_yen": 80_000}),
        ]
        drafts = [approvals.draft("起案", [wish], by=office, at=NOON) for wish in wishes]

        outcomes = race(
            *(
                moving(
                    draft, "approve", factories.user(Role.APPROVER), NOON, decided_on=NOON.date()
                )
                for draft in drafts
            )
        )

    assert kinds(outcomes) == ["NotPossible", "ok"]
    granted = set(ProjectYear.objects.values_list("granted_yen", flat=True))
    assert granted in ({80_000, None}, {60_000, 80_000})
    assert [str(fault) for fault in ledger_faults.faults()] == []


def _another(year: ProjectYear, office: User) -> ProjectYear:
    """A year of another group in the same round, which it can apply for."""
    group = factories.member(factories.organization(founded_on=date(2025, 4, 1)))
    proposal = factories.draft(by=group, round=year.proposal.round)
    for verb, by in (("submit", group), ("accept", office), ("refer", office)):
        proposal = advance(proposal, verb, by=by, at=NOON)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    return advance(proposal, "prepare", by=office, at=NOON).project_years.get()
