"""The ladder: the latest due rung, once, however often and however late the sweep runs."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from casework import city, tasks, timekeeping
from casework.calendar import end_of_day
from casework.climbing import due_rungs
from casework.deadlines import USUAL_LADDER, Audience, Rung
from casework.derivation import Due
from casework.ladders import change as change_ladder
from casework.models import Deadline, Notice, Reminder
from casework.reminders import remind, sweep
from casework.services import advance, correct
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON, TODAY
from tests.remembering import remembered

END = date(2026, 12, 31)
LONG_AGO = date(2026, 1, 1)


def day(before: int) -> date:
    return END - timedelta(days=before)


# The pure rule


def owner_on(before: int, opened_on: date) -> tuple[int | None, list[int]]:
    """Return which rung whoever owes it is told, and which are passed over, so many days before."""
    ladder = tuple(rung for rung in USUAL_LADDER if rung.audience == Audience.OWNER)
    sent, over = due_rungs(ladder, END, opened_on, {}, day(before))
    assert len(sent) <= 1
    return (sent[0].days if sent else None), [rung.days for rung in over]


@pytest.mark.parametrize(
    ("before", "sent", "passed"),
    [
        (15, None, []),
        (14, 14, []),
        (13, 14, []),
        (4, 14, []),
        (3, 3, [14]),
        (1, 3, [14]),
        (0, 0, [14, 3]),
        (-1, -1, [14, 3, 0]),
        (-300, -1, [14, 3, 0]),
    ],
)
def test_latest_rung_is_sent_and_earlier_ones_are_passed_over(before, sent, passed):
    assert owner_on(before, LONG_AGO) == (sent, passed)


@pytest.mark.parametrize(
    ("opened", "today", "sent", "passed"),
    [
        (10, 10, None, []),
        (10, 3, 3, [14]),
        (14, 14, 14, []),
        (0, 0, 0, [14, 3]),
        (-5, -5, None, []),
    ],
)
def test_rungs_dated_before_the_deadline_existed_are_passed_over(opened, today, sent, passed):
    assert owner_on(today, day(opened)) == (sent, passed)


def test_empty_ladder_reminds_of_nothing():
    assert due_rungs((), END, LONG_AGO, {}, END) == ([], [])


ladders = st.lists(st.integers(-30, 60), unique=True, max_size=6).map(
    lambda days: tuple(Rung(d) for d in sorted(days, reverse=True))
)
runs = st.lists(st.integers(-40, 70), min_size=1, max_size=60)


@remembered
def play(ladder, opened: date, days: list[date]) -> tuple[list[int], set[int]]:
    """Run the sweep on ``days`` with a ledger like the database's; return what was sent and passed."""
    sent, over, climbed = [], set(), {}
    for today in days:
        now, passed = due_rungs(ladder, END, opened, climbed, today)
        sent += [rung.days for rung in now]
        over |= {rung.days for rung in passed} - set(sent)
        climbed |= {rung.audience: rung.days for rung in now}
    return sent, over


@given(ladder=ladders, opened=st.integers(-10, 70))
def test_every_rung_is_sent_once_when_the_sweep_runs_every_day(ladder, opened):
    every_day = [day(before) for before in range(opened, -41, -1)]

    sent, passed = play(ladder, day(opened), every_day)

    assert sent == [rung.days for rung in ladder if rung.days <= opened]
    assert passed == ({rung.days for rung in ladder if rung.days > opened} if sent else set())


@given(ladder=ladders, opened=st.integers(-10, 70), befores=runs)
def test_gaps_cost_no_more_than_the_rungs_they_hide(ladder, opened, befores):
    days = sorted(day(before) for before in befores if before <= opened)

    sent, passed = play(ladder, day(opened), days)

    assert sent == sorted(set(sent), reverse=True)
    assert set(sent).isdisjoint(passed)
    if days:
        come = [rung.days for rung in ladder if day(rung.days) <= days[-1]]
        assert set(sent) | passed == (set(come) if sent else set())
        in_time = [d for d in come if d <= opened]
        assert not in_time or min(in_time) in sent, "the latest rung always goes out"


