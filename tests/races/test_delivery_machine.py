"""Any order of claims, crashes, lease ends, nights, retries and interventions, with two workers.

The workers are threads.

What a worker hands over ends in a sink that is a mail backend of Django: it holds each letter at
the gate until the machine says what becomes of it, so that everything else can happen meanwhile.
"""

import queue
import smtplib
import threading
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from casework import city, outbox, outbox_keeping, quiet_hours, restored, timekeeping
from casework.delivery import LEASE, deliver, pending
from casework.errors import NotPossible
from casework.models import Notice, Restoration
from casework.models.notice import REMINDING
from tests import factories
from tests.factories import NOON, TODAY

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

S = Notice.State
#: From which state a notice may be seen to have come into which, between two steps.
LEGAL = {
    S.QUEUED: {S.QUEUED, S.IN_FLIGHT, S.WITHDRAWN, S.HELD, S.FAILED},
    S.IN_FLIGHT: {S.IN_FLIGHT, S.QUEUED, S.SENT, S.FAILED, S.HELD, S.WITHDRAWN},
    S.FAILED: {S.FAILED, S.QUEUED, S.WITHDRAWN, S.HELD},
    S.HELD: {S.HELD, S.QUEUED, S.WITHDRAWN},
    S.SENT: {S.SENT},
    S.WITHDRAWN: {S.WITHDRAWN},
}
PATIENCE = 30  # seconds after which a thread that waits is a failure
OUTCOMES = ("accepted", "refused", "killed before", "killed after")
QUIET = "21:00-08:00"
DAY = timedelta(days=1)
SPANS = (timedelta(seconds=30), LEASE + timedelta(seconds=1), timedelta(hours=5))


class Killed(BaseException):
    """The worker ends here, as by kill -9: nothing of the program catches it."""


class Worker(threading.Thread):
    """One attempt of one worker at one notice."""

    def __init__(self, notice_id: int, at: datetime, start: threading.Barrier | None = None):
        super().__init__(daemon=True)
        self.notice_id, self.at, self.together = notice_id, at, start
        self.stands = threading.Event()  # at the gate, or at its end
        self.orders: queue.Queue[str] = queue.Queue()
        self.letters: list[str] = []
        self.at_gate = False
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            if self.together:
                connection.ensure_connection()
                self.together.wait(PATIENCE)
            deliver(self.notice_id, at=self.at)
        except Killed:
            pass
        except Exception as error:
            self.error = error
        finally:
            connection.close()
            self.at_gate = False
            self.stands.set()

    def hand_over(self, message) -> None:
        """Stand at the gate with a letter until the machine says what becomes of it."""
        self.letters.append(message.extra_headers["Message-ID"])
        self.at_gate = True
        self.stands.set()
        order = self.orders.get(timeout=PATIENCE)
        if order in ("accepted", "killed after"):
            Sink.taken[self.notice_id].append(self.letters[-1])
        if order.startswith("killed"):
            raise Killed
        if order == "refused":
            raise smtplib.SMTPDataError(451, b"try again later")


class Sink(BaseEmailBackend):
    """The mail server: what it took, by notice, as Message-IDs."""

    taken: dict[int, list[str]] = defaultdict(list)

    def send_messages(self, email_messages) -> int:
        for message in email_messages:
            threading.current_thread().hand_over(message)
        return len(email_messages)


