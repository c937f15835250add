"""Drafting the decision of a round: one frozen snapshot, one approval, a wish per proposal."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import require
from casework import approvals
from casework.calendar import japan_date
from casework.models import Approval, Case
from grants.models import Proposal, Round

from . import corrections, possible_conflicts, snapshots
from .corrections import VERBS
from .models import DecisionSnapshot, ScoreSheet
from .scoring import Share, TieCode
from .selection import Standing, refuse_in_part, standings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the office wants to do with one proposal.

    :param verb: select, reserve or decline.
    :param assessed_yen: amount in yen; ``None`` is what was requested. Not asked for a decline.
    :param reason: goes into the letter.
    :param departure: why it is not what the rules propose, or what people answer where the rules
        leave it to them; kept with the frozen decision.
    """

    proposal: Proposal
    verb: str
    assessed_yen: int | None = None
    reason: str = ""
    departure: str = ""


@transaction.atomic
def draft_decision(
    round: Round, *, outcomes: list[Outcome], by, at: datetime, missing_reason: str = "",
    correction_reason: str = "",
) -> Approval:  # fmt: skip
    """Freeze what the decision rests on and draft one approval for all proposals in selection.

    :raises PermissionDenied, ValidationError: as :func:`freeze_decision` does.
    :raises NotPossible: if a proposal already waits in another draft.
    """
    snapshot = freeze_decision(
        round, outcomes=outcomes, missing_reason=missing_reason,
        correction_reason=correction_reason, by=by, at=at,
    )  # fmt: skip
    with translation.override("ja"):  # stored: a document of the city
        title = _("Selection: %(round)s (no. %(number)d)") % {
            "round": round, "number": snapshot.number
        }  # fmt: skip
    return approvals.draft(title, wishes_of(snapshot), by=by, at=at)


