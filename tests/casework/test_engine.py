"""The engine room: what is late, what failed, who is told, and who may send again."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from celery import current_app
from celery.schedules import crontab, maybe_schedule
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Role
from casework import delivery, engine, failed_tasks, jobs, outbox, tasks, watching
from casework.errors import NotPossible
from casework.models import ClosedDay, FailedTask, Job, Notice, Worker
from tests import factories
from tests.factories import JAPAN, NOON, TODAY

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
REMIND = "casework.tasks.send_due"


@pytest.fixture
def broker(valkey, settings, monkeypatch):
    """A real broker for the page and for Celery, with an empty queue."""
    settings.REDIS_URL = valkey
    url = valkey.replace("unix://", "redis+socket://", 1)
    monkeypatch.setitem(current_app.conf.changes, "broker_url", url)
    monkeypatch.setattr(current_app, "_pool", None)
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
    assert current_app.conf.broker_url == url
    client = redis.Redis.from_url(valkey)
    client.flushall()
    yield url
    client.flushall()
    client.close()


def all_done(at: datetime, **but: datetime) -> None:
    """Every job came to its end at ``at``; those named by their code at another moment."""
    for job in jobs.periodic_jobs():
        done_at = but.get(job.code, at)
        Job.objects.update_or_create(
            task=job.task, defaults={"done_at": done_at, "expected_since": done_at}
        )


def watch(at: datetime) -> int:
    return watching.watch(now=at, at=at)


# When a job is late


@pytest.mark.parametrize(
    ("schedule", "last", "expected"),
    [
        (15, NOON, NOON + timedelta(seconds=15)),
        (crontab(minute=5), NOON, NOON + 5 * MINUTE),
        (crontab(minute=5), NOON + 5 * MINUTE, NOON + 65 * MINUTE),
        (crontab(hour=0, minute=20), NOON, datetime(2026, 11, 21, 0, 20, tzinfo=JAPAN)),
        # Ten minutes past midnight in Japan, told in UTC: the same night.
        (
            crontab(hour=0, minute=20),
            datetime(2026, 11, 20, 15, 10, tzinfo=UTC),
            datetime(2026, 11, 21, 0, 20, tzinfo=JAPAN),
        ),
        (
            crontab(hour=3, minute=0, day_of_month=1),
            NOON,
            datetime(2026, 12, 1, 3, 0, tzinfo=JAPAN),
        ),
    ],
)
def test_next_run_is_the_first_after_the_last_end(schedule, last, expected):
    assert jobs.next_run(maybe_schedule(schedule), last) == expected


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (1, "every second"),
        (15, "every 15 seconds"),
        (60, "every minute"),
        (600, "every 10 minutes"),
        (crontab(minute=5), "every hour, 5 minutes past"),
        (crontab(hour=0, minute=20), "every day at 0:20"),
        (crontab(hour="6,18", minute=0), "every day at 6:00, 18:00"),
        (crontab(hour=3, minute=0, day_of_month=1), "on the first of every month at 3:00"),
        (crontab(hour=3, minute=0, day_of_month=2), "<crontab: 0 3 2 * * (m/h/dM/MY/d)>"),
    ],
)
def test_interval_is_said_in_plain_words(schedule, words):
    assert jobs.in_words(maybe_schedule(schedule)) == words


def test_every_job_of_the_schedule_is_known_and_has_a_name():
    known = {job.task: str(job.label) for job in jobs.periodic_jobs()}

    assert set(jobs.LABELS) <= set(known)
    assert all(known.values())


def test_job_that_nobody_watched_over_is_not_called_late():
    assert not any(job.is_late(NOON) for job in jobs.periodic_jobs())


def test_job_is_late_once_the_grace_has_passed():
    all_done(NOON)
    due = NOON + 5 * MINUTE  # the next hour's reminders

    def late(now):
        return {job.code for job in jobs.periodic_jobs() if job.is_late(now)}

    assert "remind" not in late(due + jobs.GRACE)
    assert "remind" in late(due + jobs.GRACE + timedelta(seconds=1))
    assert "seal" not in late(due + HOUR)


def test_job_that_never_ran_is_late_from_when_it_was_expected(django_assert_num_queries):
    watch(NOON)
    with django_assert_num_queries(1):
        found = {job.code: job for job in jobs.periodic_jobs()}

    assert all(job.done_at is None and job.since == NOON for job in found.values())
    assert found["deliver"].is_late(NOON + MINUTE + jobs.GRACE * 2)


def test_task_that_ends_well_leaves_its_end():
    with time_machine.travel(NOON, tick=False):
        tasks.deliver_pending.apply()

    assert Job.objects.get(task="casework.tasks.deliver_pending").done_at == NOON


def test_task_that_fails_or_is_not_periodic_leaves_no_end():
    tasks.deliver.apply(kwargs={"notice_id": "no number"})
    tasks.deliver.apply(kwargs={"notice_id": 0})

    assert not Job.objects.exists()


# Who is told


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("kind", "to"))


def test_administrators_are_told_once_of_each_outage():
    first, second = factories.user(Role.ADMINISTRATOR), factories.user(Role.ADMINISTRATOR)
    factories.user(Role.OFFICE)
    all_done(NOON, remind=NOON - 2 * HOUR)

    assert watch(NOON) == 2
    watch(NOON + MINUTE)
    assert told() == [("engine_late", first.email), ("engine_late", second.email)]

    all_done(NOON + 2 * MINUTE)
    watch(NOON + 3 * MINUTE)
    assert len(told()) == 2

    all_done(NOON + 5 * HOUR, remind=NOON + 2 * MINUTE)
    watch(NOON + 5 * HOUR)
    assert len(told()) == 4, "another outage"


def test_notice_says_what_is_late_and_leads_to_the_engine_room():
    factories.user(Role.ADMINISTRATOR, language="en")
    factories.user(Role.ADMINISTRATOR, language="ja")
    all_done(NOON, remind=NOON - 2 * HOUR)

    watch(NOON)

    english, japanese = Notice.objects.order_by("pk")
    assert english.path == japanese.path == "/office/engine/"
    assert "every hour, 5 minutes past" in english.body and "2026-11-20 10:00" in english.body
    assert "2026-11-20 10:00 に終わったのを最後に" in japanese.body


def test_office_is_told_where_there_is_no_administrator():
    office = factories.user(Role.OFFICE)
    gone = factories.user(Role.ADMINISTRATOR)
    gone.duty_set.update(valid_until=TODAY - timedelta(days=1))
    all_done(NOON, seal=NOON - timedelta(days=2))

    watch(NOON)

    assert told() == [("engine_late", office.email)]


def test_watch_that_comes_back_tells_how_long_it_was_away_and_nothing_else():
    administrator = factories.user(Role.ADMINISTRATOR, language="en")
    all_done(NOON - 3 * HOUR)

    watch(NOON)
    watch(NOON)

    assert told() == [("engine_back", administrator.email)]
    body = Notice.objects.get().body
    assert "between 2026-11-20 09:00 and 2026-11-20 12:00" in body and "3\xa0hours" in body


def test_watch_as_a_task_tells_once_and_is_on_time_again():
    factories.user(Role.ADMINISTRATOR)
    with time_machine.travel(NOON, tick=False):
        all_done(NOON - 3 * HOUR)
        tasks.watch.apply()
        all_done(NOON, watch=Job.objects.get(task=watching.WATCH).done_at)
        tasks.watch.apply()

    assert [kind for kind, _to in told()] == ["engine_back"]


# Which workers answer


def test_worker_that_answers_is_written_down(broker):
    command = [sys.executable, "-m", "celery", "-q", "-b", broker, "worker"]
    command += ["--pool", "solo", "--hostname", "one@test", "--loglevel", "CRITICAL"]
    Worker.objects.create(name="old@test", answered_at=NOON - timedelta(days=2))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            asked = (watching.ask_workers(now=NOON) for _attempt in range(30))
            assert next(filter(None, asked)) == 1
        finally:
            worker.terminate()

    assert list(Worker.objects.values_list("name", "answered_at")) == [("one@test", NOON)]


def test_nobody_answers_without_a_broker(caplog):
    Worker.objects.create(name="one@test", answered_at=NOON)

    assert watching.ask_workers(now=NOON) == 0
    assert "No broker" in caplog.text
    assert Worker.objects.exists()


# What failed


def fail(notice_id: object = "no number") -> None:
    tasks.deliver.apply(kwargs={"notice_id": notice_id})


def test_failed_task_is_written_down_with_its_kind_of_error_and_place():
    with time_machine.travel(NOON, tick=False):
        fail("花子@example.jp")

    row = FailedTask.objects.get()
    assert (row.task, row.args) == ("casework.tasks.deliver", [])
    assert (row.error, row.times, row.at) == ("builtins.ValueError", 1, NOON)
    module, _colon, line = row.place.partition(":")
    assert module == "casework.delivery" and line.isdecimal()
    assert "花子" not in f"{row.error}{row.place}"


def test_same_failure_is_counted_in_one_row_until_it_was_sent_again(broker):
    office = factories.user(Role.OFFICE)
    fail()
    fail()
    fail("another")
    first = FailedTask.objects.order_by("pk").first()
    assert sorted(FailedTask.objects.values_list("times", flat=True)) == [1, 2]

    failed_tasks.retry(first, by=office, at=NOON)
    fail()

    assert FailedTask.objects.count() == 3


def test_task_is_sent_again_once_to_a_real_broker(broker):
    office = factories.user(Role.OFFICE)
    fail()
    row = FailedTask.objects.get()

    failed_tasks.retry(row, by=office, at=NOON)
    with pytest.raises(NotPossible):
        failed_tasks.retry(row, by=office, at=NOON)

    row.refresh_from_db()
    assert (row.retried_at, row.retried_by) == (NOON, office)
    assert engine.queue_length() == 1
    with current_app.connection_for_read(broker) as connection:
        queue = connection.SimpleQueue(engine.QUEUE)
        message = queue.get(block=False)
        queue.close()
    assert message.headers["task"] == "casework.tasks.deliver"
    assert message.payload[:2] == [[], {"notice_id": "no number"}]


def test_task_is_not_marked_when_the_broker_does_not_answer():
    fail()
    row = FailedTask.objects.get()

    with pytest.raises(NotPossible):
        failed_tasks.retry(row, by=factories.user(Role.ADMINISTRATOR), at=NOON)

    row.refresh_from_db()
    assert row.retried_at is None


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER, Role.PANEL])
def test_others_do_not_send_again(role):
    fail()

    with pytest.raises(PermissionDenied):
        failed_tasks.retry(FailedTask.objects.get(), by=factories.user(role), at=NOON)


# The readings


def test_readings_count_notices_by_what_becomes_of_them():
    person = factories.user(fictitious=True)
    for number in range(5):
        outbox.enqueue(
            "receipt", to="a@example.jp", recipient=person, at=NOON - number * HOUR, key=f"k{number}",
            subject="一", body="二",
        )  # fmt: skip
    newest, leased, failed, later, oldest = Notice.objects.order_by("pk")
    Notice.objects.filter(pk=leased.pk).update(state="in_flight", lease_until=NOON + MINUTE)
    Notice.objects.filter(pk=failed.pk).update(state="failed")
    Notice.objects.filter(pk=later.pk).update(lease_until=NOON + MINUTE)  # not due before then
    delivery.deliver(oldest.pk, at=NOON)
    ClosedDay.objects.create(day=TODAY, name="休", source="試験")

    found = engine.read(now=NOON, at=NOON, queue=None)

    assert (found.waiting, found.leased, found.failed) == (2, 1, 1)
    assert found.oldest_due_at == newest.posted_at and found.oldest_due == timedelta(0)
    assert found.closed_days_until == TODAY


def test_worker_counts_while_it_answered_lately():
    Worker.objects.create(name="a", answered_at=NOON - MINUTE)
    Worker.objects.create(name="b", answered_at=NOON - engine.ANSWERS_WITHIN)

    found = engine.read(now=NOON, at=NOON, queue=None)

    assert [worker.name for worker in found.answering] == ["a"]


def test_queue_is_unknown_without_a_broker(settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"

    assert engine.queue_length() is None


# The page

ROOM = "/office/engine/"


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMINISTRATOR, Role.AUDITOR])
def test_engine_room_tells_what_is_late_and_what_is_not_set_up(enter, at_noon, role):
    all_done(NOON, remind=NOON - 2 * HOUR)
    Worker.objects.create(name="one@test", answered_at=NOON)

    response = enter(factories.user(role)).get(ROOM)

    page = response.content.decode()
    late = [job.code for job, is_late in response.context["jobs"] if is_late]
    assert late == ["remind"] and "1 job is late." in page
    assert "Not set up yet: the program makes no backup by itself." in page
    assert "one@test" in page and "No task failed" in page


@pytest.mark.parametrize("role", [Role.APPROVER, Role.PANEL, Role.COORDINATOR, Role.COMMITTEE])
def test_engine_room_is_closed_to_others(enter, at_noon, role):
    assert enter(factories.user(role)).get(ROOM).status_code == 403


def test_auditor_reads_of_a_failure_and_cannot_send_it_again(enter, at_noon):
    fail()
    client = enter(factories.user(Role.AUDITOR))
    path = reverse("casework:task-retry", args=[FailedTask.objects.get().pk])

    page = client.get(ROOM).content.decode()
    assert "builtins.ValueError" in page and path not in page
    assert client.post(path).status_code == 403


def test_button_sends_again_and_says_who_did(enter, at_noon, broker):
    fail()
    office = factories.user(Role.OFFICE)
    client = enter(office)
    path = reverse("casework:task-retry", args=[FailedTask.objects.get().pk])
    assert path in client.get(ROOM).content.decode()

    again = client.post(path, follow=True)
    twice = client.post(path, follow=True)

    page = again.content.decode()
    assert "The task was sent again." in page and path not in page
    assert office.name in page
    assert "This task was sent again before." in twice.content.decode()
    assert engine.queue_length() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_engine_room_asks_as_often_for_three_as_for_one(
    enter, at_noon, count, django_assert_num_queries
):
    all_done(NOON)
    for number in range(count):
        fail(f"no number {number}")
        Worker.objects.create(name=f"w{number}", answered_at=NOON)
    client = enter(factories.user(Role.ADMINISTRATOR))

    # Session, person, duties; jobs, workers, notices twice, failures thrice, closed days;
    # backup, drill, restoration and what it holds; scans; the menu with the words of the city.
    with django_assert_num_queries(17):
        assert client.get(ROOM).status_code == 200
