"""Correcting a decision of a round: taken up again by approval, then decided by a new snapshot."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework import approvals
from casework.calendar import japan_date
from casework.errors import NotPossible
from casework.list_decisions import drawn_up_by
from casework.models import Approval, ApprovalItem, Event
from casework.models.case import WAITING_DRAFT
from grants.models import Proposal, Round

from .barring import refuse_hidden
from .models import DecisionSnapshot
from .selection import Standing

#: The moves by which a proposal is decided.
VERBS = ("select", "reserve", "decline")
#: Where a decided proposal stands as long as nothing has followed from the decision.
DECIDED = ("selected", "reserve", "declined")


def decided_by(proposals: Iterable[int]) -> dict[int, str]:
    """Return proposal id → the digest of the decision on which it stands now.

    What was taken up again and not decided anew stands on none.
    """
    events = Event.objects.filter(case__in=proposals, verb__in=(*VERBS, "reconsider"))
    rows = events.order_by("pk").values_list("case_id", "verb", "facts__snapshot")
    last = {case: (verb, digest) for case, verb, digest in rows}
    return {case: digest for case, (verb, digest) in last.items() if verb in VERBS}


def correctable(frozen: list[DecisionSnapshot]) -> list[DecisionSnapshot]:
    """Return on which decisions of a round something stands that can still be taken up again."""
    still = set(_open_to_change(frozen).values())
    return [one for one in frozen if one.digest in still]


def open_to_change(snapshot: DecisionSnapshot) -> list[Proposal]:
    """Return the proposals that still stand where ``snapshot`` put them, with nothing that followed."""
    keys = _open_to_change([snapshot])
    return list(Proposal.objects.filter(pk__in=keys).order_by("pk"))


def _open_to_change(frozen: Iterable[DecisionSnapshot]) -> dict[int, str]:
    """Return proposal id → digest of the decision; who took an offer has gone on."""
    digests = {snapshot.digest for snapshot in frozen}
    cases = {entry["id"] for snapshot in frozen for entry in snapshot.content["proposals"]}
    went_on = Event.objects.filter(case__in=cases, verb="offer").values("case")
    there = Proposal.objects.filter(pk__in=cases, state__in=DECIDED).exclude(pk__in=went_on)
    standing = decided_by(there.values("pk"))
    return {case: digest for case, digest in standing.items() if digest in digests}


def waiting_corrections(frozen: list[DecisionSnapshot], user) -> dict[str, Approval]:
    """Return digest → the draft that waits to take that decision up again.

    Only where ``user`` may meet one of the proposals that it takes up.
    """
    items = ApprovalItem.objects.filter(
        verb="reconsider",
        facts__snapshot__in=[snapshot.digest for snapshot in frozen],
        approval__state__in=WAITING_DRAFT,
        case__in=Proposal.objects.visible_to(user).values("pk"),
    )
    rows = items.select_related("approval").order_by("pk")
    return {item.facts["snapshot"]: item.approval for item in rows}


def corrected_by(rows: list[Standing]) -> DecisionSnapshot | None:
    """Return the decision that a new one about ``rows`` corrects: the one they were taken out of."""
    digest = _taken_up([row.proposal.pk for row in rows]).last()
    return DecisionSnapshot.objects.filter(digest=digest).first()


def _taken_up(proposals: Iterable[int]) -> QuerySet:
    """Return the digests of the decisions that ``proposals`` were taken out of, the oldest first."""
    events = Event.objects.filter(case__in=proposals, verb="reconsider").order_by("pk")
    return events.values_list("facts__snapshot", flat=True)


def _is_another_taken_up(round: Round, digest: str) -> bool:
    """Return whether proposals of another decision of ``round`` are in selection again."""
    in_selection = round.proposals.filter(state="in_selection").values("pk")
    return _taken_up(in_selection).exclude(facts__snapshot=digest).exists()


@transaction.atomic
def draft_reconsideration(snapshot: DecisionSnapshot, *, reason: str, by, at: datetime) -> Approval:
    """Draft that the proposals of a decision are selected anew, all on which nothing has followed.

    :param reason: goes into the letters to the groups.
    :raises PermissionDenied: if ``by`` is not of the office, or must not meet one of the cases.
    :raises ValidationError: if another decision is taken up already, or nothing stands on this one that
        could be.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    round = Round.objects.select_for_update().get(pk=snapshot.round_id)
    if _is_another_taken_up(round, snapshot.digest):
        raise ValidationError(_("Decide first about what was taken up again already."))
    proposals = open_to_change(snapshot)
    if not proposals:
        raise ValidationError(
            _("Nothing stands on this decision that can still be taken up again.")
        )
    refuse_hidden(proposals, by)
    with translation.override("ja"):  # stored: a document of the city
        title = _("Selection taken up again: %(round)s (no. %(number)d)") % {
            "round": round, "number": snapshot.number
        }  # fmt: skip
    facts = {"snapshot": snapshot.digest, "reason": reason}
    wishes = [approvals.Wish(proposal, "reconsider", facts) for proposal in proposals]
    return approvals.draft(title, wishes, by=by, at=at)


@drawn_up_by(Proposal.KIND, "reconsider")
def refuse_unfounded(proposal: Proposal, verb: str, facts: dict) -> None:
    """Refuse to take up a proposal that does not stand on the decision which ``facts`` name.

    Asked when it is drafted and again, under the lock of the round, when it is approved.

    :raises NotPossible: also if another decision of the round is taken up at the moment, so that a
        new one never stands in for two.
    """
    snapshot = proposal.round.decisions.filter(digest=facts.get("snapshot", "")).first()
    if snapshot is None or proposal.pk not in _open_to_change([snapshot]):
        raise NotPossible(
            _("%(proposal)s: this rests on no decision that counts now.") % {"proposal": proposal}
        )
    if _is_another_taken_up(proposal.round, snapshot.digest):
        raise NotPossible(_("Decide first about what was taken up again already."))
