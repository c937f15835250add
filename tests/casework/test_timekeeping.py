"""Opening, meeting, closing, replacing and extending deadlines."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import override

from accounts.models import Role
from casework import approvals, timekeeping, verification
from casework.calendar import end_of_day, wareki
from casework.derivation import Due, not_set, with_clock
from casework.errors import NotPossible
from casework.models import Deadline, Extension, Notice, Remark
from casework.services import advance
from tests import factories
from tests.casework.cases import accepted, filed, group_of, sent_back
from tests.factories import JAPAN, NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def office():
    return factories.user("office")


@pytest.fixture
@remembered
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

    with pytest.raises(NotPossible, match="counts already"):
        timekeeping.supersede(supplement, Due.fixed(TODAY), by=office, at=LATER, reason="x")
    with pytest.raises(ValueError, match="Only an open deadline"):
        timekeeping.supersede(supplement, Due.fixed(LATER.date()), by=office, at=LATER, reason="x")


# Extending


@remembered
def extend(deadline, days: int, *, at=LATER):
    until = deadline.due_on + timedelta(days=days)
    return factories.extended(deadline, until=until, reason="災害", at=at)


def test_extension_stands_beside_the_deadline(supplement):
    stored = supplement.due_on, supplement.due_at
    extension = extend(supplement, 7)

    supplement = Deadline.objects.get(pk=supplement.pk)
    assert (supplement.due_on, supplement.due_at) == stored
    assert supplement.ends_on == extension.until
    number, day = extension.approval.number, f"{extension.until:%-d}"
    with override("ja"):
        assert (
            supplement.in_words.count("。") == 1 and f"。決裁{number}により" in supplement.in_words
        )
        assert f"{day}日" in supplement.in_words and supplement.in_words.endswith("まで延長")
    assert f"; extended by approval {number} until " in supplement.in_words
    event = supplement.case.events.get(verb="extend")
    assert (event.source, event.target) == ("returned", "returned")
    assert event.facts["until_on"] == extension.until.isoformat()
    assert event.facts["approval"] == extension.approval_id
    assert extension.by == event.by == extension.approval.decided_by
    assert "災害" not in str(event.facts)
    assert list(verification.faults()) == []


def test_there_is_no_extension_without_an_approval(supplement, office):
    approver = factories.user(Role.APPROVER)
    facts = {"deadline": supplement.pk, "until_on": date(2027, 3, 1), "reason": "x"}

    for person, refusal in ((office, PermissionDenied), (approver, NotPossible)):
        with pytest.raises(refusal):
            advance(supplement.case, "extend", by=person, at=LATER, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.create(
            deadline=supplement, until=date(2027, 3, 1), reason="x", by=approver, at=LATER
        )
    assert not Extension.objects.exists()


def test_extension_is_granted_also_after_the_date_and_its_letter_says_so(supplement):
    after = end_of_day(supplement.due_on) + timedelta(days=3)
    assert supplement.is_late(after)

    extend(supplement, 10, at=after)

    assert not Deadline.objects.get(pk=supplement.pk).is_late(after)
    letter = supplement.case.letters.get(kind="extended")
    assert "過ぎた後" in "".join(letter.data["paragraphs"])


def test_letter_names_the_deadline_both_dates_and_the_reason(supplement):
    extend(supplement, 7)
    extend(supplement, 14, at=LATER + timedelta(hours=1))

    first, second = supplement.case.letters.filter(kind="extended").order_by("pk")
    told = {line["label"]: line["value"] for line in second.data["items"]}
    assert told["期限の名称"] == "補正"
    assert told["これまでの期限"] == wareki(supplement.due_on + timedelta(days=7))
    assert told["延長後の期限"].startswith(wareki(supplement.due_on + timedelta(days=14)))
    assert told["理由"] == "災害"
    assert first.title == "期限延長決定通知書"
    assert not any("過ぎた後" in words for words in second.data["paragraphs"])


def test_group_hears_of_more_time_once_by_its_letter(supplement):
    group = group_of(supplement.case)
    before = set(Notice.objects.filter(recipient=group).values_list("pk", flat=True))

    extend(supplement, 7)

    fresh = Notice.objects.filter(recipient=group).exclude(pk__in=before)
    assert [notice.kind for notice in fresh] == ["letter_sent"]


def test_others_hear_of_more_time_by_a_notice_without_a_letter():
    factories.sender()
    case = accepted(round=factories.call("collaboration", matching_days="30"))
    department = factories.user(Role.DEPARTMENT)
    case = advance(
        case, "start_matching", by=factories.user("office"), at=NOON,
        department=department.duty_set.get().department_id,
    )  # fmt: skip
    owed = case.deadlines.open().get(kind="matching")
    letters = case.letters.count()

    factories.extended(owed, until=owed.due_on + timedelta(days=7), reason="会議の延期", at=LATER)

    notice = Notice.objects.get(kind="more_time")
    assert notice.recipient == department and "会議の延期" in notice.body
    assert case.letters.count() == letters


def test_late_supplement_is_taken_after_an_extension(supplement):
    after = end_of_day(supplement.due_on) + timedelta(days=3)
    extend(supplement, 10, at=after)

    case = advance(supplement.case.specific, "resubmit", by=group_of(supplement.case), at=after)

    assert case.state == "submitted"


@pytest.mark.parametrize("days", [0, -1])
def test_extension_must_reach_further(supplement, days):
    with pytest.raises(NotPossible, match="after the one that counts"):
        extend(supplement, days)


def test_second_extension_must_reach_beyond_the_first(supplement):
    extend(supplement, 7)

    with pytest.raises(NotPossible, match="after the one that counts"):
        extend(supplement, 7)  # the argument does not know of the first


def test_draft_cannot_give_more_time_for_what_was_met_meanwhile(supplement, office):
    until = supplement.due_on + timedelta(days=7)
    facts = {"deadline": supplement.pk, "until_on": until, "reason": "x"}
    draft = approvals.draft(
        "延長", [approvals.Wish(supplement.case.specific, "extend", facts)], by=office, at=NOON
    )
    advance(supplement.case.specific, "resubmit", by=group_of(supplement.case), at=LATER)

    with pytest.raises(NotPossible, match="not open any more"):
        advance(
            draft, "approve", by=factories.user(Role.APPROVER), at=LATER,
            decided_on=LATER.date(),
        )  # fmt: skip
    assert not Extension.objects.exists()


def test_only_the_office_changes_dates(supplement):
    stranger = factories.user(Role.APPROVER)

    with pytest.raises(PermissionDenied):
        timekeeping.supersede(supplement, Due.fixed(TODAY), by=stranger, at=LATER, reason="x")
