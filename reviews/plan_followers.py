"""What a selection does when the plan of its round changes: the sheets get the planned day."""

from datetime import datetime

from casework.derivation import Due
from grants.models import Round
from grants.plan import Milestone
from grants.services import follows_plan

from . import services
from .models import Rubric


@follows_plan(
    Milestone.SCORES,
    replaces=lambda round, due: services.dates_replaced(round, due.on),
    counts=services.day_of_sheets,
)
def move_the_sheets(round: Round, due: Due, *, reason: str, by, at: datetime) -> None:
    """Let the sheets be due on the planned day, once the round has a rubric to score with."""
    if Rubric.objects.filter(round=round).exists():
        services.set_scoring_date(round, due_on=due.on, reason=reason, by=by, at=at)
