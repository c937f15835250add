"""The frozen decision: everything it rests on as one canonical JSON document with its digest."""

import json
from datetime import datetime

from django.utils.translation import gettext as _

from casework.errors import NotPossible
from casework.history import canonical, digest_of
from grants.models import Proposal, Round

from . import ranking
from .models import DecisionSnapshot
from .selection import Standing, standings

#: Rises when the shape of the document changes.
FORMAT = 1


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
                },
                "rubric": {**round.rubric.content(), "digest": round.rubric.digest},
                "proposals": [{**evidence(row), **outcomes[row.proposal.pk]} for row in rows],
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
    """Return what the place of one proposal rests on, as plain JSON; members as ids only."""
    return {
        "id": row.proposal.pk,
        "number": row.proposal.number,
        "version": row.version,
        "version_digest": row.version_digest,
        "requested_yen": row.requested_yen,
        "sheets": [_sheet(row, sheet) for sheet in row.sheets],
        "conflicts": [{"id": c.pk, "digest": c.digest} for c in row.conflicts],
        "mean": ranking.exact(row.mean),
        "shown": None if row.shown is None else str(row.shown),
        "counted": row.counted,
        "missing": len(row.missing),
        "rank": row.rank,
    }


def _sheet(row: Standing, sheet) -> dict:
    counts = sheet.pk in row.totals
    scores = {str(s.criterion_id): s.points for s in sheet.scores.all()} if counts else {}
    return {
        "id": sheet.pk,
        "member": sheet.seat.user_id,
        "counts": counts,
        "scores": scores,
        "total": row.totals.get(sheet.pk),
    }


#: The parts of a proposal's evidence that depend on no other proposal.
OWN_PARTS = ("version_digest", "sheets", "conflicts", "mean")


def refuse_outdated(proposal: Proposal, digest: str) -> None:
    """Refuse to execute a decision whose evidence about ``proposal`` is no longer what it was.

    :raises NotPossible: if a sheet, a conflict or the filed version changed since it was drafted.
    """
    snapshot = DecisionSnapshot.objects.get(digest=digest)
    was = next(e for e in snapshot.content["proposals"] if e["id"] == proposal.pk)
    now = json.loads(canonical(evidence(standings(proposal.round, [proposal])[0])))
    if any(was[part] != now[part] for part in OWN_PARTS):
        raise NotPossible(
            _(
                "%(proposal)s: a score sheet or a conflict changed since this was drafted. Drop the draft and make a new one."
            )
            % {"proposal": proposal}
        )
