"""Backup and restore as a person uses them: real commands on a real database, and real ends of them."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import conninfo, sql

from config import processes
from config.backups import folder as backup_folder
from config.bootstrap import ROOT

#: The database of the tests itself is not touched; but every test is given one.
pytestmark = pytest.mark.django_db

#: Makes a site with a case, an upload, a log-in, and notices in each state that waits; then its backup.
FILL = """
import sys, django; django.setup()
from pathlib import Path
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
call_command("migrate", verbosity=0)
from casework import files, outbox
from casework.models import Notice
from tests import factories
from tests.casework.cases import filed
from tests.factories import NOON
case, office = filed(), factories.user("office")
case.notices.all().delete()
upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4 " + b"x" * 100)
files.store(case, upload, label="a", by=office, at=NOON)
for state in ("queued", "in_flight", "failed", "sent"):
    made = outbox.enqueue("your_turn", to="a@example.jp", case=case, at=NOON, key=state, subject=state, body="b")
    lease = NOON if state == "in_flight" else None
    sent_at = NOON if state == "sent" else None
    Notice.objects.filter(pk=made.pk).update(state=state, lease_until=lease, sent_at=sent_at)
Session.objects.create(session_key="k", session_data="", expire_date=NOON)
call_command("backup", sys.argv[1], keys=Path(sys.argv[2]))
"""

WAITED = {("queued", "held"), ("in_flight", "held"), ("failed", "held"), ("sent", "sent")}
HOLD = "SELECT key, state FROM casework_notice"


@dataclass
class Site:
    """One installation with a database of its own."""

    data: Path
    url: str = ""

    def begin(self, *command: str, **more: str) -> subprocess.Popen:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        surroundings = {"DATA": str(self.data), "DATABASE_URL": self.url, "DEMO": "0"}
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**kept, **surroundings, "LOG_LEVEL": "ERROR", **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def manage(self, *arguments, fails: bool = False, **more: str) -> str:
        process = self.begin("manage.py", *map(str, arguments), **more)
        said = process.communicate(timeout=300)[0]
        assert bool(process.returncode) is fails, said
        return said

    def ask(self, statement: str) -> set[tuple]:
        if self.url:
            with psycopg.connect(self.url) as session:
                cursor = session.execute(statement)
                return set(cursor.fetchall()) if cursor.description else set()
        with closing(sqlite3.connect(self.data / "yell.sqlite3")) as session, session:
            return set(session.execute(statement).fetchall())

    def uploads(self) -> list[str]:
        found = (self.data / "files").rglob("*.pdf")
        return sorted(str(path.relative_to(self.data / "files")) for path in found)

    def fingerprint(self) -> tuple:
        """What a command that is refused must leave as it was."""
        events = self.ask("SELECT id, digest FROM casework_event")
        return (
            events,
            self.ask(HOLD),
            self.uploads(),
            self.ask("SELECT folder FROM casework_restoredrill"),
        )


class Databases:
    """Makes databases of one kind, and takes them away again."""

    def __init__(self, vendor: str):
        self.vendor, self.made = vendor, []

    def fresh(self, data: Path, *, like: Site | None = None) -> Site:
        """An installation with an empty database, or with all that another has."""
        if like:
            shutil.copytree(like.data, data)
        if self.vendor == "sqlite":
            return Site(data)
        name = f"yell_test_{uuid.uuid4().hex[:12]}"
        template = conninfo.conninfo_to_dict(like.url)["dbname"] if like else "template0"
        made = "CREATE DATABASE {} TEMPLATE {}"
        self.run(sql.SQL(made).format(sql.Identifier(name), sql.Identifier(template)))
        self.made.append(name)
        return Site(data, self.address(name))

    def address(self, name: str) -> str:
        given = settings.DATABASES["default"]
        host = given.get("OPTIONS", {}).get("host") or given["HOST"]
        password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
        port = f":{given['PORT']}" if given["PORT"] else ""
        return f"postgresql://{given['USER']}{password}@{host.replace('/', '%2F')}{port}/{name}"

    def run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as session:
            session.execute(statement)

    def drop(self) -> None:
        for name in self.made:
            self.run(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def databases(request) -> Iterator[Databases]:
    found = Databases(request.param)
    yield found
    found.drop()


@pytest.fixture(scope="module")
def played(databases, tmp_path_factory) -> tuple[Site, Path, Path]:
    """A site, one backup of it, and its keys; nobody changes them."""
    place = tmp_path_factory.mktemp("played")
    site = databases.fresh(place / "data")
    fill = site.begin(
        "-c", FILL, str(place / "backups"), str(place / "keys.json"),
        DJANGO_SETTINGS_MODULE="config.settings", PYTHONPATH=str(ROOT),
    )  # fmt: skip
    said = fill.communicate(timeout=300)[0]
    assert fill.returncode == 0, said
    [folder] = (place / "backups").iterdir()
    return site, folder, place / "keys.json"


@pytest.fixture
def site(databases, played, tmp_path) -> Site:
    """A site like the one that was played, which a test may change."""
    return databases.fresh(tmp_path / "data", like=played[0])


@pytest.fixture
def backup(played) -> Path:
    return played[1]


# The whole way


def test_backup_comes_back_in_an_empty_installation_and_nothing_leaves(
    databases, played, backup, tmp_path
):
    fresh = databases.fresh(tmp_path / "data")
    said = fresh.manage("restore", backup, "--keys", played[2])

    assert "3 notices are held" in said and "0 faults" in said
    assert set(fresh.ask(HOLD)) == WAITED
    assert fresh.uploads() == played[0].uploads() != []
    assert fresh.ask("SELECT count(*) FROM django_session") == {(0,)}
    assert fresh.ask("SELECT folder, released_at FROM casework_restoration") == {
        (backup.name, None)
    }
    assert fresh.ask("SELECT folder FROM casework_backuprun") == {(backup.name,)}
    keys = json.loads(played[2].read_text())
    assert {name: (fresh.data / name.lower()).read_text() for name in keys} == keys
    assert keys.keys() == {"SECRET_KEY", "BANK_KEY"}
    with pytest.raises((sqlite3.DatabaseError, psycopg.DatabaseError), match="append-only"):
        fresh.ask("DELETE FROM casework_event")
    fresh.manage("send_due", "--today", "2028-01-01")
    states = fresh.ask("SELECT state, count(*) FROM casework_notice GROUP BY state")
    assert dict(states)["sent"] == 1 and set(dict(states)) == {"held", "sent"}


def test_site_in_use_is_replaced_only_on_demand_and_kept(site, backup):
    site.ask("UPDATE casework_notice SET subject = 'later'")
    stranger = site.data / "files" / "cases" / "later.pdf"
    stranger.write_bytes(b"later")
    before = site.fingerprint()

    said = site.manage("restore", backup, fails=True)
    assert "add --replace" in said
    assert site.fingerprint() == before

    said = site.manage("restore", backup, "--replace")
    assert ("later",) not in site.ask("SELECT subject FROM casework_notice")
    assert set(site.ask(HOLD)) == WAITED
    assert not stranger.exists() and len(site.uploads()) == 1
    [kept] = (site.data / "before-restore").iterdir()
    assert str(kept) in said
    assert backup_folder.verified(kept).rows["casework_notice"] == 4


def test_drill_leaves_nothing_but_the_row_that_it_went_well(site, backup):
    before = site.fingerprint()

    said = site.manage("restore", "--drill", backup)

    assert "0 faults" in said
    assert site.ask("SELECT folder FROM casework_restoredrill") == {(backup.name,)}
    assert site.fingerprint()[:3] == before[:3]
    assert [path.name for path in site.data.iterdir() if "restoring" in path.name] == []


def test_drill_that_finds_another_number_of_rows_leaves_no_row(site, backup, tmp_path):
    wrong = Path(shutil.copytree(backup, tmp_path / backup.name))
    manifest = backup_folder.verified(wrong)
    rows = {**manifest.rows, "casework_event": 1}
    backup_folder.write_manifest(wrong, replace(manifest, rows=rows))
    before = site.fingerprint()

    said = site.manage("restore", "--drill", wrong, fails=True)

    assert "the backup says 1" in said and "casework_event has" in said
    assert site.fingerprint() == before


def test_drill_of_a_site_that_was_never_started_says_so(databases, backup, tmp_path):
    said = databases.fresh(tmp_path / "empty").manage("restore", "--drill", backup, fails=True)

    assert "never started" in said and "Traceback" not in said


# Cut short


@pytest.mark.long
def test_backup_that_is_killed_leaves_nothing_that_looks_like_one(site, tmp_path):
    upload = site.data / "files" / site.uploads()[0]
    upload.unlink()
    os.mkfifo(upload)  # whoever reads it waits for somebody to write
    process = site.begin("manage.py", "backup", str(tmp_path / "backups"))
    with upload.open("wb"):  # opens as soon as the backup is at this file
        process.kill()
        process.communicate()

    [left] = (tmp_path / "backups").iterdir()
    assert left.name.endswith(".unfinished")
    assert "is no whole backup" in site.manage("restore", left, "--replace", fails=True)
    assert site.ask("SELECT count(*) FROM casework_backuprun") == {(1,)}, "the one made before"


@pytest.mark.long
def test_restore_that_is_killed_leaves_the_site_as_it_was(site, backup):
    site.ask("UPDATE casework_notice SET subject = 'later'")
    before = site.fingerprint()
    process = site.begin("manage.py", "restore", str(backup), "--replace", PYTHONUNBUFFERED="1")
    for line in process.stdout:
        if "is kept in" in line:  # from here on it works beside the site
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()

    assert site.fingerprint() == before
    assert site.ask("SELECT DISTINCT subject FROM casework_notice") == {("later",)}


# While the site runs


def test_restore_is_refused_while_the_site_runs(site, backup):
    before = site.fingerprint()

    with processes.broker(site.data / "valkey.sock"):
        said = site.manage("restore", backup, "--replace", fails=True)

    assert "stop web, worker and beat" in said
    assert site.fingerprint() == before


def test_restore_is_refused_while_somebody_works_with_the_database(site, backup):
    before = site.fingerprint()
    if site.url:
        session = psycopg.connect(site.url)
    else:
        session = sqlite3.connect(site.data / "yell.sqlite3")
        session.execute("BEGIN IMMEDIATE")

    with closing(session):
        said = site.manage("restore", backup, "--replace", fails=True)

    assert "stop web, worker and beat" in said
    assert site.fingerprint() == before


# The programs of PostgreSQL


@pytest.fixture
def only_postgres(databases) -> None:
    if databases.vendor != "postgresql":
        pytest.skip("another database needs no programs")


@pytest.mark.postgres
def test_missing_program_is_said(only_postgres, site, tmp_path):
    said = site.manage("backup", tmp_path / "b", fails=True, POSTGRES_PROGRAMS=str(tmp_path))

    assert "There is no pg_dump" in said and "pg_dump が見つかりません" in said
    assert list((tmp_path / "b").iterdir()) == []


@pytest.mark.postgres
def test_program_older_than_the_server_is_refused(only_postgres, site, tmp_path):
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o755)

    said = site.manage("backup", tmp_path / "b", fails=True, POSTGRES_PROGRAMS=str(tmp_path))

    assert "of version 9, older than the server" in said
