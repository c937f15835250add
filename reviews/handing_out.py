"""Handing out score sheets: who has which, a plan that spreads the work, and single sheets by hand."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q, TextChoices
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import require
from casework import outbox
from casework.approvals import waiting_draft
from casework.calendar import japan_date
from casework.history import digest_of
from casework.models import Event
from casework.parties import Party, people_behind
from casework.services import follow, record
from grants.models import Proposal, Round

from . import possible_conflicts, services
from .assignment import Pair, Plan, balanced
from .barring import refuse_hidden
from .models import Assignment, Conflict, PanelSeat, PossibleConflict, Rubric, ScoreSheet
from .models.sheet import ScoreSheetQuerySet


class Bar(TextChoices):
    """Why a member gets no sheet for a proposal."""

    CONFLICT = "conflict", gettext_lazy("conflict of interest")
    POSSIBLE = "possible", gettext_lazy("possible conflict, not answered yet")
    SEAT = "seat", gettext_lazy("the seat is not held now")
    TAKEN_BACK = "taken_back", gettext_lazy("the sheet was taken back")
    NEVER_CAME = "never_came", gettext_lazy("the sheet had not come when it was decided")


#: The office can give such a sheet again by hand; no plan does.
GIVEN_AGAIN = (Bar.TAKEN_BACK, Bar.NEVER_CAME)


@dataclass(frozen=True, slots=True)
class Sheets:
    """Who has which sheet of a round, and who gets none; pairs are (proposal id, seat id).

    :param seats: all of the round; those not held now get no new sheet.
    :param sheets: all that exist, also those that were taken back or recused.
    :param barred: why there can be no new sheet.
    """

    proposals: list[Proposal]
    seats: list[PanelSeat]
    sheets: dict[Pair, ScoreSheet]
    barred: dict[Pair, str]

    def counting(self) -> set[Pair]:
        """Return the pairs whose sheet came, or can still come."""
        return {
            pair
            for pair, sheet in self.sheets.items()
            if sheet.counts or (sheet.state == "assigned" and self.barred.get(pair) != Bar.SEAT)
        }

    def planned(self, each: int) -> Plan:
        return balanced(
            each,
            [proposal.pk for proposal in self.proposals],
            [seat.pk for seat in self.seats],
            barred=self.barred,
            existing=self.counting(),
        )

    def why_not(self, proposal: int) -> list[tuple[PanelSeat, str]]:
        """Return who gets no sheet for ``proposal``, and why; those who have one are left out."""
        have = self.counting()
        pairs = [(seat, (proposal, seat.pk)) for seat in self.seats]
        return [(s, self.barred[p]) for s, p in pairs if p in self.barred and p not in have]


def sheets_of(round: Round, *, day: date) -> Sheets:
    """Return who has which sheet for the proposals in selection, on ``day`` (Japan date).

    Reads only, also where a possible conflict is there that was not put yet. The number of queries
    does not depend on how many seats and proposals there are.
    """
    rows = round.proposals.filter(state="in_selection").select_related("organization")
    proposals = list(rows.order_by("number", "pk"))
    seats = list(round.seats.select_related("user").order_by("pk"))
    keys = [proposal.pk for proposal in proposals]
    sheets = ScoreSheet.objects.filter(proposal__in=keys)
    by_pair = {(sheet.proposal_id, sheet.seat_id): sheet for sheet in sheets.order_by("pk")}
    return Sheets(proposals, seats, by_pair, _barred(round, proposals, seats, by_pair, day))


def _barred(round: Round, proposals, seats, sheets, day: date) -> dict[Pair, str]:
    """Return why pairs get no new sheet; a conflict is named before anything else."""
    keys = [proposal.pk for proposal in proposals]
    barred = _dropped({pair: s for pair, s in sheets.items() if s.state == "withdrawn"})
    ended = [seat.pk for seat in seats if not seat.stands_on(day)]
    barred |= {(proposal, seat): Bar.SEAT for proposal in keys for seat in ended}
    waiting = PossibleConflict.objects.waiting().filter(proposal__in=keys)
    found = possible_conflicts.search(round, day=day)
    barred |= dict.fromkeys(waiting.values_list("proposal", "seat"), Bar.POSSIBLE)
    barred |= {(pair.proposal.pk, pair.seat.pk): Bar.POSSIBLE for pair in found}
    standing = Conflict.objects.standing().filter(proposal__in=keys)
    return barred | dict.fromkeys(standing.values_list("proposal", "seat"), Bar.CONFLICT)


def _dropped(sheets: dict[Pair, ScoreSheet]) -> dict[Pair, str]:
    """Return why each of the dropped ``sheets`` is: taken back, or not there when it was decided."""
    if not sheets:
        return {}
    said = defaultdict(list)
    verbs = Event.objects.filter(case__in=sheets.values(), verb__in=("take_back_sheet", "drop"))
    for sheet, verb in verbs.order_by("pk").values_list("case_id", "verb"):
        said[sheet].append(verb)
    return {
        pair: Bar.TAKEN_BACK if "take_back_sheet" in said[sheet.pk][-2:] else Bar.NEVER_CAME
        for pair, sheet in sheets.items()
    }


def digest_of_plan(plan: Plan) -> str:
    """Return what tells a plan from another: the sheets it hands out."""
    return digest_of([list(pair) for pair in plan.pairs])


@transaction.atomic
def hand_out(round: Round, *, digest: str, by, at: datetime) -> list[ScoreSheet]:
    """Hand out the sheets of the plan that was looked at, and no others.

    :param digest: of the plan that was shown (:func:`digest_of_plan`).
    :raises PermissionDenied: if ``by`` is not of the office, or must not meet one of the cases.
    :raises ValidationError: if the work of the round is not spread, a decision is drafted, or
        something changed since the plan was shown; nothing is handed out then.
    """
    day = japan_date(at)
    require(by.act_on(day), "reviews.run_selection")
    round = Round.objects.select_for_update().get(pk=round.pk)
    proposals = list(round.proposals.filter(state="in_selection").order_by("pk"))
    refuse_hidden(proposals, by)
    possible_conflicts.lock([proposal.pk for proposal in proposals])
    _refuse_drafted(proposals)
    possible_conflicts.find(round, at=at)
    plan = plan_of(round, sheets_of(round, day=day))
    if plan is None:
        raise ValidationError(_("The rubric of this round does not say that the work is spread."))
    if digest_of_plan(plan) != digest:
        raise ValidationError(
            _("Something changed since you looked at this plan. Look at the new one.")
        )
    cases = {proposal.pk: proposal for proposal in proposals}
    seats = {seat.pk: seat for seat in round.seats.select_related("user")}
    return [_give(cases[p], seats[s], by=by, at=at) for p, s in plan.pairs]


def plan_of(round: Round, sheets: Sheets) -> Plan | None:
    """Return the plan that spreads the work; ``None`` where the rubric does not ask for one."""
    rubric = Rubric.objects.filter(round=round, assignment=Assignment.BALANCED).first()
    return sheets.planned(rubric.sheets_each) if rubric else None


def _refuse_drafted(proposals: list[Proposal]) -> None:
    if waiting_draft(*proposals):
        raise ValidationError(
            _("A decision is drafted. Drop the draft before you hand out or take back sheets.")
        )


def _give(proposal: Proposal, seat: PanelSeat, *, by, at: datetime) -> ScoreSheet:
    """Give a sheet; one that was taken back is given again."""
    sheet = seat.sheets.filter(proposal=proposal).first()
    if sheet is None:
        return services.assign(proposal, seat, by=by, at=at)
    services.let_read(sheet)
    record(sheet, "give_sheet", by=by, at=at)
    return follow(sheet, "reinstate", cause=sheet, by=by, at=at)


@transaction.atomic
def give(proposal: Proposal, seat: PanelSeat, *, by, at: datetime) -> ScoreSheet:
    """Give one member one proposal to score, whatever the rubric says about the work.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if the proposal is not in selection or of another round, the member has
        the sheet already, or gets none, with the reason; or if a decision is drafted.
    """
    day = japan_date(at)
    require(by.act_on(day), "reviews.run_selection")
    refuse_hidden([proposal], by)
    possible_conflicts.lock([proposal.pk])
    proposal = Proposal.objects.get(pk=proposal.pk)
    if proposal.round_id != seat.round_id or proposal.state != "in_selection":
        raise ValidationError(_("The proposal is not in the selection of this round."))
    _refuse_drafted([proposal])
    possible_conflicts.find(seat.round, proposals=[proposal], seats=[seat], at=at)
    found, pair = sheets_of(seat.round, day=day), (proposal.pk, seat.pk)
    if pair in found.counting():
        raise ValidationError(_("%(member)s has this sheet already.") % {"member": seat.user})
    why = found.barred.get(pair, "")
    if why and why not in GIVEN_AGAIN:
        raise ValidationError(
            _("%(member)s gets no sheet: %(why)s.") % {"member": seat.user, "why": Bar(why).label}
        )
    return _give(proposal, seat, by=by, at=at)


@transaction.atomic
def take_back(sheet: ScoreSheet, *, reason: str, by, at: datetime) -> ScoreSheet:
    """Take back a sheet that is still empty, and tell the member, who no longer reads the proposal.

    The reason is for the history; it may be about somebody else, so the member is not told it.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if points or a comment are entered, the sheet is not open, or a decision
        is drafted.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    refuse_hidden([sheet.proposal], by)
    possible_conflicts.lock([sheet.proposal_id])
    sheet = ScoreSheet.objects.select_related("seat__user", "proposal").get(pk=sheet.pk)
    _refuse_drafted([sheet.proposal])
    if sheet.state != "assigned" or not is_empty(sheet):
        raise ValidationError(
            _("Only a sheet that is still empty is taken back. This one has points or a comment, or is not open.")
        )  # fmt: skip
    told = people_behind(sheet, Party.PANEL, day=japan_date(at))  # while the sheet is still theirs
    event = record(sheet, "take_back_sheet", by=by, at=at, reason=reason)
    sheet = follow(sheet, "drop", cause=sheet, by=by, at=at)
    services.let_read_no_more(sheet)
    for member in told:
        outbox.post(
            "sheet_taken_back", to=member, case=sheet, at=at, path=reverse("casework:panel"),
            key=f"sheet-taken-back-{event.pk}-{member.pk}",
        )  # fmt: skip
    return sheet


