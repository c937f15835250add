"""What Celery runs for what is published."""

from celery import shared_task

from reporting.search import indexing


@shared_task
def rebuild_search() -> dict[str, int]:
    """Make the index of the search anew (beat: each night; safe to run again).

    A group that was renamed or a measure that was corrected tells the index of no move.
    """
    return indexing.rebuild()
