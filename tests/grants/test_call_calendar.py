"""The public calendar of calls."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.models import Role
from grants import services
from grants.models import Round
from tests import factories
from tests.factories import JAPAN, NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def read(clock):
    """Return the events that anybody finds at a moment, by what they are about."""

    def get(at: datetime = NOON) -> dict:
        clock(at)
        answer = Client(headers={"accept-language": "en"}).get(reverse("grants:call-calendar"))
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        events = Calendar.from_ical(answer.content).events
        return {str(event["summary"]): event for event in events}

    return get


@remembered
def opened(opens_at: datetime, closes_at: datetime) -> Round:
    call = factories.call()
    Round.objects.filter(pk=call.pk).update(opens_at=opens_at, closes_at=closes_at)
    call.refresh_from_db()
    return call


def test_call_opens_and_closes_on_days_of_japan(read):
    midnight = datetime(2026, 12, 1, tzinfo=JAPAN)
    call = opened(midnight.astimezone(UTC), midnight + 10 * DAY)

    events = read()

    opens, closes = events[f"Call opens: {call.name}"], events[f"Call closes: {call.name}"]
    assert len(events) == 2 and opens.uid != closes.uid
    assert (opens.start, closes.start) == (date(2026, 12, 1), date(2026, 12, 10))
    assert str(opens["description"]) == "From 00:00, Japan time."
    assert str(closes["description"]) == "Until 24:00, Japan time."
    assert closes["url"].endswith(reverse("grants:call", args=[call.pk]))


def test_clock_time_stands_in_the_description(read):
    opened(NOON, datetime(2026, 12, 10, 17, tzinfo=JAPAN))

    [description] = [str(e["description"]) for name, e in read().items() if "closes" in name]
    assert description == "Until 17:00, Japan time."


def test_changed_call_keeps_its_uid_and_gets_a_higher_sequence(read):
    call = factories.call()
    name = f"Call closes: {call.name}"
    before = read()[name]
    services.change_round(
        call, opens_at=call.opens_at, closes_at=call.closes_at + 5 * DAY, budget_yen=call.budget_yen,
        reason="x", by=factories.user(Role.OFFICE), at=NOON,
    )  # fmt: skip
    after = read()[name]

    assert after.uid == before.uid and after.sequence > before.sequence
    assert after.start == before.start + 5 * DAY
    assert after.last_modified == NOON


def test_call_that_is_not_announced_yet_is_not_in_it(read):
    call = factories.call()
    Round.objects.filter(pk=call.pk).update(announced_at=NOON + DAY)

    assert read() == {}
    assert len(read(NOON + DAY)) == 2


def test_call_that_closed_drops_out_after_sixty_days(read):
    call = factories.call()

    assert len(read(call.closes_at + 60 * DAY - timedelta(seconds=1))) == 2
    assert read(call.closes_at + 60 * DAY) == {}


def test_calendar_asks_as_often_for_three_calls_as_for_one(client, django_assert_num_queries):
    for number in (1, 2, 3):
        factories.call(seats=0)
        with django_assert_num_queries(1):
            answer = client.get(reverse("grants:call-calendar"))
        assert len(Calendar.from_ical(answer.content).events) == 2 * number


def test_list_of_calls_leads_to_the_calendar(client):
    page = client.get(reverse("grants:calls")).content.decode()

    assert f'href="{reverse("grants:call-calendar")}"' in page
