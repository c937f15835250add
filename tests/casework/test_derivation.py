"""How due dates come about: what each builder computes, stores and says in both languages."""

import json
from datetime import date, time

import pytest

from casework import derivation
from casework.derivation import Due, in_words

DONE = date(2027, 1, 31)
YEAR_END = date(2027, 3, 31)


@pytest.fixture(autouse=True)
def own_bases(monkeypatch):
    monkeypatch.setattr(derivation, "BASES", dict(derivation.BASES))
    derivation.register_basis("test.done", "事業完了日", "project completed")
    derivation.register_basis("test.meeting", "選考会の日", "selection meeting")
    derivation.register_basis("test.report_days", "報告までの日数", "number of days for the report")


def thirty_days() -> Due:
    return derivation.days_after(DONE, 30, basis="test.done", source="交付要綱 第12条")


def forty_days() -> Due:
    return derivation.days_after(date(2027, 3, 1), 40, basis="test.done")


def unknown() -> Due:
    return derivation.not_set("test.report_days")


CASES = [
    (
        lambda: Due.fixed(date(2026, 5, 29)),
        date(2026, 5, 29),
        "窓口が定めた日、令和8年5月29日（金）",
        "Day set by the office: Friday 29 May 2026",
    ),
    (
        thirty_days,
        date(2027, 3, 2),
        "令和9年1月31日（事業完了日）の翌日から起算して30日目、令和9年3月2日（火）",
        "30th day counted from the day after 31 January 2027 (project completed): "
        "Tuesday 2 March 2027",
    ),
    (
        lambda: derivation.months_after(DONE, 1, basis="test.done"),
        date(2027, 2, 28),
        "令和9年1月31日（事業完了日）の翌日から起算して1か月の満了日、令和9年2月28日（日）",
        "Last day of 1 month counted from the day after 31 January 2027 (project completed): "
        "Sunday 28 February 2027",
    ),
    (
        lambda: derivation.months_after(DONE, 2, basis="test.done"),
        YEAR_END,
        "令和9年1月31日（事業完了日）の翌日から起算して2か月の満了日、令和9年3月31日（水）",
        "Last day of 2 months counted from the day after 31 January 2027 (project completed): "
        "Wednesday 31 March 2027",
    ),
    (
        lambda: derivation.open_days_after(DONE, 11, {date(2027, 2, 11)}, basis="test.done"),
        date(2027, 2, 16),
        "令和9年1月31日（事業完了日）の翌日から数えて11開庁日目、令和9年2月16日（火）",
        "11th open day after 31 January 2027 (project completed): Tuesday 16 February 2027",
    ),
    (
        lambda: derivation.open_days_before(date(2027, 3, 2), 3, (), basis="test.meeting"),
        date(2027, 2, 25),
        "令和9年3月2日（選考会の日）の3開庁日前、令和9年2月25日（木）",
        "3rd open day before 2 March 2027 (selection meeting): Thursday 25 February 2027",
    ),
    (
        lambda: derivation.cap_at(forty_days(), YEAR_END, basis="fiscal_year_end"),
        YEAR_END,
        "令和9年3月1日（事業完了日）の翌日から起算して40日目、令和9年4月10日（土）。"
        "ただし年度末を限度とし、令和9年3月31日（水）",
        "40th day counted from the day after 1 March 2027 (project completed): "
        "Saturday 10 April 2027; but no later than Wednesday 31 March 2027 "
        "(end of the fiscal year)",
    ),
    (
        lambda: derivation.move_to_next_open_day(forty_days(), ()),
        date(2027, 4, 12),
        "令和9年3月1日（事業完了日）の翌日から起算して40日目、令和9年4月10日（土）。"
        "閉庁日に当たるため次の開庁日、令和9年4月12日（月）",
        "40th day counted from the day after 1 March 2027 (project completed): "
        "Saturday 10 April 2027; city hall is closed on that day, so the next open day: "
        "Monday 12 April 2027",
    ),
    (
        lambda: derivation.with_clock(Due.fixed(date(2026, 5, 29)), time(17)),
        date(2026, 5, 29),
        "窓口が定めた日、令和8年5月29日（金）、17時まで",
        "Day set by the office: Friday 29 May 2026, until 17:00",
    ),
    (
        lambda: derivation.with_clock(Due.fixed(date(2026, 5, 29)), time(9, 5)),
        date(2026, 5, 29),
        "窓口が定めた日、令和8年5月29日（金）、9時5分まで",
        "Day set by the office: Friday 29 May 2026, until 09:05",
    ),
    (
        lambda: derivation.the_earlier_of(thirty_days(), Due.fixed(date(2027, 4, 20))),
        date(2027, 3, 2),
        "「令和9年1月31日（事業完了日）の翌日から起算して30日目、令和9年3月2日（火）」と"
        "「窓口が定めた日、令和9年4月20日（火）」のうち早い日、令和9年3月2日（火）",
        "The earlier of “30th day counted from the day after 31 January 2027 (project completed): "
        "Tuesday 2 March 2027” and “Day set by the office: Tuesday 20 April 2027”: "
        "Tuesday 2 March 2027",
    ),
    (
        unknown,
        None,
        "未設定（報告までの日数が決まっていません。窓口がお答えします）",
        "Not set (number of days for the report has not been decided; the office will answer)",
    ),
    (
        lambda: derivation.the_earlier_of(Due.fixed(date(2027, 4, 20)), unknown()),
        None,
        "「窓口が定めた日、令和9年4月20日（火）」と"
        "「未設定（報告までの日数が決まっていません。窓口がお答えします）」のうち早い日",
        "The earlier of “Day set by the office: Tuesday 20 April 2027” and “Not set (number of days "
        "for the report has not been decided; the office will answer)”",
    ),
]


