"""The dates of a person: as a month on a page, and as a calendar that their phone reads."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from accounts.models import Duty, Role
from casework import feeds, month, services, timekeeping
from casework.derivation import Due
from casework.models import Access, CalendarFeed, ClosedDay, Deadline
from casework.services import advance
from grants.plan import Planned
from grants.services import save_plan
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def sender():
    return factories.sender()


@pytest.fixture
def office():
    return factories.user(Role.OFFICE, language="en")


@remembered
def due_in(days: int, **kwargs):
    return sent_back(filed(**kwargs), due_on=TODAY + timedelta(days=days))


def supplement(case) -> Deadline:
    return case.deadlines.open().get(kind="supplement")


def whole(person, at: datetime = NOON, **kwargs) -> list:
    """Return the events that a phone finds at a new address of ``person``."""
    _feed, token = feeds.make_feed(by=person, at=at, **kwargs)
    with time_machine.travel(at, tick=False):
        answer = Client().get(reverse("casework:feed", args=[token]))
    translation.activate("en")  # for a test that quotes words afterwards
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.content).events


def read(person, at: datetime = NOON) -> list:
    """Return the events about supplements; that of the close of the call is met before them."""
    return [event for event in whole(person, at) if "補正" in event["summary"]]


def only(person, at: datetime = NOON):
    [event] = read(person, at)
    return event


# What is in it


def test_feed_has_one_day_for_each_date_with_its_derivation_and_its_page(office):
    case = due_in(14)

    event = only(office)

    assert event.start == TODAY + timedelta(days=14)
    assert event.end == TODAY + timedelta(days=15)
    assert str(event["summary"]) == f"Supplement (補正): {case.title}"
    assert supplement(case).in_words in event["description"]
    assert "Owed by: Organization" in event["description"]
    assert event["url"].endswith(reverse("casework:case", args=[case.pk]))
    assert event["status"] == "CONFIRMED" and event["transp"] == "TRANSPARENT"
    assert event.stamp == NOON and event["dtstamp"].dt.utcoffset() == timedelta(0)
    assert event.last_modified == NOON


def test_feed_speaks_the_language_of_its_person():
    case = due_in(3)
    group = group_of(case)
    assert "令和8年11月23日" in only(group)["description"]

    group.language = "en"
    group.save()

    assert "23 November 2026" in only(group)["description"]


def test_clock_time_stands_in_the_description_and_the_day_stays_whole(office):
    case = due_in(3)
    due = Due.fixed(date(2026, 12, 1))
    timed = Due(due.on, time(17), due.steps)
    timekeeping.supersede(supplement(case), timed, by=office, at=LATER, reason="x")

    event = only(office, LATER)

    assert event.start == date(2026, 12, 1)
    assert "until 17:00" in event["description"]


def test_date_that_is_not_set_is_no_day(office):
    case = due_in(3)
    Deadline.objects.filter(case=case).update(due_on=None, due_at=None)

    assert read(office) == []


# What becomes of it


def test_uid_stays_and_sequence_rises_when_a_date_is_replaced_and_extended(office):
    case = due_in(14)
    first = only(office)
    fresh = timekeeping.supersede(
        supplement(case), Due.fixed(TODAY + timedelta(days=20)), by=office, at=LATER, reason="x"
    )
    second = only(office, LATER)
    until = TODAY + timedelta(days=30)
    at = LATER + timedelta(hours=1)
    factories.extended(fresh, until=until, reason="x", at=at)
    third = only(office, at)

    assert first.uid == second.uid == third.uid
    assert first.sequence < second.sequence < third.sequence
    assert (second.start, third.start) == (TODAY + timedelta(days=20), until)
    assert "until Sunday 20 December 2026\n" in third["description"]
    assert (second.last_modified, third.last_modified) == (LATER, at)


def test_sequence_rises_also_when_a_move_is_taken_back(office):
    case = filed()
    [before] = whole(office)
    case = advance(case, "accept", by=office, at=LATER)
    [then] = whole(office, LATER)
    services.correct(case, reason="x", by=office, at=LATER)
    [again] = whole(office, LATER)

    assert before.uid == then.uid == again.uid
    assert before.sequence < then.sequence < again.sequence


def test_what_was_met_stays_as_done_for_sixty_days(office):
    case = due_in(14)
    advance(case, "resubmit", by=group_of(case), at=LATER)

    done = only(office, LATER)

    assert str(done["summary"]) == f"Done: Supplement (補正): {case.title}"
    assert done["status"] == "CONFIRMED"
    assert only(office, LATER + timedelta(days=60) - timedelta(seconds=1))
    assert read(office, LATER + timedelta(days=60)) == []


def test_what_is_closed_is_cancelled(office):
    case = due_in(14)
    uid = only(office).uid
    advance(case, "withdraw", by=group_of(case), at=LATER, reason="x")

    event = only(office, LATER)

    assert (event.uid, event["status"]) == (uid, "CANCELLED")
    assert str(event["summary"]).startswith("No longer owed: ")
    assert read(office, LATER + timedelta(days=60)) == []


# Whose it is


def test_feed_has_nothing_of_a_case_that_is_barred(office):
    due_in(3)
    Access.objects.create(case=due_in(5), user=office, barred=True, reason="conflict")

    assert [event.start for event in read(office)] == [TODAY + timedelta(days=3)]


def test_draft_of_a_group_is_in_its_own_feed_only(office):
    draft = factories.draft()
    stranger = factories.member(factories.organization())

    [event] = whole(group_of(draft))
    assert event["summary"].endswith(draft.title)
    assert whole(office) == whole(stranger) == []


def test_each_has_the_dates_of_their_desks_and_readers_have_none():
    case = due_in(3)

    assert len(read(group_of(case))) == 1
    for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.COMMITTEE, Role.PANEL, Role.DEPARTMENT):
        assert whole(factories.user(role)) == [], role


def test_feed_is_empty_once_the_duty_has_ended(office):
    due_in(3)
    assert read(office)
    Duty.objects.filter(user=office).update(valid_until=TODAY - timedelta(days=1))

    assert whole(office) == []


def test_feed_is_empty_once_the_log_in_is_closed():
    group = group_of(due_in(3))
    assert read(group)
    group.is_active = False
    group.save()

    assert whole(group) == []


def test_duty_ends_at_midnight_in_japan_though_the_server_counts_in_utc(office):
    due_in(3)
    Duty.objects.filter(user=office).update(valid_until=TODAY)
    last_minute = datetime(2026, 11, 20, 14, 59, tzinfo=UTC)

    assert len(read(office, last_minute)) == 1
    assert read(office, last_minute + timedelta(minutes=1)) == []


# The address


def get(token: str):
    return Client().get(reverse("casework:feed", args=[token]))


def test_calendar_of_the_office_has_what_anybody_owes_in_a_filed_case(office):
    case = due_in(5)
    factories.draft()
    other = factories.user(Role.OFFICE, language="en")
    services.assign(case, clerk=other, by=office, at=NOON)

    events = whole(office, scope=CalendarFeed.Scope.OFFICE)

    assert [event["dtstart"].dt for event in events if "補正" in event["summary"]] == [
        TODAY + timedelta(days=5)
    ]


def test_calendar_of_the_office_has_the_planned_days(office):
    plan = [Planned("meeting", on=TODAY + timedelta(days=9))]
    save_plan(factories.call(), plan, version=0, reason="年間計画", by=office, at=NOON)

    events = whole(office, scope=CalendarFeed.Scope.OFFICE)

    meeting = next(event for event in events if "Meeting" in event["summary"])
    assert meeting["dtstart"].dt == TODAY + timedelta(days=9)
    assert not [event for event in whole(office) if "Meeting" in event["summary"]]


def test_calendar_of_the_office_is_nobody_elses(office):
    due_in(5)
    with pytest.raises(PermissionDenied):
        feeds.make_feed(by=factories.user(Role.PANEL), at=NOON, scope=CalendarFeed.Scope.OFFICE)
    Duty.objects.filter(user=office).update(valid_until=TODAY)

    assert whole(office, scope=CalendarFeed.Scope.OFFICE)
    feed, _token = feeds.make_feed(by=office, at=NOON, scope=CalendarFeed.Scope.OFFICE)
    assert Calendar.from_ical(feeds.written(feed, at=NOON + timedelta(days=1))).events == []


def test_each_of_two_calendars_is_revoked_by_itself(enter, office, at_noon):
    client = enter(office)
    for scope in CalendarFeed.Scope.values:
        client.post(reverse("casework:calendar-feed"), {"scope": scope})

    client.post(reverse("casework:calendar-feed-revoke"), {"scope": "office"})

    assert [feed.scope for feed in CalendarFeed.objects.live()] == ["own"]


def test_wrong_token_leads_nowhere(office, at_noon):
    feed, token = feeds.make_feed(by=office, at=NOON)

    assert get(token).status_code == 200
    assert get(token[:-1]).status_code == get(feed.token_digest).status_code == 404


def test_new_address_ends_the_old_one_and_revoking_ends_that(office, at_noon):
    _feed, old = feeds.make_feed(by=office, at=NOON)
    _feed, new = feeds.make_feed(by=office, at=NOON)
    assert (get(old).status_code, get(new).status_code) == (404, 200)

    assert feeds.revoke_feed(by=office, at=NOON)
    assert get(new).status_code == 404
    assert not feeds.revoke_feed(by=office, at=NOON)


def test_database_keeps_one_live_address_a_person(office):
    feeds.make_feed(by=office, at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.create(user=office, token_digest="x", made_at=NOON)


def standing(page) -> list[CalendarFeed | None]:
    """Return the feeds of the calendars that a page offers, one's own first."""
    return [feed for _scope, _label, feed in page.context["calendars"]]


