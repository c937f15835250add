"""Every rule as a function of plain facts, and the city's own editions held against groups."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import grants
from grants.eligibility import Alike, Check, Dates, Facts, Outcome, Question, answers_to
from grants.rules import RuleSet

P, F, N, H = Outcome.PASSES, Outcome.FAILS, Outcome.NOT_SET, Outcome.NEEDS_PERSON
FILED = date(2024, 5, 20)
DATES = Dates(
    on=FILED, filed_on=FILED, call_closes_on=date(2024, 5, 31), fiscal_year_on=date(2024, 4, 1)
)
#: A group that lacks nothing which a program can look at.
SOUND = Facts(
    founded_on=date(2022, 5, 1),
    active_since=date(2022, 5, 1),
    citizen_members=5,
    officers=3,
    rules_on_file_on=date(2023, 1, 1),
    npo_center_registered_on=date(2023, 1, 1),
    in_city=True,
    asked_yen=90_000,
    pledged=True,
)
ONE_ALIKE = (Alike("award:x", "似た会", 2024, ("name",)),)


def rules(**values: str | None) -> RuleSet:
    return RuleSet(
        {
            name: {"status": "not_set" if value is None else "set", "value": value or ""}
            for name, value in values.items()
        }
    )


def ask(said: RuleSet, facts: Facts = SOUND, dates: Dates = DATES) -> dict[str, Check]:
    return {answer.code: answer for answer in answers_to(Question(said, facts, dates))}


# As of which day years count


@pytest.mark.parametrize(
    ("setting", "day"),
    [
        (None, FILED),
        ("submission", FILED),
        ("call_closes", DATES.call_closes_on),
        ("fiscal_year", DATES.fiscal_year_on),
        ("grant_application", date(2024, 8, 1)),
    ],
)
def test_age_counts_as_of_the_day_that_is_set(setting, day):
    said = rules(max_age_years="3", age_counted_on=setting)
    dates = replace(DATES, on=date(2024, 9, 1), applied_on=date(2024, 8, 1))

    in_time = ask(said, replace(SOUND, founded_on=day.replace(year=2021)), dates)
    too_old = ask(said, replace(SOUND, founded_on=date.fromordinal(day.toordinal() - 1).replace(year=2021)), dates)  # fmt: skip

    assert (in_time["max_age_years"].outcome, in_time["max_age_years"].on) == (P, day)
    assert too_old["max_age_years"].outcome == F and too_old["max_age_years"].mend
    assert ("not set" in str(in_time["max_age_years"].counted)) == (setting is None)


def test_day_that_has_not_come_is_that_of_the_check():
    said = rules(max_age_years="3", age_counted_on="grant_application")

    assert ask(said)["max_age_years"].on == FILED


def test_supplement_does_not_move_the_day_of_filing():
    said = rules(max_age_years="2")
    late = replace(DATES, on=date(2024, 7, 1))

    assert (
        ask(said, replace(SOUND, founded_on=date(2022, 5, 20)), late)["max_age_years"].outcome == P
    )


def test_activity_names_the_day_from_which_it_is_long_enough():
    answer = ask(rules(min_activity_years="3"))["min_activity_years"]

    assert answer.outcome == F
    assert "2025-05-01" in str(answer.mend)


# Papers


@pytest.mark.parametrize(
    ("wanted", "on_file", "starts_on", "outcome"),
    [
        ("by_project_start", date(2024, 5, 20), None, P),
        ("by_project_start", None, None, H),
        ("by_project_start", None, FILED, H),
        ("by_project_start", None, date(2024, 5, 19), F),
        ("by_project_start", date(2024, 5, 21), date(2024, 5, 19), F),
        ("required", None, date(2024, 5, 19), H),
        (None, None, date(2024, 5, 19), N),
    ],
)
def test_paper_is_late_once_the_project_has_begun(wanted, on_file, starts_on, outcome):
    facts = replace(SOUND, rules_on_file_on=on_file)

    answer = ask(rules(rules_on_file=wanted), facts, replace(DATES, starts_on=starts_on))

    assert answer["rules_on_file"].outcome == outcome


# The project


@pytest.mark.parametrize(
    ("mode", "declared_yen", "outcome"),
    [
        ("allowed", None, P),
        ("allowed", 10_000, P),
        ("deducted", None, H),
        ("deducted", 0, P),
        ("deducted", 10_000, P),
        ("not_allowed", None, H),
        ("not_allowed", 0, P),
        ("not_allowed", 1, F),
        ("自由に書いた決まり", 0, H),
        (None, 10_000, N),
    ],
)
def test_other_subsidies(mode, declared_yen, outcome):
    facts = replace(SOUND, other_subsidies_yen=declared_yen)

    assert ask(rules(other_subsidy=mode), facts)["other_subsidy"].outcome == outcome


@pytest.mark.parametrize(
    ("said", "facts", "outcome"),
    [
        (rules(pledges="事実です。"), SOUND, P),
        (rules(pledges="事実です。"), replace(SOUND, pledged=False), F),
        (rules(pledges=None), replace(SOUND, pledged=False), N),
    ],
)
def test_pledges(said, facts, outcome):
    assert ask(said, facts)["pledges"].outcome == outcome


def test_excluded_purposes_are_put_before_a_person_line_by_line():
    answer = ask(rules(excluded_purposes="宗教活動\n政治活動"))["excluded_purposes"]

    assert (answer.outcome, answer.limit) == (H, "宗教活動, 政治活動")


@pytest.mark.parametrize(
    ("said", "alike", "outcome"),
    [
        (rules(max_adoptions="1"), ONE_ALIKE, H),
        (rules(max_adoptions="1"), (), P),
        (rules(cap_yen_second_adoption="1"), ONE_ALIKE, H),
        (rules(max_adoptions=None), ONE_ALIKE, None),
    ],
)
def test_same_group_is_asked_only_where_adoptions_count(said, alike, outcome):
    answer = ask(said, replace(SOUND, alike=alike)).get("same_group")

    assert (answer and answer.outcome) == outcome


ALL = rules(
    max_age_years="1", min_activity_years="9", min_citizen_members="99", min_officers="99",
    rules_on_file="by_project_start", npo_center_registration="by_project_start",
    place_in_city="required", max_adoptions="1", pledges="事実です。", other_subsidy="not_allowed",
)  # fmt: skip


def test_every_failure_says_what_would_change_it():
    facts = replace(
        SOUND, in_city=False, adoptions=1, pledged=False, other_subsidies_yen=1, cap_yen=1,
        rules_on_file_on=None, npo_center_registered_on=None,
    )  # fmt: skip
    answers = ask(ALL, facts, replace(DATES, starts_on=date(2024, 5, 1)))

    failed = {code for code, answer in answers.items() if answer.outcome == F}
    assert failed == {*ALL.values, "cap_yen"}
    assert [code for code in failed if not answers[code].mend] == []


def test_what_is_kept_on_record_tells_no_address():
    answer = ask(rules(place_in_city="required"), replace(SOUND, address="架空市1-2"))

    assert (answer["place_in_city"].value, answer["place_in_city"].found) == ("架空市1-2", "yes")


# The city's own editions


def edition(course: str, year: int) -> RuleSet:
    path = Path(grants.__file__).parent / "reference" / "edition_parameters.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    mine = (row for row in rows if (row["course"], row["first_fiscal_year"]) == (course, str(year)))
    return RuleSet({row["name"]: row for row in mine})


STARTUP, REVITALIZATION = ("startup", 2022), ("revitalization", 2024)
FIRST, SECOND = ("collaboration", 2022), ("collaboration", 2024)


@pytest.mark.parametrize(
    ("named", "facts", "fails"),
    [
        (STARTUP, {}, set()),
        (STARTUP, {"founded_on": date(2021, 5, 20)}, set()),
        (STARTUP, {"founded_on": date(2021, 5, 19)}, {"max_age_years"}),
        (STARTUP, {"citizen_members": 3}, set()),
        (STARTUP, {"citizen_members": 2}, {"min_citizen_members"}),
        (STARTUP, {"in_city": False}, {"place_in_city"}),
        (STARTUP, {"asked_yen": 100_001}, {"cap_yen"}),
        (STARTUP, {"officers": 1, "adoptions": 9}, set()),
        (STARTUP, {"active_since": FILED}, set()),
        (FIRST, {"asked_yen": 500_000, "founded_on": date(1950, 1, 1)}, set()),
        (FIRST, {"asked_yen": 500_001}, {"cap_yen"}),
        (FIRST, {"citizen_members": 0, "officers": 1, "adoptions": 9}, set()),
        (FIRST, {"in_city": False}, {"place_in_city"}),
        (SECOND, {"asked_yen": 500_000}, set()),
        (SECOND, {"active_since": date(2023, 5, 20)}, set()),
        (SECOND, {"active_since": date(2023, 5, 21)}, {"min_activity_years"}),
        (SECOND, {"citizen_members": 4}, {"min_citizen_members"}),
        (SECOND, {"officers": 2}, {"min_officers"}),
        (SECOND, {"adoptions": 1}, {"max_adoptions"}),
        (SECOND, {"founded_on": date(1950, 1, 1), "active_since": date(1950, 1, 1)}, set()),
        (REVITALIZATION, {"asked_yen": 300_000}, set()),
        (REVITALIZATION, {"asked_yen": 300_001}, {"cap_yen"}),
        (REVITALIZATION, {"asked_yen": 150_000, "adoptions": 1}, set()),
        (REVITALIZATION, {"asked_yen": 150_001, "adoptions": 1}, {"cap_yen"}),
        (REVITALIZATION, {"adoptions": 2}, {"max_adoptions"}),
        (REVITALIZATION, {"in_city": False, "citizen_members": 0, "officers": 1}, set()),
    ],
)  # fmt: skip
def test_group_under_the_rules_of_the_city(named, facts, fails):
    said, group = edition(*named), replace(SOUND, **facts)
    group = replace(group, cap_yen=said.cap_yen(group.adoptions + 1))

    answers = ask(said, group)

    assert {code for code, answer in answers.items() if answer.outcome == F} == fails
    assert all(answers[code].source for code in fails)


@pytest.mark.parametrize(
    ("named", "persons"),
    [
        (STARTUP, {"public_interest", "project_in_city", "no_new_facility"}),
        (FIRST, {"public_interest", "project_in_city", "no_new_facility"}),
        (SECOND, {"public_interest", "project_in_city", "no_new_facility", "nonprofit",
                  "proper_accounting"}),
        (REVITALIZATION, set()),
    ],
)  # fmt: skip
def test_sound_group_waits_for_a_person_only_where_no_machine_can_know(named, persons):
    said = edition(*named)
    answers = ask(said, replace(SOUND, cap_yen=said.cap_yen(1)))

    assert {code for code, answer in answers.items() if answer.outcome == H} == persons
    assert {answer.outcome for answer in answers.values()} <= {P, N, H}
