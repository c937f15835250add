"""What the front page tells everyone about calls."""

from datetime import datetime

from grants.models import Round


def calls(*, at: datetime, fictitious: bool) -> tuple[list[Round], list[Round]]:
    """Return the calls that are open at ``at``, and those announced to open later.

    :param fictitious: whether invented calls are shown too; only in a demonstration.
    """
    found = Round.objects.announced(at).filter(closes_at__gt=at).select_related("edition")
    if not fictitious:
        found = found.filter(edition__fictitious=False)
    rounds = list(found.order_by("closes_at", "pk"))
    return [r for r in rounds if r.is_open(at)], [r for r in rounds if not r.is_open(at)]
