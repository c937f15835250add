"""What Celery runs for what is published."""

from celery import shared_task

from casework import clock
from reporting.publishing import releases
from reporting.search import indexing


@shared_task
def rebuild_search() -> dict[str, int]:
    """Bring the index of the search up to date (beat: each night; safe to run again).

    A group that was renamed or a measure that was corrected tells the index of no move.
    """
    return indexing.rebuild(anew=False)


@shared_task
def publish_due() -> int:
    """Make public what was approved for a moment that has come (beat: every minute; safe to run again).

    What an earlier run made public and did not live to index is indexed now.
    """
    indexing.catch_up()
    return releases.go_public_due(at=clock.now())
