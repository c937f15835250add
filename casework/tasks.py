"""What Celery runs. Each task reads the clock, takes ids, and calls one service."""

from datetime import timedelta
from itertools import takewhile

from celery import shared_task
from celery.signals import task_success
from django.utils import timezone

from . import (
    clock,
    delivery,
    destruction,
    digests,
    files,
    history,
    jobs,
    ladders,
    picture_copies,
    reminders,
    scanning,
    watching,
    works,
)
from .calendar import japan_date
from .models import Tick


@task_success.connect(dispatch_uid="casework.jobs")
def note_end(sender, **_told) -> None:
    """Keep when a periodic job came to its end; called by Celery in the worker."""
    jobs.note_end(sender.name, now=timezone.now())


@shared_task
def deliver(*, notice_id: int) -> None:
    """Send one notice; the row says whether it still has to be sent."""
    delivery.deliver(notice_id, at=clock.now())


@shared_task
def deliver_pending() -> int:
    """Send what a lost message or a dead worker left behind (beat: every minute).

    It ends in time for the next one, so that sweeps before a slow mail server do not pile up until
    they keep all workers from the rest of their work.
    """
    end = clock.now() + delivery.ROUND
    in_time = takewhile(lambda _id: clock.now() < end, delivery.pending(at=clock.now()))
    return delivery.sweep(in_time, now=clock.now)


@shared_task
def send_due() -> int:
    """Post the reminders due today (beat: every hour; safe to run again)."""
    at = clock.now()
    today = japan_date(at)
    ladders.reckon()
    rows = reminders.in_batches(reminders.due(today))
    return reminders.sweep(rows, today=today, at=at).posted


@shared_task
def draw_picture(*, file_id: int) -> int:
    """Draw the copies of a large picture that browsers show (safe to run again)."""
    return picture_copies.draw_all(file_id)


@shared_task
def send_digests() -> int:
    """Send each person what waited for one e-mail a day (beat: every morning; safe to run again)."""
    return digests.send(at=clock.now()).written


@shared_task
def seal_history() -> None:
    """Seal what happened, as yesterday's end (beat: soon after midnight; safe to run again)."""
    history.seal(day=clock.today() - timedelta(days=1))


@shared_task
def propose_destruction() -> None:
    """List what is past its retention period (beat: on the 1st; safe to run again, and late)."""
    files.unlink_destroyed()
    destruction.propose(at=clock.now())


@shared_task
def tick() -> None:
    """Leave a sign of life (beat: every minute): who runs this proves both beat and worker."""
    Tick.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task
def watch() -> int:
    """Tell the administrators of jobs that are late (beat: every minute; safe to run again)."""
    return watching.watch(now=timezone.now(), at=clock.now())


@shared_task
def ask_workers() -> int:
    """Write down which workers answer (beat: every minute), so that no page has to ask them."""
    return watching.ask_workers(now=timezone.now())


@shared_task
def do_work(*, work_id: int) -> bool:
    """Do one long work; the row says whether it still has to be done, and how far it is."""
    return works.do(work_id, now=timezone.now)


@shared_task
def scan_file(*, file_id: int) -> bool:
    """Have one upload scanned; the row says whether it still has to be."""
    return scanning.scan(file_id, at=clock.now())


@shared_task
def scan_waiting() -> int:
    """Have scanned what a lost message or a silent scanner left behind (beat: every minute)."""
    end = clock.now() + scanning.ROUND
    in_time = takewhile(lambda _id: clock.now() < end, list(scanning.waiting(at=clock.now())))
    return sum(scanning.scan(file_id, at=clock.now()) for file_id in in_time)


@shared_task
def carry_on() -> int:
    """Hand out long work that was left behind, and remove what is over (beat: every minute)."""
    return works.carry_on(now=timezone.now())
