"""Any schedule of sweeps, late, doubled, parallel or broken off: each rung once, or passed over.

Dates move, ladders change and people come and go between the sweeps, and while one runs. A longer
run: ``SWEEP_EXAMPLES=300 … pytest -m postgres tests/races/test_sweeps.py``.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Membership, User
from casework import ladders, outbox, reminders, timekeeping
from casework.calendar import japan_date
from casework.climbing import day_of, mark_of, next_day
from casework.deadlines import Audience, LadderRungs, Rung
from casework.derivation import Due
from casework.errors import NotPossible
from casework.models import Case, Deadline, Notice, Reminder
from grants.models import Proposal
from tests import factories
from tests.casework.cases import filed, sent_back
from tests.factories import NOON
from tests.races.threads import race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

KIND = "supplement"
#: Half past eleven at night: an hour more or less is another day.
LATE_AT_NIGHT = NOON + timedelta(hours=11, minutes=30)
HOUR = timedelta(hours=1)
SPANS = (timedelta(0), HOUR, -HOUR, *(timedelta(days=days) for days in (1, 3, 7)))

some_rungs = st.lists(
    st.builds(Rung, st.sampled_from([-7, -1, 0, 2, 5, 12]), st.sampled_from(Audience.values)),
    max_size=5,
)
#: With the one rung that the law wants of this kind.
some_ladders = some_rungs.map(
    lambda rungs: ladders.in_order({(r.days, r.audience): r for r in [*rungs, Rung(2)]}.values())
)
#: Tells on the same days also those of the group who only read.
WITH_READERS = ladders.in_order(
    Rung(days, audience)
    for days in (14, 3, 0, -1)
    for audience in (Audience.OWNER, Audience.MEMBERS)
)

Row = tuple[int, date, int, str, str]


def sweep(at: datetime) -> reminders.Sweep:
    """Do as ``casework.tasks.send_due`` does at ``at``; no broker is asked."""
    today = japan_date(at)
    with outbox.delivered_by_hand():
        ladders.reckon()
        return reminders.sweep(reminders.in_batches(reminders.due(today)), today=today, at=at)


@contextmanager
def nobody_can_write_to(address: str) -> Iterator[None]:
    """Let the database refuse every notice to ``address``, in the middle of a rung as it may be."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_notice() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no room for this notice'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse_notice BEFORE INSERT ON casework_notice "
            f"FOR EACH ROW WHEN (NEW.\"to\" = '{address}') EXECUTE FUNCTION refuse_notice()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse_notice CASCADE")


