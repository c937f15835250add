"""What people do in a selection: rubric, seats, conflicts, scores. Decisions: ``decisions``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.permissions import require
from casework import outbox
from casework.approvals import waiting_draft
from casework.calendar import japan_date
from casework.edit_numbers import take_next
from casework.history import digest_of
from casework.models import Access, Case, Deadline
from casework.models.case import CaseQuerySet
from casework.parties import Party
from casework.services import advance, follow, locked, open_case, record
from casework.timekeeping import stays, supersede
from grants.models import Proposal, Round
from grants.plan import Milestone, Planned, Shift
from grants.services import plan_of, planned_day, save_plan, shifts_by_plan

from . import blinding, possible_conflicts
from .barring import bar, bar_everywhere, unbar_everywhere
from .deadlines import KIND, scoring_due
from .models import (
    Assignment,
    Conflict,
    ConflictNote,
    Criterion,
    Grade,
    PanelSeat,
    PossibleConflict,
    Rubric,
    Score,
    ScoreSheet,
)
from .scoring import Allocation, PassUnit

#: What a rubric says besides its criteria and grades; what is left out is "not set".
RULES = (
    "aggregation", "pass_mark", "pass_unit", "quorum", "recused_counts", "tie_rule", "cut_rule",
    "allocation", "assignment", "sheets_each", "blind", "tells_points", "tells_criteria",
    "tells_comment", "source",
)  # fmt: skip


@transaction.atomic
def set_rubric(
    round: Round, *, criteria: Sequence[Mapping], by, at: datetime, grades: Sequence[Mapping] = (),
    **rules,
) -> Rubric:  # fmt: skip
    """Enter how a round is scored, in place of what was entered before.

    :param criteria: values of :class:`Criterion` without its position, in their order.
    :param grades: values of :class:`Grade`, where a rate by grade decides the amount.
    :param rules: fields of :class:`Rubric` named in ``RULES``; what is left out is "not set".
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if a proposal was referred already, or the rules contradict each other.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    Rubric.objects.get_or_create(
        round=round, defaults={"scores_due_on": planned_day(round, Milestone.SCORES)}
    )
    rubric = Rubric.objects.select_for_update().get(round=round)
    _refuse_frozen(rubric)
    for name in RULES:
        setattr(rubric, name, rules.pop(name, rubric._meta.get_field(name).get_default()))
    if rules:
        raise TypeError(f"A rubric has no {', '.join(rules)}.")
    rubric.full_clean()
    rubric.save()
    _replace(rubric, Criterion, [{"position": n, **c} for n, c in enumerate(criteria, 1)])
    _replace(rubric, Grade, grades)
    _refuse_contradictions(rubric)
    return rubric


def _replace(rubric: Rubric, model, wanted: Iterable[Mapping]) -> None:
    model.objects.filter(rubric=rubric).delete()
    for values in wanted:
        row = model(rubric=rubric, **values)
        row.full_clean()
        row.save()


def _refuse_contradictions(rubric: Rubric) -> None:
    if rubric.sheets_each and rubric.quorum and rubric.sheets_each < rubric.quorum:
        raise ValidationError(
            _(
                "Each proposal would get fewer sheets (%(each)d) than it needs for a place (%(needs)d)."
            )
            % {"each": rubric.sheets_each, "needs": rubric.quorum}
        )
    if rubric.pass_unit == PassUnit.POINTS and rubric.pass_mark > rubric.max_points:
        raise ValidationError(_("The pass mark is above the most points a sheet can give."))
    if rubric.allocation != Allocation.GRADE and rubric.grades.exists():
        raise ValidationError(
            _(
                "Grades are for a rate by grade. Choose it under “how much they get”, or remove them."
            )
        )


