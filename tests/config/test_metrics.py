"""`/metrics` is for whoever brings the token, and tells the same as `/healthz`."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from casework import tasks
from casework.models import Job, Worker
from tests import factories

pytestmark = pytest.mark.django_db

TOKEN = "metrics-token-äöü"


def ask(client, token: str = TOKEN):
    return client.get("/metrics", headers={"authorization": f"Bearer {token}"})


def samples(client) -> dict[tuple, float]:
    text = ask(client).content.decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def opened(settings):
    settings.METRICS_TOKEN = TOKEN


def test_metrics_are_not_there_while_no_token_is_set(client):
    assert client.get("/metrics").status_code == 404
    assert ask(client, "").status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_metrics_are_refused_without_the_token(client, opened, header):
    answer = client.get("/metrics", headers={"authorization": header})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not answer.content


def test_metrics_tell_the_same_as_healthz(client, opened, valkey, settings):
    settings.REDIS_URL = valkey
    now = timezone.now()
    tasks.deliver.apply(kwargs={"notice_id": "no number"})
    Worker.objects.create(name="one@test", answered_at=now)
    Job.objects.create(
        task="casework.tasks.deliver_pending", expected_since=now, done_at=now - timedelta(hours=1)
    )

    told = samples(client)
    health = json.loads(client.get("/healthz").content)["engine"]

    assert told["yell_job_late", "deliver"] == 1 and health["jobs"]["deliver"]["late"] is True
    assert told["yell_job_late", "remind"] == 0 and health["jobs"]["remind"]["at"] is None
    assert ("yell_job_last_end_timestamp_seconds", "remind") not in told
    assert told["yell_part_up", "broker"] == 1 and told["yell_part_up", "worker"] == 0
    assert told["yell_workers",] == health["workers"] == 1
    assert told["yell_failed_tasks",] == health["failed_tasks"] == 1
    assert told["yell_notices", "waiting"] == health["notices"]["waiting"] == 0
    assert told["yell_queue_length",] == health["queue"]


def test_metrics_leave_out_what_is_not_known(client, opened, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"

    told = samples(client)

    assert told["yell_part_up", "broker"] == 0
    for name in (
        "queue_length",
        "notice_oldest_due_seconds",
        "closed_days_until_timestamp_seconds",
    ):
        assert (f"yell_{name}",) not in told


def test_metrics_are_asked_inside_the_machine_without_https(client, opened, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert ask(client).status_code == 200


@pytest.mark.parametrize("demo", [True, False])
def test_metrics_say_that_the_database_is_away(client, opened, settings, demo):
    settings.DEMO = demo
    client.force_login(factories.user())

    def gone(*_asked):
        raise OperationalError("the database server is away")

    with connection.execute_wrapper(gone):
        told = samples(client)

    assert told["yell_part_up", "database"] == 0
