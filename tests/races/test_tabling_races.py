"""Two clerks table the same reports at once: the committee receives them once."""

import pytest

from accounts.models import Role
from reporting import tablings
from reporting.models import CollaborationReport, Tabling
from tests import factories
from tests.factories import NOON, TODAY
from tests.races.threads import kinds, race
from tests.reporting import makers

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_reports_that_two_clerks_table_at_once_are_tabled_once():
    chosen = [makers.accepted_collaboration().pk, makers.accepted_collaboration().pk]

    def table(order):
        office = factories.user(Role.OFFICE).act_on(TODAY)
        reports = [CollaborationReport.objects.get(pk=pk) for pk in order]
        return lambda: tablings.table_reports(
            reports, fiscal_year=2025, tabled_on=TODAY, comments_until=None, by=office, at=NOON
        )

    told = race(table(chosen), table(chosen[::-1]))

    assert kinds(told) == ["ValidationError", "ok"]
    assert Tabling.objects.count() == 1
    assert CollaborationReport.objects.filter(tablings__isnull=False).count() == 2
