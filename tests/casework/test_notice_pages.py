"""The mailbox is its owner's; the outbox is the office's, but not every word in it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Change, Role
from casework import delivery, outbox, outbox_keeping, services
from casework.errors import NotPossible
from casework.models import Access, Notice
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

#: Session, person, duties; counts of what stands and of what is done, rows; the menu with the words
#: of the city.
MAILBOX = 8
#: The same, and what goes by post.
OUTBOX = 7


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
    assert "Nothing new, and nothing is asked of you" in client.get("/mailbox/").content.decode()


def standing_in(client) -> list[Notice]:
    return list(client.get("/mailbox/").context["page"])


def test_notice_is_done_once_its_case_has_moved_on(enter, office):
    case = filed()
    asked = notice(office, case=case)
    client = enter(office)
    assert standing_in(client) == [asked]
    client.get(reverse("casework:notice", args=[asked.pk]))
    assert standing_in(client) == [asked]

    services.advance(case, "accept", by=office, at=NOON + timedelta(hours=1))

    answer = client.get("/mailbox/")
    assert list(answer.context["page"]) == [] and list(answer.context["done"]) == [asked]
    assert "Nothing new, and nothing is asked of you" in answer.content.decode()


def test_reminder_is_done_once_its_deadline_is_met(enter, office):
    factories.sender()
    case = sent_back(filed())
    reader = group_of(case)
    owed = case.deadlines.open().get(kind="supplement")
    reminder = notice(reader, kind="deadline_near", case=case, deadline=owed)
    client = enter(reader)
    assert reminder in standing_in(client)

    services.advance(case, "resubmit", by=reader, at=NOON + timedelta(hours=1))

    assert reminder not in standing_in(client)
    assert reminder in client.get("/mailbox/").context["done"]


def test_letter_stands_in_the_mailbox_until_it_is_read(enter, office):
    case = filed()
    letter = notice(group_of(case), kind="letter_sent", case=case)
    services.advance(case, "accept", by=office, at=NOON + timedelta(hours=1))
    client = enter(group_of(case))
    assert letter in standing_in(client)

    client.get(reverse("casework:notice", args=[letter.pk]))

    assert letter not in standing_in(client)


def test_menu_does_not_count_what_is_done(enter, office):
    case = filed()
    notice(office, case=case)
    services.advance(case, "accept", by=office, at=NOON + timedelta(hours=1))

    assert enter(office).get("/mailbox/").context["desks"][-1][-1] == 0


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

    outbox_keeping.withdraw(made, by=office, at=NOON)

    assert Notice.objects.get(pk=made.pk).withdrawn_because == "by_office"
    with pytest.raises(NotPossible):
        outbox_keeping.withdraw(made, by=office, at=NOON)


@pytest.mark.parametrize("count", [1, 3])
def test_outbox_asks_as_often_for_three_as_for_one(enter, office, count, django_assert_num_queries):
    for _ in range(count):
        notice(factories.user())
    client = enter(office)

    with django_assert_num_queries(OUTBOX):
        assert len(client.get("/office/outbox/").context["page"]) == count


# By post

POST = "/office/outbox/post/"
#: Session, person, duties; printed, to print, count and rows of what was posted; the menu.
POST_PAGE = 8


@remembered
def paper(*, address: str = "架空市見本町1-2", state: str = "queued", **fields) -> Notice:
    """A notice to a group in which nobody logs in, at one of its steps."""
    case = filed()
    case.organization.membership_set.all().delete()
    case.organization.address = address
    case.organization.save()
    made = Notice.objects.create(
        key=f"paper-{case.pk}", kind="letter_sent", case_id=case.pk, channel="post",
        subject=f"文書{case.pk}", body="本文です", posted_at=NOON,
    )  # fmt: skip
    if state != "queued":
        fields |= {"printed_at": NOON, "postal_address": address, "handled_by": factories.user()}
    Notice.objects.filter(pk=made.pk).update(state=state, **fields)
    return Notice.objects.get(pk=made.pk)


def states(*notices: Notice) -> list[str]:
    return [Notice.objects.get(pk=notice.pk).state for notice in notices]


def test_outbox_and_desk_say_first_what_is_printed_and_not_posted(enter, office):
    paper(state="printed")
    paper()

    for page in ("/office/outbox/", "/office/"):
        words = enter(office).get(page).content.decode()
        assert "1 notice is printed and not posted yet" in words
        assert "1 notice waits to be printed" in words


def test_outbox_is_filtered_by_channel_and_by_group(enter, office):
    by_post = paper()
    notice(factories.user())
    client = enter(office)

    assert list(client.get("/office/outbox/?channel=post").context["page"]) == [by_post]
    name = by_post.case.organization.name
    assert list(client.get("/office/outbox/", {"q": name}).context["page"]) == [by_post]


def test_chosen_notices_are_printed_as_one_pdf(enter, office):
    chosen, other = [paper(), paper()], paper()
    client = enter(office)

    answer = client.post(f"{POST}print/", {"notice": [n.pk for n in chosen]}, follow=True)

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert states(*chosen, other) == ["printed", "printed", "queued"]
    assert "2 notices are printed" in client.get(POST).content.decode()


def test_stale_page_prints_nothing_twice_and_says_so(enter, office):
    taken, waiting = paper(state="printed"), paper()
    client = enter(office)

    client.post(f"{POST}print/", {"notice": [taken.pk, waiting.pk]})
    words = client.get(POST).content.decode()
    assert "1 notice was left out" in words and "1 notice is printed." in words

    again = client.post(f"{POST}print/", {"notice": [taken.pk, waiting.pk]}, follow=True)
    assert "None of these could be printed" in again.content.decode()


@pytest.mark.parametrize("chosen", [[], ["x"], ["999999"]])
def test_choosing_nothing_prints_nothing(enter, office, chosen):
    answer = enter(office).post(f"{POST}print/", {"notice": chosen}, follow=True)

    assert "None of these could be printed" in answer.content.decode()


def test_address_that_is_not_set_leads_to_where_it_is_entered(enter, office):
    made = paper(address="")

    for page in (POST, reverse("casework:outbox-notice", args=[made.pk])):
        words = enter(office).get(page).content.decode()
        assert "Not set" in words
        assert reverse("accounts:organization-edit", args=[made.case.organization_id]) in words
        assert f'name="notice" value="{made.pk}"' not in words


def test_printed_papers_are_opened_again_all_or_one(enter, office):
    made = [paper(state="printed"), paper(state="printed")]
    client = enter(office)

    everything = client.get(f"{POST}papers/").content
    one = client.get(f"{POST}papers/?notice={made[0].pk}").content
    assert len(everything) > len(one) and one.startswith(b"%PDF-")
    waiting = paper()
    assert client.get(f"{POST}papers/?notice={waiting.pk}").status_code == 404
    assert states(*made, waiting) == ["printed", "printed", "queued"]
    client.get(reverse("casework:outbox-notice", args=[made[1].pk]))
    first, second = (notice.case.organization_id for notice in made)
    read = Change.objects.filter(what="address_read", by=office).order_by("pk")
    assert list(read.values_list("organization", flat=True)) == [first, second, first, second]


def test_day_of_posting_is_recorded_for_the_chosen(enter, office):
    made, other = paper(state="printed"), paper(state="printed")
    client = enter(office)

    answer = client.post(f"{POST}mailed/", {"notice": made.pk, "day": TODAY}, follow=True)

    assert "1 notice is recorded as posted." in answer.content.decode()
    assert states(made, other) == ["mailed", "printed"]
    assert Notice.objects.get(pk=made.pk).mailed_on == TODAY


@pytest.mark.parametrize(
    ("day", "words"),
    [("", "Enter the day"), ("2026-11-21", "in the future"), ("2026-11-19", "before the day")],
)
def test_day_of_posting_that_cannot_be_is_refused_in_words(enter, office, day, words):
    made = paper(state="printed")

    answer = enter(office).post(f"{POST}mailed/", {"notice": made.pk, "day": day}, follow=True)

    assert words in answer.content.decode()
    assert states(made) == ["printed"]


def test_what_came_back_is_recorded_and_sent_again(enter, office):
    made = paper(state="mailed", mailed_on=TODAY)
    client = enter(office)
    path = reverse("casework:outbox-returned", args=[made.pk])
    assert client.get(path).status_code == 200
    assert client.post(path, {"day": TODAY, "reason": ""}).status_code == 422

    answer = client.post(path, {"day": TODAY, "reason": "転居先不明"}, follow=True)
    assert "転居先不明" in answer.content.decode()
    assert client.post(path, {"day": TODAY, "reason": "x"}).status_code == 422
    assert states(made) == ["returned"]

    client.post(reverse("casework:outbox-retry", args=[made.pk]))
    assert states(made) == ["queued"]


def test_auditor_reads_what_goes_by_post_and_changes_nothing(enter):
    made, posted = paper(state="printed"), paper(state="mailed", mailed_on=TODAY)
    client = enter(factories.user(Role.AUDITOR))

    words = client.get(POST).content.decode()
    assert made.subject in words and "Record the chosen" not in words
    assert client.get(f"{POST}papers/").status_code == 200
    for path in (f"{POST}print/", f"{POST}mailed/"):
        assert client.post(path, {"notice": made.pk, "day": TODAY}).status_code == 403
    path = reverse("casework:outbox-returned", args=[posted.pk])
    assert client.post(path, {"day": TODAY, "reason": "x"}).status_code == 403
    assert states(made, posted) == ["printed", "mailed"]


def test_barred_clerk_neither_sees_nor_prints_what_goes_by_post(enter, office):
    made = paper()
    Access.objects.create(
        case_id=made.case_id, user=office, barred=True, reason="x", valid_from=TODAY
    )

    assert made.subject not in enter(office).get(POST).content.decode()
    enter(office).post(f"{POST}print/", {"notice": made.pk})
    assert states(made) == ["queued"]


def test_pages_of_the_post_are_for_the_office(enter):
    made = paper(state="printed")
    for role in (Role.APPROVER, Role.ACCOUNTING, Role.PANEL):
        client = enter(factories.user(role))
        for path in (POST, f"{POST}papers/", reverse("casework:outbox-returned", args=[made.pk])):
            assert client.get(path).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_post_asks_as_often_for_three_as_for_one(enter, office, count, django_assert_num_queries):
    for _ in range(count):
        paper()
        paper(state="printed")
        paper(state="mailed", mailed_on=TODAY)
    client = enter(office)

    with django_assert_num_queries(POST_PAGE):
        assert len(client.get(POST).context["page"]) == count
