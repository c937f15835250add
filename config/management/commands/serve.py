"""`manage.py serve`: the whole installation on one machine, under one command (`make run`)."""

import os
import signal
import socket
import sys
from hashlib import sha256

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from accounts.models import User
from accounts.services import first_administrator_link
from casework import clock
from config import processes
from config.bootstrap import Stop, require_writable
from config.rehearsal.cast import demo_accounts

COMPLETE = "complete\n"


class Command(BaseCommand):
    help = "Prepare the site and serve it, with its worker, beat and (by default) broker."
    requires_system_checks = []

    def handle(self, **_options):
        # What has been started so far must be stopped even if the signal comes during preparation.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        if "DEMO" not in os.environ and is_untouched():
            os.environ["DEMO"] = "1"
            os.execv(sys.executable, [sys.executable, *sys.argv])
        host = os.environ.get("HOST") or "127.0.0.1"
        require_free(host, settings.PORT)
        try:
            require_writable(settings.DATA)
        except Stop as stop:
            raise CommandError(str(stop)) from None
        self.prepare()
        announcement = "\n".join(["", *self.announce(host), ""])
        connections.close_all()
        sys.exit(processes.run(self.processes(host), announcement=announcement))

    def processes(self, host: str) -> dict[str, list[str]]:
        wanted = processes.commands(host=host, port=settings.PORT)
        if settings.BROKER_IS_EMBEDDED:
            wanted = {"broker": processes.broker_command(settings.BROKER_SOCKET), **wanted}
        return wanted

    def prepare(self) -> None:
        """Bring database, reference data and static files up to date."""
        if settings.BROKER_IS_EMBEDDED:
            settings.BROKER_SOCKET.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if settings.DEMO and is_untouched():
            settings.DEMO_MARK.touch()  # so that a start that is cut short is taken up as what it was
        if settings.DEMO:
            drop_unfinished_demo()
        call_command("migrate", verbosity=0, interactive=False)
        collect_static()
        refuse_to_mix()
        call_command("load_reference", stdout=self.stdout)
        if settings.DEMO and settings.DEMO_MARK.read_text() != COMPLETE:
            self.rehearse()

    def rehearse(self) -> None:
        """Play the demo year once; the mark says that it was played to its end."""
        self.stdout.write("デモの1年を作成しています… / Playing the demo year …")
        if settings.BROKER_IS_EMBEDDED:
            with processes.broker(settings.BROKER_SOCKET):
                call_command("rehearse", "--until-today", stdout=self.stdout)
        else:
            call_command("rehearse", "--until-today", stdout=self.stdout)
        settings.DEMO_MARK.write_text(COMPLETE)

    def announce(self, host: str) -> list[str]:
        """Return what a person needs in order to begin."""
        shown = f"[{host}]" if ":" in host else host
        lines = [f"    http://{shown}:{settings.PORT}", ""]
        if settings.DEMO:
            return lines + [f"    {line}" for line in demo_accounts()]
        try:
            link = first_administrator_link(at=clock.now())
        except ValidationError:  # there is an administrator
            return lines
        return [*lines, f"    最初の管理者 / First administrator: {link}", ""]


def is_untouched() -> bool:
    """Tell whether nothing says what this installation is for: then it is a demonstration."""
    return (
        not os.environ.get("DATABASE_URL")
        and not settings.DEMO_MARK.exists()
        and not settings.EMBEDDED_DATABASE.exists()
    )


def require_free(host: str, port: int) -> None:
    """:raises CommandError: if the site cannot listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except (OSError, OverflowError):
            raise CommandError(
                f"{host} のポート {port} は使えません(ほかのプログラムが使用中など)。"
                f"「make run PORT={port + 1}」のように別の番号を指定してください。 / "
                f"Port {port} of {host} cannot be used (another program may be using it); "
                f"choose another, for example: make run PORT={port + 1}"
            ) from None


def refuse_to_mix() -> None:
    """Keep a demonstration and real data apart, and mark a demonstration as one.

    :raises CommandError: if this is the one and the data folder holds the other.
    """
    marked = settings.DEMO_MARK.exists()
    if settings.DEMO and not marked:
        if User.objects.filter(is_active=True).exists():
            raise CommandError(
                f"{settings.DATA} には本番のデータがあるため、デモとして起動できません。"
                "別のフォルダーを DATA に指定してください。 / "
                f"{settings.DATA} holds real data and cannot be shown as a demonstration; "
                "name another folder in DATA."
            )
        settings.DEMO_MARK.touch()
    if marked and not settings.DEMO:
        raise CommandError(
            f"{settings.DATA} にはデモのデータがあります。別のフォルダーを DATA に指定するか、"
            "このフォルダーを消してください。 / "
            f"{settings.DATA} holds a demonstration; name another folder in DATA, or remove it."
        )


def drop_unfinished_demo() -> None:
    """Forget a demo year that was interrupted while it was played.

    :raises CommandError: if it lies in a database that is not this program's alone.
    """
    interrupted = settings.DEMO_MARK.exists() and settings.DEMO_MARK.read_text() != COMPLETE
    if not interrupted:
        return
    if os.environ.get("DATABASE_URL"):
        raise CommandError(
            "デモの作成が途中で止まっています。データベースを空にしてからやり直してください。 / "
            "The demo year was interrupted; empty the database and start again."
        )
    database = settings.EMBEDDED_DATABASE
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def collect_static() -> None:
    """Collect the static files if any of them changed since the last time."""
    state = sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = os.stat(storage.path(path))
            state.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT.with_name("static.stamp")
    if not stamp.exists() or stamp.read_text() != state.hexdigest():
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(state.hexdigest())