@given(ladder=ladders, opened=st.integers(-10, 70), befores=runs)
def test_running_twice_a_day_changes_nothing(ladder, opened, befores):
    once = sorted(day(before) for before in befores)
    twice = [d for d in once for _ in range(2)]

    assert play(ladder, day(opened), once) == play(ladder, day(opened), twice)


@given(ladder=ladders, today=st.integers(-40, 70))
def test_dead_scheduler_costs_one_reminder_at_most(ladder, today):
    sent, _passed = play(ladder, LONG_AGO, [day(today)])

    assert len(sent) <= 1


# With the database


@pytest.fixture
@remembered
def deadline():
    """A supplement owed in fourteen days; nobody has been reminded yet."""
    factories.sender()
    deadline = sent_back().deadlines.get(kind="supplement")
    Notice.objects.all().delete()
    return deadline


def run(deadline: Deadline, before: int) -> int:
    """Run the sweep so many days before the date."""
    return remind(deadline, today=deadline.due_on - timedelta(days=before), at=NOON)


def outcomes(deadline: Deadline, person) -> dict[int, str]:
    rows = deadline.reminders.filter(recipient=person.email)
    return {row.rung: row.outcome for row in rows}


def told(person) -> list[str]:
    return list(
        Notice.objects.filter(recipient=person).order_by("pk").values_list("kind", flat=True)
    )


@pytest.mark.django_db
def test_every_day_posts_each_rung_once(deadline):
    posted = [run(deadline, before) for before in range(14, -10, -1)]

    group = group_of(deadline.case)
    assert sum(posted) == Notice.objects.count()
    assert told(group) == ["deadline_near"] * 3 + ["deadline_overdue"]
    assert outcomes(deadline, group) == {14: "sent", 3: "sent", 0: "sent", -1: "sent"}


@pytest.mark.django_db
def test_running_twice_posts_nothing_more(deadline):
    assert run(deadline, 14) == 1
    assert run(deadline, 14) == 0
    assert run(deadline, 12) == 0
    assert Notice.objects.count() == 1


@pytest.mark.django_db
def test_missed_night_is_made_up_for(deadline):
    assert run(deadline, 8) == 1
    assert outcomes(deadline, group_of(deadline.case)) == {14: "sent"}


@pytest.mark.django_db
def test_scheduler_dead_for_a_week_sends_the_latest_rung_alone(deadline):
    run(deadline, 14)
    run(deadline, 2)

    assert outcomes(deadline, group_of(deadline.case)) == {14: "sent", 3: "sent"}
    assert len(told(group_of(deadline.case))) == 2


@pytest.mark.django_db
def test_rungs_nobody_ran_for_are_recorded_as_passed_over(deadline):
    run(deadline, -4)

    group = group_of(deadline.case)
    assert told(group) == ["deadline_overdue"]
    assert outcomes(deadline, group) == {
        14: "passed_over", 3: "passed_over", 0: "passed_over", -1: "sent",
    }  # fmt: skip


@pytest.mark.django_db
def test_passed_over_rung_is_not_sent_when_the_clock_goes_back(deadline):
    run(deadline, 3)

    assert run(deadline, 14) == 0


@pytest.mark.django_db
def test_office_hears_when_the_date_has_passed(deadline):
    clerk = factories.user("office")
    run(deadline, 0)
    assert told(clerk) == []

    run(deadline, -1)

    assert told(clerk) == ["deadline_overdue"]


@pytest.mark.django_db
def test_extension_starts_the_ladder_anew(deadline):
    run(deadline, -1)
    until = deadline.due_on + timedelta(days=20)
    factories.extended(deadline, until=until, reason="事情", at=NOON)

    row = Deadline.objects.open().get(pk=deadline.pk)
    assert remind(row, today=until - timedelta(days=3), at=NOON) == 1

    group = group_of(deadline.case)
    assert deadline.reminders.get(ends_on=until, rung=3, recipient=group.email).outcome == "sent"
    assert deadline.reminders.filter(ends_on=until, rung=14, outcome="passed_over").exists()
    assert told(group)[-1] == "deadline_near"


