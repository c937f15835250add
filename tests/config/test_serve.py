"""`manage.py serve` as a person uses it: real processes, real signals."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from django.core.management import CommandError

from config.bootstrap import ROOT
from config.management.commands import serve
from tests.services import free_port

START = 180  # seconds; the first start of a busy machine with two cores
STOP = 12  # seconds


def environment(data: Path, port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "DATA": str(data), "PORT": str(port), "DEMO": "0", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def start():
    """A way to start the site; what a failed test left running is ended."""
    started = []

    def begin(data: Path, port: int, **more: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={**environment(data, port), **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append((process, data))
        return process

    yield begin
    for process, data in started:
        if process.poll() is None:
            for pid in running(data):
                os.kill(pid, signal.SIGKILL)
            print(process.communicate()[0])


def running(data: Path) -> dict[int, str]:
    """Return the processes that were started for this data folder: number and command."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            knows = (entry / "environ").read_bytes().split(b"\0")
            # The broker writes its title over its environment; the title names its socket.
            if command and (f"DATA={data}".encode() in knows or f"{data}/" in command):
                found[int(entry.name)] = command
        except (OSError, ValueError):
            continue
    return found


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def until(condition, seconds: float):
    """Return what the condition gives as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if value := condition():
                return value
        except (URLError, ConnectionError):
            pass
        time.sleep(0.2)
    raise AssertionError(f"{condition} was not met within {seconds} seconds")


def health(port: int) -> dict:
    return json.loads(get(port, "/healthz")[1])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def port():
    return free_port()


def test_first_start_serves_everything_and_sigterm_ends_it(start, data, port):
    process = start(data, port)
    assert until(lambda: get(port, "/accounts/login/"), START)[0] == 200
    until(lambda: health(port)["ok"], START)  # beat has sent, a worker has done, its first task
    assert health(port)["broker"] == health(port)["database"] == {"ok": True}
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=STOP)
    assert process.returncode == 0, output
    assert running(data) == {}
    assert f"http://127.0.0.1:{port}\n" in output
    assert "First administrator: http" in output
    assert counts_attempts(data)


def counts_attempts(data: Path) -> bool:
    """Whether migrating made the table in which log-in attempts are counted."""
    with closing(sqlite3.connect(data / "yell.sqlite3")) as database:
        return bool(database.execute("SELECT 1 FROM pragma_table_info('django_cache')").fetchone())


def prepared(data: Path) -> list[tuple]:
    """What a first start prepares: the migrations, when each was applied, and the closed days."""
    with closing(sqlite3.connect(data / "yell.sqlite3")) as database:
        return [
            *database.execute("SELECT name, applied FROM django_migrations ORDER BY id"),
            *database.execute("SELECT id, day FROM casework_closedday ORDER BY id"),
        ]


@pytest.mark.long
def test_second_start_prepares_nothing_again_and_sigint_ends_it(start, data, port):
    first = start(data, port)
    until(lambda: get(port, "/accounts/login/"), START)
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=STOP)
    before = prepared(data)
    process = start(data, port)
    until(lambda: get(port, "/accounts/login/"), START)
    assert prepared(data) == before
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=STOP)
    assert process.returncode == 0, output
    assert running(data) == {}


@pytest.mark.long
@pytest.mark.parametrize("victim", ["celery -q -A config.celery worker", "granian", "valkey"])
def test_death_of_one_process_ends_all_and_is_told(start, data, port, victim):
    process = start(data, port)
    until(lambda: get(port, "/accounts/login/"), START)
    until(lambda: health(port)["worker"]["ok"], START)
    os.kill(min(pid for pid, command in running(data).items() if victim in command), signal.SIGKILL)
    output, _ = process.communicate(timeout=STOP)
    assert process.returncode not in (0, None), output
    assert running(data) == {}


def test_port_in_use_is_said_in_one_sentence(start, data, port):
    with socket.create_server(("127.0.0.1", port)):
        output, _ = (process := start(data, port)).communicate(timeout=START)
    assert process.returncode == 1
    assert output.count("\n") == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in output
    assert f"make run PORT={port + 1}" in output
    assert running(data) == {}


def test_impossible_port_is_refused():
    with pytest.raises(CommandError, match="Port 99999"):
        serve.require_free("127.0.0.1", 99999)


@pytest.fixture
def mark(tmp_path, settings):
    settings.DEMO_MARK = tmp_path / "demonstration"
    return settings.DEMO_MARK


@pytest.mark.django_db
def test_demonstration_never_starts_on_real_data(mark, settings, django_user_model):
    settings.DEMO = True
    django_user_model.objects.create_user("clerk@example.com", name="Clerk")
    with pytest.raises(CommandError, match="holds real data"):
        serve.refuse_to_mix()
    assert not mark.exists()


@pytest.mark.django_db
def test_demonstration_marks_its_folder(mark, settings):
    settings.DEMO = True
    serve.refuse_to_mix()
    assert mark.exists()
    serve.refuse_to_mix()


@pytest.mark.django_db
def test_real_site_never_starts_on_a_demonstration(mark, settings):
    mark.touch()
    with pytest.raises(CommandError, match="holds a demonstration"):
        serve.refuse_to_mix()


def test_interrupted_demonstration_is_played_anew(tmp_path, mark, settings, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings.EMBEDDED_DATABASE = database = tmp_path / "yell.sqlite3"
    database.touch()
    mark.write_text(serve.COMPLETE)
    serve.drop_unfinished_demo()
    assert database.exists()
    mark.write_text("")
    serve.drop_unfinished_demo()
    assert not database.exists()


def test_demonstration_cut_short_before_its_database_is_ready_stays_one(data, start, port):
    """A first start that is interrupted must not leave a folder that looks like a real site."""
    folder = data / "cut-short"
    process = start(folder, port, DEMO="1")
    until((folder / "yell.sqlite3").exists, START)
    process.kill()
    process.communicate()
    assert (folder / "demonstration").read_text() == ""


def test_untouched_folder_becomes_a_demonstration(tmp_path, mark, settings, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings.EMBEDDED_DATABASE = tmp_path / "yell.sqlite3"
    assert serve.is_untouched()
    settings.EMBEDDED_DATABASE.touch()
    assert not serve.is_untouched()
