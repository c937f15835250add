"""The services of the tests come from this machine or from wheels, or their absence is said."""

import os
import subprocess
import sys

import psycopg
import pytest

from config.bootstrap import ROOT
from tests import provision, services


def test_postgres_of_the_wheel_answers():
    with (
        services.packaged_postgres() as server,
        psycopg.connect(server.url, dbname="postgres") as database,
    ):
        assert database.execute("SELECT 1").fetchone() == (1,)


def test_missing_browser_names_the_line_to_type(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(services.Missing, match="^apt-get install -y chromium$"):
        provision.ensure_chromium()


def test_provision_names_what_is_missing_and_fails(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as stop:
        provision.main()
    assert stop.value.code.endswith("is missing; type: apt-get install -y chromium")


@pytest.mark.parametrize("marker", ["postgres", "postgres or journey"])
def test_tests_of_postgres_never_run_on_another_database(marker):
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", marker, "--collect-only", "-q", "tests/races"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "python -m tests.services postgres" in done.stderr
