"""A change that is approved at the moment at which the report is filed."""

from datetime import date

import pytest

from accounts.models import Role, User
from casework import approvals, outbox, verification
from casework.models import Approval
from casework.services import advance
from grants.models import ChangeRequest, ProjectYear
from reporting.models import Report
from tests import factories
from tests.factories import NOON
from tests.races.threads import race
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
