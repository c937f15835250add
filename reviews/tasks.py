"""What Celery runs for the selection."""

from celery import shared_task

from casework import clock

from . import possible_conflicts


@shared_task
def find_conflicts() -> int:
    """Put before the office what may be a conflict since yesterday (beat: each night; safe to run again)."""
    return possible_conflicts.find_everywhere(at=clock.now())
