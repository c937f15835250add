"""Delivery: one claim wins, nothing is sent twice, nothing is lost."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from casework import city, clock, delivery, engine, outbox, outbox_keeping, tasks
from casework.delivery import FIRST_WAIT, LEASE, MAX_ATTEMPTS, deliver, pending
from casework.models import Notice
from tests import factories, services
from tests.casework import smtp_server
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    """A real mail server, known to the program as EMAIL_URL makes it known."""
    with smtp_server.running() as running:
        settings.EMAIL_URL_SET = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address
        settings.EMAIL_TIMEOUT = 5
        yield running


@pytest.fixture
def notice(server) -> Notice:
    return post()


@remembered
def post(key="k", **fields) -> Notice:
    return outbox.post(
        "case_moved", to=factories.user(**fields), at=NOON, key=key, case=factories.draft()
    )


def state(notice: Notice) -> str:
    notice.refresh_from_db()
    return notice.state


def text_of(message) -> str:
    return message.get_payload(0).get_payload(decode=True).decode()


# Sending


def test_mail_arrives_with_words_address_and_link(server, notice, settings):
    assert deliver(notice.pk, at=NOON) is True

    (mail,) = server.received
    assert mail["To"] == notice.to
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert f"{settings.SITE_URL}/cases/{notice.case_id}/" in text_of(mail)
    assert notice.body.splitlines()[0] in text_of(mail)
    assert (state(notice), notice.sent_at, notice.lease_until) == ("sent", NOON, None)


def test_sent_notice_is_not_sent_again(server, notice):
    deliver(notice.pk, at=NOON)

    assert deliver(notice.pk, at=NOON + timedelta(days=1)) is False
    assert len(server.received) == 1


def test_unknown_notice_is_nothing_to_send(server):
    assert deliver(10**9, at=NOON) is False


def test_withdrawn_notice_is_not_sent(server, notice):
    Notice.objects.update(state=Notice.State.WITHDRAWN)

    assert deliver(notice.pk, at=NOON) is False
    assert server.received == []


def test_notice_of_the_mailbox_page_needs_no_server(settings):
    settings.EMAIL_URL_SET = False
    notice = post()

    assert deliver(notice.pk, at=NOON) is True
    assert state(notice) == "sent"


def test_invented_recipient_never_gets_a_mail(server):
    notice = post(fictitious=True)

    assert deliver(notice.pk, at=NOON) is True
    assert server.received == []
    assert state(notice) == "sent"


# Claims


def test_of_two_claims_one_wins(notice):
    assert delivery._claim(notice.pk, NOON) is True
    assert delivery._claim(notice.pk, NOON) is False
    assert (state(notice), notice.attempts, notice.lease_until) == ("in_flight", 1, NOON + LEASE)


def test_notice_in_flight_is_left_to_its_worker(server, notice):
    delivery._claim(notice.pk, NOON)

    assert deliver(notice.pk, at=NOON + LEASE) is False
    assert server.received == []


def test_expired_lease_is_delivered_again_as_the_same_mail(server, notice):
    delivery._claim(notice.pk, NOON)
    delivery._send(Notice.objects.get(pk=notice.pk))  # and then the worker dies before the stamp

    later = NOON + LEASE + timedelta(seconds=1)
    assert notice.pk in pending(at=later)
    assert deliver(notice.pk, at=later) is True

    first, second = server.received
    assert first["Message-ID"] == second["Message-ID"]
    assert state(notice) == "sent"


def test_what_a_dead_worker_left_in_quiet_hours_is_held_by_nobody(notice, enter):
    office = factories.user("office", language="en")
    gone = {"state": Notice.State.IN_FLIGHT, "attempts": 1, "lease_until": NOON - LEASE}
    Notice.objects.update(**gone, case=None)  # the office does not see a draft's
    city.set_value("quiet_hours", "11:00-13:00", source="x", by=office, at=NOON)

    assert deliver(notice.pk, at=NOON) is False

    assert (state(notice), notice.lease_until) == ("queued", NOON + timedelta(hours=1))
    assert engine.read(now=NOON, at=NOON, queue=0).leased == 0
    outbox_keeping.withdraw(notice, by=office, at=NOON)
    page = enter(office).get(reverse("casework:outbox-notice", args=[notice.pk]))
    assert "nobody knows whether it left" in page.text


def test_message_id_is_one_of_the_notice_alone(server, settings):
    notices = [post(key) for key in ("event-1-office-2026-11-20T12:00:00+09:00-7", "event-2")]
    for notice in notices:
        deliver(notice.pk, at=NOON)

    ids = [mail["Message-ID"] for mail in server.received]
    assert len(set(ids)) == 2
    assert all(i.endswith(f"@{settings.MESSAGE_ID_DOMAIN}>") and ":" not in i for i in ids)


def test_worker_whose_lease_ended_does_not_undo_what_another_did(notice):
    delivery._claim(notice.pk, NOON)
    slow = Notice.objects.get(pk=notice.pk)
    assert deliver(notice.pk, at=NOON + LEASE + timedelta(seconds=1))

    delivery._give_back(slow, OSError("late"), NOON)

    assert (state(notice), notice.error) == ("sent", "")


# Errors


def test_server_that_refuses_is_tried_again_later(server, notice):
    server.refusals = ["451 try again later"]

    assert deliver(notice.pk, at=NOON) is False
    assert (state(notice), notice.attempts) == ("queued", 1)
    assert "451" in notice.error
    assert pending(at=NOON + FIRST_WAIT) == []

    later = NOON + FIRST_WAIT + timedelta(seconds=1)
    assert pending(at=later) == [notice.pk]
    assert deliver(notice.pk, at=later) is True
    assert (state(notice), notice.error) == ("sent", "")


def test_each_wait_is_twice_as_long_as_the_one_before(server, notice):
    server.refusals = ["451 no"] * 3
    at, waits = NOON, []
    for _ in range(3):
        deliver(notice.pk, at=at)
        notice.refresh_from_db()
        waits.append(notice.lease_until - at)
        at = notice.lease_until + timedelta(seconds=1)

    assert waits == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4]


def test_notice_fails_after_the_last_attempt(server, notice):
    server.refusals = ["554 never"] * MAX_ATTEMPTS
    at = NOON
    for _ in range(MAX_ATTEMPTS):
        deliver(notice.pk, at=at)
        at += timedelta(days=1)

    assert (state(notice), notice.attempts) == ("failed", MAX_ATTEMPTS)
    assert "554" in notice.error
    assert pending(at=at) == []
    assert deliver(notice.pk, at=at) is False


def test_server_that_is_down_is_an_attempt(notice, settings):
    settings.EMAIL_PORT = services.free_port()

    assert deliver(notice.pk, at=NOON) is False
    assert state(notice) == "queued"
    assert "ConnectionRefusedError" in notice.error


def test_words_that_cannot_be_a_mail_are_an_attempt_not_a_crash(server, notice):
    Notice.objects.update(subject="一行\nBcc: x@example.com")

    assert deliver(notice.pk, at=NOON) is False
    assert state(notice) == "queued"
    assert "BadHeaderError" in notice.error
    assert server.received == []


def test_notice_that_kills_its_workers_fails_in_the_end(server, notice):
    at = NOON
    for _ in range(MAX_ATTEMPTS):
        assert delivery._claim(notice.pk, at)  # and the worker is killed
        at += LEASE + timedelta(seconds=1)

    assert deliver(notice.pk, at=at) is False
    assert state(notice) == "failed"
    assert "Every worker" in notice.error
    assert server.received == []


def test_notice_that_was_put_back_is_sent_again(server, notice):
    Notice.objects.update(state=Notice.State.FAILED, attempts=MAX_ATTEMPTS, error="x")
    notice.refresh_from_db()
    keeper = factories.user("office")

    outbox_keeping.retry(notice, by=keeper, at=NOON)

    assert deliver(notice.pk, at=NOON) is True
    assert state(notice) == "sent"


# Sweeps


def test_pending_is_what_waits_oldest_first(server):
    later = outbox.post("case_moved", to=factories.user(), at=NOON + timedelta(hours=1), key="b",
                        case=factories.draft())  # fmt: skip
    earlier = post("a")

    assert pending(at=NOON + timedelta(days=1)) == [earlier.pk, later.pk]


def test_sweep_goes_on_after_one_that_is_refused(server):
    first, second = post("a"), post("b")
    server.refusals = ["451 no"]

    assert delivery.sweep(pending(at=NOON), now=lambda: NOON) == 1
    assert (state(first), state(second)) == ("queued", "sent")


def test_lease_counts_from_when_a_long_sweep_takes_the_notice(server):
    first, second = post("a"), post("b")
    server.refusals = ["451 no", "451 no"]
    moments = iter([NOON, NOON + 2 * LEASE])

    delivery.sweep([first.pk, second.pk], now=lambda: next(moments))

    assert state(second) == "queued"
    assert second.lease_until == NOON + 2 * LEASE + FIRST_WAIT


def test_task_delivers_one_notice(server, notice):
    tasks.deliver(notice_id=notice.pk)
    tasks.deliver(notice_id=notice.pk)

    assert len(server.received) == 1


@pytest.mark.parametrize("deliver_now", ["task", "sweep", "command"])
def test_notice_is_not_sent_before_it_was_posted_where_the_clock_is_ahead(
    server, settings, deliver_now
):
    settings.DEMO = True
    clock.move_to(clock.now() + timedelta(hours=50))
    case = factories.draft()
    notice = outbox.post("case_moved", to=factories.user(), at=clock.now(), key="k", case=case)

    match deliver_now:
        case "task":
            tasks.deliver(notice_id=notice.pk)
        case "sweep":
            tasks.deliver_pending()
        case "command":
            call_command("deliver", stdout=StringIO())

    notice.refresh_from_db()
    assert notice.sent_at >= notice.posted_at


def test_task_sweeps_up_what_was_left_behind(server, notice):
    assert tasks.deliver_pending() == 1
    assert tasks.deliver_pending() == 0


def test_command_delivers_without_a_broker(server, notice):
    out = StringIO()
    call_command("deliver", stdout=out)

    assert out.getvalue() == "1 notices waited, 1 delivered.\n"
    assert len(server.received) == 1
