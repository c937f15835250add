"""When the records of departments' reports are over, and what they are kept with."""

from datetime import timedelta

import pytest

from accounts.models import Role
from casework import retention
from casework.calendar import japan_date
from casework.models import Case
from casework.services import advance
from reporting import partner_parts, services
from reporting.models import CollaborationReport, PartnerPart
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

LONG_AFTER = japan_date(NOON + timedelta(days=4000))


def over(day) -> set[int]:
    return set(retention.cases_over(day).values_list("pk", flat=True))


@remembered
def report_with_a_view() -> PartnerPart:
    """A department's own report that is sent, with what its partner gave before."""
    report = makers.collaboration(outcome_score=3)
    clerk = makers.department_clerk(report.department)
    report = services.save_collaboration_report(
        report, fields={}, measures=[], partners=[{"name": "町内会"}],
        edit_number=report.edit_number, by=clerk, at=NOON,
    )  # fmt: skip
    (part,) = partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)
    part = partner_parts.save_part(
        part, fields={"process_score": 5, "outcome_score": 2}, edit_number=0, by=clerk, at=NOON
    )
    part = advance(part, "type_in", by=clerk, at=NOON, said_on=TODAY)
    advance(report, "submit", by=clerk, at=NOON)
    return part


def test_report_about_no_project_is_over_once_it_is_closed_and_its_views_with_it():
    part = report_with_a_view()
    report = CollaborationReport.objects.get(pk=part.report_id)
    assert part.closed_at == NOON
    assert not {report.pk, part.pk} & over(LONG_AFTER)

    report = advance(report, "accept", by=factories.user(Role.OFFICE), at=NOON)
    closed = factories.approved(report, "publish").closed_at

    assert {report.pk, part.pk} <= over(LONG_AFTER)
    assert not {report.pk, part.pk} & over(japan_date(closed - timedelta(days=1)))
    family = retention.families([report.pk]).values_list("pk", flat=True)
    assert set(family) == {report.pk, part.pk}  # a hold on either holds both


def test_report_about_a_project_is_kept_until_the_project_is_over():
    year = makers.granted_year("collaboration")
    makers.sent_report(year)
    report = CollaborationReport.objects.get(project_year=year)
    Case.objects.filter(pk=report.pk).update(closed_at=NOON)

    assert report.pk not in over(LONG_AFTER)
    Case.objects.filter(pk=year.pk).update(closed_at=NOON)
    assert report.pk in over(LONG_AFTER)
