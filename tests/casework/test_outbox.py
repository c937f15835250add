"""The outbox: a row with the move that caused it, to whom it concerns, in their language."""

import time

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Role
from casework import delivery, outbox, tasks
from casework.models import Case, Notice
from casework.parties import Party
from casework.services import advance
from tests import factories
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import NOON, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return factories.user()


def post(person, key="k", **kwargs) -> Notice:
    return outbox.post("case_moved", to=person, at=NOON, key=key, case=factories.draft(), **kwargs)


def told(person) -> list[str]:
    rows = Notice.objects.filter(recipient=person).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def test_notice_waits_with_its_words_ready(person):
    notice = post(person)

    assert (notice.state, notice.to, notice.posted_at) == ("queued", person.email, NOON)
    assert notice.subject == "お知らせ: まちの居場所づくり"
    assert notice.body.startswith(f"{person.name} 様")
    assert notice.path == f"/cases/{notice.case_id}/"


def test_notice_is_in_the_language_of_its_reader(person):
    person.language = "en"

    assert post(person).subject.isascii() is False  # the title stays what it is
    assert "お知らせ" not in post(person, key="2").subject


def test_words_are_not_escaped_for_a_web_page(person):
    case = factories.draft()
    Case.objects.filter(pk=case.pk).update(title='A & B <さくら> "C"')
    case.refresh_from_db()

    notice = outbox.post("case_moved", to=person, at=NOON, key="k", case=case)

    assert notice.subject == 'お知らせ: A & B <さくら> "C"'
    assert "&" in notice.body and "&amp;" not in notice.body


def test_subject_is_one_line(person):
    notice = outbox.enqueue(
        "account_x", to=person.email, at=NOON, key="k", subject="一行", body="本文"
    )
    assert notice.subject == "一行"
    case = factories.draft()
    Case.objects.filter(pk=case.pk).update(title="一\r二\u2028三")
    case.refresh_from_db()

    assert outbox.post("case_moved", to=person, at=NOON, key="2", case=case).subject == (
        "お知らせ: 一 二 三"
    )


def test_same_key_posts_once(person):
    first, second = post(person), post(person)

    assert first == second
    assert Notice.objects.filter(key="k").count() == 1


def test_key_is_unique_in_the_database(person):
    notice = post(person)
    notice.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        notice.save(force_insert=True)


def test_sent_notice_has_its_moment(person):
    notice = post(person)

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(state="sent", sent_at=None)


def test_notice_goes_back_with_its_move(person):
    with pytest.raises(RuntimeError), transaction.atomic():
        post(person)
        raise RuntimeError("the move failed")

    assert not Notice.objects.exists()


# Who is told


def test_next_holder_and_group_are_told_of_a_move():
    clerk = factories.user(Role.OFFICE)
    proposal = filed()
    group = group_of(proposal)

    assert told(clerk) == ["your_turn"]
    assert told(group) == ["receipt"]  # it made the move itself, and has the proof of it

    advance(proposal, "accept", by=clerk, at=NOON)

    assert told(clerk) == ["your_turn"]  # it made this one
    assert told(group) == ["receipt", "case_moved"]


def test_letter_tells_the_group_in_place_of_the_move():
    factories.sender()
    proposal = sent_back(accepted())

    assert told(group_of(proposal)) == ["receipt", "case_moved", "letter_sent"]


def test_group_is_not_told_of_internal_cases():
    factories.sender()
    proposal = in_selection()
    before = told(group_of(proposal))

    factories.approved(proposal, "decline")

    assert told(group_of(proposal))[len(before) :] == ["letter_sent"]


def test_each_member_is_told_in_the_own_language():
    proposal = filed()
    other = factories.member(proposal.organization, language="en")

    outbox.tell(proposal, Party.ORGANIZATION, "case_moved", at=NOON, key="k")

    subjects = dict(Notice.objects.filter(key__startswith="k-").values_list("to", "subject"))
    assert len(subjects) == 2
    assert not subjects[other.email].startswith("お知らせ")


