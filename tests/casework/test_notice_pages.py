"""The mailbox is its owner's; the outbox is the office's, but not every word in it."""

import pytest
from django.urls import reverse

from accounts.models import Role
from casework import delivery, outbox
from casework.errors import NotPossible
from casework.models import Notice
from tests import factories
from tests.casework.cases import filed
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

#: Session, person, duties, groups; unread, count, rows; the menu and the settings.
MAILBOX = 9
OUTBOX = 9


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def notice(to, *, sent: bool = True, kind: str = "your_turn", case=None, **fields) -> Notice:
    made = outbox.enqueue(
        kind, to=to.email, recipient=to, case=case, at=NOON, key=f"k{Notice.objects.count()}",
        subject="お知らせ", body="本文です", path="/my/",
    )  # fmt: skip
    if sent:
        delivery.deliver(made.pk, at=NOON)
    Notice.objects.filter(pk=made.pk).update(**fields)
    return Notice.objects.get(pk=made.pk)


# Mailbox


def test_mailbox_marks_what_is_not_read_in_words(enter):
    reader = factories.user()
    new = notice(reader)
    client = enter(reader)

    assert "1 notice is not read yet." in client.get("/mailbox/").content.decode()
    assert "本文です" in client.get(reverse("casework:notice", args=[new.pk])).content.decode()

    assert Notice.objects.get(pk=new.pk).read_at == NOON
    assert "You have read everything." in client.get("/mailbox/").content.decode()


def test_notice_is_its_readers_alone(enter, office):
    made = notice(factories.user())

    assert enter(office).get(reverse("casework:notice", args=[made.pk])).status_code == 404
    assert list(enter(office).get("/mailbox/").context["page"]) == []


def test_notice_that_has_not_left_is_not_in_the_mailbox(enter):
    reader = factories.user()
    made = notice(reader, sent=False)

    assert list(enter(reader).get("/mailbox/").context["page"]) == []
    assert enter(reader).get(reverse("casework:notice", args=[made.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_mailbox_asks_as_often_for_three_as_for_one(enter, count, django_assert_num_queries):
    reader = factories.user()
    case = filed()
    for _ in range(count):
        notice(reader, case=case)
    client = enter(reader)

    with django_assert_num_queries(MAILBOX):
        assert len(client.get("/mailbox/").context["page"]) == count


# Outbox


def test_outbox_is_for_the_office_and_the_auditor(enter, office):
    assert enter(office).get("/office/outbox/").status_code == 200
    assert enter(factories.user(Role.AUDITOR)).get("/office/outbox/").status_code == 200
    assert enter(factories.user(Role.APPROVER)).get("/office/outbox/").status_code == 403
    assert (
        enter(factories.member(factories.organization())).get("/office/outbox/").status_code == 403
    )


def test_outbox_is_filtered_by_what_became_of_a_notice(enter, office):
    reader = factories.user()
    failed = notice(reader, state=Notice.State.FAILED)
    notice(reader)
    client = enter(office)

    assert list(client.get("/office/outbox/?state=failed").context["page"]) == [failed]
    assert len(client.get(f"/office/outbox/?q={reader.email}").context["page"]) == 2
    assert len(client.get("/office/outbox/?q=nobody").context["page"]) == 0


def test_words_of_an_account_mail_stay_with_their_reader(enter, office):
    reader = factories.user()
    secret = notice(reader, kind="account_password_reset_key")
    plain = notice(reader)
    client = enter(office)

    page = client.get(reverse("casework:outbox-notice", args=[secret.pk])).content.decode()
    assert "本文です" not in page and "Only its reader sees" in page
    assert (
        "本文です"
        in client.get(reverse("casework:outbox-notice", args=[plain.pk])).content.decode()
    )
    assert (
        "本文です"
        in enter(reader).get(reverse("casework:notice", args=[secret.pk])).content.decode()
    )


def test_failed_notice_is_sent_again(enter, office):
    case = filed()
    made = notice(factories.user(), case=case, state=Notice.State.FAILED, sent_at=None, error="no")

    enter(office).post(reverse("casework:outbox-retry", args=[made.pk]))

    again = Notice.objects.get(pk=made.pk)
    assert (again.state, again.error) == ("queued", "")
    assert case.events.order_by("-pk").first().verb == "retry_notice"
    assert delivery.deliver(made.pk, at=NOON)


def test_waiting_notice_is_withdrawn_and_never_sent(enter, office):
    case = filed()
    made = notice(factories.user(), case=case, sent=False)

    enter(office).post(reverse("casework:outbox-withdraw", args=[made.pk]))

    assert Notice.objects.get(pk=made.pk).state == "withdrawn"
    assert not delivery.deliver(made.pk, at=NOON)
    assert case.events.order_by("-pk").first().facts == {"notice": made.pk}


@pytest.mark.parametrize(("act", "state"), [("retry", "queued"), ("withdraw", "sent")])
def test_what_cannot_be_done_with_a_notice_is_said(enter, office, act, state):
    made = notice(factories.user(), sent=state == "sent")

    answer = enter(office).post(reverse(f"casework:outbox-{act}", args=[made.pk]), follow=True)

    assert "It did not work" in answer.content.decode()
    assert Notice.objects.get(pk=made.pk).state == state


@pytest.mark.parametrize("act", ["retry", "withdraw"])
def test_only_the_office_acts_on_notices(enter, act):
    made = notice(factories.user(), sent=False)
    path = reverse(f"casework:outbox-{act}", args=[made.pk])

    for other in (Role.AUDITOR, Role.APPROVER):
        assert enter(factories.user(other)).post(path).status_code == 403
    assert Notice.objects.get(pk=made.pk).state == "queued"


def test_notice_about_a_log_in_is_withdrawn_without_a_case(office):
    made = notice(factories.user(), sent=False, kind="account_invitation")

    outbox.withdraw(made, by=office, at=NOON)

    assert Notice.objects.get(pk=made.pk).error == f"withdrawn by {office}"
    with pytest.raises(NotPossible):
        outbox.withdraw(made, by=office, at=NOON)


@pytest.mark.parametrize("count", [1, 3])
def test_outbox_asks_as_often_for_three_as_for_one(enter, office, count, django_assert_num_queries):
    for _ in range(count):
        notice(factories.user())
    client = enter(office)

    with django_assert_num_queries(OUTBOX):
        assert len(client.get("/office/outbox/").context["page"]) == count