@transaction.atomic
def set_scoring_date(round: Round, *, due_on: date | None, reason: str = "", by, at: datetime):
    """Say by when the sheets of a round are handed in, also when the rubric is frozen.

    The date of a sheet that is still to come is replaced by a new one, with the reason. What the
    office set for one sheet, and more time that was approved, stay. Where the plan of the round has
    this milestone, its next version has the new day.

    :param due_on: Japan date; ``None`` is "not set".
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the round has no rubric yet, or the plan cannot change so.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    if (plan := _replanned(round, due_on)) is not None:
        # Who follows the plan comes back here, with a plan that has the day already.
        save_plan(round, plan, version=round.plans.count(), reason=reason, by=by, at=at)
    moving = [deadline.case_id for deadline, _day in dates_replaced(round, due_on)]
    list(Case.objects.filter(pk__in=moving).select_for_update().order_by("pk"))
    rubric = Rubric.objects.select_for_update().filter(round=round).first()
    if rubric is None:
        raise ValidationError(_("Enter the rubric first."))
    rubric.scores_due_on = due_on
    rubric.save(update_fields=["scores_due_on"])
    for deadline, _day in dates_replaced(round, due_on):
        supersede(deadline, scoring_due(due_on), by=by, at=at, reason=reason)
    return rubric


def _replanned(round: Round, due_on: date | None) -> list[Planned] | None:
    """Return the plan with ``due_on`` for the sheets; ``None`` where it stays as it is."""
    planned = planned_day(round, Milestone.SCORES)
    if planned is None or planned == due_on:
        return None
    others = [one for one in plan_of(round) if one.what != Milestone.SCORES]
    return [*others, Planned(Milestone.SCORES, on=due_on)] if due_on else others


def day_of_sheets(round: Round) -> date | None:
    """Return the Japan date by which the sheets of ``round`` are handed in; ``None`` if not set."""
    return Rubric.objects.filter(round=round).values_list("scores_due_on", flat=True).first()


def shifts_by_date(round: Round, due_on: date | None) -> list[Shift]:
    """Return the milestones that move if ``due_on`` (Japan date) is set; nothing is written.

    :raises ValidationError: if a milestone of the plan would rest on nothing.
    """
    if (plan := _replanned(round, due_on)) is not None:
        return shifts_by_plan(round, plan)
    before = day_of_sheets(round)
    return [Shift(Milestone.SCORES, before, due_on)] if before != due_on else []


def dates_replaced(round: Round, due_on: date | None) -> list[tuple[Deadline, date | None]]:
    """Return the dates of sheets still to come that ``due_on`` (Japan date) replaces, by case."""
    sheets = ScoreSheet.objects.filter(proposal__round=round).values("pk")
    rows = Deadline.objects.open().filter(kind=KIND, case__in=sheets)
    rows, due = rows.prefetch_related("extensions").order_by("case_id"), scoring_due(due_on)
    return [(deadline, due_on) for deadline in rows if not stays(deadline, due)]


def _refuse_frozen(rubric: Rubric) -> None:
    if rubric.frozen_at:
        raise ValidationError(
            _("A proposal was referred already: the rubric stays as it was then.")
        )


@transaction.atomic
def add_seat(
    round: Round, *, user: User, by, at: datetime, valid_from: date | None = None,
    valid_until: date | None = None,
) -> PanelSeat:  # fmt: skip
    """Give a panel member a seat in a round, with a sheet for each proposal in selection.

    Where the rubric says that sheets are handed out, the member has none before that.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the person is no panel member, reads every case, or has a seat; or if a
        decision is drafted, which a new sheet or a possible conflict would keep from being approved.
    """
    day = japan_date(at)
    require(by.act_on(day), "reviews.run_selection")
    _refuse_unfit(user.act_on(day))
    seat = PanelSeat(round=round, user=user, valid_from=valid_from, valid_until=valid_until)
    seat.full_clean()
    seat.save()
    possible_conflicts.find(round, seats=[seat], at=at)
    in_selection = round.proposals.filter(state="in_selection").order_by("pk")
    possible_conflicts.lock(list(in_selection.values_list("pk", flat=True)))
    if waiting_draft(*in_selection):
        raise ValidationError(_("A decision is drafted. Drop the draft before you give a seat."))
    if scores_all(round):
        for proposal in in_selection.all():  # read again: what was decided meanwhile gets no sheet
            assign(proposal, seat, by=by, at=at)
    return seat


def scores_all(round: Round) -> bool:
    """Return whether every member of ``round`` gets a sheet for every proposal by itself."""
    return not Rubric.objects.filter(round=round).exclude(assignment=Assignment.ALL).exists()


def _refuse_unfit(user: User) -> None:
    if not user.duties.holds(Role.PANEL):
        raise ValidationError(_("Give the person the duty “panel member” first."))
    if user.duties.holds(*CaseQuerySet.READERS):
        raise ValidationError(
            _("This person reads every case, and so the scores of others. Choose somebody else.")
        )


@transaction.atomic
def end_seat(seat: PanelSeat, *, last_day: date, by, at: datetime) -> PanelSeat:
    """End a member's seat with ``last_day``; what the member may read ends with it.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the seat begins later.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    seat.valid_until = last_day
    seat.full_clean()
    seat.save()
    cases = seat.sheets.values("pk"), seat.sheets.values("proposal")
    for found in cases:
        opened = Access.objects.filter(user=seat.user, case__in=found, barred=False)
        opened.update(valid_until=last_day)
    return seat