def test_address_is_shown_once_and_its_page_says_when_it_was_made(enter, office, at_noon):
    browser, page = enter(office), reverse("casework:calendar-feed")
    assert standing(browser.get(page)) == [None, None]

    shown = browser.post(page)
    address = shown.context["address"]
    token = address.rpartition("/")[2].removesuffix(".ics")

    assert address in shown.content.decode() and "no-store" in shown["Cache-Control"]
    assert get(token).status_code == 200
    assert token not in str(CalendarFeed.objects.values_list())
    later = browser.get(page)
    assert token not in later.content.decode() and standing(later)[0].user == office


def test_revoking_on_the_page_ends_the_address(enter, office, at_noon):
    _feed, token = feeds.make_feed(by=office, at=NOON)

    answer = enter(office).post(reverse("casework:calendar-feed-revoke"), follow=True)

    assert standing(answer) == [None, None]
    assert get(token).status_code == 404


def test_feed_asks_as_often_for_three_dates_as_for_one(office, at_noon, django_assert_num_queries):
    _feed, token = feeds.make_feed(by=office, at=NOON)
    for number in (1, 2, 3):
        case = due_in(3)
        timekeeping.supersede(
            supplement(case), Due.fixed(TODAY + timedelta(days=9)), by=office, at=NOON, reason="x"
        )
        with django_assert_num_queries(5):  # feed, duties, dates, extensions, chains
            answer = get(token)
        assert len(Calendar.from_ical(answer.content).events) == 2 * number


