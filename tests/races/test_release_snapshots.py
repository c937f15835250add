"""What is frozen or exported is of one moment, whatever becomes public or is written meanwhile."""

import csv
import io
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from casework.models import Approval
from casework.services import advance
from casework.snapshots import one_moment
from grants.models import PastAward
from guideline import years
from guideline.models import Claim, PrintedCount, Progress
from guideline.public_days import differs_from_public
from reporting.models import PublicEntry, ReleaseItem
from reporting.publishing import agreement, releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.races.threads import PATIENCE, kinds, race
from tests.reporting import makers
from tests.reporting.test_public import past_award


def elsewhere(act) -> None:
    """Act in a connection of its own, and commit."""
    failed = []

    def run():
        try:
            act()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive() and not failed, failed


@contextmanager
def once_after(table: str, act, *, locked: str = ""):
    """Let somebody else act as soon as a query that names ``table`` was answered; once.

    :param locked: the table whose rows have to be locked before.
    """
    done: list[str] = []
    held = [not locked]

    def wrapper(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        held[0] = held[0] or ("FOR UPDATE" in sql and f'FROM "{locked}"' in sql)
        reads = sql.lstrip("(").startswith("SELECT") and f'FROM "{table}"' in sql
        if held[0] and reads and not done:
            done.append(sql)
            elsewhere(act)
        return answer

    with connection.execute_wrapper(wrapper):
        yield
    assert done


def begun(thing: tuple[str, str], *, by):
    release = releases.begin(by=by, at=NOON)
    releases.put_in(release, *thing, by=by, at=NOON)
    return release


def proposed(thing: tuple[str, str], *, by):
    return releases.propose(begun(thing, by=by), by=by, at=NOON)


def approving(draft):
    approver = factories.user(Role.APPROVER)
    return lambda: advance(draft, "approve", by=approver, at=NOON, decided_on=TODAY)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_frozen_rows_and_files_of_the_register_are_of_one_moment():
    past_award("startup-2023-1", group_name="会", amount_yen=100_000)
    clerk = factories.user(Role.OFFICE)

    def correct() -> None:
        PastAward.objects.update(amount_yen=200_000)

    release = begun(("register", "all"), by=clerk)
    client, propose = Client(), reverse("casework:move", args=[release.pk, "propose"])
    client.force_login(clerk)
    client.cookies["django_language"] = "ja"
    in_between = once_after("grants_pastaward", correct, locked="casework_case")
    with time_machine.travel(NOON), in_between:
        told = client.post(propose, follow=True)
    assert "書きかえました" in told.content.decode()
    assert ReleaseItem.objects.get().content is None

    releases.propose(release, by=clerk, at=NOON)

    content = ReleaseItem.objects.get().content
    (row,) = csv.DictReader(io.StringIO(content["files"]["awards.csv"].lstrip("\ufeff")))
    assert PastAward.objects.get().amount_yen == 200_000
    assert row["granted_yen"] == str(content["rows"][0]["granted_yen"]) == "200000"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_release_holds_what_was_written_before_its_locks_were_granted():
    clerk, measure = factories.user(Role.OFFICE), factories.measure()
    Progress.objects.create(measure=measure, fiscal_year=2026, as_of=TODAY, status="partly")
    release = begun(("progress", f"{measure.edition.code}/{TODAY.isoformat()}"), by=clerk)
    writes, proposes = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            years.write(measure, 2026, {"target": "先に書いた"}, edit_number=0, by=clerk, at=NOON)
            writes.set()
            assert proposes.wait(PATIENCE)
            time.sleep(0.5)  # the other one waits for the lock of the measure by now

    def propose() -> None:
        assert writes.wait(PATIENCE)
        proposes.set()
        releases.propose(release, by=clerk, at=NOON)

    told = race(write, propose)

    assert kinds(told) == ["ok", "ok"]
    (of_year,) = ReleaseItem.objects.get().content["years"]["2026"]
    assert of_year["target"] == "先に書いた"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_a_table_is_approved_stays_inside():
    clerk, measure = factories.user(Role.OFFICE), factories.measure()
    of_day = {"as_of": TODAY, "source": "資料"}
    Progress.objects.create(
        measure=measure, fiscal_year=2026, status="partly", result="決裁した文", **of_day
    )
    PrintedCount.objects.create(
        edition=measure.edition, classification="I", status="partly", count=1, denominator=1,
        **of_day,
    )  # fmt: skip
    draft = proposed(("progress", f"{measure.edition.code}/{TODAY.isoformat()}"), by=clerk)
    unread = "だれも決裁していない 0467-12-3456"

    def write() -> None:
        Progress.objects.update(status="done", result=unread, source=unread)
        PrintedCount.objects.update(count=9, source=unread)
        Claim.objects.create(
            measure=measure, about=measure.edition, subject="class", place="reason", value="III",
            as_printed=unread, **of_day,
        )  # fmt: skip

    # The last that is held against what was frozen, before anything is made public.
    with once_after("guideline_claim", write, locked="casework_case"):
        approving(draft)()

    assert Progress.objects.get().result == unread
    (row,), (count,) = Progress.published.all(), PrintedCount.published.all()
    assert (row.status, row.result, row.source) == ("partly", "決裁した文", "資料")
    assert (count.count, count.source) == (1, "資料")
    assert not Claim.published.exists()
    assert "0467-12-3456" not in Client().get(measure.get_absolute_url()).content.decode()
    assert differs_from_public(measure.edition, TODAY)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_colleague_puts_something_in_while_the_release_is_proposed():
    past_award("startup-2023-1", group_name="会", amount_yen=100_000)
    clerk, colleague = factories.user(Role.OFFICE), factories.user(Role.OFFICE)
    release = begun(("register", "all"), by=clerk)

    told = race(
        lambda: releases.propose(release, by=clerk, at=NOON),
        lambda: releases.put_in(release, "figures", "2023", by=colleague, at=NOON),
    )

    assert isinstance(told[0], Approval)
    assert all(item.content for item in release.items.all())
    assert (told[1] in release.items.all()) != isinstance(told[1], ValidationError)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_exported_pages_and_files_are_of_one_moment(tmp_path):
    makers.published_collaboration(title="先の会")
    clerk = factories.user(Role.OFFICE)
    draft = proposed(("report", str(makers.accepted_collaboration(title="後の会").pk)), by=clerk)

    with once_after("reporting_publicentry", approving(draft)):
        call_command("export_site", str(tmp_path), "--base-url", "https://example.jp/", stdout=io.StringIO())  # fmt: skip

    assert PublicEntry.objects.count() == 2
    pages = [file for file in tmp_path.glob("reports/2025/*.html") if file.stem != "index"]
    rows = csv.DictReader(io.StringIO((tmp_path / "data/reports.csv").read_text("utf-8-sig")))
    assert (len(pages), len(list(rows))) == (1, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_tables_that_would_disagree_do_not_become_public_at_once():
    award = past_award("startup-2023-1", group_name="会", amount_yen=100_000)
    clerk = factories.user(Role.OFFICE)
    figures = proposed(("figures", "2023"), by=clerk)
    PastAward.objects.filter(pk=award.pk).update(amount_yen=200_000)
    register = proposed(("register", "all"), by=clerk)

    told = race(approving(figures), approving(register))

    assert kinds(told) == ["NotPossible", "ok"]
    assert list(agreement.contradictions()) == []
    assert PublicEntry.objects.count() == 1


def test_long_reading_is_the_first_thing_that_a_process_asks(tmp_path):
    script = """
import django
django.setup()
from django.db import connection
from casework.snapshots import one_moment
with one_moment(), connection.cursor() as cursor:
    print(cursor.execute("SELECT 7").fetchone()[0])
"""
    fresh = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'fresh.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=fresh, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("7\n", 0), done.stderr


@pytest.mark.django_db(transaction=True)
def test_long_reading_keeps_nobody_from_writing_on_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite")
    with CaptureQueriesContext(connection) as asked, one_moment():
        PublicEntry.objects.count()

    assert [query["sql"] for query in asked][0] == "BEGIN DEFERRED"
    assert connection.transaction_mode == "IMMEDIATE"
