"""By when an accepted collaboration report is published, where the city set a time."""

from datetime import timedelta

import pytest

from accounts.models import Role
from casework.services import advance
from reporting.models import CollaborationReport
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db


@remembered
def accepted(**rules) -> CollaborationReport:
    """An accepted report about a project under ``rules``."""
    report = makers.collaboration()
    year = makers.granted_year(**rules)
    CollaborationReport.objects.filter(pk=report.pk).update(project_year=year)
    report = advance(report, "submit", by=makers.department_clerk(report.department), at=NOON)
    return advance(report, "accept", by=factories.user(Role.OFFICE), at=NOON)


def test_accepted_report_is_published_within_the_time_that_the_rules_set():
    report = accepted(publication_days="60")
    owed = report.deadlines.open().get(kind="publication")
    assert (owed.due_on, owed.owed_by) == (TODAY + timedelta(days=60), "office")

    factories.approved(report, "publish", at=NOON)

    owed.refresh_from_db()
    assert owed.met_at == NOON


def test_city_that_set_no_time_owes_no_date_nor_does_a_report_without_a_project():
    assert not accepted().deadlines.filter(kind="publication").exists()
    alone = makers.accepted_collaboration()
    assert not alone.deadlines.filter(kind="publication").exists()
