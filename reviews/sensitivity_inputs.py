"""What the reckoning of :mod:`reviews.sensitivity` rests on, and the reckoning of a large round.

A small round is reckoned while its page is asked for. A large one is long work for a worker: the
result is kept with the fingerprint of exactly what it rests on, and shown for nothing else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.errors import NotPossible
from casework.history import digest_of
from casework.models import Work
from casework.work_kinds import work
from casework.works import Progress
from grants.models import Proposal, Round

from .scoring import Rules
from .selection import Standing, chair_orders, entry_of, rules_of, standings
from .sensitivity import (
    Budgets,
    Effects,
    Finding,
    Part,
    Scored,
    Sensitivity,
    budgets,
    sensitivity,
)

KIND = "sensitivity"
#: So many scores (sheets times criteria) are reckoned while the page is asked for: about a second of
#: a processor, at 0.08 ms a score (``benchmarks/README.md``). A round of 60 proposals has 4,200.
AT_ONCE = 10_000
#: Of the reckoning, and of how its result is kept: another number makes nothing kept count any more.
EDITION = 1


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that an order rests on, and nothing else.

    :param scored: proposal → who gave it which points, and who is left out.
    :param rulings: the orders that the chair gave, the newest first.
    """

    rules: Rules
    scored: Mapping[int, Scored]
    given: Budgets
    rulings: Sequence[Sequence[int]]

    @property
    def scores(self) -> int:
        """How many scores there are: sheets times criteria."""
        return sum(len(one.members) for one in self.scored.values()) * len(self.rules.criteria)

    def fingerprint(self) -> str:
        """Return what tells these inputs from any others."""
        rules = {name: value for name, value in asdict(self.rules).items() if name != "most"}
        scored = [[key, *_told(one)] for key, one in sorted(self.scored.items())]
        return digest_of([EDITION, rules, scored, asdict(self.given), self.rulings])

    def reckon(self, watched: Callable[[list[Part]], Iterable[Part]] = iter) -> Sensitivity:
        return sensitivity(self.rules, self.scored, self.given, self.rulings, watched=watched)


def _told(one: Scored) -> list:
    sheets = [sorted(sheet.items()) for sheet in one.entry.sheets]
    said = [one.entry.requested_yen, one.entry.recused, one.entry.assessed_yen]
    return [*said, list(one.members), sheets, sorted(one.recused)]


def inputs_of(round: Round, rows: Iterable[Standing], rules: Rules) -> Inputs:
    """Return what the order of ``rows`` rests on.

    :param rows: all proposals of the round in selection, as :func:`standings` returns them.
    """
    scored = {row.proposal.pk: scored_of(row) for row in rows}
    return Inputs(rules, scored, budgets(round.left_yen(), round.budget_yen), chair_orders(round))


def scored_of(row: Standing) -> Scored:
    """Return one proposal with who gave which sheet; members are named by their seats."""
    return Scored(
        entry_of(row),
        tuple(sheet.seat_id for sheet in row.sheets if sheet.counts),
        frozenset(conflict.seat_id for conflict in row.recused),
    )


# A large round


def params_of(round: Round) -> dict[str, int]:
    return {"round": round.pk}


def _round(asked: Work) -> Round:
    return Round.objects.get(pk=asked.params["round"])


def _readers(user) -> Q:
    """Whoever reads selections, but of no round with a proposal that they must not meet: neither in
    selection, nor one that binds the budget (:func:`reviews.selection.meets_whole`).
    """
    if not user.has_perm("reviews.read_selection"):
        return Q(pk__in=[])
    seen = Proposal.objects.visible_to(user).values("pk")
    binding = Q(pk__in=Proposal.objects.binding().values("pk"))
    hidden = Proposal.objects.filter(Q(state="in_selection") | binding).exclude(pk__in=seen)
    return ~Q(params__round__in=list(hidden.order_by().values_list("round", flat=True).distinct()))


@work(
    KIND,
    label=gettext_lazy("What the order depends on"),
    address=lambda asked: reverse("reviews:sensitivity", args=[asked.params["round"]]),
    about=lambda asked: str(_round(asked)),
    readers=_readers,
)
def reckon_large(asked: Work, progress: Progress) -> dict[str, Any]:
    """Reckon a round, if it is still what it was when somebody asked.

    :raises NotPossible: if it is not.
    """
    round = _round(asked)
    inputs = inputs_of(round, standings(round), rules_of(round))
    if inputs.fingerprint() != asked.fingerprint:
        raise NotPossible(
            _("What the order rests on was changed while this waited. Ask for it again.")
        )
    return kept(inputs.reckon(progress.each))


def kept(found: Sensitivity) -> dict[str, Any]:
    """Return ``found`` as JSON can hold it; :func:`read_back` makes of it what it was."""
    findings = [
        [key, one.rank, one.best, one.worst, one.few, one.as_far, *map(_kept, (one.outcome, one.place))]
        for key, one in found.findings.items()
    ]  # fmt: skip
    return {"findings": findings, "lacking": sorted(found.lacking.items())}


def read_back(result: Mapping[str, Any]) -> Sensitivity:
    findings = {
        key: Finding(*plain, _read_back(outcome), _read_back(place))
        for key, *plain, outcome, place in result["findings"]
    }
    return Sensitivity(findings, dict(result["lacking"]))


def _kept(effects: Effects) -> list:
    own = [[criterion, by, number] for (criterion, by), number in sorted(effects.own.items())]
    return [sorted(effects.members), own, sorted(effects.others), sorted(effects.budget)]


def _read_back(told: list) -> Effects:
    members, own, others, budget = told
    found = Effects(set(members), others=set(others), budget=set(budget))
    found.own.update({(criterion, by): number for criterion, by, number in own})
    return found
