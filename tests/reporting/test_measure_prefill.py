"""What the cases suggest for the row of a measure in a fiscal year, with the cases it comes from."""

import pytest

from accounts.models import Role
from casework.services import advance
from grants.models import Activity, ActivityDone
from grants.services import Read
from reporting.measure_prefill import from_cases
from tests import factories
from tests.factories import NOON
from tests.grants.test_measure_years import named, read
from tests.reporting import makers
from tests.reporting.makers import LATER, group_of

pytestmark = pytest.mark.django_db


def suggested(measure, fiscal_year=2026) -> dict:
    return {s.field: s.value for s in from_cases(measure, fiscal_year)}


def test_confirmed_case_suggests_its_months_and_numbers_and_is_named():
    year = makers.granted_year()
    proposal, first = year.proposal, named(year.proposal)
    group = group_of(year)
    kept = Activity.objects.create(year=year, label="相談会", planned=[12, 1], by=group, at=NOON)
    Activity.objects.create(
        year=year, label="やめた", planned=[5], by=group, at=NOON, struck_at=NOON
    )
    ActivityDone.objects.create(activity=kept, month=12, note="開いた", by=group, at=NOON)
    ActivityDone.objects.create(
        activity=kept, month=2, note="誤り", by=group, at=NOON, struck_at=NOON
    )
    advance(makers.written_report(year), "submit", by=group, at=LATER)
    assert suggested(first) == {}  # it only names the measure

    read(proposal, Read(first.pk, 100, first.pk), by=factories.user(Role.OFFICE))

    assert suggested(first) == {
        "result": "採択事業1件、1団体、決定額80,000円、参加者120人（実績報告書の合計）",
        "plan_months": (1, 12),
        "result_months": (12,),
    }
    assert suggested(first, 2025) == {}
    whys = {(str(s.why), s.address) for s in from_cases(first, 2026)}
    assert whys == {
        (f"From the cases {proposal.number}", f"{first.get_absolute_url()}#cases"),
    }


def test_part_of_a_case_suggests_its_share_alone():
    proposal, more = makers.granted_year().proposal, factories.measure()
    first = named(proposal)
    office = factories.user(Role.OFFICE)
    read(proposal, Read(first.pk, 70, first.pk), Read(more.pk, 30), by=office)

    assert suggested(more)["result"] == "採択事業1件、1団体、決定額24,000円"
