"""The page that says what the order of a round depends on, beside the official order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import require
from casework import works
from casework.models import Work
from grants.models import Round

from . import scoring
from .chart import Ranks, rank_ranges
from .models import Criterion
from .selection import Standing, meets_whole, refuse_in_part, rules_of, standings
from .sensitivity import FEW_SHEETS, Effects, Finding, Sensitivity, Verdict
from .sensitivity_inputs import AT_ONCE, KIND, Inputs, inputs_of, params_of, read_back

#: How many other proposals are named before the rest is only counted.
NAMED = 3
#: Why there is no outcome yet that could be stable: somebody enters an amount first.
NO_OUTCOME = (scoring.Reason.NOT_ASSESSED, scoring.Reason.WAITS)
#: How many places the picture shows; the table has all of them.
PICTURED = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One proposal as the page shows it.

    :param depends_on: what changes its outcome; ``moves_with`` what changes only its place.
    :param untold: without whom the order cannot be told, where that leaves it open.
    """

    row: Standing
    finding: Finding
    depends_on: list[str]
    moves_with: list[str]
    untold: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Say how firm it is; of an outcome that does not exist yet, nothing can be told."""
        if self.row.proposed.reason in NO_OUTCOME and self.finding.verdict != Verdict.TOO_FEW:
            return _("Cannot be told: %(because)s") % {"because": self.row.proposed_because}
        return str(Verdict(self.finding.verdict).label)


@login_required
@require_safe
def sensitivity(request: HttpRequest, pk: int) -> HttpResponse:
    """Say of each proposal whether its place and outcome are stable, or on what they depend.

    Each order is one of all proposals, and of the budget that earlier ones leave: whoever must not
    meet one of them sees none of it.
    """
    require(request.user, "reviews.read_selection")
    round = get_object_or_404(Round, pk=pk)
    rows, rules = standings(round), rules_of(round)
    context = {
        "round": round,
        "unset": [scoring.MISSING[code] for code in scoring.missing(rules)],
        "recused": not meets_whole(round, rows, request.user),
        "few": FEW_SHEETS,
        "trail": [
            (reverse("reviews:rounds"), _("Selections")),
            (reverse("reviews:selection", args=[round.pk]), str(round)),
            ("", _("What the order depends on")),
        ],
    }
    if not context["recused"] and not context["unset"]:
        inputs = inputs_of(round, rows, rules)
        found = None
        if inputs.scores <= AT_ONCE:
            found = inputs.reckon()
        elif asked := _asked_for(round, inputs, request.user):
            if asked.state == Work.State.DONE:
                found = read_back(asked.result)
            elif not asked.refusal:  # after a refusal, it is asked for again from here
                return redirect("casework:work", asked.pk)
        context |= {"scores": inputs.scores, "budgets": inputs.given, "large": found is None}
        if found:
            context |= _shown(round, rows, found)
    return render(request, "reviews/sensitivity.html", context)


@login_required
@require_POST
def reckon(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a worker to reckon what the order of a large round depends on."""
    require(request.user, "reviews.read_selection")
    round = get_object_or_404(Round, pk=pk)
    rows, rules = standings(round), rules_of(round)
    refuse_in_part(round, rows, request.user)
    inputs = inputs_of(round, rows, rules)
    if scoring.missing(rules) or inputs.scores <= AT_ONCE:
        return redirect("reviews:sensitivity", pk)
    asked = works.ask(
        KIND, params=params_of(round), fingerprint=inputs.fingerprint(), by=request.user,
        at=request.now,
    )  # fmt: skip
    return redirect("casework:work", asked.pk)


def _asked_for(round: Round, inputs: Inputs, user) -> Work | None:
    """Return the work that was asked for of exactly these inputs."""
    return works.find(KIND, params=params_of(round), fingerprint=inputs.fingerprint(), by=user)


