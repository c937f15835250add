"""The frozen decision: everything it rests on as one canonical JSON document with its digest."""

import json
from datetime import datetime

from django.utils.translation import gettext as _

from casework.errors import NotPossible
from casework.history import canonical, digest_of
from casework.list_decisions import drawn_up_by
from casework.models import Version
from grants.models import Proposal, Round

from . import possible_conflicts, scoring
from .models import DecisionSnapshot, Meeting, PanelComment
from .selection import Standing, chair_orders, standings

#: Rises when the shape of the document changes.
FORMAT = 4


def take(
    round: Round, rows: list[Standing], *, outcomes: dict[int, dict], missing_reason: str,
    corrects: DecisionSnapshot | None, correction_reason: str, by, at: datetime,
) -> DecisionSnapshot:  # fmt: skip
    """Freeze a decision about ``rows``; the caller holds the lock of the round.

    :param outcomes: proposal id → ``outcome, assessed_yen, reason, departure``.
    :param missing_reason: why the office decides although sheets are missing.
    :param corrects: the decision that this one stands in for, with ``correction_reason``.
    """
    number = round.decisions.count() + 1
    content = json.loads(
        canonical(
            {
                "format": FORMAT,
                "number": number,
                "corrects": _corrects(corrects, correction_reason),
                "round": _round(round),
                "rubric": {**round.rubric.content(), "digest": round.rubric.digest},
                "seats": _seats(round),
                "meetings": meetings_of(round, until=at),
                "chair_orders": chair_orders(round),
                "proposals": _proposals(rows, outcomes),
                "missing_reason": missing_reason,
                "drafted_by": by.pk,
                "drafted_at": at,
            }
        )
    )
    return DecisionSnapshot.objects.create(
        round=round, number=number, content=content, digest=digest_of(content), corrects=corrects,
        by=by, at=at,
    )  # fmt: skip


def _corrects(corrects: DecisionSnapshot | None, reason: str) -> dict | None:
    if corrects is None:
        return None
    return {"number": corrects.number, "digest": corrects.digest, "reason": reason.strip()}


def _round(round: Round) -> dict:
    return {
        "id": round.pk,
        "name": round.name,
        "fiscal_year": round.fiscal_year,
        "rules_digest": round.rules_digest,
        "budget_yen": round.budget_yen,
        "left_yen": round.left_yen(),
    }


def _proposals(rows: list[Standing], outcomes: dict[int, dict]) -> list[dict]:
    """Return what each proposal was decided on, and what was decided."""
    files, comments = _files(rows), _comments(rows)
    return [
        {
            **evidence(row),
            **reckoned(row.result),
            "title": row.proposal.title,
            "group": row.proposal.organization.name,
            "files": files[row.proposal.pk],
            "comment": comments.get(row.proposal.pk, ""),
            **outcomes[row.proposal.pk],
        }
        for row in rows
    ]


def _files(rows: list[Standing]) -> dict[int, list[str]]:
    """Return proposal id → the digests of the files that its filed version holds."""
    keys = [row.proposal.pk for row in rows]
    filed = Version.objects.filter(case__in=keys).order_by("number")
    newest = dict(filed.values_list("case_id", "content__files"))
    return {key: [f["digest"] for f in newest.get(key) or ()] for key in keys}


def _comments(rows: list[Standing]) -> dict[int, str]:
    """Return proposal id → what the subcommittee says of it as a whole."""
    said = PanelComment.objects.filter(proposal__in=[row.proposal.pk for row in rows])
    return dict(said.values_list("proposal_id", "text"))


def _seats(round: Round) -> list[dict]:
    return [
        {"id": s.pk, "member": s.user_id, "from": s.valid_from, "until": s.valid_until}
        for s in round.seats.order_by("pk")
    ]


def meetings_of(round: Round, *, until: datetime) -> list[dict]:
    """Return who was at the meetings of ``round``, and left the room for which proposal.

    :param until: what was recorded later is left out, also the end of what had begun.
    """
    opened = round.meetings.filter(opened_at__lte=until).order_by("pk")
    rows = opened.prefetch_related("attendances", "items__exits")
    return [_meeting(meeting, until) for meeting in rows]


def _meeting(meeting: Meeting, until: datetime) -> dict:
    """Return one meeting as plain JSON; seats as ids only."""

    def ended(moment: datetime | None) -> datetime | None:
        return moment if moment and moment <= until else None

    exits = [e for item in meeting.items.all() for e in item.exits.all() if e.left_at <= until]
    came = [a for a in meeting.attendances.all() if a.arrived_at <= until]
    proposals = {item.pk: item.proposal_id for item in meeting.items.all()}
    return {
        "id": meeting.pk,
        "held_on": meeting.held_on,
        "chair": meeting.chair_id,
        "quorum": meeting.quorum,
        "opened_at": meeting.opened_at,
        "closed_at": ended(meeting.closed_at),
        "attendances": [
            {"seat": a.seat_id, "arrived_at": a.arrived_at, "left_at": ended(a.left_at)}
            for a in sorted(came, key=lambda a: a.pk)
        ],
        "exits": [
            {
                "seat": e.seat_id,
                "proposal": proposals[e.item_id],
                "left_at": e.left_at,
                "returned_at": ended(e.returned_at),
            }
            for e in sorted(exits, key=lambda e: e.pk)
        ],
    }


def evidence(row: Standing) -> dict:
    """Return what the points of one proposal rest on, as plain JSON; members as ids only."""
    return {
        "id": row.proposal.pk,
        "number": row.proposal.number,
        "version": row.version,
        "version_digest": row.version_digest,
        "requested_yen": row.requested_yen,
        "subcommittee_yen": row.assessed_yen,
        "sheets": [_sheet(row, sheet) for sheet in row.sheets],
        "conflicts": [conflict_as_kept(conflict) for conflict in row.conflicts],
        "missing": len(row.missing),
    }


def conflict_as_kept(conflict) -> dict:
    """Return a conflict (of :func:`reviews.selection.with_recused`) without who, with whom and why."""
    return {"id": conflict.pk, "digest": conflict.digest, "recused": conflict.recused}


def reckoned(result: scoring.Result) -> dict:
    """Return what the rules make of one proposal among the others, as plain JSON."""
    judged, place, share = result.judged, result.place, result.share
    return {
        "counted": judged.counted,
        "points": scoring.exact(judged.points),
        "shown": None if judged.points is None else str(scoring.shown(judged.points)),
        "criteria": {str(key): scoring.exact(p) for key, p in judged.by_criterion.items()},
        "percent": scoring.exact(judged.percent),
        "passed": judged.passed,
        "knocked_out": list(judged.knocked_out),
        "rank": place.rank,
        "tie": {"ended_by": place.tie, "criterion": place.criterion, "tied": sorted(place.tied)},
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
    (row,) = standings(proposal.round, [proposal])
    now = json.loads(canonical({**evidence(row), **reckoned(row.result)}))
    if any(was[part] != now[part] for part in OWN_PARTS):
        raise NotPossible(
            _(
                "%(proposal)s: a score sheet or a conflict changed since this was drafted. Drop the draft and make a new one."
            )
            % {"proposal": proposal}
        )
