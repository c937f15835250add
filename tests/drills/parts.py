"""The parts of an installation as real processes that a drill starts, stops and kills."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import django
import psycopg

from config import processes
from config.bootstrap import ROOT
from tests.drills.mail_server import Folder
from tests.services import Server, free_port, own_postgres

#: Seconds that any one thing may take to come about.
PATIENCE = 45


class Unmet(AssertionError):
    """Something did not come about in time, or is not as it has to be."""


def until(condition: Callable[[], object], what: str, *, seconds: float = PATIENCE):
    """Return what ``condition`` gives as soon as it is true.

    :raises Unmet: if it is not within ``seconds``.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    raise Unmet(f"not within {seconds:.0f} seconds: {what}")


class Part:
    """One process with its children; what it says is kept in a file."""

    def __init__(self, name: str, command: list[str], *, environment: dict[str, str], log: Path):
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.process: subprocess.Popen | None = None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        if self.runs:
            return
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """End it as a power cut does, with all its children (kill -9)."""
        if self.process:
            processes.end_group(self.process.pid)
            self.process.wait(PATIENCE)

    def stop(self) -> None:
        """Ask it to end, as its keeper would; what is left after that is killed."""
        if self.runs:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        self.kill()

    def children(self) -> list[int]:
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        return [int(pid) for pid in found.stdout.split()]


class Installation:
    """Broker, web, two workers, two beats and a mail server, on a database that is there already."""

    def __init__(self, folder: Path, database_url: str):
        self.folder, self.database_url = folder, database_url
        self.port, self.mail_port = free_port(), free_port()
        self.mail = Folder(folder / "mail")
        self.mail.path.mkdir()
        self.mail.prepare()
        (folder / "data" / "static").mkdir(parents=True)
        self.socket = folder / "valkey.sock"
        self.parts = self._parts()

    @property
    def environment(self) -> dict[str, str]:
        """What tells every process of the program which installation it belongs to."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | {
            "DATA": str(self.folder / "data"),
            "DATABASE_URL": self.database_url,
            "DEMO": "1",  # for its clock, which a drill can move
            "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "LC_ALL": "C.UTF-8",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "REDIS_URL": f"unix://{self.socket}",
            "SECRET_KEY": "drills-only-" + "0123456789abcdef" * 4,
            "BANK_KEY": "drills-only-too-" + "0123456789abcdef" * 4,
        }

    def _parts(self) -> dict[str, Part]:
        own = processes.commands(host="127.0.0.1", port=self.port)
        mail = [sys.executable, "-m", "tests.drills.mail_server", str(self.mail_port)]
        commands = {
            "broker": processes.broker_command(self.socket),
            "mail": [*mail, str(self.mail.path)],
            "web": own["web"],
            "worker": [*own["worker"], "-n", "first@drill"],
            "second worker": [*own["worker"], "-n", "second@drill"],
            "beat": own["beat"],
            "second beat": own["beat"],
        }
        # The web server is here for /healthz alone, and that as in a deployment.
        but = {"web": {"DEMO": "0"}}
        return {
            name: Part(
                name, command, environment=self.environment | but.get(name, {}),
                log=self.folder / f"{name.replace(' ', '-')}.log",
            )
            for name, command in commands.items()
        }  # fmt: skip

    def __getitem__(self, name: str) -> Part:
        return self.parts[name]

    def start(self, *names: str) -> None:
        """Start what does not run yet, and wait until it answers."""
        for name in names:
            self[name].start()
        if "broker" in names:
            processes.await_broker(f"unix://{self.socket}")
        if "web" in names:
            until(self.health, "the web server answers")
        if "mail" in names:
            until(self.mail_answers, "the mail server answers")

    def mail_answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.mail_port), 1):
            return True
        return False

    def stop_all(self) -> None:
        for part in self.parts.values():
            part.kill()

    def health(self) -> dict | None:
        """Return what /healthz says, with its status; nothing where nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return {"status": answer.status, **json.load(answer)}
        except HTTPError as error:
            with error:
                return {"status": error.code, **json.load(error)}
        except (URLError, ConnectionError, TimeoutError):
            return None

    def ailing(self) -> set[str]:
        """Return the parts of which /healthz says now that they are not well."""
        said = self.health() or {}
        return {part for part in ("database", "broker", "worker", "beat") if not said[part]["ok"]}

    def last_words(self) -> str:
        """Return the end of what every part said, for whoever looks into a failure."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text()[-1500:]}" for log in logs)


@contextmanager
def database(given: str | None) -> Iterator[tuple[str, Server | None]]:
    """Give the address of a database, and its server where this program may stop it."""
    if given:
        yield given, None
        return
    with own_postgres() as server:
        with psycopg.connect(server.url, dbname="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE yell")
        yield server.url, server


@contextmanager
def installation(url: str) -> Iterator[Installation]:
    """Make this process one of an installation's, whose other parts end with the block."""
    with tempfile.TemporaryDirectory(prefix="yell-drills-") as folder:
        made = Installation(Path(folder), url)
        os.environ.update(made.environment)
        django.setup()
        try:
            yield made
        finally:
            made.stop_all()


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise ``Unmet`` in the block when it takes longer."""

    def give_up(*_):
        raise Unmet(f"the drill took longer than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def let_pass(span: timedelta) -> None:
    """Let time pass: the demo clock goes on by ``span``, and the last signs of life are older by it.

    Whoever is alive leaves a new sign within a second.
    """
    from django.db.models import F
    from django_celery_beat.models import PeriodicTask

    from casework import clock
    from casework.models import Job, Tick

    clock.move_to(clock.now() + span)
    Tick.objects.update(at=F("at") - span)
    Job.objects.update(done_at=F("done_at") - span)
    PeriodicTask.objects.exclude(last_run_at=None).update(last_run_at=F("last_run_at") - span)