@pytest.mark.parametrize(("build", "on", "ja", "en"), CASES)
def test_due_is_computed_and_said_in_both_languages(build, on, ja, en):
    due = build()

    assert due.on == on
    assert in_words(due, "ja") == ja
    assert in_words(due, "en-gb") == en


@pytest.mark.parametrize("build", [case[0] for case in CASES])
def test_due_survives_being_stored(build):
    stored = json.loads(json.dumps(build().to_json()))

    assert Due.from_json(stored) == build()


def test_stored_form_is_stable():
    assert derivation.with_clock(thirty_days(), time(17)).to_json() == {
        "on": "2027-03-02",
        "clock": "17:00:00",
        "steps": [
            {
                "rule": "days_after",
                "on": "2027-03-02",
                "since": "2027-01-31",
                "count": 30,
                "basis": "test.done",
            }
        ],
        "source": "交付要綱 第12条",
    }


def test_not_set_stays_not_set():
    later = derivation.cap_at(unknown(), YEAR_END, basis="fiscal_year_end")
    later = derivation.with_clock(derivation.move_to_next_open_day(later, ()), time(17))

    assert later == unknown()


def test_cap_that_does_not_bite_leaves_no_trace():
    assert derivation.cap_at(thirty_days(), YEAR_END, basis="fiscal_year_end") == thirty_days()


def test_open_day_is_not_moved():
    assert derivation.move_to_next_open_day(thirty_days(), ()) == thirty_days()


@pytest.mark.parametrize("clocks", [(time(17), None), (None, time(17)), (time(18), time(17))])
def test_on_the_same_day_the_earlier_clock_counts(clocks):
    one, other = (Due(date(2027, 4, 20), clock, ()) for clock in clocks)

    assert derivation.the_earlier_of(one, other).clock == time(17)


def test_earlier_day_keeps_its_own_clock():
    early = Due.fixed(date(2027, 4, 19))
    late = derivation.with_clock(Due.fixed(date(2027, 4, 20)), time(17))

    assert derivation.the_earlier_of(early, late).clock is None


def test_earlier_of_two_names_both_sources_once():
    other = Due.fixed(YEAR_END, source="募集要項")

    assert derivation.the_earlier_of(thirty_days(), other).source == "交付要綱 第12条 / 募集要項"
    assert derivation.the_earlier_of(thirty_days(), thirty_days()).source == "交付要綱 第12条"


def test_days_are_counted_from_one():
    with pytest.raises(ValueError, match="from 1"):
        derivation.days_after(DONE, 0, basis="test.done")


def test_basis_without_words_is_refused():
    with pytest.raises(LookupError, match="test.nowhere is not registered"):
        Due.fixed(DONE, basis="test.nowhere")


def test_stored_rule_that_is_unknown_is_refused():
    stored = {"on": None, "clock": None, "steps": [{"rule": "guess"}], "source": ""}

    with pytest.raises(LookupError, match="no rule guess"):
        Due.from_json(stored)


def test_basis_may_be_registered_again_but_not_renamed():
    derivation.register_basis("test.done", "事業完了日", "project completed")

    with pytest.raises(ValueError, match="other words"):
        derivation.register_basis("test.done", "完了日", "completed")


@pytest.mark.parametrize(
    ("count", "nth"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd"), (112, "112th")],
)
def test_english_ordinals(count, nth):
    due = derivation.days_after(DONE, count, basis="test.done")

    assert in_words(due, "en").startswith(f"{nth} day counted")
