"""What a month of a measure's year brings, in words: written by the office, shown under the bars."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import Role
from guideline import years
from guideline.models import MONTH_WORDS, MONTHS, Measure, MeasureYear, MeasureYearVersion, Progress
from guideline.public_days import make_public
from tests import factories
from tests.factories import NOON
from tests.guideline.test_years import DAY, YEAR, shown, write


@pytest.fixture
def fifth(loaded) -> Measure:
    return Measure.objects.of("first").get(number=5)


@pytest.fixture
def clerk(db):
    return factories.user(Role.OFFICE)


@pytest.fixture
def office(client, clerk):
    client.force_login(clerk)
    return client


def address(measure, year=YEAR) -> str:
    return reverse("guideline:measure-months", args=[measure.edition.code, measure.number, year])


def posted(edit_number=0, **words) -> dict:
    return {"edit_number": edit_number, **words}


def row() -> MeasureYear:
    return MeasureYear.objects.get()


def test_month_with_words_gets_its_bar_and_is_kept_as_a_version(office, fifth, clerk):
    write(fifth, clerk, plan_months=[6])

    office.post(address(fifth), posted(1, plan_4="準備会", result_5="朗読会\n20人"))

    assert (row().plan_months, row().plan_by_month) == ([4, 6], {"4": "準備会"})
    assert (row().result_months, row().result_by_month) == ([5], {"5": "朗読会\n20人"})
    last = MeasureYearVersion.objects.latest("number")
    assert (last.content["plan_by_month"], last.by) == ({"4": "準備会"}, clerk)


def test_words_taken_out_take_their_bar_with_them(office, fifth, clerk):
    write(fifth, clerk, plan_months=[4, 6], plan_by_month={"4": "準備会"})

    office.post(address(fifth), posted(1))

    assert (row().plan_months, row().plan_by_month) == ([6], {})


def test_ring_ticks_a_month_without_words(office, fifth):
    office.post(address(fifth), posted(plan_4="〇", plan_5="準備会"))

    assert row().planned == [(4, ""), (5, "準備会")]


@pytest.mark.parametrize("month", MONTHS)
def test_each_month_has_its_own_two_fields(office, fifth, month):
    office.post(address(fifth), posted(**{f"plan_{month}": "甲", f"result_{month}": "乙"}))

    assert (row().planned, row().done) == ([(month, "甲")], [(month, "乙")])


@pytest.mark.parametrize(
    "words", [{"13": "x"}, {"4": ""}, {"4": "○"}, {"4": 4}, ["4"], {"4": "長" * (MONTH_WORDS + 1)}]
)
def test_what_is_no_words_by_month_is_refused(fifth, clerk, words):
    with pytest.raises(ValidationError):
        write(fifth, clerk, plan_months=[4], plan_by_month=words)


def test_too_many_words_are_told_at_their_month(office, fifth):
    answer = office.post(address(fifth), posted(plan_1="長" * (MONTH_WORDS + 1)))

    assert answer.status_code == 422
    assert [one["month"] for one in answer.context["months"] if one["fields"][0].errors] == [1]
    assert 1 in [one["month"] for one in answer.context["months"] if one["is_open"]]


def test_month_with_words_is_not_unticked_by_itself(office, fifth, clerk):
    write(fifth, clerk, plan="書いた", plan_months=[4], plan_by_month={"4": "準備会"})
    url = reverse("guideline:measure-year", args=["first", 5, YEAR])

    answer = office.post(url, {"edit_number": 1, "plan": "直した"})

    assert answer.status_code == 422
    assert "4月" in str(answer.context["form"].errors["plan_months"])
    assert row().plan == "書いた"


def test_page_of_the_year_leaves_the_words_of_its_months(office, fifth, clerk):
    write(fifth, clerk, plan_months=[4], plan_by_month={"4": "準備会"})
    url = reverse("guideline:measure-year", args=["first", 5, YEAR])

    office.post(url, {"edit_number": 1, "plan": "直した", "plan_months": ["4", "5"]})

    assert (row().plan, row().plan_months) == ("直した", [4, 5])
    assert row().plan_by_month == {"4": "準備会"}


def test_overtaken_page_shows_both_and_writes_nothing(office, fifth, clerk):
    write(fifth, clerk, plan_months=[4], plan_by_month={"4": "先に保存"})

    answer = office.post(address(fifth), posted(plan_4="自分の"))

    assert answer.status_code == 409
    assert "先に保存" in answer.content.decode()
    assert answer.context["form"]["plan_4"].value() == "自分の"
    assert row().plan_by_month == {"4": "先に保存"}
    again = posted(answer.context["form"]["edit_number"].value(), plan_4="自分の")
    office.post(address(fifth), again)
    assert row().plan_by_month == {"4": "自分の"}


@pytest.mark.parametrize(("day", "expected"), [((2026, 4, 3), [4]), ((2026, 11, 30), [10, 11]), ((2027, 1, 1), [12, 1])])  # fmt: skip
def test_this_month_and_the_last_are_open(client, fifth, clerk, day, expected):
    with time_machine.travel(date(*day), tick=False):
        client.force_login(clerk)
        months = client.get(address(fifth)).context["months"]

    assert [one["month"] for one in months if one["is_open"]] == expected
    assert [one["month"] for one in months if one["is_now"]] == expected[-1:]


def test_last_year_is_told_and_no_month_of_it_is_open(office, fifth, clerk):
    write(fifth, clerk, year=YEAR - 1, plan_months=[7], plan_by_month={"7": "去年の七夕"})

    months = office.get(address(fifth)).context["months"]

    assert {one["month"]: one["before"] for one in months}[7] == ["去年の七夕"]
    closed = office.get(address(fifth, YEAR - 1)).context["months"]
    assert not any(one["is_open"] for one in closed)


def test_office_walks_from_measure_to_measure(office, fifth):
    onward = office.post(address(fifth), posted(plan_4="甲", next="1"))
    last = Measure.objects.of("first").get(number=23)
    stays = office.post(address(last), posted(plan_4="甲", next="1"))

    assert onward["Location"] == address(Measure.objects.of("first").get(number=6))
    assert stays["Location"] == address(last)


@pytest.mark.parametrize("name", ["measure", "edition-year"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_public_reads_the_words_of_months_once_released(client, fifth, clerk, name, language):
    write(fifth, clerk, plan_months=[4, 5], plan_by_month={"4": "準備会の案内"})
    Progress.objects.create(measure=fifth, fiscal_year=YEAR, as_of=DAY, status="partly")
    url = reverse(f"guideline:{name}", args=["first", 5 if name == "measure" else YEAR])
    assert "準備会の案内" not in client.get(url).content.decode()
    make_public(fifth.edition, DAY, source="公開", at=NOON)

    text = client.get(url, headers={"accept-language": language}).content.decode()

    assert text.count("準備会の案内") == 2  # at the bar, and in the table under it


@pytest.mark.parametrize(
    ("months", "words", "expected"),
    [
        ([], {}, []),
        ([4, 5, 3], {}, [([4, 5, 3], "")]),
        ([4, 5, 6, 1], {"6": "会"}, [([4, 5], ""), ([6], "会"), ([1], "")]),
        ([4, 5], {"4": "甲", "5": "乙"}, [([4], "甲"), ([5], "乙")]),
    ],
)
def test_months_without_words_stand_in_one_line(months, words, expected):
    row = MeasureYear(plan_months=months, plan_by_month=words)

    assert row.planned_lines == expected


def test_version_from_before_there_were_words_is_still_read(fifth, clerk):
    write(fifth, clerk, plan_months=[4])
    version = MeasureYearVersion.objects.get()
    old = {k: v for k, v in version.content.items() if not k.endswith("_by_month")}
    Progress.objects.create(measure=fifth, fiscal_year=YEAR, as_of=DAY, status="partly")
    told = years.shown_from(old, fifth.pk, YEAR)

    assert (told.planned, told.done) == ([(4, "")], [])
    assert shown(fifth) == []
