"""The basic check: each rule that is met, failed, unknown, not set, or does not apply."""

from datetime import date

import pytest

from grants.adoptions import adoptions_before
from grants.eligibility import Outcome, checks
from grants.models import EditionParameter, PastAward, Proposal
from tests import factories
from tests.factories import TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db
P, F, N, H = Outcome.PASSES, Outcome.FAILS, Outcome.NOT_SET, Outcome.NEEDS_PERSON


@remembered
def proposal_of(group, **rules) -> Proposal:
    return factories.draft(by=factories.member(group), round=factories.call(**rules))


def answer(proposal, code: str, on: date = TODAY):
    return next((check for check in checks(proposal, on=on) if check.code == code), None)


@pytest.mark.parametrize(
    ("rule", "value", "fields", "outcome"),
    [
        ("max_age_years", "3", {"founded_on": date(2023, 11, 20)}, P),
        ("max_age_years", "3", {"founded_on": date(2023, 11, 19)}, F),
        ("max_age_years", "3", {}, H),
        ("max_age_years", None, {"founded_on": date(1950, 1, 1)}, N),
        ("min_activity_years", "1", {"activity_started_on": date(2025, 11, 20)}, P),
        ("min_activity_years", "1", {"activity_started_on": date(2025, 11, 21)}, F),
        ("min_activity_years", "1", {"founded_on": date(2025, 1, 1)}, P),
        ("min_activity_years", "1", {}, H),
        ("min_activity_years", None, {}, N),
        ("min_citizen_members", "3", {"citizen_members": 3}, P),
        ("min_citizen_members", "3", {"citizen_members": 2}, F),
        ("min_citizen_members", "3", {}, H),
        ("min_citizen_members", None, {"citizen_members": 0}, N),
        ("min_officers", "1", {}, H),
        ("min_officers", None, {}, N),
        ("rules_on_file", "required", {"rules_on_file_on": date(2026, 1, 1)}, P),
        ("rules_on_file", "by_project_start", {}, H),
        ("rules_on_file", None, {}, N),
        ("npo_center_registration", "required", {"npo_center_registered_on": TODAY}, P),
        ("npo_center_registration", "required", {}, H),
        ("npo_center_registration", None, {}, N),
        ("place_in_city", "required", {"in_city": True}, P),
        ("place_in_city", "required", {"in_city": False}, F),
        ("place_in_city", "required", {}, H),
        ("place_in_city", None, {"in_city": False}, N),
        ("max_adoptions", "1", {}, P),
        ("max_adoptions", None, {}, N),
        ("cap_yen", "80000", {}, P),
        ("cap_yen", "79999", {}, F),
        ("cap_yen", None, {}, N),
        ("no_new_facility", "required", {}, H),
        ("no_new_facility", None, {}, N),
        ("public_interest", "required", {}, H),
        ("nonprofit", None, {}, N),
    ],
)
def test_rule(rule, value, fields, outcome):
    proposal = proposal_of(factories.organization(**fields), **{rule: value})

    found = answer(proposal, rule)

    assert found.outcome == outcome
    assert found.source == "試験"


@pytest.mark.parametrize(("entered", "outcome"), [(0, H), (2, F), (3, P)])
def test_officers_are_counted_once_the_group_entered_some(entered, outcome):
    group = factories.organization()
    for number in range(entered):
        group.officer_set.create(name=f"役員{number}", post="役員")

    assert answer(proposal_of(group, min_officers="3"), "min_officers").outcome == outcome


def test_what_does_not_apply_is_not_asked():
    edition = factories.edition()
    EditionParameter.objects.create(edition=edition, name="max_age_years", status="not_applicable")
    call = factories.services.open_round(
        edition, fiscal_year=2026, name="n", opens_at=factories.NOON - factories.timedelta(days=1),
        closes_at=factories.NOON + factories.timedelta(days=1), budget_yen=None,
        by=factories.user("office"), at=factories.NOON,
    )  # fmt: skip
    proposal = factories.draft(round=call)

    assert answer(proposal, "max_age_years") is None


def test_failures_that_can_be_mended_say_how():
    group = factories.organization(citizen_members=1, in_city=False)
    proposal = proposal_of(group, min_citizen_members="3", place_in_city="required")

    assert answer(proposal, "min_citizen_members").mend
    assert answer(proposal, "place_in_city").mend


def award(group, **fields) -> PastAward:
    fields = {"key": "k", "course": "startup", "adoption_fiscal_year": 2024, "status": "adopted",
              "source": "s", "organization": group, **fields}  # fmt: skip
    return PastAward.objects.create(**fields)


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({}, 1),
        ({"course": "collaboration"}, 0),
        ({"adoption_fiscal_year": 2023}, 0),
        ({"adoption_fiscal_year": 2026}, 0),
        ({"status": "proposed"}, 0),
        ({"organization": None}, 0),
    ],
)
def test_past_awards_of_the_same_group_count(fields, counted):
    group = factories.organization()
    proposal = proposal_of(group, adoptions_counted_from_fiscal_year="2024")
    award(group, **fields)

    assert len(adoptions_before(proposal)) == counted


def test_second_adoption_has_its_own_cap():
    group = factories.organization()
    rules = {"cap_yen": "80000", "cap_yen_second_adoption": "40000"}
    proposal = proposal_of(group, **rules)
    assert answer(proposal, "cap_yen").outcome == P

    award(group)

    assert answer(proposal, "cap_yen").outcome == F
    assert any("40,000" in str(line) for line in proposal.missing_parts())