# The month


def shown(browser, **query) -> dict:
    """Return the days of the month shown on which something is owed, and what."""
    page = browser.get(reverse("casework:calendar"), query)
    assert page.status_code == 200
    cells = [day for week in page.context["weeks"] for day in week if day.within]
    return {day.on: [d.case_id for d in day.deadlines] for day in cells if day.deadlines}


def test_month_shows_each_open_date_as_a_link_to_its_case(enter, office, at_noon):
    case, other = due_in(3), due_in(3)
    next_month = due_in(20)
    settled = due_in(4)
    advance(settled, "resubmit", by=group_of(settled), at=NOON)
    browser = enter(office)

    assert shown(browser) == {TODAY + timedelta(days=3): [case.pk, other.pk]}
    assert shown(browser, month="2026-12") == {TODAY + timedelta(days=20): [next_month.pk]}
    words = browser.get(reverse("casework:calendar")).content.decode()
    assert f'href="{reverse("casework:case", args=[case.pk])}"' in words
    assert "?month=2026-10" in words and "?month=2026-12" in words


def test_month_shows_an_extended_date_where_it_ends_now(enter, office, at_noon):
    case = due_in(3)
    until = TODAY + timedelta(days=9)
    factories.extended(supplement(case), until=until, reason="x", at=NOON)

    assert shown(enter(office)) == {until: [case.pk]}


def test_month_says_in_words_on_which_days_city_hall_is_closed(enter, office, at_noon):
    ClosedDay.objects.create(day=date(2026, 11, 23), name="勤労感謝の日")

    page = enter(office).get(reverse("casework:calendar"))

    words = page.content.decode()
    assert "Closed (勤労感謝の日)" in words
    assert words.count("Closed") == 10  # four Saturdays, five Sundays, one holiday
    assert "Nothing is owed in this month" in words


def test_month_is_that_of_japan_though_the_server_counts_in_utc(enter, office):
    for moment, first in (
        (datetime(2026, 11, 30, 14, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 30, 15, 0, tzinfo=UTC), date(2026, 12, 1)),
    ):
        with time_machine.travel(moment, tick=False):
            page = enter(office).get(reverse("casework:calendar"))
            assert page.context["first"] == first


@pytest.mark.parametrize(
    ("asked", "words"), [("2019-04", "平成31年4月"), ("2019-05", "令和元年5月")]
)
def test_month_is_named_by_its_era(enter, office, at_noon, asked, words):
    page = enter(office, "ja").get(reverse("casework:calendar"), {"month": asked})

    assert words in page.content.decode()


@pytest.mark.parametrize("asked", ["2026-13", "2026", "0001-01", "9999-12", "x", "２０２６-11"])
def test_what_is_no_month_is_not_found(enter, office, at_noon, asked):
    assert enter(office).get(reverse("casework:calendar"), {"month": asked}).status_code == 404


def test_month_has_nothing_of_a_barred_case_or_a_foreign_draft(enter, office, at_noon):
    factories.draft()
    Access.objects.create(case=due_in(5), user=office, barred=True, reason="conflict")

    assert shown(enter(office)) == shown(enter(office), month="2026-12") == {}


def test_month_asks_as_often_for_three_dates_as_for_one(
    enter, office, at_noon, django_assert_num_queries
):
    browser, page = enter(office), reverse("casework:calendar")
    for number in (1, 2, 3):
        due_in(3)
        with django_assert_num_queries(7):  # the head of a page asks four of them
            assert len(browser.get(page).context["deadlines"]) == number


def test_weeks_begin_on_sunday():
    first = date(2026, 11, 1)

    weeks = month.weeks(first, deadlines=[], closed={})

    assert {week[0].on.isoweekday() for week in weeks} == {7}
    assert weeks[0][0].on == first and [day.within for day in weeks[-1]] == [True] * 2 + [False] * 5


def test_desk_leads_to_the_calendar(enter, office, at_noon):
    page = enter(office).get(reverse("casework:office"))

    assert reverse("casework:calendar") in [url for url, _label in page.context["links"]]