def members_left(proposals: list[int], *, day: date) -> dict[int, int]:
    """Return proposal id → how many members could still be given a sheet for it on ``day``.

    Left out is who has one, had one that was taken back or had not come when it was decided, or has
    a conflict of interest.
    """
    seats = PanelSeat.objects.valid_on(day).filter(round__proposals__in=proposals)
    left = set(seats.values_list("round__proposals", "pk"))
    left -= set(ScoreSheet.objects.filter(proposal__in=proposals).values_list("proposal", "seat"))
    standing = Conflict.objects.standing().filter(proposal__in=proposals)
    left -= set(standing.values_list("proposal", "seat"))
    return Counter(proposal for proposal, _seat in left)


def is_empty(sheet: ScoreSheet) -> bool:
    """Return whether the member entered nothing yet."""
    return not sheet.comment and not sheet.scores.filter(points__isnull=False).exists()


def waiting_rounds(user, *, day: date) -> list[tuple[Round, int]]:
    """Return the rounds that do not give every sheet by themselves and have proposals with fewer
    sheets than they need and members left to score them on ``day`` (Japan date), each with how many;
    of what ``user`` may see.
    """
    rubric = "round__rubric__"
    wanted = Coalesce(F(f"{rubric}sheets_each"), F(f"{rubric}quorum"), 1)
    states = ("assigned", *ScoreSheetQuerySet.COUNTING)
    have = Count("sheets", filter=Q(sheets__state__in=states), distinct=True)
    rows = Proposal.objects.visible_to(user).filter(state="in_selection")
    rows = rows.filter(round__rubric__assignment__in=[Assignment.BALANCED, Assignment.BY_HAND])
    lacking = rows.annotate(have=have, wanted=wanted).filter(have__lt=F("wanted"))
    short = list(lacking.select_related("round").order_by("round_id", "pk"))
    left = members_left([proposal.pk for proposal in short], day=day)
    found: dict[Round, int] = defaultdict(int)
    for proposal in short:
        if left[proposal.pk]:
            found[proposal.round] += 1
    return list(found.items())
