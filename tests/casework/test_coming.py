"""What is to come is what the sweeps of the days to come then send."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from casework.coming import AHEAD, coming
from casework.models import Deadline, Reminder
from casework.reminders import sweep
from tests import factories
from tests.casework.cases import filed, sent_back
from tests.factories import JAPAN, NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sender():
    return factories.sender()


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@remembered
def due_in(days: int, **kwargs):
    """A case whose supplement is due so many days from today, or was due so many days ago."""
    return sent_back(filed(**kwargs), due_on=TODAY + timedelta(days=days))


def listed() -> list[tuple]:
    found = coming(Deadline.objects.all(), today=TODAY)
    return [(i.on, i.deadline.pk, -i.rung.days, i.rung.audience) for i in found]


def sent_from_today() -> list[tuple]:
    """Sweep on every day ahead, and return which rung left on which day."""
    for day in range(AHEAD + 1):
        at = datetime(TODAY.year, TODAY.month, TODAY.day, 6, tzinfo=JAPAN) + timedelta(days=day)
        sweep(Deadline.objects.open(), today=at.date(), at=at)
    sent = Reminder.objects.filter(outcome=Reminder.Outcome.SENT)
    return sorted(
        {
            (row.at.astimezone(JAPAN).date(), row.deadline_id, -row.rung, row.audience)
            for row in sent
        }
    )


def test_what_is_listed_is_what_the_sweeps_send(office):
    for days in (-3, 0, 2, 3, 14, 40, 61, 75, 200):
        due_in(days)
    longer = due_in(5).deadlines.open().get()
    factories.extended(longer, until=TODAY + timedelta(days=30), reason="x", at=NOON)
    predicted = listed()

    assert len(predicted) > 10
    assert sorted(predicted) == sent_from_today()


def test_what_went_out_today_is_listed_no_more():
    due_in(14)
    assert [-days for _on, _pk, days, _who in listed()] == [14, 3, 0, -1, -1, -7]

    sweep(Deadline.objects.open(), today=TODAY, at=NOON)

    assert [-days for _on, _pk, days, _who in listed()] == [3, 0, -1, -1, -7]


def test_office_reads_what_is_to_come_and_a_draft_stays_its_groups_own(enter, office, at_noon):
    case = due_in(3)
    factories.draft()

    page = enter(office).get(reverse("casework:outbox-coming"))

    assert {item.deadline.case_id for item in page.context["page"]} == {case.pk}
    words = page.content.decode()
    assert words.count("Supplement (補正)") == 5
    assert words.count("past its date") == 3
    assert words.count("Clerk in charge") == 1 and words.count("Manager (who decides") == 1


def test_list_asks_as_often_for_three_dates_as_for_one(django_assert_num_queries):
    for _number in range(3):
        due_in(3)
        with django_assert_num_queries(4):
            listed()


@pytest.mark.parametrize("role", [Role.PANEL, Role.DEPARTMENT])
def test_others_do_not_read_the_outbox(enter, role):
    page = enter(factories.user(role)).get(reverse("casework:outbox-coming"))

    assert page.status_code == 403
