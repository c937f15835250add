from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from casework.models import Job, Tick, Worker
from config import health
from tests import factories


def leave_ticks(*, worker: timedelta, beat: timedelta) -> None:
    every, _ = IntervalSchedule.objects.get_or_create(every=30, period=IntervalSchedule.SECONDS)
    Tick.objects.create(name="worker", at=timezone.now() - worker)
    PeriodicTask.objects.create(
        name="tick", task="casework.tasks.tick", interval=every, last_run_at=timezone.now() - beat
    )


@pytest.fixture
def living_broker(valkey, settings):
    settings.REDIS_URL = valkey


@pytest.mark.django_db
def test_healthz_is_well_when_all_were_seen_lately(client, living_broker):
    leave_ticks(worker=timedelta(seconds=40), beat=timedelta(seconds=70))
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["ok"] is True
    assert set(answer.json()) == {"ok", "broker", "database", "worker", "beat", "engine"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("gone", ["worker", "beat"])
def test_healthz_is_503_when_a_process_is_gone(client, living_broker, gone):
    ticks = {"worker": timedelta(0), "beat": timedelta(0)}
    leave_ticks(**ticks | {gone: health.OLD})
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert [part for part in ticks if not answer.json()[part]["ok"]] == [gone]


@pytest.mark.django_db
def test_healthz_is_503_before_anything_ran(client, living_broker):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["worker"] == {"ok": False, "at": None}


@pytest.mark.django_db
def test_healthz_is_503_without_broker(client, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    leave_ticks(worker=timedelta(0), beat=timedelta(0))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == {"ok": False}
    assert answer.json()["worker"]["ok"]


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [True, False])
def test_healthz_is_503_without_database_also_to_whoever_is_logged_in(
    client, settings, living_broker, demo
):
    settings.DEMO = demo
    client.force_login(factories.user())

    def gone(*_asked):
        raise OperationalError("the database server is away")

    with connection.execute_wrapper(gone):
        answer = client.get("/healthz")

    assert answer.status_code == 503
    parts = {part: told["ok"] for part, told in answer.json().items() if isinstance(told, dict)}
    assert parts == {"broker": True, "database": False, "worker": False, "beat": False}
    assert answer.json()["engine"] is None


@pytest.mark.django_db
def test_healthz_answers_inside_the_machine_without_https(client, settings, living_broker):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 503
    assert client.get("/accounts/login/").status_code == 301


@pytest.mark.django_db
def test_healthz_tells_of_late_jobs_and_of_what_waits_without_names(client, living_broker):
    leave_ticks(worker=timedelta(0), beat=timedelta(0))
    now = timezone.now()
    Job.objects.create(task="casework.tasks.send_due", expected_since=now - timedelta(hours=3))
    Worker.objects.create(name="worker@machine", answered_at=now)

    answer = client.get("/healthz")

    engine = answer.json()["engine"]
    assert answer.status_code == 200, "a late job is told, and the parts are alive"
    assert engine["jobs"]["remind"] == {"at": None, "late": True}
    assert engine["notices"] == {"waiting": 0, "leased": 0, "failed": 0}
    assert (engine["workers"], engine["queue"], engine["oldest_due_seconds"]) == (1, 0, None)
    assert engine["last_backup"] is engine["last_restore_drill"] is None
    assert b"machine" not in answer.content
