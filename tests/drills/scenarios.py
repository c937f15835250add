"""What may break around the delivery of notices, one function per drill.

Each makes one thing go wrong, asks ``/healthz`` meanwhile, and sets it right; then :func:`count`
tells what came of it. Time passes by the demo clock, see ``parts.let_pass``.
"""

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from celery import current_app
from django.db import connection, transaction

from casework import clock, outbox, reminders, restored, timekeeping
from casework.calendar import japan_date
from casework.delivery import LEASE, message_id
from casework.models import Deadline, Notice, Reminder
from config.bootstrap import ROOT
from grants.services import start_draft
from tests import factories
from tests.drills.parts import Installation, Unmet, let_pass, until

#: Longer than a lease, and than the three minutes after which a part counts as gone.
LONG = LEASE + timedelta(minutes=1)
#: Seconds that a person who saves something may have to wait while the broker is gone.
BEARABLE = 3
BIG = "長い本文です。" * 200_000  # more than the kernel keeps between two processes

UNFINISHED = (Notice.State.QUEUED, Notice.State.IN_FLIGHT)
BY_MAIL = "casework.tasks.deliver"
SWEEP = "casework.tasks.deliver_pending"
REMIND = "casework.tasks.send_due"
MANY = 200  # deadlines


class NotHere(Exception):
    """This machine cannot run the drill; the message says why."""


class Site:
    """One drill at an installation: what was posted, and what /healthz said."""

    def __init__(self, installation: Installation, postgres=None):
        self.installation, self.postgres = installation, postgres
        self.mail = installation.mail
        self.stack = ExitStack()
        self.said: list[str] = []
        self.posted = self.open_to_doubles = 0
        self.remark = ""

    def start(self, *names: str) -> None:
        self.installation.start(*names)

    def kill(self, *names: str) -> None:
        for name in names:
            self.installation[name].kill()

    def post(self, number: int, **more: str) -> list[Notice]:
        """Post notices as a page does: a row, a commit, and a task for whoever listens."""
        return [self._post(**more) for _ in range(number)]

    def _post(self, *, kind: str = "drill", to: str = "", body: str = "本文") -> Notice:
        key, self.posted = uuid4().hex, self.posted + 1
        with transaction.atomic():
            return outbox.enqueue(
                kind, to=to or f"{key}@example.jp", at=clock.now(), key=key, subject=key, body=body
            )

    def post_without_tasks(self, number: int) -> list[Notice]:
        with outbox.delivered_by_hand():
            return self.post(number)

    def await_silence(self, place: str, number: int) -> None:
        """Wait until so many workers stand before a mail server that says nothing."""
        fallen = lambda: len(self.mail.moments(f"silent-{place}")) >= number  # noqa: E731
        until(fallen, f"{number} letters under way to a server silent at {place}")

    def await_health(self, *ill: str, **numbers: int) -> None:
        """Wait until /healthz says that just these parts are ill, and counts notices like this."""

        def told() -> bool:
            said = self.installation.health()
            if said is None or self.installation.ailing() != set(ill):
                return False
            notices = (said["engine"] or {"notices": {}})["notices"]
            return said["ok"] is not bool(ill) and numbers.items() <= notices.items()

        counted = [f"{number} {name}" for name, number in numbers.items()]
        words = ", ".join([*(f"{part} ill" for part in ill), *counted]) or "ok"
        until(told, f"/healthz says: {words}; it says {self.installation.health()}")
        self.said.append(words)

    def await_rest(self) -> None:
        until(lambda: not unfinished().exists(), "every notice came to an end")


def unfinished():
    return Notice.objects.filter(state__in=UNFINISHED)


def ask(task: str, **arguments) -> None:
    current_app.send_task(task, kwargs=arguments, retry=False)


# A worker killed (kill -9) at each step of a letter


def killed_while(site: Site, place: str, *, body: str = "本文") -> None:
    """Kill the worker while both its processes stand before a silent server, and four more wait."""
    site.mail.behave(silent_at=place)
    site.post(2, body=body)
    site.await_silence(place, 2)
    site.post(4)
    site.kill("worker")
    recover(site)


def recover(site: Site) -> None:
    """Let the leases of a dead worker end, and another one begin."""
    let_pass(LONG)
    site.await_health("worker", leased=2)
    site.mail.behave()
    site.start("worker")
    site.await_rest()


def worker_killed_before_data(site: Site) -> None:
    killed_while(site, "data")


def worker_killed_during_data(site: Site) -> None:
    killed_while(site, "body", body=BIG)
    if len(site.mail.moments("cut")) != 2:
        raise Unmet("two letters were cut off in the middle")