class Sweeps(RuleBasedStateMachine):
    """Two cases with a supplement owed, and a clock that only the machine moves."""

    spans = st.sampled_from(SPANS)
    which = st.sampled_from([0, 1])
    days = st.integers(1, 20)

    @initialize()
    def begin(self) -> None:
        self.now, self.ended = LATE_AT_NIGHT, {}
        self.office, _manager = factories.anyone("office"), factories.anyone("approver")
        call = factories.call(seats=0)
        self.cases = [sent_back(filed(round=call)) for _ in range(2)]
        self.relabel(())

    # What may happen

    @rule(span=spans, times=st.sampled_from([1, 1, 2]))
    def sweep(self, span: timedelta, times: int) -> None:
        self.now += span
        for _time in range(times):
            before = set(self.rows())
            assert sweep(self.now).failed == 0
            self.all_that_is_due_was_dealt_with()
            self.those_were_told_who_had_to_be(set(self.rows()) - before)
        if times == 2:
            assert set(self.rows()) == before, "the second one found something to do"

    @rule(span=spans)
    def sweep_in_parallel(self, span: timedelta) -> None:
        self.now += span
        before = set(self.rows())
        done = race(lambda: sweep(self.now), lambda: sweep(self.now))
        assert [one.failed for one in done] == [0, 0]
        self.all_that_is_due_was_dealt_with()
        self.those_were_told_who_had_to_be(set(self.rows()) - before)

    @rule(span=spans, place=which)
    def break_a_sweep_off(self, span: timedelta, place: int) -> None:
        """Only the deadline whose rung cannot reach all its recipients stays as it was."""
        self.now += span
        before = set(self.rows())
        writers = self.recipients(self.cases[place], Audience.OWNER)
        with nobody_can_write_to(writers[-1] or self.office.email):
            failed = sweep(self.now).failed
        undone = self.undone()
        assert len(undone) == failed
        assert undone.isdisjoint(row[0] for row in set(self.rows()) - before)

    @rule(span=spans, place=which, days=days, pick=st.sampled_from(["meet", "replace", "relabel"]))
    def change_while_a_sweep_runs(self, span: timedelta, place: int, days: int, pick: str) -> None:
        self.now += span
        change = {
            "meet": self.meeting(place),
            "replace": self.replacing(place, days),
            "relabel": lambda: self.relabel(WITH_READERS),
        }[pick]
        done = race(lambda: sweep(self.now), change)
        assert not any(isinstance(one, Exception) for one in done), done

    @rule(wanted=st.sampled_from([(), WITH_READERS]) | some_ladders)
    def change_the_ladder(self, wanted: LadderRungs) -> None:
        """Let another ladder count, or that of the program again."""
        self.relabel(wanted)

    @rule(place=which, days=days)
    def extend(self, place: int, days: int) -> None:
        if owed := self.owed(place):
            until = max(owed.ends_on, japan_date(self.now)) + timedelta(days=days)
            factories.extended(owed, until=until, at=self.now)

    @rule(place=which, days=days)
    def replace(self, place: int, days: int) -> None:
        self.replacing(place, days)()

    @rule(place=which, days=days)
    def meet_or_owe_again(self, place: int, days: int) -> None:
        if self.owed(place):
            self.meeting(place)()
            return
        due_on = japan_date(self.now) + timedelta(days=days)
        with self.locked(place) as case:
            timekeeping.open_deadlines(case, [KIND], at=self.now, facts={"due_on": due_on})

    @rule(place=which)
    def meet_and_take_back(self, place: int) -> None:
        """Nobody is told of more than what waited before."""
        self.now += timedelta(seconds=1)  # so that only this was met at the moment
        if owed := self.owed(place):
            waited = set(owed.notices.filter(state="queued").values_list("key", flat=True))
            self.meeting(place)()
            with self.locked(place) as case, outbox.delivered_by_hand():
                timekeeping.take_back(case, case.flow["resubmit"], moved_at=self.now, at=self.now)
            again = set(owed.notices.filter(state="queued").values_list("key", flat=True))
            assert self.owed(place) == owed
            assert again <= waited

    @rule(place=which, role=st.sampled_from(["owner", "viewer", "nobody"]))
    def join_or_leave(self, place: int, role: str) -> None:
        group = self.cases[place].organization
        if role == "nobody":
            Membership.objects.filter(organization=group).delete()
        else:
            factories.member(group, role=role)

    # What holds after each step

    @invariant()
    def each_rung_that_was_sent_is_one_notice(self) -> None:
        sent = self.reminders().filter(outcome=Reminder.Outcome.SENT)
        people = dict(User.objects.values_list("email", "pk"))
        keys = [
            f"deadline-{row.deadline_id}-{row.ends_on}-{row.rung}-"
            f"{people[row.recipient] if row.recipient else 'post'}"
            for row in sent
        ]
        notices = Notice.objects.filter(case__in=self.cases, key__startswith="deadline-")
        assert sorted(keys) == sorted(notices.values_list("key", flat=True))

    @invariant()
    def nothing_is_sent_before_its_day(self) -> None:
        for row in self.reminders().select_related("deadline"):
            if row.outcome == Reminder.Outcome.SENT:
                day = row.ends_on - timedelta(days=row.rung)
                assert japan_date(row.deadline.opened_at) <= day <= japan_date(row.at)

    @invariant()
    def nothing_is_sent_for_what_is_met_or_closed(self) -> None:
        ended = self.deadlines().exclude(met_at=None, closed_at=None)
        for deadline in ended.prefetch_related("reminders"):
            number = len(deadline.reminders.all())
            assert self.ended.setdefault(deadline.pk, number) == number

    @invariant()
    def next_day_is_what_the_rule_says(self) -> None:
        ladder = ladders.ladder_of(KIND)
        rows = self.deadlines().open().filter(reckoned_by=mark_of(ladder))
        for row in rows.prefetch_related("extensions", "reminders"):
            opened_on, climbed = japan_date(row.opened_at), ladders.climbed_of(row)
            assert row.remind_on == next_day(ladder, row.ends_on, opened_on, climbed)

    @invariant()
    def what_waits_reminds_of_the_date_that_counts(self) -> None:
        waiting = Notice.objects.filter(case__in=self.cases, state="queued", deadline__isnull=False)
        for notice in waiting.filter(kind__startswith="deadline_").select_related("deadline"):
            owed = notice.deadline
            assert owed.met_at is None and owed.closed_at is None
            assert f"-{owed.ends_on}-" in notice.key

    def all_that_is_due_was_dealt_with(self) -> None:
        assert self.undone() == set()

    def those_were_told_who_had_to_be(self, fresh: set[Row]) -> None:
        """Each audience was told of one rung, all of it and nobody else; others were passed over."""
        rows, ladder = set(self.rows()), ladders.ladder_of(KIND)
        told: dict[tuple, set[str]] = defaultdict(set)
        nearest: dict[tuple, int] = {}
        for *climb, rung, audience, recipient in fresh:
            told[*climb, rung, audience].add(recipient)
            nearest[*climb, audience] = min(rung, nearest.get((*climb, audience), rung))
        for (pk, ends_on, audience), days in nearest.items():
            people = self.recipients(Deadline.objects.get(pk=pk).case, audience) or [""]
            assert told[pk, ends_on, days, audience] == set(people)
            passed = [r.days for r in ladder if r.audience == audience and r.days > days]
            assert rows >= {(pk, ends_on, r, audience, who) for r in passed for who in people}
        sent = set(self.rows(outcome=Reminder.Outcome.SENT))
        for *climb, rung, audience, _recipient in sent & fresh:
            assert rung == nearest[*climb, audience], "only the latest rung is sent"

    def teardown(self) -> None:
        """Leave nothing that the next example's sweeps would come upon."""
        Deadline.objects.open().update(closed_at=NOON, closed_because="the example has ended")

    # How it is done

    def relabel(self, wanted: LadderRungs) -> None:
        more = {"reason": "試行", "by": self.office, "at": self.now}
        if wanted:
            ladders.change(KIND, {(r.days, r.audience): r for r in wanted}.values(), **more)
        else:
            ladders.back_to_the_programs(KIND, **more)

    def owed(self, place: int) -> Deadline | None:
        return self.cases[place].deadlines.open().filter(kind=KIND).first()

    @contextmanager
    def locked(self, place: int) -> Iterator[Proposal]:
        """Lock a case as the door does."""
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=self.cases[place].pk)
            yield Proposal.objects.get(pk=self.cases[place].pk)

    def meeting(self, place: int) -> Callable[[], None]:
        def meet() -> None:
            with self.locked(place) as case:
                timekeeping.meet_deadlines(case, [KIND], at=self.now)

        return meet

    def replacing(self, place: int, days: int) -> Callable[[], None]:
        owed, due_on = self.owed(place), japan_date(self.now) + timedelta(days=days)

        def replace() -> None:
            if owed:
                due = Due.fixed(due_on, basis="set_by_office")
                with suppress(NotPossible):  # it is the date that counts already
                    timekeeping.supersede(owed, due, by=self.office, at=self.now, reason="変更")

        return replace

    def deadlines(self):
        return Deadline.objects.filter(case__in=self.cases)

    def reminders(self):
        return Reminder.objects.filter(deadline__case__in=self.cases)

    def rows(self, **only: str) -> list[Row]:
        fields = ("deadline", "ends_on", "rung", "audience", "recipient")
        return list(self.reminders().filter(**only).values_list(*fields))

    def undone(self) -> set[int]:
        """Return the deadlines with a rung whose day has come, and that nobody came as far as."""
        today, ladder = japan_date(self.now), ladders.ladder_of(KIND)
        rows = self.deadlines().open().filter(kind=KIND)
        return {
            row.pk
            for row in rows.prefetch_related("extensions", "reminders")
            for rung in ladder
            if japan_date(row.opened_at) <= day_of(rung, row.ends_on) <= today
            and not any(
                done.ends_on == row.ends_on
                and done.audience == rung.audience
                and done.rung <= rung.days
                for done in row.reminders.all()
            )
        }

    def recipients(self, case: Case, audience: str) -> list[str]:
        """Return whom a rung has to reach; the empty address is the post."""
        group = Membership.objects.filter(organization=case.organization_id).order_by("user")
        emails = group.values_list("user__email", flat=True)
        if audience == Audience.MEMBERS:
            return list(emails)
        if audience == Audience.OWNER:
            return list(emails.exclude(role="viewer")) or [""]
        role = {Audience.CLERK: "office", Audience.MANAGER: "approver"}.get(Audience(audience))
        holders = User.objects.filter(Q(is_active=True), duty__role=role).order_by("pk")
        return list(holders.values_list("email", flat=True)) if role else []


def test_no_schedule_of_sweeps_reminds_twice_or_never(settings):
    factories.sender()
    longer = os.environ.get("SWEEP_EXAMPLES")
    profile = hypothesis_settings(
        max_examples=int(longer or 7),
        stateful_step_count=25,
        derandomize=not longer,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Sweeps, settings=profile)

    assert Reminder.objects.filter(outcome=Reminder.Outcome.SENT).exists()
    assert Reminder.objects.filter(outcome=Reminder.Outcome.PASSED_OVER).exists()
