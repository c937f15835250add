"""The one deadline that a selection adds: by when the members hand in their sheets."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from casework import deadlines
from casework.deadlines import USUAL_LADDER, DeadlineKind
from casework.derivation import Due, not_set, register_basis
from casework.parties import Party

KIND = "scoring"

register_basis(KIND, "採点表の提出期日", "day by which the sheets are handed in")


def scoring_due(scores_due_on: date | None) -> Due:
    """Return the day the office named for the round (Japan date), or "not set"."""
    return not_set(KIND) if scores_due_on is None else Due.fixed(scores_due_on, basis=KIND)


def _of_the_round(sheet, *, at: datetime, facts: dict) -> Due:
    if day := facts.get("due_on"):
        return Due.fixed(day, basis="set_by_office")
    return scoring_due(sheet.proposal.round.rubric.scores_due_on)


# Members of a panel answer to nobody's manager.
deadlines.register(DeadlineKind(KIND, _("Score sheet"), Party.PANEL, _of_the_round, USUAL_LADDER))