@transaction.atomic
def freeze_decision(
    round: Round, *, outcomes: list[Outcome], by, at: datetime, missing_reason: str = "",
    correction_reason: str = "",
) -> DecisionSnapshot:  # fmt: skip
    """Freeze what becomes of all proposals in selection, and what that rests on.

    :param missing_reason: why it is decided although sheets are missing; kept in the snapshot.
    :param correction_reason: what the earlier decision is corrected for, where there is one.
    :raises PermissionDenied: if ``by`` is not of the office, or must not meet one of the cases
        or one that binds the budget.
    :raises ValidationError: if a possible conflict of interest waits, an outcome is missing or too
        much, sheets are missing, an outcome departs from the rules or an earlier decision is
        corrected without a reason, the chair has not decided between equal points, or what is
        selected costs more than the budget that is left.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    round = Round.objects.select_for_update().get(pk=round.pk)
    list(round.meetings.select_for_update().order_by("pk"))
    _lock_cases(round)
    rows = standings(round)
    refuse_in_part(round, rows, by)
    possible_conflicts.refuse_open(round, day=japan_date(at))
    wanted = {outcome.proposal.pk: outcome for outcome in outcomes}
    _refuse_incomplete(rows, wanted)
    _refuse_missing_sheets(rows, missing_reason)
    _refuse_open_ties(rows)
    chosen = {row.proposal.pk: _outcome(row, wanted[row.proposal.pk]) for row in rows}
    _refuse_above_budget(round, chosen)
    _refuse_unexplained(rows, chosen)
    corrected = corrections.corrected_by(rows)
    _refuse_silent_correction(corrected, correction_reason)
    return snapshots.take(
        round, rows, outcomes=chosen, missing_reason=missing_reason, corrects=corrected,
        correction_reason=correction_reason, by=by, at=at,
    )  # fmt: skip


def _lock_cases(round: Round) -> None:
    """Lock proposals and sheets by id, so that nothing is submitted while it is frozen."""
    proposals = round.proposals.filter(state="in_selection").values("pk")
    sheets = ScoreSheet.objects.filter(proposal__in=proposals).values("pk")
    locked = Case.objects.filter(pk__in=proposals) | Case.objects.filter(pk__in=sheets)
    list(locked.select_for_update().order_by("pk").values_list("pk"))


def _refuse_incomplete(rows: list[Standing], wanted: dict[int, Outcome]) -> None:
    there = {row.proposal.pk: row.proposal for row in rows}
    if not there:
        raise ValidationError(_("No proposal of this round is in selection."))
    if lacking := [str(p) for key, p in there.items() if key not in wanted]:
        raise ValidationError(_("Say what becomes of: %(names)s.") % {"names": ", ".join(lacking)})
    if strangers := [str(o.proposal) for key, o in wanted.items() if key not in there]:
        raise ValidationError(
            _("Not in selection any more: %(names)s.") % {"names": ", ".join(strangers)}
        )


def _refuse_missing_sheets(rows: list[Standing], reason: str) -> None:
    missing = sum(len(row.missing) for row in rows)
    if missing and not reason.strip():
        raise ValidationError(
            ngettext(
                "%(count)d sheet is missing. Wait for it, or write why it is decided without it.",
                "%(count)d sheets are missing. Wait for them, or write why it is decided without them.",
                missing,
            )
            % {"count": missing}
        )


def _refuse_open_ties(rows: list[Standing]) -> None:
    """Every tie of those that money can go to ends by the rubric or by the chair."""
    if tied := [str(r.proposal) for r in rows if r.result.place.tie == TieCode.OPEN]:
        raise ValidationError(
            _("Equal points: %(names)s. Enter the order that the chair gives them first.")
            % {"names": ", ".join(tied)}
        )


def _outcome(row: Standing, wanted: Outcome) -> dict:
    """Return one outcome as the snapshot keeps it; a decline has no amount."""
    if wanted.verb not in VERBS:
        raise ValidationError(_("Choose an outcome for %(name)s.") % {"name": row.proposal})
    amount = row.requested_yen if wanted.assessed_yen is None else wanted.assessed_yen
    if wanted.verb != "decline" and not 0 < amount <= row.requested_yen:
        raise ValidationError(
            _("%(name)s: the assessed amount must lie between 1 and the %(most)s yen requested.")
            % {"name": row.proposal, "most": f"{row.requested_yen:,}"}
        )
    assessed_yen = None if wanted.verb == "decline" else amount
    otherwise = departs(row.proposed, wanted.verb, assessed_yen)
    return {
        "outcome": wanted.verb,
        "assessed_yen": assessed_yen,
        "reason": wanted.reason,
        "departure": wanted.departure.strip() if otherwise else "",
    }


def departs(proposed: Share, outcome: str, amount_yen: int | None) -> bool:
    """Return whether an outcome is another than the rules propose, or one they leave to people."""
    if outcome == "decline":
        return proposed.outcome != outcome
    return (proposed.outcome, proposed.amount_yen) != (outcome, amount_yen)


def _refuse_unexplained(rows: list[Standing], chosen: dict[int, dict]) -> None:
    """Ask for a reason wherever people decide otherwise than the rules, or in their place."""
    unexplained = [row for row in rows if _lacks_a_reason(row, chosen[row.proposal.pk])]
    if unexplained:
        raise ValidationError(
            [
                _(
                    "%(name)s: this is not what the rules propose (%(because)s). Write why it is decided so."
                )
                % {"name": row.proposal, "because": row.proposed_because}
                for row in unexplained
            ]
        )


def _lacks_a_reason(row: Standing, said: dict) -> bool:
    otherwise = departs(row.proposed, said["outcome"], said["assessed_yen"])
    return otherwise and not said["departure"]


def _refuse_silent_correction(corrected: DecisionSnapshot | None, reason: str) -> None:
    if corrected and not reason.strip():
        raise ValidationError(
            _("This corrects decision %(name)s. Write what is corrected, and why.")
            % {"name": corrected.name}
        )


def _refuse_above_budget(round: Round, chosen: dict[int, dict]) -> None:
    """Refuse what the budget does not cover. A budget that is not set covers nothing."""
    wanted = sum(c["assessed_yen"] for c in chosen.values() if c["outcome"] == "select")
    left = round.left_yen()
    if wanted and left is None:
        raise ValidationError(
            _("The budget of this round is not set. Enter it before anything is selected.")
        )
    if left is not None and wanted > left:
        raise ValidationError(
            _(
                "Selected: %(wanted)s yen. Left in the budget: %(left)s yen. That is %(over)s yen too much."
            )
            % {"wanted": f"{wanted:,}", "left": f"{left:,}", "over": f"{wanted - left:,}"}
        )


def wishes_of(snapshot: DecisionSnapshot) -> list[approvals.Wish]:
    """Return one wish per proposal, its facts taken from the frozen document alone.

    A reserve costs as much as a selection: once it is offered and taken, nobody decides on it again.
    """
    entries = snapshot.content["proposals"]
    proposals = Proposal.objects.in_bulk([entry["id"] for entry in entries])
    return [
        approvals.Wish(
            proposals[entry["id"]],
            entry["outcome"],
            snapshots.facts_of(snapshot, entry),
            None if entry["outcome"] == "decline" else entry["assessed_yen"],
        )
        for entry in entries
    ]