def worker_killed_before_the_250(site: Site) -> None:
    site.open_to_doubles = 2
    killed_while(site, "taken")


def worker_killed_between_250_and_stamp(site: Site) -> None:
    site.open_to_doubles = 2
    killed_while(site, "quit")


def processes_of_the_worker_killed_after_the_250(site: Site) -> None:
    site.open_to_doubles = 2
    site.mail.behave(silent_at="quit")
    site.post(2)
    site.await_silence("quit", 2)
    for child in site.installation["worker"].children():
        os.kill(child, 9)
    site.mail.behave()
    let_pass(LONG)
    site.await_rest()


# The broker


def broker_gone_for_a_commit(site: Site) -> None:
    site.kill("worker")
    site.post(3)  # what waits in the broker is gone with it
    site.kill("broker")
    begun = time.monotonic()
    site.post(1)
    if (took := time.monotonic() - begun) > BEARABLE:
        raise Unmet(f"a commit without a broker took {took:.1f} seconds")
    site.await_health("broker", waiting=4)
    site.start("broker", "worker")
    site.await_rest()


def broker_gone_for_an_hour(site: Site) -> None:
    site.kill("broker")
    site.post(5)
    let_pass(timedelta(hours=1))
    site.await_health("broker", "worker", "beat", waiting=5)
    site.start("broker")
    keep_alive(site, "worker", "beat")
    site.await_rest()


def keep_alive(site: Site, *names: str) -> None:
    """Do as the keeper of a deployment does: start anew what ended by itself."""
    ended = [name for name in names if not site.installation[name].runs]
    site.start(*ended)
    site.remark = f"ended by itself: {', '.join(ended)}" if ended else ""


# The database


def database_restarted_before_the_stamp(site: Site) -> None:
    restart_the_database(site, "quit")
    site.await_rest()


def database_restarted_before_data(site: Site) -> None:
    restart_the_database(site, "data")
    let_pass(LONG)
    site.await_rest()


def restart_the_database(site: Site, place: str) -> None:
    if site.postgres is None:
        raise NotHere("the database server is not this program's to stop")
    site.mail.behave(silent_at=place)
    site.post(6)
    site.await_silence(place, 2)
    site.postgres.crash()
    connection.close()
    site.mail.behave()
    site.await_health("database", "worker", "beat")
    site.postgres.start()
    keep_alive(site, "worker", "beat")


# The mail server


def mailbox_disk_full(site: Site) -> None:
    box = site.mail.mailbox
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(box)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        raise NotHere("only root can mount a disk of a limited size")
    site.stack.callback(subprocess.run, ["umount", str(box)], check=True)
    site.mail.prepare()
    ballast = box / "ballast"
    with ballast.open("ab", buffering=0) as file:
        fill(file)
    site.post(4)
    await_attempts(1)
    site.await_health(waiting=4)
    ballast.unlink()
    let_pass(LONG)
    site.await_rest()


def fill(file) -> None:
    try:
        while True:
            file.write(b"x" * 4096)
    except OSError:
        return


def await_attempts(number: int) -> None:
    """Wait until every notice was tried so many times, and given back."""
    back = Notice.objects.filter(state=Notice.State.QUEUED, attempts__gte=number)
    until(lambda: back.count() == Notice.objects.count(), f"each was tried {number} times")


def mail_server_refuses_connections(site: Site) -> None:
    site.kill("mail")
    site.post(5)
    await_attempts(1)
    site.await_health(waiting=5)
    site.start("mail")
    let_pass(LONG)
    site.await_rest()


def mail_server_slow(site: Site) -> None:
    site.start("second worker")
    site.mail.behave(pause=0.4)
    site.post(6)
    site.await_health()
    site.await_rest()


def mail_server_slower_than_patience(site: Site) -> None:
    """The program gives up waiting for the 250 of a letter that the server keeps all the same."""
    site.open_to_doubles = 2
    site.mail.behave(silent_at="taken")
    site.post(2)
    await_attempts(1)
    site.await_health(waiting=2)
    site.mail.behave()
    let_pass(LONG)
    site.await_rest()


def mail_server_silent_after_the_250(site: Site) -> None:
    site.mail.behave(silent_at="quit")
    site.post(2)
    site.await_silence("quit", 2)
    site.await_health(leased=2)
    site.await_rest()


