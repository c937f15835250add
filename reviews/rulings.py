"""What the subcommittee adds to the points: the chair's order of a tie, and assessed amounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.approvals import waiting_draft
from casework.calendar import japan_date
from grants.models import Round

from .barring import refuse_hidden
from .models import Assessment, ChairRuling
from .selection import Standing, standings


def ties(rows: Sequence[Standing]) -> list[list[Standing]]:
    """Return the groups that the chair orders or has ordered, each as it stands, best first."""
    groups: dict[frozenset[int], list[Standing]] = {}
    for row in rows:
        if row.result.place.tied:
            groups.setdefault(row.result.place.tied, []).append(row)
    return list(groups.values())


@transaction.atomic
def rule_on_tie(round: Round, *, order: Sequence[int], by, at: datetime) -> ChairRuling:
    """Record the order that the chair gave to proposals with equal points.

    :param order: ids of the proposals, the best first.
    :raises PermissionDenied: if ``by`` is not of the office, or must not meet one of them.
    :raises ValidationError: if these are not tied any more, or a draft rests on their places.
    """
    rows = _locked_standings(round, by=by, at=at)
    group = [row for row in rows if row.proposal.pk in order]
    if len(order) < 2 or {row.result.place.tied for row in group} != {frozenset(order)}:
        raise ValidationError(_("The points changed: these proposals are not tied any more."))
    _refuse_drafted(group, by)
    return ChairRuling.objects.create(round=round, order=list(order), by=by, at=at)


@transaction.atomic
def assess(round: Round, *, amounts: Mapping[int, int], by, at: datetime) -> list[Assessment]:
    """Record what the subcommittee thinks right for proposals in selection (査定額).

    :param amounts: proposal id → yen, from 1 to what was requested; what is not told stays.
    :returns: the new rows; an amount that stands already is not written again.
    :raises PermissionDenied: if ``by`` is not of the office, or must not meet one of them.
    :raises ValidationError: if an amount is out of reach, or a draft rests on it.
    """
    rows = _locked_standings(round, by=by, at=at)
    changed = [row for row in rows if amounts.get(row.proposal.pk) not in (None, row.assessed_yen)]
    _refuse_drafted(changed, by)
    for row in changed:
        if not 0 < amounts[row.proposal.pk] <= row.requested_yen:
            raise ValidationError(
                _(
                    "%(name)s: the assessed amount must lie between 1 and the %(most)s yen requested."
                )
                % {"name": row.proposal, "most": f"{row.requested_yen:,}"}
            )
    return [
        Assessment.objects.create(
            proposal=row.proposal, amount_yen=amounts[row.proposal.pk], by=by, at=at
        )
        for row in changed
    ]


def _locked_standings(round: Round, *, by, at: datetime) -> list[Standing]:
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    return standings(Round.objects.select_for_update().get(pk=round.pk))


def _refuse_drafted(rows: list[Standing], by) -> None:
    proposals = [row.proposal for row in rows]
    refuse_hidden(proposals, by)
    if waiting_draft(*proposals):
        raise ValidationError(
            _("A decision is drafted that rests on this. Drop the draft before you change it.")
        )
