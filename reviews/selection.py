"""Where the proposals of a round stand in its selection: sheets, points, places, proposals; read only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from casework.asked_once import asked_once
from casework.models import Version
from grants.models import Proposal, Round

from . import scoring
from .material import visible_ids
from .models import Assessment, Assignment, Conflict, Rubric, ScoreSheet


@dataclass(slots=True)
class Standing:
    """One proposal with what its sheets say, and what the rules of its round make of it.

    :param sheets: the sheets that count or are still to come.
    :param requested_yen: what the filed version asks for the first year, in yen.
    :param assessed_yen: what the subcommittee thinks right, in yen; ``None`` is "not assessed".
    :param ruled_at: since when the order of the chair is there that ended its tie.
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
    ruled_at: datetime | None = None

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
    def recused(self) -> list[Conflict]:
        """The conflicts by which a member counts as recused (:func:`with_recused`)."""
        return [conflict for conflict in self.conflicts if conflict.recused]

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


def meets_whole(round: Round, rows: Iterable[Standing], user) -> bool:
    """Return whether ``user`` may meet all that the order of ``rows`` tells of.

    That is each of them, and each proposal that binds the budget: what is left, and so what the
    rules propose, tells of its amount. An order of none tells of nothing.
    """
    keys = {row.proposal.pk for row in rows}
    if keys:
        keys |= set(round.proposals.binding().values_list("pk", flat=True))
    return visible_ids(user, list(keys)) == keys


def refuse_in_part(round: Round, rows: Iterable[Standing], by) -> None:
    """Let nobody deal with an order who must not meet all that it tells of.

    :raises PermissionDenied: if ``by`` must not (:func:`meets_whole`).
    """
    if not meets_whole(round, rows, by):
        raise PermissionDenied("reviews.run_selection")


def with_sums(rows: list[Standing]) -> list[tuple[Standing, int]]:
    """Return each row with what the rules have given out so far, in yen."""
    given = (r.proposed.amount_yen or 0 if r.proposed.outcome == "select" else 0 for r in rows)
    return list(zip(rows, scoring.running_totals(given), strict=True))


def cut_after(rows: list[Standing]) -> int | None:
    """Return after how many of ``rows`` the line lies below which nobody is proposed for money.

    :returns: ``None`` where nobody is proposed, or everybody down to the last.
    """
    proposed = [n for n, row in enumerate(rows, 1) if row.proposed.outcome == "select"]
    return proposed[-1] if proposed and proposed[-1] < len(rows) else None


@asked_once
def rules_of(round: Round) -> scoring.Rules:
    """Return the rules of a round; all of them "not set" where it has no rubric yet."""
    rubric = Rubric.objects.filter(round=round).prefetch_related("criteria", "grades").first()
    if rubric is None:
        return scoring.Rules()
    rubric.round = round  # it holds the rules of the course, which are read already
    return rubric.rules()


def _reckon(round: Round, rules: scoring.Rules, rows: list[Standing]) -> None:
    given = {row.proposal.pk: _points_given(row.sheets) for row in rows}
    entries = {row.proposal.pk: entry_of(row) for row in rows}
    rulings = _rulings(round)
    found = scoring.results(
        rules, entries, budget_yen=round.left_yen(), rulings=[order for order, _at in rulings]
    )
    for row in rows:
        key = row.proposal.pk
        row.result = found[key]
        row.ruled_at = _ruled_at(row.result.place, rulings)
        whole = ((s, scoring.sheet_total(p, rules.criteria)) for s, p in given[key].items())
        row.totals = {sheet: total for sheet, total in whole if total is not None}


def entry_of(row: Standing) -> scoring.Entry:
    """Return one proposal as it enters the reckoning; its sheets in the order of ``row.sheets``."""
    return scoring.Entry(
        row.requested_yen,
        tuple(_points_given(row.sheets).values()),
        recused=len(row.recused),
        assessed_yen=row.assessed_yen,
    )


def _points_given(sheets: Iterable[ScoreSheet]) -> dict[int, dict[int, int | None]]:
    """Return sheet id → criterion id → points, for the sheets that were submitted."""
    return {
        sheet.pk: {score.criterion_id: score.points for score in sheet.scores.all()}
        for sheet in sheets
        if sheet.counts
    }


def chair_orders(round: Round) -> list[list[int]]:
    """Return the orders that the chair gave in this round, the newest first."""
    return [order for order, _at in _rulings(round)]


def _rulings(round: Round) -> list[tuple[list[int], datetime]]:
    """Return the orders of the chair with the moment at which each was entered, the newest first."""
    return list(round.chair_rulings.order_by("-pk").values_list("order", "at"))


def _ruled_at(place: scoring.Place, rulings) -> datetime | None:
    if place.tie != scoring.TieCode.CHAIR:
        return None
    return next(at for order, at in rulings if place.tied <= set(order))


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
    rows = with_recused(Conflict.objects.standing().filter(proposal__in=proposals))
    for conflict in rows.select_related("seat__user").order_by("pk"):
        by_proposal[conflict.proposal_id].append(conflict)
    return by_proposal


def with_recused(conflicts: QuerySet) -> QuerySet:
    """Say of each conflict, as ``recused``, whether the rule about recused members is for it.

    Where every member scores every proposal, it is for each. Where sheets are handed out, only for a
    member whose sheet was handed out and then taken out: the others would never have had one.
    """
    scores_all = Q(seat__round__rubric__assignment=Assignment.ALL)
    taken_out = ScoreSheet.objects.filter(
        proposal=OuterRef("proposal"), seat=OuterRef("seat"), state="recused"
    )
    return conflicts.annotate(recused=scores_all | Q(Exists(taken_out)))


def _versions(proposals: list[int]) -> dict[int, tuple[int, str, int]]:
    """Return proposal id → number, digest and requested yen of the newest filed version."""
    rows = Version.objects.filter(case__in=proposals).order_by("number")
    fields = rows.values_list("case_id", "number", "digest", "content__requested_yen")
    return {case: (number, digest, yen or 0) for case, number, digest, yen in fields}
