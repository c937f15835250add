"""The sweep of reminders over a million open deadlines, killed half-way and taken up again.

``python -m benchmarks.reminders [--deadlines N] [--due N]`` makes them on a PostgreSQL server of
its own, runs ``manage.py send_due`` as a process, and prints a table.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta

from django.core.management import call_command

from config.bootstrap import ROOT
from tests.drills.parts import database, installation

MOST_MEMORY = 200  # megabytes that a sweep may take at most
READ = (
    "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)"
    " FROM pg_stat_user_tables WHERE relname = 'casework_deadline'"
)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--deadlines", type=int, default=1_000_000)
    asked.add_argument("--due", type=int, default=20_000)
    options = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with database(None) as (url, _server), installation(url) as parts:
        call_command("migrate", verbosity=0, interactive=False)
        make(options.deadlines, options.due)
        return measure(options.due, {**parts.environment, "DEMO": "0"})


def make(deadlines: int, due: int) -> None:
    """Make copies of one filed case, each with open deadlines of many kinds; ``due`` have one today."""
    from casework import clock, outbox
    from casework.climbing import mark_of, next_day
    from casework.deadlines import Audience
    from casework.ladders import all_ladders
    from casework.models import Deadline
    from tests.casework.cases import filed

    with outbox.delivered_by_hand():
        model = filed()
    ladders = [(kind, ladder) for kind, ladder in all_ladders().items() if first_rung(ladder)]
    begun = time.monotonic()
    cases = copies_of(model, -(-deadlines // len(ladders)))
    now, today = clock.now(), clock.today()
    opened_at = now - timedelta(days=400)
    for place, (kind, ladder) in enumerate(ladders):
        later = today + timedelta(days=900)
        first = max((r.days for r in ladder if r.audience == Audience.OWNER), default=0)
        insert_deadlines(
            cases, kind, later, next_day(ladder, later, opened_at.date(), {}), mark_of(ladder),
            opened_at,
        )  # fmt: skip
        if place == 0:
            Deadline.objects.filter(kind=kind, case__in=cases[:due]).update(
                due_on=today + timedelta(days=first), remind_on=today,
                due_at=now + timedelta(days=first + 1),
            )  # fmt: skip
    execute("ANALYZE")
    print(
        f"{Deadline.objects.count()} deadlines, {Deadline.objects.filter(remind_on=today).count()}"
        f" due, made in {time.monotonic() - begun:.0f} s",
        flush=True,
    )


def first_rung(ladder) -> bool:
    from casework.deadlines import Audience

    return any(rung.audience == Audience.OWNER for rung in ladder)


def copies_of(case, number: int) -> list[int]:
    """Copy the row of a case ``number`` times by one statement; return the keys of the copies."""
    from casework.models import Case

    columns = [f.column for f in Case._meta.concrete_fields if f.column not in ("id", "number")]
    names = ", ".join(columns)
    rows = execute(
        f"INSERT INTO casework_case ({names}) SELECT {names} FROM casework_case,"
        f" generate_series(1, %s) WHERE id = %s RETURNING id",
        number, case.pk,
    )  # fmt: skip
    return sorted(pk for (pk,) in rows)


def insert_deadlines(
    cases: list[int], kind: str, due_on, remind_on, mark: str, opened_at: datetime
) -> None:
    from casework.derivation import Due

    execute(
        "INSERT INTO casework_deadline (case_id, kind, owed_by, due_on, due_at, derivation,"
        " opened_at, closed_because, remind_on, reckoned_by)"
        " SELECT id, %s, 'organization', %s, %s::date + 1, %s, %s, '', %s, %s"
        " FROM unnest(%s::bigint[]) AS id",
        kind, due_on, due_on, json.dumps(Due.fixed(due_on).to_json()), opened_at, remind_on, mark, cases,
    )  # fmt: skip


def execute(statement: str, *values):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def measure(due: int, environment: dict[str, str]) -> int:
    """Sweep, be killed half-way, sweep again; print what it took, and return the exit code."""
    from casework.models import Notice, Reminder

    read = rows_read()
    first = sweep(environment, kill_at=due // 2)
    half = Reminder.objects.filter(outcome=Reminder.Outcome.SENT).count()
    second = sweep(environment)
    read = rows_read() - read
    sent = Reminder.objects.filter(outcome=Reminder.Outcome.SENT)
    notices, told = Notice.objects.count(), sent.values("deadline").distinct().count()
    pairs = Notice.objects.values("case", "recipient", "to").distinct().count()
    bare = time_of_bare_inserts()
    took, memory = first[0] + second[0], max(first[1], second[1])
    rows = {
        "deadlines due, and reminded of": f"{due}, {told}",
        "notices": notices,
        "notices told twice": notices - pairs,
        "killed after, of its reminders": half,
        "seconds of both runs, with two starts": f"{took:.1f}",
        "seconds of the bare INSERT … SELECT": f"{bare:.2f}",
        "ratio": f"{took / bare:.0f}",
        "peak memory of a sweep (MB)": f"{memory:.0f} (at most {MOST_MEMORY})",
        "rows of deadlines read per row due": f"{read / due:.1f}",
    }
    for name, value in rows.items():
        print(f"{name:40} {value}")
    well = told == due and notices == pairs and memory < MOST_MEMORY
    return 0 if well else 1


def rows_read() -> int:
    """Return how many rows of deadlines the server has read, by this process too.

    A session tells what it read at the end of a statement, and at most once a second.
    """
    time.sleep(1.1)
    for statement in ("SELECT 1", "SELECT pg_stat_clear_snapshot()"):
        execute(statement)
    return execute(READ)[0][0]


def sweep(environment: dict[str, str], *, kill_at: int | None = None) -> tuple[float, float]:
    """Run ``send_due``; return the seconds that it took, and its peak memory in MB.

    :param kill_at: after how many reminders it is killed (kill -9).
    """
    from casework.models import Reminder

    command = [sys.executable, "manage.py", "send_due", "--no-deliver"]
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    while kill_at is not None:  # a sweep that ends before has failed, and is told below
        if Reminder.objects.count() >= kill_at:
            process.kill()
            break
        if not os.path.exists(f"/proc/{process.pid}/exe"):
            break
        time.sleep(0.2)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if kill_at is None and process.returncode:
        sys.exit("The sweep failed.")
    return time.monotonic() - begun, usage.ru_maxrss / 1024


def time_of_bare_inserts() -> float:
    """Return the seconds in which the database itself writes the same notices and reminders."""
    begun = time.monotonic()
    for table in ("casework_notice", "casework_reminder"):
        execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        execute(f"INSERT INTO bare_{table} SELECT * FROM {table}")
    return time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
