"""What runs without anybody at a page: every task and every command, run twice on the whole world.

``jobs.csv`` is the declaration: who sets a job off, whom the history names for what it does, in
which tables the first run adds (+), removes (-) or changes (~) rows, and in which the second. No
job finds a broker here.
"""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import time_machine
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.test import override_settings

from casework.models import Event, Notice, StoredFile, Work
from tests.doors import doors
from tests.doors.tables import Row, Table
from tests.doors.world import NOW

TABLE = Table(
    "jobs.csv", key=("job",), columns=("job", "set_off_by", "acts_as", "first_run", "second_run")
)

OWN = ("accounts", "casework", "guideline", "grants", "reviews", "reporting", "config")
#: A week after the doors: by then reminders are due, and a day is to be sealed.
LATER = NOW + timedelta(days=7)


def names() -> list[str]:
    """Return the name of every task and every command of our apps."""
    current_app.loader.import_default_modules()
    tasks = [name for name in current_app.tasks if name.split(".")[0] in OWN]
    commands = [name for name, app in get_commands().items() if app in OWN]
    return [*sorted(tasks), *(f"manage.py {name}" for name in sorted(commands))]


def set_off_by(name: str) -> str:
    if name.startswith("manage.py"):
        return "shell"
    beat = [row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()]
    return "beat" if name in beat else "commit"


def run(name: str) -> str:
    """Run a job as its worker or its shell would; return "refused" if it would not."""
    try:
        if name.startswith("manage.py"):
            call_command(name.removeprefix("manage.py "), stdout=StringIO(), stderr=StringIO())
        else:
            current_app.tasks[name](**arguments(name))
    except CommandError:
        return "refused"
    return ""


def arguments(name: str) -> dict:
    """Return what a task is handed; one that is not known here takes nothing."""
    if name == "casework.tasks.deliver":
        return {"notice_id": Notice.objects.order_by("pk").last().pk}
    if name == "casework.tasks.do_work":
        return {"work_id": Work.objects.order_by("pk").last().pk}
    if name in ("casework.tasks.scan_file", "casework.tasks.draw_picture"):
        return {"file_id": StoredFile.objects.order_by("pk").last().pk}
    return {}


def rows_of_all_tables() -> dict[str, dict]:
    """Return table → key → all that the row says, of every table of our apps."""
    models = [model for app in OWN for model in apps.get_app_config(app).get_models()]
    return {
        model._meta.model_name: {row["pk"]: row for row in model._base_manager.values("pk", *_own(model))}
        for model in models
    }  # fmt: skip


def _own(model) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def difference(before: dict[str, dict], after: dict[str, dict]) -> str:
    """Say which tables have more, fewer and other rows."""
    said = []
    for table, rows in after.items():
        old = before[table]
        signs = (
            ("+", rows.keys() - old.keys()),
            ("-", old.keys() - rows.keys()),
            ("~", [key for key in rows.keys() & old.keys() if rows[key] != old[key]]),
        )
        said += [f"{table} {sign}" for sign, keys in signs if keys]
    return "; ".join(sorted(said))


def twice(name: str, run_it) -> Row:
    """Run a job twice, a week after the doors, and say what each run did.

    :param run_it: runs what the job left for after the commit as well.
    """
    with doors.rolled_back(), time_machine.travel(LATER, tick=False), port_taken():
        last = Event.objects.order_by("pk").last().pk
        states = [rows_of_all_tables()]
        refusals = []
        for _time in (1, 2):
            refusals.append(run_it(name))
            states.append(rows_of_all_tables())
        by = Event.objects.filter(pk__gt=last).values_list("by__email", flat=True)
        runs = [
            " ".join(filter(None, (refused, difference(*pair))))
            for refused, pair in zip(refusals, (states[:2], states[1:]), strict=True)
        ]
        return {
            "job": name, "set_off_by": set_off_by(name),
            "acts_as": " ".join(sorted(set(by))) or "nobody",
            "first_run": runs[0] or "nothing", "second_run": runs[1] or "nothing",
        }  # fmt: skip


@contextmanager
def port_taken() -> Iterator[None]:
    """Somebody serves the site already: ``serve`` is to refuse, for it would never come back."""
    before = signal.getsignal(signal.SIGTERM)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with override_settings(PORT=taken.getsockname()[1]):
            yield
    signal.signal(signal.SIGTERM, before)
