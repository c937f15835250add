"""Opening, meeting, closing, replacing and extending deadlines."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Role
from casework import timekeeping, verification
from casework.calendar import end_of_day
from casework.derivation import Due, not_set, with_clock
from casework.models import Deadline, Remark
from casework.services import advance
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import JAPAN, NOON, TODAY

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def office():
    return factories.user("office")


@pytest.fixture
def supplement():
    """The open deadline of a proposal that was sent back: fourteen days."""
    factories.sender()
    return sent_back().deadlines.get(kind="supplement")


def test_move_opens_what_its_row_says(supplement):
    assert supplement.due_on == TODAY + timedelta(days=14)
    assert supplement.due_at == end_of_day(supplement.due_on)
    assert supplement.owed_by == "organization"
    assert supplement.opened_at == NOON
    assert "14" in supplement.in_words


def test_move_meets_what_its_row_says(supplement):
    advance(supplement.case.specific, "resubmit", by=group_of(supplement.case), at=LATER)

    supplement.refresh_from_db()
    assert (supplement.met_at, supplement.met_on) == (LATER, None)
    assert not supplement.is_late(LATER)


def test_paper_meets_with_the_day_it_was_received(office):
    case = factories.draft()
    received = TODAY - timedelta(days=2)
    timekeeping.meet_deadlines(case, ["call"], at=LATER, on=received)

    assert case.deadlines.get().met_on == received


def test_end_of_the_case_closes_what_is_open(supplement):
    advance(supplement.case.specific, "withdraw", by=group_of(supplement.case), at=LATER)

    supplement.refresh_from_db()
    assert (supplement.closed_at, supplement.closed_because) == (LATER, "case is withdrawn")


def test_rule_that_is_not_set_opens_a_deadline_without_a_date():
    factories.sender()
    case = filed(round=factories.call(supplement_days=None))

    deadline = sent_back(case).deadlines.get(kind="supplement")

    assert (deadline.due_on, deadline.due_at) == (None, None)
    assert not deadline.is_late(NOON + timedelta(days=999))


def test_date_the_office_chose_is_kept_with_its_basis():
    factories.sender()
    day = TODAY + timedelta(days=5)

    deadline = sent_back(due_on=day).deadlines.get(kind="supplement")

    assert deadline.due_on == day


def test_clock_time_is_kept_as_the_moment():
    case = factories.draft()
    due = with_clock(Due.fixed(date(2026, 12, 1)), time(17))

    deadline = timekeeping._replace(case, "call", due, at=NOON, reason="x")

    assert deadline.due_at == datetime(2026, 12, 1, 17, tzinfo=JAPAN)


def test_kind_that_is_still_open_is_replaced(office):
    case = factories.draft()
    old = case.deadlines.get()

    (fresh,) = timekeeping.open_deadlines(case, ["call"], at=LATER, facts={})

    old.refresh_from_db()
    assert (old.closed_at, old.superseded_by) == (LATER, fresh)
    assert list(case.deadlines.open()) == [fresh]


# Superseding


def test_superseding_adds_a_row_with_the_reason(supplement, office):
    due = Due.fixed(TODAY + timedelta(days=30))

    fresh = timekeeping.supersede(supplement, due, by=office, at=LATER, reason="起算日の誤り")

    was = supplement.due_on
    supplement.refresh_from_db()
    assert supplement.due_on == was
    assert supplement.superseded_by == fresh
    assert (supplement.closed_at, supplement.closed_because) == (LATER, "起算日の誤り")
    assert fresh.due_on == TODAY + timedelta(days=30)


def test_superseding_is_a_line_of_history(supplement, office):
    fresh = timekeeping.supersede(
        supplement, not_set("supplement_days"), by=office, at=LATER, reason="不明"
    )

    event = supplement.case.events.get(verb="supersede_deadline")
    assert event.facts["by_deadline"] == fresh.pk
    assert event.facts["due"] is None
    assert Remark.objects.get(pk=event.facts["reason"]["remark"]).text == "不明"
    assert list(verification.faults()) == []


def test_superseding_is_refused_when_it_is_not_owed_any_more(supplement, office):
    timekeeping.supersede(supplement, Due.fixed(TODAY), by=office, at=LATER, reason="x")

    with pytest.raises(ValueError, match="Only an open deadline"):
        timekeeping.supersede(supplement, Due.fixed(TODAY), by=office, at=LATER, reason="x")


# Extending


def extend(deadline, days: int, *, at=LATER):
    until = deadline.due_on + timedelta(days=days)
    clerk = factories.user("office")
    return timekeeping.extend(deadline, until=until, reason="災害", by=clerk, at=at)


def test_extension_stands_beside_the_deadline(supplement):
    stored = supplement.due_on, supplement.due_at
    extension = extend(supplement, 7)

    supplement = Deadline.objects.get(pk=supplement.pk)
    assert (supplement.due_on, supplement.due_at) == stored
    assert supplement.ends_on == extension.until
    event = supplement.case.events.get(verb="extend")
    assert event.facts["until"] == extension.until.isoformat()
    assert "災害" not in str(event.facts)


def test_extension_is_granted_also_after_the_date(supplement):
    after = end_of_day(supplement.due_on) + timedelta(days=3)
    assert supplement.is_late(after)

    extend(supplement, 10, at=after)

    assert not Deadline.objects.get(pk=supplement.pk).is_late(after)


def test_late_supplement_is_taken_after_an_extension(supplement):
    after = end_of_day(supplement.due_on) + timedelta(days=3)
    extend(supplement, 10, at=after)

    case = advance(supplement.case.specific, "resubmit", by=group_of(supplement.case), at=after)

    assert case.state == "submitted"


@pytest.mark.parametrize("days", [0, -1])
def test_extension_must_reach_further(supplement, days):
    with pytest.raises(ValueError, match="beyond"):
        extend(supplement, days)


def test_second_extension_must_reach_beyond_the_first(supplement):
    extend(supplement, 7)

    with pytest.raises(ValueError, match="beyond"):
        extend(supplement, 7)  # the argument does not know of the first


def test_only_the_office_changes_dates(supplement):
    stranger = factories.user(Role.APPROVER)

    with pytest.raises(PermissionDenied):
        timekeeping.extend(supplement, until=date(2027, 3, 1), reason="x", by=stranger, at=LATER)
    with pytest.raises(PermissionDenied):
        timekeeping.supersede(supplement, Due.fixed(TODAY), by=stranger, at=LATER, reason="x")