def mail_server_says_451(site: Site) -> None:
    site.mail.behave(answers={"DATA": "451 4.7.1 try again later"})
    site.post(5)
    await_attempts(1)
    site.await_health(waiting=5)
    let_pass(LONG)
    await_attempts(2)
    site.mail.behave()
    let_pass(LONG)
    site.await_rest()


def one_recipient_of_many_refused(site: Site) -> None:
    site.mail.behave(refused="nobody@example.jp")
    site.post(3)
    site.post(1, to="nobody@example.jp")
    site.post(3)
    end = time.monotonic() + 60
    while unfinished().exists() and time.monotonic() < end:
        let_pass(timedelta(hours=5))  # longer than the longest wait between two attempts
        time.sleep(1)
    site.await_rest()
    site.await_health(failed=1)


# The same thing twice


def beat_twice(site: Site) -> None:
    site.mail.behave(pause=0.05)
    site.start("second worker", "second beat")
    site.await_health()
    site.post_without_tasks(20)
    site.await_rest()


def task_delivered_twice(site: Site) -> None:
    site.mail.behave(pause=0.05)
    site.start("second worker")
    for notice in site.post(10):
        for _ in range(4):
            ask(BY_MAIL, notice_id=notice.pk)
    site.await_rest()
    site.await_health()


def sweep_longer_than_a_lease(site: Site) -> None:
    """What a long sweep takes late is no other worker's, however long ago the sweep began."""
    site.kill("beat")
    site.start("second worker")
    site.mail.behave(silent_at="data")
    site.post_without_tasks(3)
    ask(SWEEP)
    site.await_silence("data", 1)
    let_pass(LONG)
    first = Notice.objects.filter(state=Notice.State.QUEUED, attempts=1)
    until(first.exists, "the worker gave up on the first")
    site.mail.behave(pause=0.3)
    end = time.monotonic() + 20
    while unfinished().exists() and time.monotonic() < end:
        ask(SWEEP)
        time.sleep(0.3)
    let_pass(LONG)
    ask(SWEEP)
    site.await_rest()
    site.start("beat")


def reminders_swept_twice_at_once(site: Site) -> None:
    site.start("second worker")
    site.posted = owe(MANY)
    site.stack.callback(owe_nothing)
    for _ in range(2):
        ask(REMIND)
    until(lambda: due_today() == 0, "a sweep has dealt with all that is due")
    site.await_rest()
    sent = Reminder.objects.filter(deadline__in=Deadline.objects.open(), outcome="sent").count()
    if not sent == Notice.objects.count() == MANY:
        raise Unmet(f"{sent} reminders and {Notice.objects.count()} notices for {MANY} deadlines")
    site.await_health()


@transaction.atomic
def owe(number: int) -> int:
    """Let a group owe so many supplements in three days, which is when it is to be reminded."""
    owe_nothing()
    at, call = clock.now(), factories.call()
    by = factories.member(factories.organization())
    facts = {"due_on": japan_date(at) + timedelta(days=3)}
    for _ in range(number):
        case = start_draft(
            call, by.organizations.get(), title="掃引の訓練", by=by, at=factories.NOON
        )
        timekeeping.close_deadlines(case, at=at, reason="a drill")
        timekeeping.open_deadlines(case, ["supplement"], at=at, facts=facts)
    return number


def owe_nothing() -> None:
    Deadline.objects.open().update(closed_at=clock.now(), closed_because="a drill")


def due_today() -> int:
    """Count what is to be reminded of; what nobody has reckoned yet counts too."""
    owed = Deadline.objects.open()
    return owed.filter(reckoned_by="").count() + reminders.due(clock.today()).count()


# An old backup


def old_backup_restored(site: Site) -> None:
    """What waited in the backup left long ago, and two letters left that it does not know of."""
    if site.postgres is None:
        raise NotHere("the database server is not this program's to replace a database of")
    clerk = factories.user("office")
    site.kill("worker", "beat")
    waited = site.post_without_tasks(3)
    manage(site, "backup", str(site.installation.folder / "backups"))
    site.start("worker", "beat")
    site.post(2)
    site.await_rest()
    restore(site)
    [later] = site.post(1)
    for notice in (*waited, later):
        ask(BY_MAIL, notice_id=notice.pk)
    ask(SWEEP)
    let_pass(LONG)
    site.post(1, kind="account_invitation")  # is held by nothing: when it arrived, all were tried
    site.await_rest()
    if restored.held().count() != 4:
        raise Unmet(f"{restored.held().count()} notices are held, and not 4")
    site.await_health()
    release(site, [waited[0], later], by=clerk)


