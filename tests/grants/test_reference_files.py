"""The grant program's files: complete, sourced, and silent where nothing is known."""

import csv
from pathlib import Path

import pytest

import accounts
import grants

EDITIONS = {
    ("startup", "2022"),
    ("collaboration", "2022"),
    ("collaboration", "2024"),
    ("revitalization", "2024"),
}
#: What every edition must answer, if only with "not set".
ANSWERED = """
    instrument cap_yen cap_yen_second_adoption cap_total_yen max_years lag_years matches_department
    max_adoptions adoptions_counted_from_fiscal_year max_age_years min_activity_years
    min_citizen_members min_officers rules_on_file npo_center_registration place_in_city
    no_new_facility other_subsidy subsidy_rate_percent subsidy_rate_of eligible_costs ineligible_costs
    rounding_unit_yen pass_mark rubric aggregation supplement_days acceptance_days
    grant_application_days withdrawal_days report_days report_latest claim_days settlement_days
    repayment_days advance_percent change_threshold_percent continuation_review
    earlier_year_blocks agreement_parties adoption_count_limit budget_yen funding_source
    processing_period processing_from result_acceptance_days project_start_days
    interim_report_days claim_filing_days committee_paper_days publication_days panel_term
    npo_registration_period age_counted_on activity_counted_on excluded_purposes pledges
    evidence start_before_decision
"""
#: Asked of the city and not known: no file may claim a value.
UNKNOWN = """
    subsidy_rate_percent subsidy_rate_of eligible_costs ineligible_costs other_subsidy pass_mark
    rubric aggregation
    report_days report_latest claim_days settlement_days repayment_days advance_percent
    withdrawal_days change_threshold_percent adoption_count_limit budget_yen
    processing_period processing_from result_acceptance_days project_start_days
    interim_report_days claim_filing_days committee_paper_days publication_days panel_term
    npo_registration_period activity_counted_on excluded_purposes pledges start_before_decision
"""


def lines(app, name: str) -> list[dict]:
    path = Path(app.__file__).parent / "reference" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parameters(course: str, year: str) -> dict[str, dict]:
    rows = lines(grants, "edition_parameters")
    return {r["name"]: r for r in rows if (r["course"], r["first_fiscal_year"]) == (course, year)}


def test_editions_are_those_of_both_years():
    rows = lines(grants, "course_editions")

    assert {(row["course"], row["first_fiscal_year"]) for row in rows} == EDITIONS
    assert len(rows) == len(EDITIONS)


@pytest.mark.parametrize("edition", sorted(EDITIONS))
def test_every_edition_answers_every_parameter_once(edition):
    rows = lines(grants, "edition_parameters")
    names = [r["name"] for r in rows if (r["course"], r["first_fiscal_year"]) == edition]

    assert len(names) == len(set(names))
    assert set(ANSWERED.split()) <= set(names)


def test_a_value_is_there_exactly_when_set_and_then_has_a_source():
    for row in lines(grants, "edition_parameters"):
        assert bool(row["value"]) == (row["status"] == "set"), row
        assert row["status"] in ("set", "not_set", "not_applicable"), row
        if row["status"] == "set":
            assert row["source"] and row["level"] in ("K", "S", "I"), row


@pytest.mark.parametrize("edition", sorted(EDITIONS))
def test_what_nobody_knows_has_no_value(edition):
    known = parameters(*edition)

    assert {known[name]["status"] for name in UNKNOWN.split()} == {"not_set"}


def test_nothing_is_confirmed_for_a_year_after_the_documents():
    years = {
        int(year)
        for row in lines(grants, "edition_parameters")
        for year in row["confirmed_years"].split()
    }
    amounts = [row for row in lines(grants, "edition_parameters") if row["name"] == "cap_yen"]

    assert max(years) == 2025
    assert all(row["confirmed_years"].split()[-1] <= "2024" for row in amounts)


@pytest.mark.parametrize(
    ("edition", "name", "value"),
    [
        (("startup", "2022"), "cap_yen", "100000"),
        (("startup", "2022"), "lag_years", "0"),
        (("startup", "2022"), "max_age_years", "3"),
        (("startup", "2022"), "age_counted_on", "submission"),
        (("startup", "2022"), "min_citizen_members", "3"),
        (("startup", "2022"), "rules_on_file", "by_project_start"),
        (("collaboration", "2022"), "max_years", "1"),
        (("collaboration", "2024"), "cap_yen", "500000"),
        (("collaboration", "2024"), "cap_total_yen", "1500000"),
        (("collaboration", "2024"), "max_years", "3"),
        (("collaboration", "2024"), "lag_years", "1"),
        (("collaboration", "2024"), "min_citizen_members", "5"),
        (("collaboration", "2024"), "min_officers", "3"),
        (("collaboration", "2024"), "adoptions_counted_from_fiscal_year", "2024"),
        (("revitalization", "2024"), "cap_yen", "300000"),
        (("revitalization", "2024"), "cap_yen_second_adoption", "150000"),
        (("revitalization", "2024"), "max_adoptions", "2"),
        (("revitalization", "2024"), "lag_years", "1"),
        (("startup", "2022"), "max_adoptions", ""),
        (("revitalization", "2024"), "min_citizen_members", ""),
    ],
)
def test_parameter_has_the_published_value(edition, name, value):
    assert parameters(*edition)[name]["value"] == value


def test_no_category_of_costs_is_claimed():
    assert lines(grants, "line_categories") == []


def test_past_awards_name_their_source_and_no_invented_amount():
    rows = lines(grants, "past_awards")

    assert len({row["key"] for row in rows}) == len(rows)
    assert all(row["source"] for row in rows)
    assert {row["amount_yen"] for row in rows} == {""}


def test_departments_of_past_awards_are_departments_on_file():
    departments = {row["name"] for row in lines(accounts, "departments")}

    assert {row["department"] for row in lines(grants, "past_awards")} - {""} <= departments