def test_telling_again_with_the_key_changes_nothing():
    proposal = filed()
    for _ in range(2):
        outbox.tell(proposal, Party.ORGANIZATION, "case_moved", at=NOON, key="k")

    assert Notice.objects.filter(key__startswith="k-").count() == 1


# By which channel


def test_without_a_mail_server_notices_go_to_the_mailbox_page(person, settings):
    settings.EMAIL_URL_SET = False

    assert post(person).channel == "mailbox"


def test_with_a_mail_server_notices_go_by_mail(person, settings):
    settings.EMAIL_URL_SET = True

    assert post(person).channel == "email"


def test_invented_people_never_get_a_mail(settings):
    settings.EMAIL_URL_SET = True

    assert post(factories.user(fictitious=True)).channel == "mailbox"


def test_account_mail_knows_its_reader(person):
    outbox.enqueue_account_mail(
        to=person.email.upper(), kind="account_invited", subject="s", body="b", key="k", at=NOON
    )

    assert Notice.objects.get().recipient == person


# The broker


@pytest.fixture
def asked(monkeypatch):
    """The ids that a worker was asked to send, in place of a broker."""
    ids = []
    monkeypatch.setattr(
        outbox.current_app, "send_task", lambda name, kwargs, **_: ids.append(kwargs["notice_id"])
    )
    return ids


@pytest.mark.django_db(transaction=True)
def test_worker_is_asked_after_the_commit(person, asked):
    with transaction.atomic():
        notice = post(person)
        assert asked == []

    assert asked == [notice.pk]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_after_a_rollback(person, asked):
    with pytest.raises(RuntimeError), transaction.atomic():
        post(person)
        raise RuntimeError

    assert asked == []


@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_while_a_command_delivers_by_hand(person, asked):
    with outbox.delivered_by_hand():
        post(person)

    assert asked == []


@pytest.mark.django_db(transaction=True)
def test_broker_down_at_commit_delays_the_notice_and_nothing_else(settings, caplog):
    for _ in range(5):
        factories.user(Role.OFFICE)
    draft = factories.draft()
    started = time.monotonic()

    moved = advance(draft, "submit", by=group_of(draft), at=NOON)

    assert time.monotonic() - started < 3, "five notices, and nobody waits for the broker"
    assert not connection.in_atomic_block
    assert moved.state == "submitted"
    notice = Notice.objects.filter(case=moved, kind="your_turn").first()
    assert notice.state == Notice.State.QUEUED
    lines = [record for record in caplog.records if record.name.startswith("casework")]
    assert len(lines) == Notice.objects.count(), "one line a notice"
    assert lines == caplog.records and not any(record.exc_info for record in lines)
    assert f"No broker: notice {notice.pk} waits" in caplog.text

    assert tasks.deliver_pending() == Notice.objects.count()
    notice.refresh_from_db()
    assert notice.state == Notice.State.SENT


@pytest.mark.django_db(transaction=True)
def test_broker_down_at_commit_leaves_the_page_answering(client):
    factories.user(Role.OFFICE)
    draft = factories.draft(round=open_now())
    client.force_login(group_of(draft))

    response = client.post(f"/cases/{draft.pk}/moves/submit/", follow=True)

    assert response.status_code == 200
    assert Case.objects.get(pk=draft.pk).state == "submitted"
    assert Notice.objects.filter(case=draft, state="queued").exists()
    assert delivery.sweep(delivery.pending(at=NOON.replace(year=2100)), now=lambda: NOON) > 0


def open_now():
    """A call that is open whenever the tests run."""
    call = factories.call()
    call.closes_at = NOON.replace(year=2999)
    call.opens_at = NOON.replace(year=2000)
    call.save()
    return call


def test_day_of_the_move_decides_who_holds_the_duty():
    proposal = filed()
    clerk = factories.user(Role.OFFICE)
    clerk.duty_set.update(valid_until=TODAY)

    outbox.tell(proposal, Party.OFFICE, "your_turn", at=NOON.replace(day=21), key="k")

    assert told(clerk) == []
