"""Starting before the decision (交付決定前着手): told, answered, and found in what is reported."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from casework import retention
from casework.models import Notice
from grants import services
from grants.early_starts import BY_NOTICE, NOT_ALLOWED, CountsFrom, accepted_start, counts_from
from grants.models import EarlyStart, ProjectYear
from reporting.checks import findings
from reporting.told import told_of
from tests import factories
from tests.case_pages import address_of, part_of
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

SOON = TODAY + timedelta(days=3)


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@remembered
def planned(rule: str | None = BY_NOTICE) -> ProjectYear:
    """A project year of which nothing is decided yet."""
    makers.sender()
    rules = {} if rule is None else {"start_before_decision": rule}
    ready = makers.ready_proposal("startup", office=factories.anyone(Role.OFFICE), **rules)
    return ready.project_years.get()


def tell(year, day=SOON, *, by=None) -> EarlyStart:
    by = by or makers.group_of(year)
    return services.tell_early_start(year, starts_on=day, reason="会場の都合", by=by, at=NOON)


def answer(told, office, *, accepted: bool = True, reason: str = "") -> EarlyStart:
    return services.answer_early_start(told, accepted=accepted, reason=reason, by=office, at=NOON)


DAYS = st.dates(min_value=TODAY, max_value=TODAY + timedelta(days=60))


@given(decided=DAYS, accepted=st.none() | DAYS, rule=st.sampled_from([NOT_ALLOWED, BY_NOTICE]))
def test_costs_never_count_later_than_the_decision(decided, accepted, rule):
    counts = CountsFrom(rule, decided, accepted)

    assert counts.first <= decided
    assert counts.first == decided or (rule == BY_NOTICE and counts.first == accepted)


def test_group_tells_and_the_office_accepts(office):
    year = planned()
    told = tell(year)

    assert Notice.objects.filter(kind="early_start_told", recipient=office).exists()
    answer(told, office)
    assert accepted_start(year) == told
    assert Notice.objects.get(kind="early_start_answered").recipient == makers.group_of(year)
    verbs = list(year.events.order_by("pk").values_list("verb", flat=True))
    assert verbs[-2:] == ["tell_early_start", "accept_early_start"]
    with pytest.raises(ValidationError, match="answered"):
        answer(told, office)


def test_refusal_has_a_reason_and_leaves_the_way_open(office):
    year = planned()
    told = tell(year)

    with pytest.raises(ValidationError, match="Say why"):
        answer(told, office, accepted=False)
    answer(told, office, accepted=False, reason="急ぐ理由がない")
    assert accepted_start(year) is None
    assert services.why_no_early_start(year) == ""


@pytest.mark.parametrize(
    ("rule", "why"), [(NOT_ALLOWED, "does not allow"), (None, "is not set. Ask the office")]
)
def test_nothing_can_be_told_where_the_course_does_not_know_it(rule, why):
    with pytest.raises(ValidationError, match=why):
        tell(planned(rule))


def test_one_notice_waits_at_a_time_and_none_comes_after_the_decision(office):
    year = planned()
    told = tell(year)

    with pytest.raises(ValidationError, match="has not answered"):
        tell(year)
    with pytest.raises(IntegrityError), transaction.atomic():
        EarlyStart.objects.create(year=year, starts_on=SOON, reason="x", by=office, at=NOON)
    answer(told, office)
    with pytest.raises(ValidationError, match="another fiscal year"):
        tell(year, TODAY + timedelta(days=365))
    granted = makers.granted_year(start_before_decision=BY_NOTICE)
    with pytest.raises(ValidationError, match="only until the decision"):
        tell(granted)


def test_nobody_else_tells_or_answers(office):
    year = planned()
    for stranger in (factories.user(), factories.user(Role.APPROVER), office):
        with pytest.raises(PermissionDenied):
            tell(year, by=stranger)
    told = tell(year)
    for other in (makers.group_of(year), factories.user(Role.APPROVER)):
        with pytest.raises(PermissionDenied):
            answer(told, other)


@pytest.mark.parametrize("rule", [NOT_ALLOWED, BY_NOTICE, None])
def test_receipt_of_before_the_decision_is_found_in_the_report(rule):
    rules = {} if rule is None else {"start_before_decision": rule}
    year = makers.granted_year(**rules)
    ProjectYear.objects.filter(pk=year.pk).update(starts_on=TODAY - timedelta(days=30))
    year = ProjectYear.objects.get(pk=year.pk)
    report = makers.written_report(year)
    makers.receipt(report, paid_on=TODAY - timedelta(days=2))

    def codes() -> set[str]:
        return {finding.code for finding in findings(told_of(report))}

    assert ("receipt_before_decision" in codes()) == (rule is not None)
    EarlyStart.objects.create(
        year=year, starts_on=TODAY - timedelta(days=5), reason="x", by=factories.user(), at=NOON,
        accepted=True, decided_by=factories.user(), decided_at=NOON,
    )  # fmt: skip
    assert ("receipt_before_decision" in codes()) == (rule == NOT_ALLOWED)


def test_nothing_counts_from_anywhere_while_no_decision_is_made():
    assert counts_from(planned()) is None


def test_pages_say_the_rule_and_take_notice_and_answer(as_person, office):
    year = planned()
    page, writer = address_of(year, "money"), makers.group_of(year)
    told_at = reverse("grants:early-start", args=[year.pk])

    assert "Tell of an early start" in as_person(writer).get(page).text
    assert as_person(factories.user()).get(told_at).status_code == 404
    assert as_person(office).get(told_at).status_code == 403
    client = as_person(writer)
    assert client.post(told_at, {"starts_on": SOON.isoformat()}).status_code == 422
    client.post(told_at, {"starts_on": SOON.isoformat(), "reason": "会場の都合"})
    told = year.early_starts.get()
    answer_at = reverse("grants:early-start-answer", args=[year.pk, told.pk])
    assert client.get(answer_at).status_code == 403
    client = as_person(office)
    assert str(answer_at) in client.get(reverse("casework:office")).text
    assert client.post(answer_at, {"accepted": "no"}).status_code == 422
    client.post(answer_at, {"accepted": "yes", "reason": ""})
    assert year.early_starts.get().accepted is True
    assert client.get(answer_at).status_code == 404


def test_page_says_that_the_rule_is_not_set(as_person):
    year = planned(None)

    shown = part_of(as_person(makers.group_of(year)), year, "money")
    assert "Whether a project may begin before the decision is not set." in shown


def test_reasons_go_with_the_project(office):
    year = planned()
    answer(tell(year), office, reason="よい")
    kept = retention.classes()["early_starts"]
    kept.destroy(EarlyStart.objects.all(), by=office, at=NOON)

    told = year.early_starts.get()
    assert (told.reason, told.decision_reason, told.accepted) == ("", "", True)