@pytest.mark.django_db
@pytest.mark.parametrize("later", [0, 1])
def test_superseded_deadline_starts_the_ladder_anew_only_for_another_date(deadline, later):
    run(deadline, 3)
    waiting = Notice.objects.get(kind="deadline_near")
    due = Due.fixed(deadline.due_on + timedelta(days=later))
    fresh = timekeeping.supersede(deadline, due, by=factories.anyone("office"), at=NOON, reason="x")

    waiting.refresh_from_db()
    assert (waiting.state, waiting.deadline) == (
        ("withdrawn", deadline) if later else ("queued", fresh)
    )
    assert run(deadline, 3) == 0
    assert run(fresh, 3) == later
    assert run(fresh, 0) == 1


@pytest.mark.django_db
def test_same_date_of_a_move_that_is_taken_back_is_told_once(deadline):
    case, later = deadline.case, NOON + timedelta(hours=1)
    (fresh,) = timekeeping.open_deadlines(
        case, [deadline.kind], at=later, facts={"due_on": deadline.due_on}
    )
    run(fresh, 3)

    timekeeping.take_back(case, case.flow["send_back"], moved_at=later, at=later)

    deadline.refresh_from_db()
    waiting = Notice.objects.get(kind="deadline_near")
    assert (waiting.state, waiting.deadline) == ("queued", deadline)
    assert run(deadline, 3) == 0


@pytest.mark.django_db
def test_deadline_that_was_met_meanwhile_reminds_nobody(deadline):
    row = Deadline.objects.open().get(pk=deadline.pk)
    advance(deadline.case.specific, "resubmit", by=group_of(deadline.case), at=NOON)

    assert remind(row, today=deadline.due_on, at=NOON) == 0


@pytest.mark.django_db
def test_deadline_without_a_date_reminds_nobody():
    factories.sender()
    case = filed(round=factories.call(supplement_days=None))
    owed = sent_back(case).deadlines.open().get(kind="supplement")

    assert owed.ends_on is None
    assert remind(owed, today=TODAY + timedelta(days=400), at=NOON) == 0


@pytest.mark.django_db
def test_reminder_says_how_many_days_are_left_in_the_readers_language(deadline):
    group = group_of(deadline.case)
    type(group).objects.filter(pk=group.pk).update(language="en")

    run(deadline, 2)

    notice = Notice.objects.get(recipient=group)
    assert "2" in notice.subject and deadline.case.title in notice.subject
    assert notice.path == f"/cases/{deadline.case_id}/next/?deadline={deadline.kind}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [("ja", "本日が期限です: ", "の期限は本日、"), ("en", "Due today: ", "is due today, ")],
)
def test_reminder_on_the_day_itself_says_today(deadline, language, subject, body):
    group = group_of(deadline.case)
    type(group).objects.filter(pk=group.pk).update(language=language)

    run(deadline, 0)

    notice = Notice.objects.get(recipient=group)
    assert notice.subject.startswith(subject)
    assert body in notice.body


@pytest.mark.django_db
def test_draft_is_told_that_it_is_not_submitted():
    draft = factories.draft()
    row = Deadline.objects.open().get(case=draft)

    remind(row, today=row.due_on, at=NOON)

    assert "提出はまだ完了していません" in Notice.objects.get().body


def break_off(deadline: Deadline) -> None:
    """Let it be owed by somebody that no party is."""
    Deadline.objects.filter(pk=deadline.pk).update(owed_by="no-party")


@pytest.mark.django_db
def test_one_deadline_that_raises_does_not_keep_the_others_waiting(deadline, caplog):
    draft = factories.draft()
    break_off(deadline)
    rows = list(Deadline.objects.open().order_by("pk"))

    came_to = sweep(rows, today=deadline.due_on, at=NOON)

    assert (came_to.posted, came_to.failed) == (1, 1)
    assert Notice.objects.get().case_id == draft.pk
    assert f"Deadline {deadline.pk} was not reminded of." in caplog.text