def _shown(round: Round, rows: list[Standing], found: Sensitivity) -> dict:
    words = _Words(rows, Criterion.objects.filter(rubric__round=round), found.lacking)
    return {
        "lines": [words.line(row, found.findings[row.proposal.pk]) for row in rows],
        "untold": words.untold,
        "ranks": _picture(rows, found),
    }


def _picture(rows: list[Standing], found: Sensitivity) -> Ranks | None:
    placed = [(row, found.findings[row.proposal.pk]) for row in rows if row.rank is not None]
    return rank_ranges(placed[:PICTURED])


class _Words:
    """What makes a difference to a proposal, in plain words."""

    def __init__(
        self, rows: list[Standing], criteria: Iterable[Criterion], lacking: Mapping[int, int]
    ):
        self.proposals = {row.proposal.pk: row.proposal for row in rows}
        self.counted = {row.proposal.pk: row.counted for row in rows}
        self.criteria: Mapping[int, str] = {c.pk: c.label for c in criteria}
        seats = {s.seat_id: s.seat for row in rows for s in row.sheets}
        seats |= {c.seat_id: c.seat for row in rows for c in row.conflicts}
        self.members = {pk: str(seat.user) for pk, seat in seats.items()}
        told = sorted((self.members[seat], number) for seat, number in lacking.items())
        self.untold = [_untold(*one) for one in told]

    def line(self, row: Standing, finding: Finding) -> Line:
        key = row.proposal.pk
        told = self._told(key, finding.outcome), self._told(key, finding.place)
        return Line(row, finding, *told, self._untold_of(finding))

    def _untold_of(self, finding: Finding) -> list[str]:
        """Return what leaves open whether it is stable: the first few, for all stand above."""
        if finding.verdict not in (Verdict.STABLE_AS_FAR, Verdict.ONLY_PLACE_AS_FAR):
            return []
        more = len(self.untold) - NAMED
        said = self.untold[:NAMED]
        if more > 0:
            said += [
                ngettext(
                    "and without %(more)d more member, named above",
                    "and without %(more)d more members, named above",
                    more,
                )
                % {"more": more}
            ]
        return said

    def members_of(self, seats: Iterable[int]) -> list[str]:
        return sorted(self.members[seat] for seat in seats)

    def _told(self, key: int, effects: Effects) -> list[str]:
        words = [
            _("a member: without %(member)s") % {"member": name}
            for name in self.members_of(effects.members)
        ]
        words += [
            self._own(key, criterion, by, n) for (criterion, by), n in sorted(effects.own.items())
        ]
        if effects.others:
            words.append(self._others(effects.others))
        budget = {-10: _("the budget: a tenth less"), 10: _("the budget: a tenth more")}
        return words + [budget[by] for by in sorted(effects.budget)]

    def _own(self, key: int, criterion: int, by: int, number: int) -> str:
        said = _("one point more") if by > 0 else _("one point less")
        return ngettext(
            "a score: %(said)s for “%(criterion)s” (on %(number)d of %(counted)d sheet)",
            "a score: %(said)s for “%(criterion)s” (on %(number)d of %(counted)d sheets)",
            self.counted[key],
        ) % {
            "said": said, "criterion": self.criteria[criterion], "number": number,
            "counted": self.counted[key],
        }  # fmt: skip

    def _others(self, others: set[int]) -> str:
        names = [str(self.proposals[key]) for key in sorted(others)]
        more = len(names) - NAMED
        said = _(", ").join(names[:NAMED])
        if more > 0:
            said += ngettext(" and %(more)d more", " and %(more)d more", more) % {"more": more}
        return _("a score of another proposal, one point: %(proposals)s") % {"proposals": said}


def _untold(member: str, proposals: int) -> str:
    return ngettext(
        "without %(member)s the order cannot be told, because %(number)d proposal would have too few sheets",
        "without %(member)s the order cannot be told, because %(number)d proposals would have too few sheets",
        proposals,
    ) % {"member": member, "number": proposals}  # fmt: skip
