"""What the pages of sheets, proposals, drafts and calls show about a selection."""

from fractions import Fraction

import rules
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casework.panels import CONTENT, GROUNDS, panel
from casework.verbs import name_verbs
from casework.work_pages import work_page
from grants.flow import PROPOSAL_FLOW

from . import public_summary, scoring
from .material import material_of, visible_ids
from .models import Criterion, DecisionSnapshot, ScoreSheet
from .selection import rules_of

name_verbs(
    declare_conflict=_("Conflict of interest recorded"),
    lift_conflict=_("Conflict of interest lifted"),
    type_in_paper=_("Points typed in from paper"),
    give_sheet=_("Sheet given again"),
    take_back_sheet=_("Sheet taken back"),
    publish_result=_("Result of the selection published"),
    dismiss_conflict=_("Possible conflict of interest dismissed"),
)


def sheet_panel(case, request) -> dict:
    """The points given."""
    sheet = case.specific
    own = sheet.seat.user_id == request.user.pk
    criteria = sheet.proposal.round.rubric.in_order()
    points = sheet.points()
    weights = sheet.proposal.round.rubric.weights()
    total = scoring.sheet_total(points, weights)
    return {
        "sheet": sheet,
        "member": sheet.seat.user,
        "scores": [(one, points[one.pk], _counts(one, points[one.pk])) for one in criteria],
        "weighted": any(criterion.times for criterion in criteria),
        "total": None if total is None else scoring.plain(total),
        "max_points": scoring.plain(scoring.most_of(weights)),
        "own": own,
        "blind": own and sheet.proposal.round.rubric.blind,
        "may_score": own and sheet.state == "assigned",
        "may_declare": own and request.user.has_perm("reviews.declare_own_conflict", sheet),
    }


def material_panel(sheet, request) -> dict:
    """What the points are given for, as it was filed."""
    blind = sheet.seat.user_id == request.user.pk and sheet.proposal.round.rubric.blind
    return {"sheet": sheet, "blind": blind, **material_of(sheet, request.user)}


def _counts(criterion: Criterion, points: int | None) -> str | None:
    """Return what points come to in the total, as people write it."""
    return None if points is None else scoring.plain(points * Fraction(criterion.weight))


#: States of a proposal that nobody has scored yet.
UNSCORED = (
    "draft", "submitted", "returned", "accepted", "ineligible", "matching", "matched", "unmatched",
)  # fmt: skip


def may_be_scored(case, user) -> bool:
    return case.state not in UNSCORED


def proposal_panel(case, request) -> dict | None:
    """How far the scoring is, for the city; a member's own sheet, for the member."""
    expected = ScoreSheet.objects.expected().filter(proposal=case.pk)
    if rules.has_perm("reviews.read_selection", request.user):
        states = list(expected.values_list("state", flat=True))
        if not states:
            return None
        came = sum(state in ScoreSheet.objects.all().COUNTING for state in states)
        return {"came": came, "expected": len(states), "round": case.specific.round}
    own = expected.filter(seat__user=request.user).first()
    return {"own": own} if own else None


def decides_a_selection(approval, user) -> bool:
    """Return whether a draft is about a list of a selection, which rests on its frozen table."""
    move = PROPOSAL_FLOW.get(approval.decides)
    return move is not None and not move.alone


def decision_panel(case, request) -> dict | None:
    """The frozen table that a drafted decision rests on."""
    digests = [item.facts.get("snapshot") for item in case.items.all()]
    snapshot = DecisionSnapshot.objects.filter(digest__in=filter(None, digests)).first()
    if snapshot is None:
        return None
    seen = visible_ids(request.user, [entry["id"] for entry in snapshot.content["proposals"]])
    return {"snapshot": snapshot, "lines": snapshot.lines(seen)}


def result_panel(call, request) -> dict | None:
    """The published result of a selection, on the page of its call; for everybody alike."""
    found = public_summary.published(call)
    if found is None:
        return None
    return {"summary": found.summary, "days": found.days, "taken_up": found.taken_up}


panel("score_sheet", "reviews/panels/sheet.html", sheet_panel, order=10)
panel("score_sheet", "reviews/panels/material.html", material_panel, order=10, part=CONTENT)
panel("proposal", "reviews/panels/proposal.html", proposal_panel, order=60, offered=may_be_scored)
panel(
    "approval", "reviews/panels/decision.html", decision_panel, order=20,
    part=GROUNDS, offered=decides_a_selection,
)  # fmt: skip


def _scores(sheet: ScoreSheet, user) -> bool:
    return sheet.state == "assigned" and user.has_perm("reviews.score", sheet)


def _runs_selection(proposal, user) -> bool:
    return proposal.state == "in_selection" and rules.has_perm("reviews.run_selection", user)


def _is_to_be_set_up(proposal, user) -> bool:
    """Whether this proposal could be referred if its round said how it selects."""
    return (
        proposal.state in proposal.flow["refer"].source
        and rules.has_perm("reviews.run_selection", user)
        and bool(scoring.missing(rules_of(proposal.round)))
    )


def _rubric_of(proposal) -> str:
    return reverse("reviews:rubric", args=[proposal.round_id])


def _selection_of(proposal) -> str:
    return reverse("reviews:selection", args=[proposal.round_id])


work_page("score_sheet", _("Score the proposal"), "reviews:sheet", _scores)
work_page("proposal", _("Complete the rubric of this round"), _rubric_of, _is_to_be_set_up)
work_page("proposal", _("Open the selection of this round"), _selection_of, _runs_selection)
