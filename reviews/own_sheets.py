"""A member's own sheets of one round side by side; nobody else's, and none that is barred."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from accounts.models import User
from casework.history import entry_into
from casework.models import Remark
from grants.models import Round

from . import scoring
from .models import Criterion, ScoreSheet


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """One sheet of a member.

    :param points: each criterion with the points given, ``None`` while they are missing.
    :param total: weighted points; ``None`` while a criterion has none, which is no zero.
    """

    sheet: ScoreSheet
    points: list[tuple[Criterion, int | None]]
    total: Fraction | None

    @property
    def shown(self) -> Decimal | None:
        """The total as people see it."""
        return scoring.shown(self.total)

    @property
    def missing(self) -> list[Criterion]:
        return [criterion for criterion, given in self.points if given is None]


def own_sheets(round: Round, user: User) -> list[OwnSheet]:
    """Return the sheets of ``user`` in a round that count or are still to come.

    The highest total comes first; what lacks points stands below, by number. The number of queries
    does not depend on the number of sheets.
    """
    rubric = round.rubric
    criteria = list(rubric.criteria.order_by("position"))
    rules = [scoring.CriterionRule(c.pk, c.max_points, c.weight, c.floor) for c in criteria]
    seen = ScoreSheet.objects.expected().visible_to(user).filter(seat__user=user)
    rows = seen.filter(proposal__round=round).select_related("proposal").prefetch_related("scores")
    found = [_row(sheet, criteria, rules) for sheet in rows.order_by("proposal__number", "pk")]
    return sorted(found, key=lambda row: (row.total is None, -(row.total or 0)))


def _row(sheet: ScoreSheet, criteria: list[Criterion], rules) -> OwnSheet:
    given = {score.criterion_id: score.points for score in sheet.scores.all()}
    points = [(criterion, given.get(criterion.pk)) for criterion in criteria]
    return OwnSheet(sheet, points, scoring.sheet_total(given, rules))


def why_open_again(sheet: ScoreSheet) -> str:
    """Return the reason why the office opened a sheet again that is still to be handed in, or "" ."""
    if sheet.state != "assigned":
        return ""
    entry = entry_into(sheet, ("assigned",))
    said = entry.facts.get("reason") if entry.verb == "reopen" else None
    found = Remark.objects.filter(pk=said["remark"]).first() if said else None
    return found.text if found else ""
