"""The frozen decision: everything it rests on as one canonical JSON document with its digest."""

import json
from datetime import datetime

from django.utils.translation import gettext as _

from casework.errors import NotPossible
from casework.history import canonical, digest_of
from casework.list_decisions import drawn_up_by
from grants.models import Proposal, Round

from . import possible_conflicts, scoring
from .models import DecisionSnapshot
from .selection import Standing, chair_orders, standings

#: Rises when the shape of the document changes.
FORMAT = 2


def take(
    round: Round, rows: list[Standing], *, outcomes: dict[int, dict], missing_reason: str, by,
    at: datetime,
) -> DecisionSnapshot:  # fmt: skip
    """Freeze a decision about ``rows``; the caller holds the lock of the round.

    :param outcomes: proposal id → ``outcome, assessed_yen, reason``.
    :param missing_reason: why the office decides although sheets are missing.
    """
    number = round.decisions.count() + 1
    content = json.loads(
        canonical(
            {
                "format": FORMAT,
                "number": number,
                "round": {
                    "id": round.pk,
                    "name": round.name,
                    "fiscal_year": round.fiscal_year,
                    "rules_digest": round.rules_digest,
                    "budget_yen": round.budget_yen,
                    "left_yen": round.left_yen(),
                },
                "rubric": {**round.rubric.content(), "digest": round.rubric.digest},
                "chair_orders": chair_orders(round),
                "proposals": [
                    {**evidence(row), **by_the_rules(row), **outcomes[row.proposal.pk]}
                    for row in rows
                ],
                "missing_reason": missing_reason,
                "drafted_by": by.pk,
                "drafted_at": at,
            }
        )
    )
    return DecisionSnapshot.objects.create(
        round=round, number=number, content=content, digest=digest_of(content), by=by, at=at
    )


def evidence(row: Standing) -> dict:
    """Return what the points of one proposal rest on, as plain JSON; members as ids only."""
    return {
        "id": row.proposal.pk,
        "number": row.proposal.number,
        "version": row.version,
        "version_digest": row.version_digest,
        "requested_yen": row.requested_yen,
        "sheets": [_sheet(row, sheet) for sheet in row.sheets],
        "conflicts": [{"id": c.pk, "digest": c.digest} for c in row.conflicts],
        "points": scoring.exact(row.points),
        "shown": None if row.shown is None else str(row.shown),
        "criteria": {
            str(key): scoring.exact(points)
            for key, points in row.result.judged.by_criterion.items()
        },
        "counted": row.counted,
        "missing": len(row.missing),
    }


def by_the_rules(row: Standing) -> dict:
    """Return what the rules made of one proposal among the others, as plain JSON."""
    judged, place, share = row.result.judged, row.result.place, row.proposed
    return {
        "percent": scoring.exact(judged.percent),
        "passed": judged.passed,
        "knocked_out": list(judged.knocked_out),
        "rank": place.rank,
        "tie": {"ended_by": place.tie, "criterion": place.criterion, "tied": sorted(place.tied)},
        "subcommittee_yen": row.assessed_yen,
        "proposed": {
            "outcome": share.outcome, "amount_yen": share.amount_yen, "reason": share.reason
        },
    }  # fmt: skip


def _sheet(row: Standing, sheet) -> dict:
    counts = sheet.pk in row.totals
    scores = {str(s.criterion_id): s.points for s in sheet.scores.all()} if counts else {}
    return {
        "id": sheet.pk,
        "member": sheet.seat.user_id,
        "counts": counts,
        "scores": scores,
        "total": scoring.exact(row.totals.get(sheet.pk)),
    }


#: The parts of a proposal's evidence that depend on no other proposal.
OWN_PARTS = ("version_digest", "sheets", "conflicts", "points", "criteria")


def facts_of(snapshot: DecisionSnapshot, entry: dict) -> dict:
    """Return the facts of the move that ``entry`` of a snapshot asks for; nothing else is told."""
    facts = {"rank": entry["rank"], "points": entry["shown"], "snapshot": snapshot.digest}
    if entry["outcome"] != "decline":
        facts["assessed_yen"] = entry["assessed_yen"]
    if entry["reason"]:
        facts["reason"] = entry["reason"]
    return facts


@drawn_up_by(Proposal.KIND, "select", "reserve", "decline")
def refuse_unfounded(proposal: Proposal, verb: str, facts: dict) -> None:
    """Refuse a decision that is not the one a snapshot froze, or whose evidence has changed since.

    Asked when it is drafted and again when it is approved.

    :param facts: what the decision is made with; ``snapshot`` names the frozen document.
    :raises NotPossible: if no snapshot of the round holds the proposal, or it froze another outcome,
        amount or place, or a sheet, a conflict or the filed version changed since it was drafted,
        or a possible conflict waits.
    """
    snapshot = proposal.round.decisions.filter(digest=facts.get("snapshot", "")).first()
    entries = snapshot.content["proposals"] if snapshot else []
    entry = next((e for e in entries if e["id"] == proposal.pk), None)
    if entry is None:
        raise NotPossible(
            _(
                "%(proposal)s: the draft rests on no frozen decision of its round. Drop the draft and make one on the page of the selection."
            )
            % {"proposal": proposal}
        )
    if entry["outcome"] != verb or facts_of(snapshot, entry) != facts:
        raise NotPossible(
            _(
                "%(proposal)s: the draft says something else than the frozen decision it names. Drop the draft and make a new one."
            )
            % {"proposal": proposal}
        )
    possible_conflicts.refuse_waiting(proposal)
    _refuse_outdated(proposal, entry)


def _refuse_outdated(proposal: Proposal, was: dict) -> None:
    now = json.loads(canonical(evidence(standings(proposal.round, [proposal])[0])))
    if any(was[part] != now[part] for part in OWN_PARTS):
        raise NotPossible(
            _(
                "%(proposal)s: a score sheet or a conflict changed since this was drafted. Drop the draft and make a new one."
            )
            % {"proposal": proposal}
        )