@transaction.atomic
def assign(proposal: Proposal, seat: PanelSeat, *, by, at: datetime) -> ScoreSheet | None:
    """Give a member a sheet for a proposal, and let the member read both; in a blind round the sheet.

    :returns: the sheet, or ``None`` where a conflict stands or may stand, or the seat does not.
    """
    if not seat.stands_on(japan_date(at)):
        return None
    if seat.conflicts.standing().filter(proposal=proposal).exists():
        bar(proposal, seat.user)
        return None
    if seat.possible_conflicts.waiting().filter(proposal=proposal).exists():
        return None
    sheet = ScoreSheet(
        proposal=proposal,
        seat=seat,
        title=proposal.title,
        fiscal_year=proposal.fiscal_year,
        internal=True,
        clerk=proposal.clerk,
    )
    open_case(
        sheet, by=by, at=at, filed=True, opens=("scoring",), proposal=proposal.pk, seat=seat.pk
    )
    let_read(sheet)
    for conflict in (
        Conflict.objects.standing().filter(proposal=proposal).select_related("seat__user")
    ):
        bar(sheet, conflict.seat.user)
    possible_conflicts.bar_who_waits(sheet)
    outbox.tell(sheet, Party.PANEL, "your_turn", at=at)
    return sheet


def let_read(sheet: ScoreSheet) -> None:
    """Let the member read what goes with ``sheet``, as long as the seat is held."""
    seat = sheet.seat
    for case in blinding.opened_with(sheet):
        Access.objects.create(
            case_id=case.pk,
            user=seat.user,
            valid_from=seat.valid_from,
            valid_until=seat.valid_until,
            reason=f"seat {seat.pk}",
        )


def let_read_no_more(sheet: ScoreSheet) -> None:
    """Take back what :func:`let_read` opened; notices that wait do not leave."""
    seat = sheet.seat
    for case in blinding.opened_with(sheet):
        opened = Access.objects.filter(case_id=case.pk, user=seat.user, barred=False)
        opened.filter(reason=f"seat {seat.pk}").delete()
        outbox.withdraw_for(case, seat.user)


@transaction.atomic
def save_scores(
    sheet: ScoreSheet, *, points: Mapping[int, int | None], comment: str, by, at: datetime,
    edit_number: int,
) -> ScoreSheet:  # fmt: skip
    """Save what a member gave so far; what is left out stays missing.

    :param points: criterion id → points, ``None`` for "not given".
    :param edit_number: the number the page was loaded with.
    :raises PermissionDenied: if the sheet is not ``by``'s own.
    :raises ValidationError: if it is not open, or points lie outside their criterion.
    :raises StaleDraft: if the sheet has a newer number; nothing is changed.
    """
    sheet = locked(sheet)
    require(by.act_on(japan_date(at)), "reviews.score", sheet)
    if sheet.state != "assigned":
        raise ValidationError(_("The sheet is not open. Ask the office to open it again."))
    take_next(sheet, edit_number)
    for criterion in sheet.proposal.round.rubric.criteria.all():
        _give(sheet, criterion, points.get(criterion.pk))
    sheet.comment = comment
    sheet.save()
    return sheet


def _give(sheet: ScoreSheet, criterion: Criterion, points: int | None) -> None:
    if points is not None and not 0 <= points <= criterion.max_points:
        raise ValidationError(
            _("%(criterion)s: give 0 to %(most)d points.")
            % {"criterion": criterion.label, "most": criterion.max_points}
        )
    Score.objects.update_or_create(
        sheet=sheet,
        criterion=criterion,
        defaults={"points": points, "out_of": criterion.max_points},
    )


