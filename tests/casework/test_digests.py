"""What may wait: people choose it, one e-mail a day carries it, and what has legal effect never waits."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from casework import (
    city,
    delivery,
    digests,
    ladders,
    outbox,
    outbox_keeping,
    preferences,
    quiet_hours,
    reminders,
    timekeeping,
)
from casework.calendar import JAPAN, moment
from casework.deadlines import Pace, Rung
from casework.models import Access, CitySetting, Notice
from casework.services import advance
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON, TODAY
from tests.remembering import remembered

MORNING = moment(TODAY + timedelta(days=1), time(8))


@pytest.fixture
def by_mail(settings, db):
    settings.EMAIL_URL_SET = True


@pytest.fixture
def reader(db):
    return factories.user(email="reader@example.jp")


def choose(person, **wanted: str) -> None:
    preferences.choose(person, wanted)


@remembered
def tell(person, number: int = 1, kind: str = "case_moved", case=None, at=NOON) -> Notice:
    return outbox.post(kind, to=person, case=case or filed(), at=at, key=f"n{person.pk}-{number}")


def waiting(person) -> int:
    return digests.waiting().filter(recipient=person).count()


# What people choose


def test_without_a_choice_everything_comes_at_once(by_mail, reader):
    notice = tell(reader)

    assert (notice.state, notice.channel) == ("queued", "email")
    assert set(preferences.of(reader).values()) == {"at_once"}


def test_muted_notice_stands_in_the_mailbox_and_is_no_email(by_mail, reader, mailoutbox):
    choose(reader, news="none")

    notice = tell(reader)

    assert delivery.deliver(notice.pk, at=NOON)
    notice.refresh_from_db()
    assert (notice.state, notice.channel) == ("sent", "mailbox")
    assert mailoutbox == []


@pytest.mark.parametrize("delivery_", ["digest", "none"])
def test_what_has_legal_effect_cannot_be_muted(by_mail, delivery_):
    factories.sender()
    owed = sent_back().deadlines.get(kind="supplement")
    group = group_of(owed.case)
    Notice.objects.all().delete()
    choose(group, **dict.fromkeys(preferences.GROUPS, delivery_))

    for before in (3, -1):
        reminders.remind(owed, today=owed.due_on - timedelta(days=before), at=NOON)
    letter = outbox.enqueue(
        "letter_sent", to=group.email, recipient=group, at=NOON, key="l", subject="s", body="b"
    )
    account = outbox.enqueue_account_mail(
        to=group.email, kind="account_reset", subject="s", body="b", key="a", at=NOON
    )

    to_group = [
        *Notice.objects.filter(recipient=group, kind__startswith="deadline"),
        letter,
        account,
    ]
    assert [(n.state, n.channel) for n in to_group] == [("queued", "email")] * 4


def test_other_dates_can_be_muted(by_mail):
    draft = factories.draft()
    owed = draft.deadlines.open().get(kind="call")
    group = group_of(draft)
    choose(group, dates="none")

    reminders.remind(owed, today=owed.due_on, at=NOON)

    assert Notice.objects.get(recipient=group).channel == "mailbox"


def test_page_lets_people_choose_and_says_why_not_everything(enter, reader, at_noon):
    client, url = enter(reader), reverse("casework:notice-choices")

    words = client.get(url).content.decode()
    assert "cannot be muted" in words and "Letters of the city" in words

    wanted = {
        "turn": "at_once", "news": "digest", "dates": "digest", "receipts": "none",
        "messages": "digest",
    }  # fmt: skip
    assert client.post(url, wanted).status_code == 302
    assert preferences.of(reader) == wanted
    assert client.post(url, {**wanted, "turn": "never"}).status_code == 422


# The digest


def test_digest_lists_what_waited_and_stamps_it_sent(by_mail, reader, mailoutbox):
    choose(reader, news="digest")
    parts = [tell(reader, number) for number in range(3)]
    assert {part.held_for for part in parts} == {"digest"}
    assert not any(delivery.deliver(part.pk, at=NOON) for part in parts)

    assert digests.send(at=MORNING) == digests.Sent(written=1, failed=0)

    digest = Notice.objects.get(kind="digest")
    assert digest.parts.filter(state="sent", sent_at=MORNING).count() == 3
    assert all(part.subject in digest.body for part in parts)
    assert f"/cases/{parts[0].case_id}/" in digest.body
    assert delivery.deliver(digest.pk, at=MORNING)
    assert [mail.to for mail in mailoutbox] == [["reader@example.jp"]]


def test_second_run_of_the_day_writes_nothing_more(by_mail, reader):
    choose(reader, news="digest")
    tell(reader, 1)
    digests.send(at=MORNING)
    tell(reader, 2)

    assert digests.send(at=MORNING + timedelta(hours=1)).written == 0
    assert waiting(reader) == 1, "what came since waits until tomorrow"
    assert digests.send(at=MORNING + timedelta(days=1)).written == 1
    assert waiting(reader) == 0


def test_one_person_for_whom_it_fails_keeps_nobody_waiting(by_mail, reader):
    other = factories.user()
    for person in (reader, other):
        choose(person, news="digest")
        tell(person)
    type(reader).objects.filter(pk=reader.pk).update(language="xx")

    first = digests.send(at=MORNING)

    assert (first.written, first.failed) == (1, 1)
    assert (waiting(reader), waiting(other)) == (1, 0), "one transaction a person"
    type(reader).objects.filter(pk=reader.pk).update(language="ja")
    assert digests.send(at=MORNING + timedelta(hours=9)).written == 1


def test_what_asks_nothing_any_more_is_not_listed(by_mail):
    case = filed()
    group, clerk = group_of(case), factories.user(Role.OFFICE)
    Notice.objects.all().delete()
    choose(clerk, turn="digest")
    outbox.post("your_turn", to=clerk, case=case, at=NOON, key="turn")
    advance(case, "accept", by=factories.user(Role.OFFICE), at=NOON + timedelta(minutes=1))
    Notice.objects.exclude(key="turn").delete()

    assert digests.send(at=MORNING).written == 0
    assert waiting(clerk) == 0 and group.pk
    assert Notice.objects.get(key="turn").state == "sent"


def test_rung_of_the_digest_waits_for_it(by_mail):
    draft = factories.draft()
    owed = draft.deadlines.open().get(kind="call")
    office = factories.user(Role.OFFICE)
    ladders.change("call", [Rung(3, channel=Pace.DIGEST)], reason="x", by=office, at=NOON)

    reminders.remind(owed, today=owed.due_on - timedelta(days=3), at=NOON)

    assert Notice.objects.get(recipient=group_of(draft)).held_for == "digest"


def test_mailbox_shows_the_parts_and_asks_to_read_no_digest(enter, reader, at_noon):
    choose(reader, news="digest")
    part = tell(reader, at=NOON + timedelta(minutes=1))
    digests.send(at=MORNING)
    digest = Notice.objects.get(kind="digest")
    delivery.deliver(digest.pk, at=MORNING)
    client = enter(reader)

    page = client.get(reverse("casework:mailbox"))
    assert list(page.context["page"]) == [part]
    assert part.subject in client.get(reverse("casework:notice", args=[digest.pk])).content.decode()


def digest_of_two(reader) -> tuple[Notice, Notice, Notice]:
    """A digest that is written and has not left, and the two parts that it tells."""
    choose(reader, news="digest")
    parts = tell(reader, 1), tell(reader, 2)
    for part in parts:
        Notice.objects.filter(pk=part.pk).update(subject=f"part {part.pk}")
    digests.send(at=MORNING)
    return Notice.objects.get(kind="digest"), *parts


def test_digest_does_not_tell_what_was_barred_or_done_before_it_left(by_mail, reader, mailoutbox):
    digest, barred, other = digest_of_two(reader)
    Access.objects.create(case=barred.case, user=reader, barred=True, reason="conflict")

    assert delivery.deliver(digest.pk, at=MORNING)

    (mail,) = mailoutbox
    assert f"part {other.pk}" in mail.body and f"part {barred.pk}" not in mail.body
    digest.refresh_from_db()
    assert digest.body in mail.body, "the row says what left"


def test_digest_that_has_nothing_to_tell_any_more_is_withdrawn(by_mail, reader, mailoutbox):
    digest, *parts = digest_of_two(reader)
    Notice.objects.filter(pk__in=[part.pk for part in parts]).update(read_at=MORNING)

    assert not delivery.deliver(digest.pk, at=MORNING)

    digest.refresh_from_db()
    assert (digest.state, digest.withdrawn_because, mailoutbox) == ("withdrawn", "done", [])


# Quiet hours


def at_clock(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("hours", "clock", "end"),
    [
        ("", at_clock(3), None),
        ("21:00-08:00", at_clock(20, 59), None),
        ("21:00-08:00", at_clock(21), at_clock(8) + timedelta(days=1)),
        ("21:00-08:00", at_clock(0), at_clock(8)),
        ("21:00-08:00", at_clock(7, 59), at_clock(8)),
        ("21:00-08:00", at_clock(8), None),
        ("12:00–13:00", at_clock(12, 30), at_clock(13)),
    ],
)
def test_end_of_quiet_hours(hours, clock, end):
    assert quiet_hours.end_of(quiet_hours.parse(hours), clock) == end


@given(begin=st.times(), end=st.times(), clock=st.times())
def test_quiet_hours_end_within_a_day_and_are_over_then(begin, end, clock):
    hours = (begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    at = datetime.combine(TODAY, clock, JAPAN)
    until = quiet_hours.end_of(hours, at)

    assert until is None or at < until <= at + timedelta(days=1)
    if until and hours[0] != hours[1]:
        assert quiet_hours.end_of(hours, until) is None


@pytest.mark.parametrize("wrong", ["21-8", "25:00-08:00", "21:00", "08:00-08:00", "nachts"])
def test_quiet_hours_that_make_no_sense_are_refused(wrong, db):
    office = factories.user(Role.OFFICE)

    with pytest.raises(ValidationError):
        city.set_value("quiet_hours", wrong, source="x", by=office, at=NOON)
    assert not CitySetting.objects.filter(code="quiet_hours").exists()


def test_form_of_the_setting_says_what_is_wrong(enter, at_noon, db):
    url = reverse("casework:setting", args=["quiet_hours"])
    client = enter(factories.user(Role.OFFICE))

    assert client.post(url, {"value": "nachts", "source": "x"}).status_code == 422
    assert client.post(url, {"value": "21:00-08:00", "source": "x"}).status_code == 302
    assert city.value("quiet_hours") == "21:00-08:00"


def test_only_the_office_sets_quiet_hours(db):
    with pytest.raises(PermissionDenied):
        city.set_value("quiet_hours", "", source="x", by=factories.user(Role.AUDITOR), at=NOON)
    assert city.value("quiet_hours") == ""


@pytest.fixture
def quiet(by_mail):
    office = factories.user(Role.OFFICE)
    city.set_value("quiet_hours", "21:00-08:00", source="申合せ", by=office, at=NOON)


def test_email_of_the_night_waits_until_morning(quiet, reader, mailoutbox):
    night = at_clock(23)

    notice = tell(reader, at=night)

    assert not delivery.deliver(notice.pk, at=night + timedelta(hours=1))
    assert delivery.deliver(notice.pk, at=at_clock(8, 1) + timedelta(days=1))
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("left", ["queued", "in_flight"])
def test_what_is_swept_up_at_night_is_put_off_and_counts_no_attempt(
    quiet, reader, mailoutbox, left
):
    notice = tell(reader, at=at_clock(20))
    Notice.objects.filter(pk=notice.pk).update(
        state=left, lease_until=None if left == "queued" else at_clock(20, 5)
    )
    muted, receipt = tell(reader, 2, at=at_clock(20)), tell(reader, 3, at=at_clock(20))
    Notice.objects.filter(pk=muted.pk).update(channel="mailbox")
    Notice.objects.filter(pk=receipt.pk).update(kind="receipt")

    several = (notice.pk, muted.pk, receipt.pk)
    assert [delivery.deliver(pk, at=at_clock(22)) for pk in several] == [False, True, True]

    morning = at_clock(8) + timedelta(days=1)
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.lease_until) == ("queued", 0, morning)
    assert notice.pk not in delivery.pending(at=morning)
    assert delivery.deliver(notice.pk, at=morning + timedelta(minutes=1))
    assert len(mailoutbox) == 2


def test_slow_worker_can_stamp_what_was_put_off_meanwhile(quiet, reader):
    notice = tell(reader, at=at_clock(20))
    assert delivery._claim(notice.pk, at_clock(20, 58))
    slow = Notice.objects.get(pk=notice.pk)

    assert not delivery.deliver(notice.pk, at=at_clock(21, 30))
    delivery._stamp(slow, at_clock(20, 58))

    notice.refresh_from_db()
    assert (notice.state, notice.sent_at) == ("sent", at_clock(20, 58))


@pytest.mark.parametrize("kind", ["account_reset", "receipt"])
def test_what_a_person_waits_for_leaves_at_any_hour(quiet, reader, kind):
    notice = outbox.enqueue(
        kind, to=reader.email, recipient=reader, at=at_clock(23), key="k", subject="s", body="b"
    )

    assert delivery.deliver(notice.pk, at=at_clock(23, 1))


def test_mailbox_page_knows_no_quiet_hours(quiet, reader):
    choose(reader, news="none")

    notice = tell(reader, at=at_clock(23))

    assert delivery.deliver(notice.pk, at=at_clock(23, 1))


def test_notice_that_is_released_at_night_waits_until_morning(quiet, reader, enter):
    choose(reader, news="digest")
    held = tell(reader)
    with time_machine.travel(at_clock(23), tick=False):
        clerk = enter(factories.user(Role.OFFICE))
        page = clerk.post(reverse("casework:outbox-release", args=[held.pk]), follow=True)

    held.refresh_from_db()
    assert (held.state, held.lease_until) == ("queued", at_clock(8) + timedelta(days=1))
    assert "when the quiet hours end" in page.content.decode()


def test_notice_that_is_sent_again_at_night_waits_until_morning(quiet, reader):
    failed = tell(reader)
    Notice.objects.filter(pk=failed.pk).update(state="failed", attempts=8)

    outbox_keeping.retry(failed, by=factories.user(Role.OFFICE), at=at_clock(23))

    assert not delivery.deliver(failed.pk, at=at_clock(23, 1))
    assert delivery.deliver(failed.pk, at=at_clock(8, 1) + timedelta(days=1))


def test_next_attempt_is_not_made_in_quiet_hours(quiet, reader, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody answers there
    notice = tell(reader)

    assert not delivery.deliver(notice.pk, at=at_clock(20, 59))

    notice.refresh_from_db()
    assert (notice.state, notice.lease_until) == ("queued", at_clock(8) + timedelta(days=1))


@pytest.mark.parametrize("of", ["user", "role"])
def test_no_attempt_is_made_to_whoever_must_not_meet_the_case(by_mail, mailoutbox, of):
    reader, other = factories.user(Role.PANEL), factories.user(Role.OFFICE)
    notice, free = tell(reader), tell(reader, 2)
    case = notice.case
    whom = {"user": reader} if of == "user" else {"role": Role.PANEL}
    Access.objects.create(case=case, barred=True, reason="conflict", **whom)
    to_other = tell(other, case=case)

    sent = [delivery.deliver(one.pk, at=NOON) for one in (notice, free, to_other)]

    assert (sent, len(mailoutbox)) == ([False, True, True], 2)
    notice.refresh_from_db()
    assert (notice.state, notice.withdrawn_because) == ("withdrawn", "conflict")


def test_attempt_asks_for_quiet_hours_and_conflicts_in_one_query_each(
    by_mail, reader, django_assert_num_queries
):
    notice = tell(reader)

    with django_assert_num_queries(5):  # quiet hours, claim, row, bars of the case, stamp
        assert delivery.deliver(notice.pk, at=NOON)


# Reminders of what is done meanwhile


@remembered
def reminded() -> tuple:
    """A draft whose group is reminded of the closing day by its next digest."""
    draft = factories.draft()
    group = group_of(draft)
    choose(group, dates="digest")
    owed = draft.deadlines.open().get(kind="call")
    reminders.remind(owed, today=owed.due_on, at=NOON)
    return draft, group, Notice.objects.get(recipient=group, kind="deadline_near")


def test_reminder_that_waits_for_the_digest_is_taken_back_when_the_group_files(by_mail):
    draft, group, notice = reminded()
    assert notice.held_for == "digest"

    advance(draft, "submit", by=group, at=NOON)

    notice.refresh_from_db()
    assert (notice.state, notice.withdrawn_because) == ("withdrawn", "done")


def test_reminder_of_a_date_that_another_replaces_is_taken_back(by_mail):
    draft, _group, notice = reminded()
    owed = notice.deadline
    draft.round.closes_at += timedelta(days=1)

    timekeeping.open_deadlines(draft, [owed.kind], at=NOON + timedelta(hours=1), facts={})

    notice.refresh_from_db()
    assert (notice.state, notice.withdrawn_because) == ("withdrawn", "moved")
    assert not draft.deadlines.open().filter(pk=owed.pk).exists()


def test_reminder_that_left_stays_as_it_was(by_mail):
    draft, group, notice = reminded()
    digests.send(at=MORNING)

    advance(draft, "submit", by=group, at=MORNING)

    notice.refresh_from_db()
    assert (notice.state, notice.withdrawn_because) == ("sent", "")


def test_reminder_of_a_date_that_is_extended_is_taken_back(by_mail):
    factories.sender()
    case = sent_back()
    owed, group = case.deadlines.get(kind="supplement"), group_of(case)
    Notice.objects.all().delete()
    choose(group, dates="at_once")
    reminders.remind(owed, today=owed.due_on, at=NOON)
    waiting = Notice.objects.get(recipient=group)
    in_flight = outbox.post(
        waiting.kind, to=group, at=NOON, key="2", case=case, deadline=owed, days_left=0, firm=False
    )
    Notice.objects.filter(pk=in_flight.pk).update(state="in_flight", lease_until=NOON)

    until = owed.due_on + timedelta(days=7)
    factories.extended(owed, until=until, at=NOON + timedelta(hours=1))

    assert not delivery.deliver(in_flight.pk, at=NOON + timedelta(hours=2))
    for notice in (waiting, in_flight):
        notice.refresh_from_db()
        assert (notice.state, notice.withdrawn_because) == ("withdrawn", "moved")
    assert reminders.remind(owed, today=until, at=NOON + timedelta(hours=1)) == 1


def test_digest_does_not_tell_of_a_date_that_was_met_though_another_is_owed(by_mail, mailoutbox):
    draft, _group, notice = reminded()
    digests.send(at=MORNING)
    timekeeping.open_deadlines(draft, ["supplement"], at=NOON, facts={"due_on": TODAY})
    timekeeping.meet_deadlines(draft, [notice.deadline.kind], at=MORNING)

    assert not delivery.deliver(Notice.objects.get(kind="digest").pk, at=MORNING)
    assert mailoutbox == []
    assert draft.deadlines.open().exists()