def restore(site: Site) -> None:
    for name in ("worker", "beat", "web"):
        site.installation[name].stop()
    connection.close()
    [backup] = Path(site.installation.folder / "backups").iterdir()
    manage(site, "restore", str(backup), "--replace")
    site.start("web", "worker", "beat")


def release(site: Site, notices: list[Notice], *, by) -> None:
    """Let a person send the one again and the other at all, and take back the rest."""
    site.open_to_doubles = 1
    site.remark = "4 held; a person released 2, one of which had left before the restoring"
    at = clock.now()
    restored.release(restored.held().filter(pk__in=[n.pk for n in notices]), by=by, at=at)
    restored.withdraw(restored.held(), by=by, at=at)
    restored.end(by=by, at=at, now=at)
    site.await_rest()


def manage(site: Site, *words: str) -> None:
    """Run a command of the program, as the keeper of a deployment does."""
    more = {"POSTGRES_PROGRAMS": str(site.postgres.programs)}
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, capture_output=True, text=True,
        env=site.installation.environment | more,
    )  # fmt: skip
    if done.returncode:
        raise Unmet(f"manage.py {words[0]}: {done.stdout}{done.stderr}")


@dataclass(frozen=True)
class Count:
    """What the mail server got of what was posted.

    :param lost: notices that are neither in a mailbox, nor shown as failed, nor taken back.
    :param doubles: copies beyond the first of their letter, all with its Message-ID.
    :param strangers: letters that came with more than one Message-ID.
    """

    posted: int
    arrived: int
    failed: int
    lost: int
    doubles: int
    strangers: int


def count(site: Site) -> Count:
    """Compare the rows with what lies in the mailbox.

    A letter that a drill wrote bears its row's key as subject; any other is known by its Message-ID.
    """
    rows = list(Notice.objects.all())
    keys = {message_id(row): row.key for row in rows}
    copies: dict[str, list[str]] = defaultdict(list)
    for message in site.mail.messages():
        key = keys.get(message["Message-ID"], message["Subject"])
        copies[key].append(message["Message-ID"])
    told = [row for row in rows if row.state in (Notice.State.FAILED, Notice.State.WITHDRAWN)]
    return Count(
        posted=site.posted,
        arrived=len(copies),
        failed=sum(row.state == Notice.State.FAILED for row in rows),
        lost=sum(row not in told and row.key not in copies for row in rows),
        doubles=sum(len(ids) - 1 for ids in copies.values()),
        strangers=sum(len(set(ids)) > 1 for ids in copies.values()),
    )


@dataclass(frozen=True)
class Drill:
    """One row of the table.

    :param simulated: what did not happen as it would in earnest.
    """

    name: str
    play: Callable[[Site], None]
    simulated: str = ""


LEASE_ENDS = "six minutes by the demo clock"

DRILLS = (
    Drill("worker killed before DATA", worker_killed_before_data, LEASE_ENDS),
    Drill("worker killed during DATA", worker_killed_during_data, LEASE_ENDS),
    Drill("worker killed before the 250", worker_killed_before_the_250, LEASE_ENDS),
    Drill(
        "worker killed between 250 and stamp", worker_killed_between_250_and_stamp, LEASE_ENDS
    ),
    Drill(
        "worker's children killed after 250",
        processes_of_the_worker_killed_after_the_250,
        LEASE_ENDS,
    ),
    Drill("broker gone for a commit", broker_gone_for_a_commit),
    Drill("broker gone for an hour", broker_gone_for_an_hour, "the hour, by the demo clock"),
    Drill("database restarted before DATA", database_restarted_before_data, LEASE_ENDS),
    Drill("database restarted before stamp", database_restarted_before_the_stamp),
    Drill("mailbox disk full", mailbox_disk_full, LEASE_ENDS),
    Drill("SMTP refuses connections", mail_server_refuses_connections, LEASE_ENDS),
    Drill("SMTP slow", mail_server_slow),
    Drill("SMTP slower than our patience", mail_server_slower_than_patience, LEASE_ENDS),
    Drill("SMTP silent after its 250", mail_server_silent_after_the_250),
    Drill("SMTP says 451", mail_server_says_451, "twelve minutes by the demo clock"),
    Drill("one recipient of many refused", one_recipient_of_many_refused, "hours, by the demo clock"),
    Drill("beat twice", beat_twice),
    Drill("task delivered five times", task_delivered_twice),
    Drill("sweep longer than a lease", sweep_longer_than_a_lease, LEASE_ENDS),
    Drill("reminders swept twice at once", reminders_swept_twice_at_once),
    Drill("old backup restored", old_backup_restored),
)  # fmt: skip
