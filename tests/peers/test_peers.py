"""What comparable systems were seen to do in 2026, tried here: each must come out the other way.

The ninth check, a mean that the list and the page of a proposal show differently, is a matter of
``reviews`` and lies there (``test_list_page_draft_and_letter_data_show_the_same_mean``).
"""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django_fsm import TransitionNotAllowed

from accounts.models import Role
from casework import approvals, clock, delivery, reminders
from casework.calendar import end_of_day, fiscal_year, japan_date
from casework.deadlines import KINDS, Rung
from casework.errors import NotPossible
from casework.models import Deadline, Letter, Notice
from casework.next_moves import next_moves
from casework.services import advance
from grants.models import Proposal
from tests import factories
from tests.casework import smtp_server
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import NOON, wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sender():
    return factories.sender()


def state(case) -> str:
    return Proposal.objects.get(pk=case.pk).state


def reminded_on(deadline: Deadline, befores: list[int], ladder: tuple[Rung, ...], monkeypatch):
    """Run the sweep so many days before the date; return on which of them the group was told."""
    kind = KINDS[deadline.kind]
    monkeypatch.setitem(
        KINDS,
        deadline.kind,
        type(kind)(kind.code, kind.label, kind.owed_by, kind.rule, ladder),
    )
    told = []
    for before in befores:
        today = deadline.due_on - timedelta(days=before)
        row = Deadline.objects.open().get(pk=deadline.pk)
        if reminders.remind(row, today=today, at=NOON):
            told.append(before)
    return told


# Hypha: the applicant's list of moves was empty, and the move "accepted" was made all the same.


@pytest.mark.parametrize("verb", ["accept", "refer", "ineligible"])
def test_applicant_does_not_accept_the_own_proposal(verb):
    proposal = accepted() if verb == "refer" else filed()
    before = state(proposal)
    group = group_of(proposal)
    assert verb not in {move.verb for move in next_moves(proposal, group, at=NOON).moves}

    with pytest.raises(PermissionDenied):
        advance(proposal, verb, by=group, at=NOON)

    assert state(proposal) == before


def test_applicant_does_not_select_the_own_proposal():
    proposal = in_selection()

    with pytest.raises(PermissionDenied):
        advance(proposal, "select", by=group_of(proposal), at=NOON, assessed_yen=1)


# Hypha: two stale copies, one accepted, one rejected; both were "ok", the last one stood.


def test_second_of_two_stale_copies_is_refused():
    office = factories.user(Role.OFFICE)
    proposal = filed()
    first, second = (Proposal.objects.get(pk=proposal.pk) for _ in range(2))

    advance(first, "accept", by=office, at=NOON)
    with pytest.raises(TransitionNotAllowed):
        advance(second, "ineligible", by=office, at=NOON, reason="要件")

    assert state(proposal) == "accepted"
    assert not proposal.events.filter(verb="ineligible").exists()


# Hypha: cron ran on D-8, 6, 5, 3, 1 and 0; the reminder of D-7 never went out. With D-7 it did.


@pytest.mark.parametrize(
    ("runs", "told"), [([8, 6, 5, 3, 1, 0], [6]), ([8, 7, 6, 5, 3, 1, 0], [7])]
)
def test_reminder_of_a_missed_night_is_sent_the_next(runs, told, monkeypatch):
    deadline = sent_back().deadlines.get(kind="supplement")

    assert reminded_on(deadline, runs, (Rung(7),), monkeypatch) == told


# Hypha: "three days after the date", a report three days late; nothing was sent, and the due date
# had become one four weeks ahead.


def test_overdue_is_reminded_of_and_its_date_does_not_move(monkeypatch):
    deadline = sent_back().deadlines.get(kind="supplement")
    due_on, due_at = deadline.due_on, deadline.due_at

    assert reminded_on(deadline, [-3], (Rung(-3),), monkeypatch) == [-3]

    for days in (3, 28, 400):
        row = Deadline.objects.get(pk=deadline.pk)
        assert row.is_late(end_of_day(due_on) + timedelta(days=days))
        assert (row.due_on, row.due_at) == (due_on, due_at)
    assert Deadline.objects.filter(kind="supplement").count() == 1


# Python and Django: at 07:00 on 1 May in Japan, timezone.now().date() is 30 April.


@time_machine.travel(datetime(2026, 4, 30, 22, 0, tzinfo=UTC), tick=False)
def test_seven_in_the_morning_of_the_first_of_may_is_may():
    assert clock.today() == date(2026, 5, 1)
    assert japan_date(clock.now()) == date(2026, 5, 1)


@time_machine.travel(datetime(2026, 3, 31, 22, 0, tzinfo=UTC), tick=False)
def test_seven_in_the_morning_of_the_first_of_april_is_the_new_fiscal_year():
    assert fiscal_year(clock.today()) == 2026


@pytest.mark.parametrize(("hour_in_utc", "late"), [(14, False), (15, True), (22, True)])
def test_lateness_is_that_of_japan(hour_in_utc, late):
    deadline = sent_back().deadlines.get(kind="supplement")
    day = deadline.due_on

    assert deadline.is_late(datetime(day.year, day.month, day.day, hour_in_utc, tzinfo=UTC)) is late


# pretalx: a proposal that was withdrawn could be confirmed.


@pytest.mark.parametrize("verb", ["accept", "select", "prepare", "take"])
def test_withdrawn_proposal_goes_nowhere(verb):
    proposal = filed()
    proposal = advance(proposal, "withdraw", by=group_of(proposal), at=NOON)

    with pytest.raises(TransitionNotAllowed):
        advance(proposal, verb, by=factories.user(Role.OFFICE, Role.APPROVER), at=NOON)

    assert state(proposal) == "withdrawn"


# pretalx: two stale copies decided; two decision mails were drafted.


def test_two_decisions_on_stale_copies_leave_one_letter():
    office = factories.user(Role.OFFICE)
    proposal = in_selection()
    first, second = (Proposal.objects.get(pk=proposal.pk) for _ in range(2))

    approval = approvals.draft("一", [wish(first, "reserve")], by=office, at=NOON)
    with pytest.raises(NotPossible):
        approvals.draft("二", [wish(second, "decline")], by=office, at=NOON)
    approver = factories.user(Role.APPROVER)
    advance(approval, "approve", by=approver, at=NOON, decided_on=NOON.date())
    with pytest.raises(TransitionNotAllowed):
        advance(approval, "approve", by=approver, at=NOON, decided_on=NOON.date())

    assert state(proposal) == "reserve"
    assert [letter.kind for letter in Letter.objects.filter(case=proposal)] == ["reserved"]
    assert Notice.objects.filter(case=proposal, kind="letter_sent").count() == 1


# pretalx: a mail that was sent twice was dispatched twice.


def test_notice_that_is_sent_twice_leaves_once(settings):
    with smtp_server.running() as server:
        settings.EMAIL_URL_SET = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        filed()
        factories.user(Role.OFFICE)
        sent_back()
        notice = Notice.objects.get(kind="letter_sent")

        assert [delivery.deliver(notice.pk, at=NOON) for _ in range(2)] == [True, False]

    assert len(server.received) == 1
