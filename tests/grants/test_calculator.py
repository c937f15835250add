"""The calculator of dates: what a rule makes of any day, and what a case of the same day stores."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Role
from casework.closed_days import ClosedDays
from casework.deadlines import KINDS
from casework.models import ClosedDay
from casework.services import advance
from grants.date_rules import BESIDES, codes, date_by
from grants.deadlines import COUNTED
from grants.models import CourseEdition
from grants.parameters import PARAMETERS, PERIODS
from grants.rules import RuleSet
from tests import factories
from tests.casework.cases import filed
from tests.factories import NOON, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]


@pytest.fixture
def office(as_person):
    return as_person(factories.user(Role.OFFICE))


def page_of(office, **query) -> str:
    return office.get(reverse("grants:calculator"), query).content.decode()


def test_calculator_knows_every_period_that_the_program_computes_with():
    counted = {parameter for parameter, _basis in COUNTED.values()}
    besides = {rule.parameter for rule in BESIDES.values()}

    assert counted | besides | {"report_days"} == set(PERIODS)
    assert codes() == [*(code for code in KINDS if code in {*COUNTED, "report"}), *BESIDES]


def test_rules_that_nothing_follows_yet_say_so_where_they_are_set():
    followed = {"processing", "acceptance", "interim_report", "publication"}

    said = {code for code, rule in BESIDES.items() if PARAMETERS[rule.parameter].shown_only}

    assert said == set(BESIDES) - followed
    assert followed <= set(KINDS)


@pytest.mark.parametrize("code", ["result_acceptance", "committee_paper", "panel_term"])
def test_rule_without_a_machine_is_computed_by_the_page(office, code):
    edition = factories.edition(**{BESIDES[code].parameter: "3 open_days_before"})

    page = page_of(office, day="令和9年1月29日", edition=edition.pk, rule=code)

    assert "3rd open day before 29 January 2027" in page and "Tuesday 26 January 2027" in page


@pytest.mark.parametrize("period", ["14", "2 months", "10 open_days", "11 next_open_day"])
def test_calculator_says_what_a_case_of_that_day_stores(period):
    ClosedDay.objects.create(day=date(2026, 12, 1), name="試験")
    case = filed(round=factories.call(supplement_days=period))

    case = advance(case, "send_back", by=factories.user(Role.OFFICE), at=NOON, reason="名簿")

    stored = case.deadlines.get(kind="supplement").derivation
    assert stored == date_by("supplement", case.rules, TODAY, ClosedDays()).to_json()


def test_page_shows_every_step_of_the_earlier_of_two_dates(office):
    edition = factories.edition(report_days="30 next_open_day")

    page = page_of(office, day="令和9年3月19日", edition=edition.pk, rule="report")

    rules = RuleSet(edition.frozen())
    due = date_by("report", rules, date(2027, 3, 19), ClosedDays())
    assert due.on == date(2027, 4, 10)
    assert page.count('<td data-label="Step">') == 4
    for words in ("30th day counted from the day after 19 March 2027", "Sunday 18 April 2027",
                  "so the next open day", "令和9年4月19日（月）", "the earlier of"):  # fmt: skip
        assert words in page


def test_rule_that_is_not_set_leads_to_no_date_but_to_where_it_is_set(office):
    edition = factories.edition(offer_days=None)

    page = page_of(office, day="2027-01-31", edition=edition.pk, rule="offer")

    assert "Not set" in page
    assert f"{reverse('grants:course', args=[edition.pk])}?only=not_set" in page


def test_period_of_ones_own_is_counted_and_its_closed_days_are_listed(office):
    ClosedDay.objects.create(day=date(2027, 2, 11), name="建国記念の日")

    page = page_of(office, day="R9.2.9", period_count="2", period_unit="open_days")

    assert "2nd open day after 9 February 2027 (day typed in): Friday 12 February 2027" in page
    assert "建国記念の日" in page and "1 closed weekday on the way" in page


def test_page_warns_of_days_whose_holidays_nobody_entered(office):
    ClosedDay.objects.create(day=date(2028, 12, 31), name="年末年始")
    warned = "Closed days are entered up to this day:"

    assert warned in page_of(office, day="R10.12.25", period_count="8", period_unit="days")
    page = page_of(office, day="R10.12.25", period_count="2", period_unit="days")
    assert warned not in page and "closed weekday" not in page  # 31 December 2028 is a Sunday


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"day": "令和9年2月30日", "period_count": "3"}, "The calendar has no such day"),
        ({"day": "平成31年5月1日", "period_count": "3"}, "The calendar has no such day"),
        ({"day": "2027-01-31"}, "Choose a course and its rule, or write a period."),
        ({"day": "2027-01-31", "rule": "offer"}, "Choose a course and its rule"),
        ({"day": "2027-01-31", "period_count": "0"}, "greater than or equal to 1"),
        ({"day": "9999-12-30", "period_count": "5"}, "between 1950 and 2200"),
        ({"day": "0001-01-01", "period_count": "5"}, "between 1950 and 2200"),
        ({"day": "2200-12-31", "period_count": "9999"}, "less than or equal to 3650"),
    ],
)
def test_question_that_cannot_be_answered_is_answered_in_words(office, query, words):
    page = page_of(office, **query)

    assert words in page and 'id="result"' not in page


def test_calculator_stores_nothing(office, django_assert_num_queries):
    edition = factories.edition(offer_days="3 open_days next_open_day")
    before = CourseEdition.objects.count()

    with django_assert_num_queries(10):
        page_of(office, day="2027-01-31", edition=edition.pk, rule="offer")

    assert CourseEdition.objects.count() == before


def test_rule_and_a_period_of_ones_own_are_not_asked_at_once(office):
    edition = factories.edition()

    page = page_of(
        office, day="2027-01-31", edition=edition.pk, rule="offer", period_count="3",
        period_unit="days",
    )  # fmt: skip

    assert "Choose a course and its rule, or write a period." in page


@pytest.mark.parametrize("unit", ["days", "months", "open_days", "open_days_before"])
@pytest.mark.parametrize("day", ["1950-01-01", "2200-12-31"])
def test_longest_period_ends_on_a_day_of_the_calendar(office, day, unit):
    page = page_of(office, day=day, period_count="3650", period_unit=unit)

    assert 'id="result"' in page


@pytest.mark.parametrize("role", [Role.PANEL, Role.DEPARTMENT, Role.ACCOUNTING])
def test_others_have_no_calculator(as_person, role):
    assert as_person(factories.user(role)).get(reverse("grants:calculator")).status_code == 403
