"""What stands on the board of a meeting: the item before the room, the order, who is there.

Three audiences read it. The office reads all it may see; the wall shows what nobody in the room must
not meet; a member in their own log-in meets what is theirs to meet. Read only.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import get_language

from accounts.models import User
from casework.models import Access
from grants.models import Proposal, Round

from . import scoring, wall
from .barring import barred_members
from .chart import Chart, spread
from .material import visible_ids
from .meetings import not_on_the_agenda, taken_up_elsewhere
from .models import (
    AgendaItem,
    Assessment,
    Attendance,
    ChairRuling,
    Conflict,
    Criterion,
    Meeting,
    PanelSeat,
    PossibleConflict,
    RoomExit,
    ScoreSheet,
)
from .selection import Standing, cut_after, rules_of, standings, with_sums


class Audience(StrEnum):
    OFFICE = "office"
    WALL = "wall"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Leaver:
    """A member who must not be in the room for an item.

    :param there: whether the member is recorded as in the meeting.
    :param out_since: when the member left the room for it; ``None`` where nobody recorded that.
    """

    seat: PanelSeat
    there: bool
    out_since: datetime | None

    @property
    def has_to_go(self) -> bool:
        return self.there and self.out_since is None


@dataclass(frozen=True, slots=True)
class GivenPoints:
    """One sheet as the board shows it; ``points`` in rubric order, empty while it has not come."""

    member: object
    points: list[int | None]
    total: Decimal | None


@dataclass(slots=True)
class Line:
    """One item of the order of discussion.

    :param number: counted among the items that the reader may meet.
    :param row: ``None`` where the proposal is not in selection any more.
    :param shown: whether the audience may meet it now; where not, only number and leavers are told.
    :param waits_for: whose sheets have to come before the points are shown; see :meth:`_Room.owing`.
    """

    number: int
    item: AgendaItem
    leavers: list[Leaver]
    shown: bool
    row: Standing | None = None
    given: list[GivenPoints] = field(default_factory=list)
    means: list[Decimal | None] = field(default_factory=list)
    chart: Chart | None = None
    waits_for: list[User] = field(default_factory=list)

    @property
    def have_to_go(self) -> list[Leaver]:
        return [leaver for leaver in self.leavers if leaver.has_to_go]

    @property
    def lowest(self) -> Decimal | None:
        return self._edge(min)

    @property
    def highest(self) -> Decimal | None:
        return self._edge(max)

    @property
    def apart(self) -> Decimal | None:
        """How many points lie between the lowest and the highest sheet."""
        totals = self._totals()
        return scoring.shown(max(totals) - min(totals)) if totals else None

    def _edge(self, which) -> Decimal | None:
        totals = self._totals()
        return scoring.shown(which(totals)) if totals else None

    def _totals(self) -> list[Fraction]:
        return list(self.row.totals.values()) if self.row else []

    @property
    def minutes(self) -> int | None:
        """How long the part that runs may take; ``None`` is "not set"."""
        meeting = self.item.meeting
        return {
            AgendaItem.Phase.PRESENTATION: meeting.presentation_minutes,
            AgendaItem.Phase.QUESTIONS: meeting.question_minutes,
        }.get(self.item.phase)


@dataclass(frozen=True, slots=True)
class Presence:
    """A seat with when its member came (``None``: not there) and left the room for the item.

    :param out_since: also ``None`` where the reader must not meet the item.
    """

    seat: PanelSeat
    since: datetime | None
    out_since: datetime | None


@dataclass(slots=True)
class Board:
    """What an audience reads now.

    :param current: the item before the room, where the reader may know which it is.
    :param away: whether an item is before the room that the reader must not meet.
    :param whole: whether places and sums are shown, which tell of every proposal: of those in
        selection, and of those decided before, which bind the budget.
    :param order: each proposal by its place, with the yen given out so far; empty if not ``whole``.
    :param cut: after how many of ``order`` the line lies; ``None`` where there is none.
    :param waits_for: whose sheets have to come before the order is shown; see :meth:`_Room.owing`.
    :param late: how many proposals in selection are not in the order of discussion.
    :param elsewhere: once the meeting is closed, the proposals that another one has taken up.
    """

    meeting: Meeting
    audience: Audience
    lines: list[Line] = field(default_factory=list)
    current: Line | None = None
    away: bool = False
    members: list[Presence] = field(default_factory=list)
    whole: bool = False
    order: list[tuple[Standing, int]] = field(default_factory=list)
    cut: int | None = None
    chart: Chart | None = None
    criteria: list[Criterion] = field(default_factory=list)
    left_yen: int | None = None
    waits_for: list[User] = field(default_factory=list)
    late: int = 0
    elsewhere: set[int] = field(default_factory=set)

    @property
    def present(self) -> int:
        return sum(one.since is not None for one in self.members)

    @property
    def is_quorate(self) -> bool | None:
        """Whether enough members are there; ``None`` while the number is not set."""
        return None if self.meeting.quorum is None else self.present >= self.meeting.quorum

    @property
    def is_brief(self) -> bool:
        """Whether reasons are left out: a wall has little room."""
        return self.audience != Audience.OFFICE

    @property
    def agenda(self) -> wall.Part[Line]:
        """The order of discussion; on a wall, what lies around the item before the room."""
        if self.audience != Audience.WALL:
            return wall.whole(self.lines)
        now = self.current or self.following
        return wall.around(self.lines, self.lines.index(now) if now else 0, wall.ITEMS)

    @property
    def places(self) -> wall.Part[tuple[Standing, int]]:
        """The order by points; on a wall, what lies around the line."""
        if self.audience != Audience.WALL:
            return wall.whole(self.order)
        return wall.around(self.order, self.cut or 0, wall.PLACES)

    @property
    def left(self) -> int:
        """How many items have not begun, of what is still in selection and not ``elsewhere``."""
        coming = (line.item for line in self.lines if not line.item.began_at and line.row)
        return sum(item.proposal_id not in self.elsewhere for item in coming)

    @property
    def present_in_room(self) -> int:
        """How many of those who are there are not out of the room for the item."""
        return sum(one.since is not None and one.out_since is None for one in self.members)

    @property
    def out(self) -> int:
        """How many of those who are there are out of the room for the item before it."""
        return self.present - self.present_in_room

    @property
    def following(self) -> Line | None:
        """The first item that has not begun."""
        coming = (line for line in self.lines if not line.item.began_at and line.row)
        return next(coming, None)


def board_of(meeting: Meeting, *, user, audience: Audience) -> Board:
    """Return the board as ``audience`` reads it, with ``user`` at the screen.

    The number of queries does not depend on how many proposals and members there are. Before a
    meeting is open and after it is closed, only the office reads what it is about.
    """
    meeting = Meeting.objects.select_related("round", "chair__user").get(pk=meeting.pk)
    board = Board(meeting, audience)
    if audience != Audience.OFFICE and not meeting.is_running:
        return board
    round, rules = meeting.round, rules_of(meeting.round)
    rows, items = standings(round), _items(meeting)
    keys = {row.proposal.pk for row in rows} | {item.proposal_id for item in items}
    # What is left of the budget tells of the amounts that bind it: it is shown with all of them.
    keys |= set(round.proposals.binding().values_list("pk", flat=True))
    room = _Room(meeting, keys)
    seen = _met_by(user, audience, keys, room)
    board.criteria = list(Criterion.objects.filter(rubric__round=round).order_by("position"))
    board.lines = _lines([i for i in items if i.proposal_id in seen], rows, room, audience)
    for line in board.lines:
        _fill(line, board, rules, room)
    board.away = meeting.current_id is not None and board.current is None
    board.members = room.members(told=not board.away)
    board.whole = seen == keys and (audience != Audience.WALL or room.may_meet(*keys))
    if board.whole and audience == Audience.WALL:
        board.waits_for = room.owing(rows)
        board.whole = not board.waits_for
    if board.whole:
        board.order, board.cut = with_sums(rows), cut_after(rows)
        board.chart, board.left_yen = spread(rows, rules), round.left_yen()
    if audience == Audience.OFFICE:
        late = not_on_the_agenda(meeting).values_list("pk", flat=True)
        board.late = len(seen.intersection(late))
        if meeting.closed_at:
            board.elsewhere = set(taken_up_elsewhere(meeting).values_list("proposal", flat=True))
    return board


def _met_by(user, audience: Audience, proposals: set[int], room: "_Room") -> set[int]:
    """Return which proposals the reader may meet on the board.

    A member deliberates on all proposals that nothing bars, also where the round is blind, or where
    others have the sheets: the same is on the wall. The board names no group.
    """
    if audience != Audience.MEMBER:
        return visible_ids(user, list(proposals))
    barred = set(_barred_to(user).filter(case__in=proposals).values_list("case_id", flat=True))
    return {p for p in proposals if p not in barred and user.pk not in room.barred[p]}


def _barred_to(user):
    return Access.objects.concerning(user).filter(barred=True)


def _items(meeting: Meeting) -> list[AgendaItem]:
    rows = meeting.items.select_related("proposal__organization").order_by("position", "pk")
    items = list(rows)
    for item in items:
        item.meeting = meeting
    return items


class _Room:
    """Who is there, who is out of the room for which item, and who must not meet which proposal."""

    def __init__(self, meeting: Meeting, proposals: Iterable[int]):
        self.seats = list(meeting.round.seats.select_related("user").order_by("pk"))
        here = Attendance.objects.filter(meeting=meeting, left_at=None)
        self.since = dict(here.values_list("seat_id", "arrived_at"))
        out = RoomExit.objects.filter(item__meeting=meeting, returned_at=None)
        self.out = {(e.item_id, e.seat_id): e.left_at for e in out}
        self.barred = barred_members(proposals)
        self.current = meeting.current_id
        inside = [s for s in self.seats if s.pk in self.since and not self._out_of(s)]
        self.inside = {seat.user_id for seat in inside}

    def _out_of(self, seat: PanelSeat) -> datetime | None:
        return self.out.get((self.current, seat.pk))

    def members(self, *, told: bool) -> list[Presence]:
        """Return who is there; who is out of the room only if ``told``: it tells of the item."""
        return [
            Presence(s, self.since.get(s.pk), self._out_of(s) if told else None) for s in self.seats
        ]

    def may_meet(self, *proposals: int) -> bool:
        """Return whether it is known who is there, and nobody in the room must not meet one."""
        return bool(self.since) and not any(self.inside & self.barred[p] for p in proposals)

    def owing(self, rows: Iterable[Standing]) -> list[User]:
        """Return who is in the room and has not handed in every sheet for ``rows``, by their seats.

        Nobody reads another's points before their own are handed in, and the wall is before all.
        """
        found = {sheet.seat_id for row in rows for sheet in row.sheets if sheet.state == "assigned"}
        return [s.user for s in self.seats if s.pk in found and s.user_id in self.inside]

    def leavers(self, item: AgendaItem) -> list[Leaver]:
        return [
            Leaver(seat, seat.pk in self.since, self.out.get((item.pk, seat.pk)))
            for seat in self.seats
            if seat.user_id in self.barred[item.proposal_id]
        ]


def _lines(
    items: list[AgendaItem], rows: list[Standing], room: _Room, audience: Audience
) -> list[Line]:
    standing = {row.proposal.pk: row for row in rows}
    lines = []
    for number, item in enumerate(items, 1):
        shown = audience != Audience.WALL or room.may_meet(item.proposal_id)
        line = Line(number, item, room.leavers(item), shown)
        line.row = standing.get(item.proposal_id) if shown else None
        lines.append(line)
    return lines


def _fill(line: Line, board: Board, rules: scoring.Rules, room: _Room) -> None:
    """Give the item before the room its points; the others are told by their titles."""
    if line.item.pk != board.meeting.current_id:
        return
    board.current = line
    if line.row is None:
        return
    if board.audience == Audience.WALL:
        line.waits_for = room.owing([line.row])
    if line.waits_for:
        return
    judged = line.row.result.judged
    line.given = [_given(sheet, line.row, board.criteria) for sheet in line.row.sheets]
    line.means = [scoring.shown(judged.by_criterion.get(c.pk)) for c in board.criteria]
    line.chart = spread([line.row], rules)


def _given(sheet: ScoreSheet, row: Standing, criteria: list[Criterion]) -> GivenPoints:
    if sheet.pk not in row.totals:
        return GivenPoints(sheet.seat.user, [], None)
    points = {score.criterion_id: score.points for score in sheet.scores.all()}
    total = scoring.shown(row.totals[sheet.pk])
    return GivenPoints(sheet.seat.user, [points.get(c.pk) for c in criteria], total)


# Has anything changed?


def fingerprint(meeting: Meeting, *, user, audience: Audience) -> str:
    """Return a digest of all rows that a board of ``user`` rests on, from one query.

    It is taken from the rows themselves, so that no writer can forget to tell the boards; and only
    from those that ``user`` may meet, so that a board does not stir for a case that is hidden.
    """
    first, *others = _rows_behind(meeting, _followed(meeting, user, audience))
    words = sorted(str(row) for row in first.union(*others, all=True))
    whole = "\n".join([audience, get_language() or "", *words])
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def _followed(meeting: Meeting, user, audience: Audience):
    """Return the proposals whose rows the board of ``user`` rests on."""
    if audience != Audience.MEMBER:
        return Proposal.objects.visible_to(user).filter(round=meeting.round_id)
    filed = Proposal.objects.filter(round=meeting.round_id, filed_at__isnull=False)
    return filed.exclude(pk__in=_barred_to(user).values("case"))


def _rows_behind(meeting: Meeting, seen) -> list:
    ids = seen.values("pk")
    return [
        _written(Meeting.objects.filter(pk=meeting.pk), "held_on", "place", "chair", "quorum",
                 "presentation_minutes", "question_minutes", "current", "opened_at", "closed_at"),
        _written(AgendaItem.objects.filter(meeting=meeting, proposal__in=ids), "position",
                 "phase", "phase_began_at", "began_at", "ended_at", "edit_number"),
        _written(Attendance.objects.filter(meeting=meeting), "left_at"),
        _written(RoomExit.objects.filter(item__meeting=meeting, item__proposal__in=ids),
                 "returned_at"),
        _written(PanelSeat.objects.filter(round=meeting.round_id), "valid_from", "valid_until"),
        _written(Round.objects.filter(pk=meeting.round_id), "budget_yen"),
        _written(ChairRuling.objects.filter(round=meeting.round_id)),
        _written(seen, "state", "assessed_yen"),
        _written(ScoreSheet.objects.filter(proposal__in=ids), "state", "submitted_at",
                 "edit_number"),
        _written(Conflict.objects.standing().filter(proposal__in=ids)),
        _written(PossibleConflict.objects.waiting().filter(proposal__in=ids)),
        _written(Access.objects.filter(case__in=ids, barred=True)),
        _written(Assessment.objects.filter(proposal__in=ids)),
    ]  # fmt: skip


#: How many fields of a table are written at most, so that tables fit under each other.
WIDTH = 10


def _written(rows, *fields: str):
    """Return each row as texts: its table, its key and ``fields``, filled up to ``WIDTH``."""
    texts = [Cast(F(name), TextField()) for name in ("pk", *fields)]
    texts += [Value("", output_field=TextField())] * (WIDTH - len(texts))
    named = {f"text{place}": text for place, text in enumerate(texts)}
    table = Value(rows.model.__name__, output_field=TextField())
    return rows.order_by().annotate(table=table, **named).values_list("table", *named)
