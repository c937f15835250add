"""The planned days of rounds in the calendar of the office."""

from datetime import datetime

from django.utils.translation import get_language

from accounts.services.tokens import link_to
from casework.calendar import japan_date
from casework.closed_days import ClosedDays
from casework.dates import kept_by_office
from casework.derivation import Due, in_words
from casework.icalendar_files import KEPT, Entry

from .models import Round
from .plan import OF_THE_ROUND, Milestone
from .services import plan_of, schedule_of


@kept_by_office
def planned_days(at: datetime) -> list[Entry]:
    """Return the days of each planned round, its call included, that lie ahead or passed lately."""
    since, closed = japan_date(at) - KEPT, ClosedDays()
    rounds = (
        Round.objects.filter(plans__isnull=False).distinct().prefetch_related("plans", "changes")
    )
    return [
        _entry(round, what, due)
        for round in rounds.order_by("pk")
        for what, due in schedule_of(round, plan_of(round), closed).items()
        if due.on >= since
    ]


def _entry(round: Round, what: str, due: Due) -> Entry:
    changes = [*round.plans.all(), *round.changes.all()]
    return Entry(
        key=f"round-{round.pk}-{what}",
        on=due.on,
        summary=f"{Milestone(what).label}: {round.name}",
        description=in_words(due, get_language()),
        url=link_to("grants:round" if what in OF_THE_ROUND else "grants:round-plan", round.pk),
        sequence=len(changes),
        changed_at=max(change.at for change in changes),
    )
