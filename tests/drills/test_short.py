"""Two of the drills, beside the database of the tests; `make drills` runs them all."""

import os
import subprocess
import sys
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from config.bootstrap import ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SHORT = ("worker killed between 250 and stamp", "broker gone for a commit")
LIMIT = 150  # seconds


@pytest.fixture
def copied_database():
    """The address of a database of its own that is migrated already."""
    url, name = os.environ["TEST_DATABASE_URL"], f"drills_{uuid4().hex}"
    connection.close()  # nobody may use what is copied
    template = connection.settings_dict["NAME"]
    with psycopg.connect(url, dbname="postgres", autocommit=True) as maintenance:
        maintenance.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_short_drills_lose_nothing_and_double_only_what_smtp_leaves_open(copied_database):
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills", "--database", copied_database, *SHORT],
        cwd=ROOT, capture_output=True, text=True, timeout=LIMIT,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 drills, 0 failed, 0 not run." in done.stdout
    verdicts = {line[:36].strip(): line.split()[-1] for line in done.stdout.splitlines() if line}
    assert {name: verdicts[name] for name in SHORT} == dict.fromkeys(SHORT, "ok")