def submit_sheet(sheet: ScoreSheet, *, by, at: datetime) -> ScoreSheet:
    """Hand in a sheet whose every criterion has points.

    :raises NotPossible: if points are missing.
    :raises PermissionDenied: if the sheet is not ``by``'s own.
    """
    return advance(sheet, "submit", by=by, at=at)


@transaction.atomic
def declare_conflict(
    *, seat: PanelSeat, proposal: Proposal, kind: str, by, at: datetime, note: str = ""
) -> Conflict:
    """Record that a member must not deal with a proposal; from then on they meet it nowhere.

    A sheet the member has is taken out, and its history says so.

    :param kind: a code of :class:`Conflict.Kind`.
    :param note: words about it; kept apart and shown to the office only.
    :raises PermissionDenied: if ``by`` is neither the member nor of the office.
    :raises ValidationError: if the proposal is of another round, or the conflict is recorded.
    """
    day = japan_date(at)
    if by.pk != seat.user_id:
        require(by.act_on(day), "reviews.run_selection")
    if proposal.round_id != seat.round_id:
        raise ValidationError(_("The proposal belongs to another round."))
    possible_conflicts.lock([proposal.pk])
    possible_conflicts.lock([proposal.pk])  # again: a sheet that was being handed out is there now
    conflict = Conflict(seat=seat, proposal=proposal, kind=kind, by=by, at=at)
    conflict.full_clean()
    conflict.save()
    if note:
        ConflictNote.objects.create(conflict=conflict, text=note)
    for sheet in seat.sheets.filter(proposal=proposal).order_by("pk"):
        _recuse(sheet, conflict, by=by, at=at)
    bar_everywhere(proposal, seat.user)
    possible_conflicts.settle(seat, proposal, PossibleConflict.Outcome.CONFIRMED, by=by, at=at)
    return conflict


def _recuse(sheet: ScoreSheet, conflict: Conflict, *, by, at: datetime) -> None:
    record(sheet, "declare_conflict", by=by, at=at, conflict=conflict.pk, digest=conflict.digest)
    if "recuse" in {move.verb for move in sheet.moves_from_here()}:
        follow(sheet, "recuse", cause=sheet, by=by, at=at)


@transaction.atomic
def lift_conflict(conflict: Conflict, *, reason: str, by, at: datetime) -> Conflict:
    """Take back a conflict that was recorded by mistake; the member gets the sheet back.

    Where the rows say something that nobody answered for yet, that waits first.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it was lifted already.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    possible_conflicts.lock([conflict.proposal_id])
    conflict = Conflict.objects.select_for_update().get(pk=conflict.pk)
    if conflict.lifted_at:
        raise ValidationError(_("This conflict was lifted already."))
    conflict.lifted_by, conflict.lifted_at = by, at
    conflict.save()
    seat, proposal = conflict.seat, conflict.proposal
    sheet = seat.sheets.filter(proposal=proposal).first()
    unbar_everywhere(proposal, seat.user)
    possible_conflicts.find(seat.round, proposals=[proposal], seats=[seat], at=at)
    if proposal.state == "in_selection":
        _give_back(proposal, seat, sheet, conflict, reason=reason, by=by, at=at)
    return conflict


def _give_back(proposal, seat, sheet, conflict, *, reason: str, by, at: datetime) -> None:
    if sheet is None:
        if scores_all(proposal.round):
            assign(proposal, seat, by=by, at=at)
        return
    record(sheet, "lift_conflict", by=by, at=at, conflict=conflict.pk, reason=reason)
    if sheet.state == "recused":  # and was not taken back before
        follow(sheet, "reinstate", cause=sheet, by=by, at=at)


def freeze(rubric: Rubric, *, at: datetime) -> Rubric:
    """Keep the rubric as it stands from now on; freezing again changes nothing."""
    rubric = Rubric.objects.select_for_update().get(pk=rubric.pk)
    if not rubric.frozen_at:
        rubric.frozen_at, rubric.digest = at, digest_of(rubric.content())
        rubric.save()
    return rubric