class Delivery(RuleBasedStateMachine):
    """A few notices, two workers, and a clock that only the machine moves."""

    places = st.sampled_from([0, 1])
    picks = st.integers(0, 99)

    @initialize()
    def begin(self) -> None:
        Sink.taken.clear()
        self.now, self.keys = NOON, count()
        self.workers: list[Worker | None] = [None, None]
        self.seen: dict[int, str] = {}
        self.open: Counter[int] = Counter()  # copies that SMTP itself leaves open
        self.keeper = factories.user("office")
        city.set_value("quiet_hours", QUIET, source="x", by=self.keeper, at=NOON)
        self.case = factories.draft()
        until = {"due_on": TODAY}
        [self.owed] = timekeeping.open_deadlines(self.case, ["supplement"], at=NOON, facts=until)
        self.post("machine")

    @precondition(lambda self: len(self.seen) < 2)
    @rule(kind=st.sampled_from(["machine", "deadline_near"]))
    def post(self, kind: str) -> None:
        """Post a notice, or a reminder of what is owed."""
        key = f"machine-{next(self.keys)}"
        reminds = {"case": self.case, "deadline": self.owed} if kind in REMINDING else {}
        with outbox.delivered_by_hand():
            outbox.enqueue(
                kind, to="a@example.jp", at=self.now, key=key, subject=key, body="", **reminds
            )

    @rule()
    def meet_what_is_owed(self) -> None:
        with transaction.atomic():
            timekeeping.meet_deadlines(self.case, [self.owed.kind], at=self.now)

    @rule(place=places, pick=picks)
    def deliver_one(self, place: int, pick: int) -> None:
        if self.workers[place] is None:
            self.let_go(place, Worker(self.notice(pick), self.now))

    @precondition(lambda self: self.workers == [None, None])
    @rule(pick=picks)
    def deliver_the_same_at_once(self, pick: int) -> None:
        together = threading.Barrier(2)
        pair = [Worker(self.notice(pick), self.now, together) for _ in range(2)]
        for worker in pair:
            worker.start()
        for place, worker in enumerate(pair):
            self.await_stand(place, worker)
        assert sum(worker.at_gate for worker in pair) <= 1
        if self.workers[1]:  # whoever won, the machine goes on alike
            self.workers.reverse()

    @precondition(lambda self: self.workers.count(None) == 1)
    @rule(order=st.sampled_from(OUTCOMES))
    def overtake(self, order: str) -> None:
        """A worker takes what another has held for longer than its lease, and is done with it first."""
        [busy], place = filter(None, self.workers), self.workers.index(None)
        self.now += LEASE + timedelta(seconds=1)
        self.let_go(place, Worker(busy.notice_id, self.now))
        self.every_step_is_legal()
        if second := self.workers[place]:
            self.end(place, second, order)

    @precondition(lambda self: any(self.workers))
    @rule(place=places, order=st.sampled_from(OUTCOMES))
    def decide(self, place: int, order: str) -> None:
        if worker := self.workers[place]:
            self.end(place, worker, order)

    @rule(span=st.sampled_from(SPANS))
    def pass_time(self, span: timedelta) -> None:
        self.now += span

    @rule(
        pick=picks,
        step=st.sampled_from(
            [outbox_keeping.withdraw, outbox_keeping.retry, outbox_keeping.release]
        ),
    )
    def intervene(self, pick: int, step) -> None:
        notice = Notice.objects.get(pk=self.notice(pick))
        before = notice.state
        can = {
            outbox_keeping.withdraw: (S.QUEUED, S.FAILED, S.HELD),
            outbox_keeping.retry: (S.FAILED,),
            outbox_keeping.release: (S.HELD,),
        }
        try:
            with outbox.delivered_by_hand():
                step(notice, by=self.keeper, at=self.now)
        except NotPossible:
            assert before not in can[step]
        else:
            assert before in can[step]

    @precondition(lambda self: self.workers == [None, None])
    @rule()
    def restore_what_is_there(self) -> None:
        """The site is stopped, and restored from a backup of this very moment."""
        restored.begin(backup_at=self.now, at=self.now)

    @invariant()
    def every_step_is_legal(self) -> None:
        for pk, state in Notice.objects.values_list("pk", "state"):
            assert state in LEGAL[self.seen.get(pk, state)], (self.seen[pk], state)
            self.seen[pk] = state

    @invariant()
    def no_copy_too_many(self) -> None:
        for pk, letters in Sink.taken.items():
            assert len(letters) <= 1 + self.open[pk], letters
            assert len(set(letters)) == 1, letters

    @invariant()
    def nothing_is_withdrawn_as_if_it_had_not_left(self) -> None:
        withdrawn = Notice.objects.filter(state=S.WITHDRAWN, may_have_left=False)
        assert Sink.taken.keys().isdisjoint(withdrawn.values_list("pk", flat=True))

    def teardown(self) -> None:
        """Let all workers end well and all that waits be delivered: then nothing is lost."""
        try:
            self.finish()
        finally:
            Notice.objects.all().delete()
            Restoration.objects.all().delete()

    def finish(self) -> None:
        for place, worker in enumerate(self.workers):
            if worker:
                self.end(place, worker, "accepted")
        for _attempt in range(2):  # a second one for what the first failed in the end
            self.now = NOON + ((self.now - NOON) // DAY + 2) * DAY  # some noon
            for pk in pending(at=self.now):
                self.let_go(0, Worker(pk, self.now))
                self.every_step_is_legal()
                if worker := self.workers[0]:
                    self.end(0, worker, "accepted")
        self.every_step_is_legal()
        self.no_copy_too_many()
        for notice in Notice.objects.all():
            assert notice.state not in (S.QUEUED, S.IN_FLIGHT)
            assert notice.state != S.SENT or Sink.taken[notice.pk]

    # How it is done

    def notice(self, pick: int) -> int:
        keys = list(Notice.objects.order_by("pk").values_list("pk", flat=True))
        return keys[pick % len(keys)]

    def let_go(self, place: int, worker: Worker) -> None:
        worker.start()
        self.await_stand(place, worker)

    def await_stand(self, place: int, worker: Worker) -> None:
        """Wait until a worker stands at the gate or has nothing to do."""
        assert worker.stands.wait(PATIENCE), "a worker waits for ever"
        if worker.at_gate:
            assert quiet_hours.end_of(quiet_hours.parse(QUIET), worker.at) is None
            self.workers[place] = worker
        else:
            worker.join(PATIENCE)
            assert worker.error is None, worker.error

    def end(self, place: int, worker: Worker, order: str) -> None:
        """Say what becomes of the letter at the gate, and wait for the end of its worker."""
        late = self.now > worker.at + LEASE
        self.open[worker.notice_id] += order == "killed after" or (order == "accepted" and late)
        worker.orders.put(order)
        worker.join(PATIENCE)
        assert not worker.is_alive(), "a worker waits for ever"
        assert worker.error is None, worker.error
        assert len(worker.letters) == 1  # one claim, one letter
        self.workers[place] = None


def test_no_order_of_events_loses_a_letter_or_sends_it_twice(settings):
    settings.EMAIL_URL_SET = True
    settings.EMAIL_BACKEND = f"{__name__}.Sink"
    brief = hypothesis_settings(
        max_examples=30,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Delivery, settings=brief)

    assert not Notice.objects.exists()
