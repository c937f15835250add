"""By post: for groups that nobody logs in for; printed, posted and returned by people, step by step."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Officer, Role
from casework import by_post, delivery, letter_versions, outbox, outbox_keeping, reminders, tasks
from casework.errors import NotPossible
from casework.models import Deadline, Letter, Notice, Reminder, Sender
from casework.parties import Party
from casework.services import advance
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

TOMORROW = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def sender():
    return factories.sender()


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@remembered
def unreached(*, address: str = "架空市見本町1-2"):
    """A filed proposal of a group in which nobody logs in any more."""
    proposal = filed()
    group = proposal.organization
    group.membership_set.all().delete()
    group.postal_code, group.address = "999-0000", address
    group.save()
    return type(proposal).objects.get(pk=proposal.pk)


def letter_by_post(**kwargs) -> Notice:
    """The notice of a letter that such a group is sent."""
    return sent_back(unreached(**kwargs)).notices.by_post().get()


def printed(office, **kwargs) -> Notice:
    return by_post.print_batch([letter_by_post(**kwargs)], by=office, at=NOON)[0]


def mailed(office) -> Notice:
    return by_post.mail_batch([printed(office)], on=TODAY, by=office, at=NOON)[0]


def fresh(notice: Notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


def last_event(notice: Notice):
    return notice.case.events.order_by("-pk").first()


# What goes by post


def test_letter_to_a_group_that_nobody_logs_in_for_waits_to_be_printed():
    notice = letter_by_post()

    assert (notice.state, notice.kind, notice.to) == ("queued", "letter_sent", "")
    assert (notice.recipient, notice.letter) == (None, notice.case.letters.get())
    assert notice.addressed_to == notice.case.organization.name
    assert notice.letter.symbol in notice.body


def test_group_that_logs_in_gets_nothing_by_post():
    assert not sent_back().notices.by_post().exists()


def test_reader_of_a_group_who_does_not_write_for_it_is_not_reached():
    case = unreached()
    factories.member(case.organization, "viewer")

    assert sent_back(case).notices.by_post().count() == 1


def test_notice_goes_back_with_its_move(office):
    case = unreached()
    with pytest.raises(RuntimeError), transaction.atomic():
        sent_back(case)
        raise RuntimeError("the move failed")

    assert not Notice.objects.by_post().exists()


def test_courtesy_is_not_posted(office):
    case = advance(unreached(), "accept", by=office, at=NOON)

    assert not case.notices.by_post().exists()


def test_draft_that_was_never_filed_is_its_groups_own_affair():
    draft = factories.draft()
    draft.organization.membership_set.all().delete()

    assert not outbox.goes_by_post(draft, Party.ORGANIZATION, "deadline_near")


@pytest.mark.parametrize(("days", "kind"), [(0, "deadline_near"), (3, "deadline_overdue")])
def test_deadline_of_the_group_is_told_by_post_once(days, kind):
    deadline = sent_back(unreached()).deadlines.get(kind="supplement")
    Notice.objects.all().delete()
    for _ in range(2):
        row = Deadline.objects.open().get(pk=deadline.pk)
        reminders.remind(row, today=deadline.due_on + timedelta(days=days), at=NOON)

    assert [n.kind for n in Notice.objects.by_post()] == [kind]
    assert Reminder.objects.filter(outcome="sent", recipient="").count() == 1
    assert str(Deadline.objects.get(pk=deadline.pk).due_on.day) in Notice.objects.by_post()[0].body


def test_worker_never_touches_what_goes_by_post():
    notice = letter_by_post()

    assert notice.pk not in delivery.pending(at=NOON + timedelta(days=9))
    assert delivery.deliver(notice.pk, at=NOON) is False
    tasks.deliver_pending()
    assert fresh(notice).state == "queued"


# Printing


def test_printing_freezes_the_address_and_writes_history(office):
    notice = printed(office)

    row = fresh(notice)
    assert (row.state, row.printed_at, row.handled_by) == ("printed", NOON, office)
    name = row.case.organization.name
    assert row.postal_address.split("\n") == ["〒999-0000", "架空市見本町1-2", f"{name}　御中"]
    row.case.organization.address = "ほかの所"
    assert by_post.shown_address(row, today=TODAY)[1] == "架空市見本町1-2"
    event = last_event(notice)
    assert (event.verb, event.by, event.facts) == ("print_notice", office, {"notice": notice.pk})


def test_address_names_the_representative(office):
    notice = letter_by_post()
    Officer.objects.create(
        organization=notice.case.organization, name="代表 花子", post="会長", is_representative=True
    )

    group = Notice.objects.get(pk=notice.pk).case.organization
    lines = by_post.address_of(group, day=TODAY)
    assert lines[-2:] == [notice.case.organization.name, "会長　代表 花子　様"]


def test_batch_is_one_pdf_with_a_sheet_and_the_letter_for_each(office):
    notices = [letter_by_post(), letter_by_post()]
    taken = by_post.print_batch(notices, by=office, at=NOON)

    pdf = by_post.sheets(taken)
    text = pdf_text(pdf)
    for notice in notices:
        assert notice.case.organization.name in text
        assert notice.subject.replace(" ", "") in text.replace(" ", "")
    letters_pages = [by_post.letters.pages_of(bytes(n.letter.pdf)) for n in notices]
    assert by_post.letters.pages_of(pdf) == sum(1 + pages for pages in letters_pages)


def test_what_has_no_address_is_left_out_and_stays(office):
    without, with_address = letter_by_post(address=""), letter_by_post()

    taken = by_post.print_batch([without, with_address], by=office, at=NOON)

    assert taken == [with_address]
    assert fresh(without).state == "queued"
    with pytest.raises(NotPossible):
        by_post.print_batch([without], by=office, at=NOON)


def test_what_another_clerk_printed_is_not_printed_again(office):
    notice = printed(office)
    before = notice.case.events.count()

    with pytest.raises(NotPossible):
        by_post.print_batch([notice], by=factories.user(Role.OFFICE), at=TOMORROW)

    assert fresh(notice).printed_at == NOON
    assert notice.case.events.count() == before


# Posting and coming back


def test_posting_records_the_day_and_who(office):
    notice = mailed(office)

    row = fresh(notice)
    assert (row.state, row.mailed_on, row.handled_by) == ("mailed", TODAY, office)
    assert last_event(notice).facts == {"notice": notice.pk, "on": TODAY.isoformat()}


@pytest.mark.parametrize("days", [-1, 2])
def test_day_of_posting_lies_between_printing_and_today(office, days):
    notice = printed(office)

    with pytest.raises(NotPossible):
        by_post.mail_batch([notice], on=TODAY + timedelta(days), by=office, at=TOMORROW)

    assert fresh(notice).state == "printed"


def test_posting_twice_is_refused(office):
    notice = mailed(office)

    with pytest.raises(NotPossible):
        by_post.mail_batch([notice], on=TODAY, by=office, at=NOON)


def test_what_came_back_says_when_and_why(office):
    notice = mailed(office)

    by_post.came_back(
        notice, on=TOMORROW.date(), reason="あて所に尋ねあたりません", by=office, at=TOMORROW
    )

    row = fresh(notice)
    assert (row.state, row.returned_on) == ("returned", TOMORROW.date())
    assert row.error == "あて所に尋ねあたりません"
    event = last_event(notice)
    assert event.verb == "return_notice" and "あて所" not in str(event.facts)


@pytest.mark.parametrize("days", [-1, 2])
def test_day_of_return_lies_between_posting_and_today(office, days):
    notice = mailed(office)

    with pytest.raises(NotPossible):
        by_post.came_back(notice, on=TODAY + timedelta(days), reason="x", by=office, at=TOMORROW)


def test_only_what_was_posted_comes_back(office):
    with pytest.raises(NotPossible):
        by_post.came_back(printed(office), on=TODAY, reason="x", by=office, at=NOON)


def test_what_came_back_is_printed_anew_with_the_new_address(office):
    notice = mailed(office)
    by_post.came_back(notice, on=TODAY, reason="転居", by=office, at=NOON)
    organization = notice.case.organization
    organization.address = "新しい町9-9"
    organization.save()

    outbox_keeping.retry(fresh(notice), by=office, at=NOON)

    again = fresh(notice)
    assert (again.state, again.postal_address, again.error) == ("queued", "", "")
    assert (again.printed_at, again.mailed_on, again.returned_on) == (None, None, None)
    [taken] = by_post.print_batch([again], by=office, at=TOMORROW)
    assert "新しい町9-9" in fresh(taken).postal_address


def test_printed_notice_is_withdrawn(office):
    notice = printed(office)

    outbox_keeping.withdraw(notice, by=office, at=NOON)

    assert fresh(notice).state == "withdrawn"


def test_new_version_of_a_letter_takes_the_old_one_off_the_pile(office):
    notice = printed(office)
    Sender.objects.update(name="正しい 三郎")

    new = letter_versions.reissue(
        Letter.objects.get(), reason="発信者の誤り", by=office, at=TOMORROW
    )

    assert (fresh(notice).state, fresh(notice).withdrawn_because) == ("withdrawn", "replaced")
    [waiting] = by_post.waiting_on_paper(office)
    assert (waiting.letter, waiting.state) == (new, "queued")
    assert "先の文書は使わないでください" in waiting.body


# Who


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER, Role.ACCOUNTING])
def test_only_the_office_handles_the_post(office, role):
    other, waiting, paper = factories.user(role), letter_by_post(), printed(office)
    posted = mailed(office)

    for act in (
        lambda: by_post.print_batch([waiting], by=other, at=NOON),
        lambda: by_post.mail_batch([paper], on=TODAY, by=other, at=NOON),
        lambda: by_post.came_back(posted, on=TODAY, reason="x", by=other, at=NOON),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_office_and_auditor_see_what_goes_by_post_and_the_group_does_not(office):
    notice = letter_by_post()

    assert list(by_post.waiting_on_paper(office)) == [notice]
    assert list(by_post.waiting_on_paper(factories.user(Role.AUDITOR))) == [notice]
    assert not by_post.waiting_on_paper(group_of(filed())).exists()


def test_what_waits_is_counted(office):
    letter_by_post()
    printed(office)
    mailed(office)

    assert by_post.count(by_post.waiting_on_paper(office)) == {"printed": 1, "queued": 1}


# The database


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "sent", "sent_at": NOON},
        {"state": "in_flight"},
        {"state": "printed"},
        {"state": "mailed"},
        {"to": "a@example.jp"},
        {"case": None},
    ],
    ids=str,
)
def test_database_holds_the_steps_of_the_post(fields):
    notice = letter_by_post()

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**fields)


def test_database_lets_no_mail_be_printed():
    factories.user(Role.OFFICE)
    filed()

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(channel="mailbox").update(state="printed")
