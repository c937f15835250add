"""Where the proposals of a round stand in its selection: sheets, points, places, proposals; read only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from casework.models import Version
from grants.models import Proposal, Round

from . import scoring
from .models import Assessment, Conflict, Rubric, ScoreSheet


@dataclass(slots=True)
class Standing:
    """One proposal with what its sheets say, and what the rules of its round make of it.

    :param sheets: the sheets that count or are still to come.
    :param requested_yen: what the filed version asks for the first year, in yen.
    :param assessed_yen: what the subcommittee thinks right, in yen; ``None`` is "not assessed".
    :param totals: sheet id → its weighted points, for the sheets that came and lack nothing.
    """

    proposal: Proposal
    sheets: list[ScoreSheet]
    conflicts: list[Conflict]
    version: int
    version_digest: str
    requested_yen: int
    assessed_yen: int | None = None
    totals: dict[int, Fraction] = field(default_factory=dict)
    result: scoring.Result = field(default_factory=scoring.Result)

    @property
    def counted(self) -> int:
        """How many sheets the points are taken of."""
        return len(self.totals)

    @property
    def expected(self) -> int:
        return len(self.sheets)

    @property
    def missing(self) -> list[ScoreSheet]:
        """The sheets that have not come."""
        return [sheet for sheet in self.sheets if sheet.pk not in self.totals]

    @property
    def points(self) -> Fraction | None:
        """The sheets put together, exactly."""
        return self.result.judged.points

    @property
    def shown(self) -> Decimal | None:
        """The points as people see them."""
        return scoring.shown(self.points)

    @property
    def percent(self) -> Decimal | None:
        """The points as percent of the most there are, as people see them."""
        return scoring.shown(self.result.judged.percent)

    @property
    def rank(self) -> int | None:
        return self.result.place.rank

    @property
    def tie(self) -> str:
        """What ended the tie, in words; empty where there is none."""
        code = self.result.place.tie
        return str(scoring.TieCode(code).label) if code else ""

    @property
    def proposed(self) -> scoring.Share:
        """The outcome and amount that the rules propose."""
        return self.result.share

    @property
    def proposed_because(self) -> str:
        return str(scoring.Reason(self.proposed.reason).label)


def standings(round: Round, proposals: Iterable[Proposal] | None = None) -> list[Standing]:
    """Return the proposals in selection, best first, then by number.

    :param proposals: which ones, if not all in selection; their places are among themselves.
    """
    if proposals is None:
        proposals = round.proposals.filter(state="in_selection").select_related("organization")
    found = list(proposals)
    keys = [proposal.pk for proposal in found]
    rules = rules_of(round)
    sheets, conflicts, versions = _sheets(keys), _conflicts(keys), _versions(keys)
    assessed = _assessed(keys)
    rows = [
        Standing(
            p, sheets[p.pk], conflicts[p.pk], *versions.get(p.pk, (0, "", 0)), assessed.get(p.pk)
        )
        for p in found
    ]
    _reckon(round, rules, rows)
    return sorted(
        rows, key=lambda r: (r.rank is None, r.rank, r.proposal.number or "", r.proposal.pk)
    )


def rules_of(round: Round) -> scoring.Rules:
    """Return the rules of a round; all of them "not set" where it has no rubric yet."""
    rubric = Rubric.objects.filter(round=round).prefetch_related("criteria", "grades").first()
    if rubric is None:
        return scoring.Rules()
    rubric.round = round  # it holds the rules of the course, which are read already
    return rubric.rules()


def _reckon(round: Round, rules: scoring.Rules, rows: list[Standing]) -> None:
    given = {row.proposal.pk: _points_given(row.sheets) for row in rows}
    entries = {
        row.proposal.pk: scoring.Entry(
            row.requested_yen,
            tuple(given[row.proposal.pk].values()),
            recused=len(row.conflicts),
            assessed_yen=row.assessed_yen,
        )
        for row in rows
    }
    found = scoring.results(
        rules, entries, budget_yen=round.left_yen(), rulings=chair_orders(round)
    )
    for row in rows:
        key = row.proposal.pk
        row.result = found[key]
        whole = ((s, scoring.sheet_total(p, rules.criteria)) for s, p in given[key].items())
        row.totals = {sheet: total for sheet, total in whole if total is not None}


def _points_given(sheets: Iterable[ScoreSheet]) -> dict[int, dict[int, int | None]]:
    """Return sheet id → criterion id → points, for the sheets that were submitted."""
    return {
        sheet.pk: {score.criterion_id: score.points for score in sheet.scores.all()}
        for sheet in sheets
        if sheet.counts
    }


def chair_orders(round: Round) -> list[list[int]]:
    """Return the orders that the chair gave in this round, the newest first."""
    return list(round.chair_rulings.order_by("-pk").values_list("order", flat=True))


def _assessed(proposals: list[int]) -> dict[int, int]:
    """Return proposal id → assessed yen, the newest of each."""
    rows = Assessment.objects.filter(proposal__in=proposals).order_by("pk")
    return dict(rows.values_list("proposal_id", "amount_yen"))


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
