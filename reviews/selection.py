"""Where the proposals of a round stand in its selection: sheets, means, places; read only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from casework.models import Version
from grants.models import Proposal, Round

from . import ranking
from .models import Conflict, Criterion, ScoreSheet


@dataclass(slots=True)
class Standing:
    """One proposal with what its sheets say.

    :param sheets: the sheets that count or are still to come.
    :param requested_yen: what the filed version asks for the first year, in yen.
    """

    proposal: Proposal
    sheets: list[ScoreSheet]
    conflicts: list[Conflict]
    version: int
    version_digest: str
    requested_yen: int
    totals: dict[int, int] = field(default_factory=dict)
    mean: Fraction | None = None
    rank: int | None = None

    @property
    def counted(self) -> int:
        """How many sheets the mean is taken of."""
        return len(self.totals)

    @property
    def expected(self) -> int:
        return len(self.sheets)

    @property
    def missing(self) -> list[ScoreSheet]:
        """The sheets that have not come."""
        return [sheet for sheet in self.sheets if sheet.pk not in self.totals]

    @property
    def shown(self) -> Decimal | None:
        """The mean as people see it."""
        return ranking.shown(self.mean)


def standings(round: Round, proposals: Iterable[Proposal] | None = None) -> list[Standing]:
    """Return the proposals in selection, best first, then by number.

    :param proposals: which ones, if not all in selection.
    """
    if proposals is None:
        proposals = round.proposals.filter(state="in_selection").select_related("organization")
    found = list(proposals)
    keys = [proposal.pk for proposal in found]
    criteria = list(Criterion.objects.filter(rubric__round=round).order_by("position"))
    sheets, conflicts, versions = _sheets(keys), _conflicts(keys), _versions(keys)
    rows = [
        Standing(p, sheets[p.pk], conflicts[p.pk], *versions.get(p.pk, (0, "", 0))) for p in found
    ]
    for row in rows:
        row.totals = totals(row.sheets, criteria)
        row.mean = ranking.mean(row.totals.values())
    places = ranking.ranks({row.proposal.pk: row.mean for row in rows})
    for row in rows:
        row.rank = places[row.proposal.pk]
    return sorted(
        rows, key=lambda r: (r.rank is None, r.rank, r.proposal.number or "", r.proposal.pk)
    )


def totals(sheets: Iterable[ScoreSheet], criteria: list[Criterion]) -> dict[int, int]:
    """Return sheet id → total, for the sheets that were submitted and lack nothing."""
    found = {}
    for sheet in sheets:
        given = {score.criterion_id: score.points for score in sheet.scores.all()}
        points = ranking.total(given.get(criterion.pk) for criterion in criteria)
        if sheet.counts and points is not None:
            found[sheet.pk] = points
    return found


def _sheets(proposals: list[int]) -> dict[int, list[ScoreSheet]]:
    by_proposal = defaultdict(list)
    rows = ScoreSheet.objects.expected().filter(proposal__in=proposals)
    rows = rows.select_related("seat__user").prefetch_related("scores")
    for sheet in rows.order_by("seat_id"):
        by_proposal[sheet.proposal_id].append(sheet)
    return by_proposal


def _conflicts(proposals: list[int]) -> dict[int, list[Conflict]]:
    by_proposal = defaultdict(list)
    rows = Conflict.objects.standing().filter(proposal__in=proposals)
    for conflict in rows.select_related("seat__user").order_by("pk"):
        by_proposal[conflict.proposal_id].append(conflict)
    return by_proposal


def _versions(proposals: list[int]) -> dict[int, tuple[int, str, int]]:
    """Return proposal id → number, digest and requested yen of the newest filed version."""
    rows = Version.objects.filter(case__in=proposals).order_by("number")
    fields = rows.values_list("case_id", "number", "digest", "content__requested_yen")
    return {case: (number, digest, yen or 0) for case, number, digest, yen in fields}
