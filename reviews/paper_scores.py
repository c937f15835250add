"""What members wrote on paper, typed in by the office: checked whole, and written whole or not at all.

The points are the member's, the typing is the office's. A line that says what is stored already
changes nothing; a sheet that changed since the file was taken is never overwritten.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.numbers_named import key_in
from accounts.permissions import require
from casework import outbox
from casework.calendar import japan_date
from casework.models.case import CaseQuerySet
from casework.parties import Party
from casework.services import follow, record
from grants.models import Proposal, Round

from . import possible_conflicts
from .models import Conflict, Criterion, PanelSeat, PossibleConflict, Score, ScoreSheet
from .paper_files import Fault, FaultyFile, Line, names_of
from .resources import ScoreSheetResource, as_cell, as_typed, key_of, plain

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """What one line changes in one sheet.

    :param before: criterion id → points as they are stored, in rubric order; ``after`` as typed.
    """

    sheet: ScoreSheet
    line: Line
    before: Mapping[int, int | None]
    comment: str

    @property
    def after(self) -> Mapping[int, int | None]:
        return {key: self.line.points[key] for key in self.before}

    @property
    def is_whole(self) -> bool:
        """Whether every criterion has points, so that the sheet is submitted."""
        return None not in self.after.values()

    @property
    def new_comment(self) -> bool:
        return self.comment != self.sheet.comment

    def points(self) -> list[tuple[int | None, int | None]]:
        """Return before and after of each criterion, in rubric order."""
        return list(zip(self.before.values(), self.after.values(), strict=True))


@dataclass(slots=True)
class Plan:
    """What a file would do.

    :param unchanged: how many lines say what is stored already.
    """

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)


def sheets_of(round: Round, user) -> list[ScoreSheet]:
    """Return the sheets of a selection that ``user`` may see, by member and proposal.

    Left out is a member's sheet for which a possible conflict of interest waits.
    """
    waiting = _pairs(PossibleConflict.objects.waiting(), round)
    rows = ScoreSheet.objects.visible_to(user).expected().filter(proposal__in=_cases(round, user))
    rows = rows.select_related("proposal", "seat__user").prefetch_related("scores")
    ordered = rows.order_by("seat_id", "proposal__number", "proposal_id")
    return [sheet for sheet in ordered if (sheet.seat_id, sheet.proposal_id) not in waiting]


def _cases(round: Round, user) -> CaseQuerySet:
    seen = Proposal.objects.visible_to(user)
    return seen.filter(round=round, state="in_selection")


def _pairs(rows, round: Round) -> set[Pair]:
    found = rows.filter(seat__round=round)
    return set(found.values_list("seat", "proposal"))


def resource_of(round: Round) -> ScoreSheetResource:
    """Return the table of the round's sheets, with a column for each of its criteria."""
    criteria = Criterion.objects.filter(rubric__round=round).order_by("position")
    return ScoreSheetResource(criteria, names_of(_seats(round)))


def _seats(round: Round) -> Iterable[PanelSeat]:
    return round.seats.select_related("user").order_by("pk")


class _Known:
    """The rows that lines are held against, read in a constant number of queries."""

    def __init__(self, round: Round, lines: list[Line], user):
        self.seats = {seat.pk: seat for seat in _seats(round)}
        self.members = {plain(n): self.seats[pk] for pk, n in names_of(self.seats.values()).items()}
        rows = _cases(round, user).with_drafts().order_by("pk")
        self.proposals = {plain(row.number): row for row in rows if row.number}
        criteria = Criterion.objects.filter(rubric__round=round).order_by("position")
        self.criteria = list(criteria)
        self.sheets = {(s.seat_id, s.proposal_id): s for s in self._sheets()}
        self.conflicts = _pairs(Conflict.objects.standing(), round)
        self.conflicts |= _pairs(PossibleConflict.objects.waiting(), round)
        self.elsewhere = _elsewhere(round, lines, user)

    def _sheets(self) -> Iterable[ScoreSheet]:
        rows = ScoreSheet.objects.filter(proposal__in=[p.pk for p in self.proposals.values()])
        return rows.select_related("proposal", "seat__user").prefetch_related("scores")

    def points(self, sheet: ScoreSheet) -> dict[int, int | None]:
        given = {score.criterion_id: score.points for score in sheet.scores.all()}
        return {criterion.pk: given.get(criterion.pk) for criterion in self.criteria}


def _elsewhere(round: Round, lines: list[Line], user) -> dict[str, str]:
    """Return key → round of lines that were taken from another round."""
    keys = {line.said["key"]: key_in(line.said["key"].partition("-")[0]) for line in lines}
    found = ScoreSheet.objects.visible_to(user).exclude(proposal__round=round)
    found = found.filter(pk__in={pk for pk in keys.values() if pk is not None})
    rounds = dict(found.values_list("pk", "proposal__round__name"))
    return {key: rounds[pk] for key, pk in keys.items() if pk in rounds}