# The task and the command


def command(*args, **kwargs) -> str:
    out = StringIO()
    call_command("send_due", *args, stdout=out, **kwargs)
    return out.getvalue()


@pytest.mark.django_db
def test_command_posts_and_delivers_without_a_broker(deadline):
    out = command(today=deadline.due_on)

    assert out == "1 deadlines with a reminder due, 1 posted.\n1 notices waited, 1 delivered.\n"
    assert Notice.objects.get().state == Notice.State.SENT


@pytest.mark.django_db
def test_command_may_be_run_again(deadline):
    command(today=deadline.due_on)

    assert command(today=deadline.due_on) == (
        "0 deadlines with a reminder due, 0 posted.\n0 notices waited, 0 delivered.\n"
    )


@pytest.mark.django_db
def test_command_can_leave_the_delivery_to_the_worker(deadline):
    command("--no-deliver", "--today", deadline.due_on.isoformat())

    assert Notice.objects.get().state == Notice.State.QUEUED


@pytest.mark.django_db
def test_command_fails_in_the_end_if_a_deadline_raised(deadline):
    break_off(deadline)

    with pytest.raises(CommandError, match="1 deadlines raised an error"):
        command(today=deadline.due_on)


@pytest.mark.django_db
def test_task_reminds_by_the_clock(deadline, settings):
    from casework import clock

    settings.DEMO = True
    clock.move_to(NOON.replace(year=2027) + timedelta(days=30))

    assert tasks.send_due() > 0
    assert Reminder.objects.filter(outcome="sent").exists()
    assert tasks.send_due() == 0


# What a move withdrew that is taken back


@pytest.mark.django_db
def test_reminder_goes_again_in_words_of_the_day_once_its_deadline_is_owed_again(settings):
    settings.EMAIL_URL_SET = True
    office, case = factories.user("office", language="en"), filed()
    city.set_value("quiet_hours", "11:00-13:00", source="x", by=office, at=NOON)
    change_ladder("acceptance", [Rung(3)], reason="x", by=office, at=NOON)
    due = Due.fixed(TODAY + timedelta(days=3))
    owed = Deadline.objects.create(
        case_id=case.pk, kind="acceptance", owed_by="office", due_on=due.on,
        due_at=end_of_day(due.on), derivation=due.to_json(), opened_at=NOON,
    )  # fmt: skip
    remind(owed, today=TODAY, at=NOON)
    mine = owed.notices.filter(recipient=office)
    case = advance(case, "accept", by=office, at=NOON + timedelta(minutes=1))
    assert mine.get().withdrawn_because == "done"

    correct(case, reason="誤り", by=office, at=NOON + timedelta(days=1))
    remind(owed, today=TODAY + timedelta(days=1), at=NOON + timedelta(days=1))

    again = mine.get()
    assert (again.state, again.withdrawn_because) == ("queued", "")
    assert again.lease_until == NOON + timedelta(days=1, hours=1)
    assert again.subject.startswith("2 days left")


@pytest.mark.django_db
def test_reminder_of_a_date_that_was_moved_by_a_slip_goes_again():
    factories.sender()
    case = sent_back(due_on=TODAY + timedelta(days=3))
    owed, slip = case.deadlines.open().get(kind="supplement"), NOON + timedelta(minutes=1)
    remind(owed, today=TODAY, at=NOON)
    written = owed.notices.get()
    facts = {"due_on": TODAY + timedelta(days=9)}
    timekeeping.open_deadlines(case, ["supplement"], at=slip, facts=facts)
    assert owed.notices.get().withdrawn_because == "moved"

    timekeeping.take_back(case, case.flow["send_back"], moved_at=slip, at=slip)

    assert (owed.notices.get(), owed.notices.get().state) == (written, "queued")