def check(round: Round, lines: list[Line], *, received_on: date, by, at: datetime) -> Plan:
    """Return what ``lines`` would change, and every reason why they cannot; reads only.

    :param received_on: Japan date on which the papers were received.
    """
    known, plan, seen = _Known(round, lines, by), Plan(), {}
    strangers: set[str] = set()
    for line in lines:
        faults = list(_faults(line, known, seen, strangers, received_on))
        plan.faults += faults
        if faults or plain(line.said["member"]) in strangers:
            continue
        change = _change(line, known)
        if change is None:
            plan.unchanged += 1
        elif why := _why_not(change, known, received_on):
            plan.faults.append(Fault(line.place("number"), why))
        else:
            plan.changes.append(change)
    return plan


def _faults(
    line: Line, known: _Known, seen: dict[Pair, int], strangers: set[str], received_on: date
) -> Iterator[Fault]:
    """Yield why a line belongs to no sheet; a member that nobody knows is named once."""
    member = plain(line.said["member"])
    seat, proposal = known.members.get(member), known.proposals.get(plain(line.said["number"]))
    if line.said["key"] in known.elsewhere:
        told = {"round": known.elsewhere[line.said["key"]]}
        yield Fault(line.place("key"), _("it was taken from another round: %(round)s") % told)
        return
    if seat is None:
        if member not in strangers or not line.tab:
            why = _("“%(name)s” has no seat in this round")
            yield Fault(line.place("member"), why % {"name": line.said["member"]})
        strangers.add(member)
    if proposal is None:
        why = _("no proposal in this selection has the number “%(number)s”")
        yield Fault(line.place("number"), why % {"number": line.said["number"]})
    if seat is None or proposal is None:
        return
    pair = seat.pk, proposal.pk
    if pair in seen:
        why = _("the proposal stands in row %(row)d already")
        yield Fault(line.place("number"), why % {"row": seen[pair]})
    elif why := _no_sheet(pair, line, known):
        yield Fault(line.place(why[0]), why[1])
    seen.setdefault(pair, line.number)


def _no_sheet(pair: Pair, line: Line, known: _Known) -> tuple[str, str] | None:
    if pair in known.conflicts:
        return "number", _("the member has a conflict of interest, or may have one")
    sheet = known.sheets.get(pair)
    if sheet is None:
        return "number", _("the member has no sheet for this proposal")
    if line.said["key"].partition("-")[0] != str(sheet.pk):
        return "key", _("the key is not that of this line; was a part of the table sorted?")
    return None


def _change(line: Line, known: _Known) -> Change | None:
    seat = known.members[plain(line.said["member"])]
    proposal = known.proposals[plain(line.said["number"])]
    sheet = known.sheets[seat.pk, proposal.pk]
    same = plain(as_cell(sheet.comment)) == plain(line.said["comment"])
    comment = sheet.comment if same else as_typed(line.said["comment"])
    change = Change(sheet, line, known.points(sheet), comment)
    return change if change.new_comment or change.before != change.after else None


def _why_not(change: Change, known: _Known, received_on: date) -> str | None:
    """Return why a sheet cannot take what was typed in; nothing if it can."""
    sheet = change.sheet
    proposal = known.proposals[plain(change.line.said["number"])]
    if sheet.state != "assigned":
        return _("the sheet is not open; the office opens it again, with a reason")
    if change.line.said["key"] != key_of(sheet):
        return _("the sheet changed since the file was taken; take the file again")
    if proposal.in_draft:
        return _("a decision is drafted that rests on this sheet")
    if not known.seats[sheet.seat_id].stands_on(received_on):
        return _("the member had no seat on the day on which the paper was received")
    if received_on < sheet.opened_on:
        return _("the paper was received before the member got the sheet")
    return None


@transaction.atomic
def enter(round: Round, lines: list[Line], *, received_on: date, by, at: datetime) -> list[Change]:
    """Write what members wrote on paper: all lines, or none of them.

    A sheet whose every criterion has points is submitted; another one is only saved. The member is
    told of both.

    :param received_on: Japan date on which the papers were received (収受日).
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the day lies in the future.
    :raises FaultyFile: if anything cannot be written as it stands now; nothing is.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    if received_on > japan_date(at):
        raise ValidationError(_("The day cannot lie in the future."))
    possible_conflicts.lock(list(_cases(round, by).values_list("pk", flat=True)))
    plan = check(round, lines, received_on=received_on, by=by, at=at)
    if plan.faults:
        raise FaultyFile(plan.faults)
    for change in sorted(plan.changes, key=lambda change: change.sheet.pk):
        _enter(change, received_on=received_on, by=by, at=at)
    return plan.changes


def _enter(change: Change, *, received_on: date, by, at: datetime) -> None:
    sheet = change.sheet
    criteria = Criterion.objects.in_bulk(list(change.after))
    Score.objects.bulk_create(
        [
            Score(sheet=sheet, criterion=criteria[key], points=points, out_of=criteria[key].max_points)
            for key, points in change.after.items()
        ],
        update_conflicts=True, unique_fields=["sheet", "criterion"], update_fields=["points", "out_of"],
    )  # fmt: skip
    sheet.comment, sheet.edit_number = change.comment, sheet.edit_number + 1
    sheet.save(update_fields=["comment", "edit_number"])
    record(sheet, "type_in_paper", received_on=received_on, by=by, at=at)
    if change.is_whole:
        sheet = follow(sheet, "enter_from_paper", cause=sheet, by=by, at=at)
    outbox.tell(
        sheet, Party.PANEL, "paper_sheet_entered", at=at, received_on=received_on,
        whole=change.is_whole,
    )  # fmt: skip
