"""Papers for the subcommittee and of it (Japanese only): their content as plain data.

``typesetting`` makes a PDF of it, ``word`` a DOCX. A paper that would lack a proposal that its reader
may not meet is not made at all: an incomplete paper misleads a committee more than none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from django.core.exceptions import ValidationError
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from casework.calendar import JAPAN, wareki, wareki_year
from casework.models import Access, ApprovalItem, Version
from casework.models.case import WAITING_DRAFT
from casework.typesetting import CommitteeData, CommitteePart, Item, Section, Table
from grants.models import Proposal, Round

from . import corrections, scoring
from .barring import barred_members
from .material import visible_ids
from .models import (
    AgendaItem,
    Attendance,
    Conflict,
    Criterion,
    DecisionSnapshot,
    Meeting,
    PanelSeat,
    PossibleConflict,
    RoomExit,
    Rubric,
)
from .paper_scores import sheets_of
from .selection import standings

UNKNOWN, NONE, NOT_DISCUSSED = "未定", "なし", "審議なし"
OUTCOMES = {"select": "採択", "reserve": "次点", "decline": "不採択"}
#: In the copy of every member, so that it tells of none.
LEFT_OUT = "委員ごとの資料には、その委員に利害関係がある件と、利害関係を確認中の件を載せていない。"
NOT_MASKED = "伏せている。団体が書いた文の中の名前は伏せていない。"
SECTIONS = (
    ("事業の目的", "purpose"),
    ("事業の内容", "content"),
    ("スケジュール", "schedule"),
    ("期待される効果", "effect"),
)
#: How many lines are left for notes below each proposal.
LINES_FOR_NOTES = 7


@dataclass(frozen=True, slots=True)
class Case:
    """One proposal in the order in which it is dealt with."""

    place: int
    proposal: Proposal
    item: AgendaItem | None = None

    @property
    def name(self) -> str:
        return f"議題{self.place}　{self.proposal.number or ''}　{self.proposal.title}"


def cases_of(
    round: Round, meeting: Meeting | None, *, user, reader: User | None = None, begun: bool = False,
    verdicts: Mapping[int, "Verdict"] | None = None,
) -> list[Case]:  # fmt: skip
    """Return what a meeting deals with, in its order; without one what is in selection, by number.

    Left out is what left the selection undecided. The numbers are those on the board of the meeting.

    :param reader: the member who reads it, as of a day; left out is also what they must not meet.
    :param begun: whether what was withdrawn after the meeting began to deal with it stays.
    :param verdicts: those of the round, where they are reckoned already.
    :raises ValidationError: if ``user`` must not meet one of them; the words name none.
    """
    found = _listed(round, meeting)
    refuse_incomplete([proposal.pk for proposal, _item in found], user)
    hidden = _hidden_from(reader, [proposal.pk for proposal, _item in found]) if reader else set()
    met = [(proposal, item) for proposal, item in found if proposal.pk not in hidden]
    gone = [proposal.pk for proposal, _item in met if proposal.state != "in_selection"]
    if gone and verdicts is None:
        verdicts = verdicts_of(round)
    decided = verdicts or {}
    undecided = {key for key in gone if key not in decided or decided[key].drafted}
    return [
        Case(n, proposal, item)
        for n, (proposal, item) in enumerate(met, 1)
        if proposal.pk not in undecided or (begun and item and item.began_at)
    ]


def _listed(round: Round, meeting: Meeting | None) -> list[tuple[Proposal, AgendaItem | None]]:
    if meeting is None:
        rows = round.proposals.filter(state="in_selection").select_related("organization")
        return [(proposal, None) for proposal in rows.order_by("number", "pk")]
    items = meeting.items.select_related("proposal__organization").order_by("position", "pk")
    return [(item.proposal, item) for item in items]


def _hidden_from(reader: User, proposals: list[int]) -> set[int]:
    """Return which of ``proposals`` a member must not meet, as on the board of a meeting."""
    barred = barred_members(proposals)
    told = Access.objects.concerning(reader).filter(case__in=proposals, barred=True)
    by_access = set(told.values_list("case_id", flat=True))
    return {key for key in proposals if key in by_access or reader.pk in barred[key]}


def refuse_incomplete(proposals: Iterable[int], user) -> None:
    """Let nobody take a paper who must not meet one of its proposals.

    :raises ValidationError: if ``user`` must not.
    """
    keys = list(proposals)
    if len(visible_ids(user, keys)) < len(set(keys)):
        raise ValidationError(
            _("You have a conflict of interest in this round. A colleague takes the papers: one that lacks a proposal would mislead the committee.")
        )  # fmt: skip


def _item(label: str, value: object) -> Item:
    return {"label": label, "value": UNKNOWN if value in (None, "") else str(value)}


def _yen(amount: int | None) -> str:
    return UNKNOWN if amount is None else f"{amount:,}円"


def _points(value: object) -> str:
    return "―" if value is None else str(value)


def _clock(moment) -> str:
    return f"{localtime(moment, JAPAN):%H:%M}" if moment else ""


def _span(begun, ended) -> str:
    return f"{_clock(begun)}～{_clock(ended)}" if begun else ""


def _head(round: Round, meeting: Meeting | None) -> list[Item]:
    lines = [_item("募集", round.name), _item("選考の年度", wareki_year(round.fiscal_year))]
    if meeting:
        day = f"{wareki(meeting.held_on)}　{_span(meeting.opened_at, meeting.closed_at)}".strip()
        lines += [_item("開催日時", day), _item("場所", meeting.place)]
    return lines


# 審査会資料


def before_the_meeting(
    round: Round, meeting: Meeting | None, *, seat: PanelSeat | None = None, user, today: date
) -> CommitteeData:
    """Return 審査会資料: the order, and per proposal what was filed, the criteria and room for notes.

    The office's copy says who leaves the room, and the points so far; a member's leaves out, also
    from its count and numbers, what that member must not meet.

    :param seat: whose copy it is; ``None`` is the office's.
    :raises ValidationError: see :func:`cases_of`; also where there is nothing to deal with.
    """
    reader = seat.user.act_on(today) if seat else None
    cases = cases_of(round, meeting, user=user, reader=reader)
    if not cases:
        raise ValidationError(_("There is no proposal to deal with."))
    rubric = Rubric.objects.filter(round=round).prefetch_related("criteria").first()
    shows_group = seat is None or not (rubric and rubric.blind)
    filed, leaving = _filed(cases), _leaving(cases) if seat is None else None
    order = _order(cases, filed, leaving, shows_group=shows_group)
    parts = [_of_proposal(c, filed, leaving, rubric, shows_group=shows_group) for c in cases]
    return {
        "title": "審査会資料",
        "issued": wareki(today),
        "note": "事務局用" if seat is None else f"{seat.user}　委員",
        "items": [
            *_head(round, meeting),
            *_money_left(round, seat, user=user),
            _item("審査する件数", f"{len(cases)}件"),
            *([_item("載せていない件", LEFT_OUT)] if seat else []),
            *([] if shows_group else [_item("団体名", NOT_MASKED)]),
        ],
        "parts": [order, *parts, *([] if seat else _so_far(round, cases))],
    }


def _money_left(round: Round, seat: PanelSeat | None, *, user) -> list[Item]:
    """Return what is left of the budget, which tells of the amounts that bind it.

    It is left out where whoever takes the paper must not meet one of them, and of every member's
    copy where any member must not.
    """
    binding = list(round.proposals.binding().values_list("pk", flat=True))
    if len(visible_ids(user, binding)) < len(binding) or (seat and _is_barred(round, binding)):
        return []
    return [_item("予算の残額", _yen(round.left_yen()))]


def _is_barred(round: Round, proposals: list[int]) -> bool:
    """Return whether any member of ``round`` must not meet one of ``proposals``."""
    members = set(round.seats.values_list("user", flat=True))
    return any(members & barred for barred in barred_members(proposals).values())


def _filed(cases: list[Case]) -> dict[int, dict]:
    """Return proposal id → the content of its newest filed version."""
    rows = Version.objects.filter(case__in=[case.proposal.pk for case in cases])
    return dict(rows.order_by("number").values_list("case_id", "content"))


def _leaving(cases: list[Case]) -> Mapping[int, list[str]]:
    """Return proposal id → who leaves the room for it."""
    found: dict[int, list[str]] = defaultdict(list)
    keys = [case.proposal.pk for case in cases]
    for conflict in _about(Conflict.objects.standing(), keys):
        found[conflict.proposal_id].append(str(conflict.seat.user))
    for possible in _about(PossibleConflict.objects.waiting(), keys):
        found[possible.proposal_id].append(f"{possible.seat.user}（確認中）")
    return found


def _about(rows, proposals: list[int]):
    return rows.filter(proposal__in=proposals).select_related("seat__user").order_by("seat_id")


def _order(cases, filed, leaving, *, shows_group: bool) -> CommitteePart:
    """Return the order of discussion; ``leaving`` is ``None`` in a member's copy."""
    columns = ["順", "番号", "事業名", *(["団体"] if shows_group else []), "市に求める額（円）"]
    rows = [_row(case, filed, shows_group=shows_group) for case in cases]
    if leaving is not None:
        columns.append("席を外す委員")
        rows = [
            [*row, "、".join(leaving.get(case.proposal.pk, [])) or NONE]
            for row, case in zip(rows, cases, strict=True)
        ]
    return {"heading": "審議の順序", "sections": [_table("", columns, rows)]}


def _row(case: Case, filed, *, shows_group: bool) -> list:
    group = [case.proposal.organization.name] if shows_group else []
    yen = filed.get(case.proposal.pk, {}).get("requested_yen")
    return [str(case.place), case.proposal.number or "", case.proposal.title, *group, yen]


def _table(heading: str, columns: list[str], rows: list[list]) -> Section:
    table: Table = {"columns": columns, "rows": rows}
    return {"heading": heading, "table": table}


def _of_proposal(
    case: Case, filed, leaving, rubric: Rubric | None, *, shows_group: bool
) -> CommitteePart:
    content = filed.get(case.proposal.pk, {})
    items = [_item("市に求める額", _yen(content.get("requested_yen")))]
    if shows_group:
        items.insert(0, _item("団体", case.proposal.organization.name))
    if leaving is not None:
        away = "、".join(leaving.get(case.proposal.pk, [])) or NONE
        items.append(_item("席を外す委員", away))
    words: list[Section] = [
        {"heading": heading, "paragraphs": [content.get(name) or "記入なし"]}
        for heading, name in SECTIONS
    ]
    return {
        "heading": case.name, "items": items, "sections": [*words, *_criteria(rubric)],
        "room": LINES_FOR_NOTES, "new_page": True,
    }  # fmt: skip


def _criteria(rubric: Rubric | None) -> list[Section]:
    if rubric is None:
        return []
    rows = [
        [c.label_ja, c.hint, _most(c.max_points, c.weight), ""]
        for c in sorted(rubric.criteria.all(), key=lambda c: c.position)
    ]
    return [_table("審査基準", ["審査項目", "見るところ", "配点", "点数"], rows)]


def _most(points: int, weight: Decimal | str) -> str:
    """Return the most points of a criterion, and how often they count where it is not once."""
    times = Fraction(weight)
    return f"{points}点" if times == 1 else f"{points}点（合計では{scoring.plain(times)}倍）"


def _so_far(round: Round, cases: list[Case]) -> list[CommitteePart]:
    """Return the points so far, where a sheet has come; places are those among all in selection."""
    wanted = {case.proposal.pk for case in cases}
    rows = [row for row in standings(round) if row.proposal.pk in wanted]
    if not any(row.counted for row in rows):
        return []
    columns = ["順位", "番号", "事業名", "採点表", "点数"]
    lines = [
        [
            _points(row.rank), row.proposal.number or "", row.proposal.title,
            f"{row.counted}／{row.expected}", _points(row.shown),
        ]
        for row in rows
    ]  # fmt: skip
    note = "提出された採点表から審査基準の定めにより計算したもの。未提出の採点表は0点ではなく、含めていない。"
    part: CommitteePart = {
        "heading": "現在の点数", "new_page": True,
        "sections": [_table("", columns, lines), {"heading": "", "paragraphs": [note]}],
    }  # fmt: skip
    return [part]


# 審査講評


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one proposal, as a frozen decision says.

    :param drafted: whether that decision only waits for approval.
    """

    snapshot: DecisionSnapshot
    entry: dict
    drafted: bool

    @property
    def outcome(self) -> str:
        return f"{'案：' if self.drafted else ''}{OUTCOMES[self.entry['outcome']]}"

    @property
    def conclusion(self) -> str:
        yen = self.entry["assessed_yen"]
        return self.outcome if yen is None else f"{self.outcome}（{_yen(yen)}）"


def verdicts_of(round: Round) -> dict[int, Verdict]:
    """Return proposal id → the decision that counts for it; where none does, the draft that waits.

    A draft that was dropped says nothing, nor does a decision that was taken up again. The order is
    that of the decisions, and within them theirs.
    """
    frozen = list(round.decisions.order_by("number"))
    entries = [(one, entry) for one in frozen for entry in one.content["proposals"]]
    standing = corrections.decided_by({entry["id"] for _snapshot, entry in entries})
    waiting = _waiting(frozen)
    return {
        entry["id"]: Verdict(snapshot, entry, drafted=entry["id"] not in standing)
        for snapshot, entry in entries
        if snapshot.digest == standing.get(entry["id"])
        or (snapshot.digest in waiting and entry["id"] not in standing)
    }


def _waiting(frozen: list[DecisionSnapshot]) -> set[str]:
    """Return the digests of those that a draft asks to be decided by."""
    items = ApprovalItem.objects.filter(verb__in=OUTCOMES, approval__state__in=WAITING_DRAFT)
    named = items.filter(facts__snapshot__in=[snapshot.digest for snapshot in frozen])
    return set(named.values_list("facts__snapshot", flat=True))


def comments_on_the_round(round: Round, *, user, today: date) -> CommitteeData:
    """Return 審査講評: per proposal the result and the comment, from the frozen decisions alone.

    It is marked as a draft while one of the decisions in it is not approved.

    :raises ValidationError: if no decision is drafted, or ``user`` must not meet one of its proposals.
    """
    verdicts = verdicts_of(round)
    if not verdicts:
        raise ValidationError(_("No decision of this round is drafted yet."))
    refuse_incomplete(verdicts, user)
    lists = _by_decision(verdicts.values())
    return {
        "title": "審査講評",
        "issued": wareki(today),
        "items": [*_head(round, None), *(line for one in lists for line in _of_snapshot(one[0]))],
        "parts": [*map(_results, lists), *(_result(one) for found in lists for one in found)],
        "draft": any(verdict.drafted for verdict in verdicts.values()),
    }


def _by_decision(verdicts: Iterable[Verdict]) -> list[list[Verdict]]:
    """Return the verdicts of each decision, whose places are among themselves; the oldest first."""
    found: dict[int, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        found[verdict.snapshot.number].append(verdict)
    return [found[number] for number in sorted(found)]


def _of_snapshot(verdict: Verdict) -> list[Item]:
    snapshot = verdict.snapshot
    number = f"第{snapshot.number}号（{snapshot.digest[:12]}）{'案' if verdict.drafted else ''}"
    budget = snapshot.content["round"]["left_yen"]
    return [_item("決定の記録", number), _item("予算の残額", _yen(budget))]


def _results(verdicts: list[Verdict]) -> CommitteePart:
    rows = [
        [
            _points(v.entry["rank"]), v.entry["number"] or "", v.entry["title"],
            _points(v.entry["shown"]), v.outcome, v.entry["assessed_yen"],
        ]
        for v in verdicts
    ]  # fmt: skip
    columns = ["順位", "番号", "事業名", "点数", "結果", "額（円）"]
    note: Section = {"heading": "", "paragraphs": ["次点の額は、繰り上げて採択となるときの額。"]}
    notes = [note] if any(v.entry["outcome"] == "reserve" for v in verdicts) else []
    heading = f"結果（決定の記録 第{verdicts[0].snapshot.number}号）"
    return {"heading": heading, "sections": [_table("", columns, rows), *notes]}


def _result(verdict: Verdict) -> CommitteePart:
    entry = verdict.entry
    items = [_item("結果", verdict.conclusion)]
    items += [_item("点数", _points(entry["shown"])), _item("順位", _points(entry["rank"]))]
    sections = [_means(verdict.snapshot, entry)] if entry["shown"] is not None else []
    words = entry["comment"] or "（講評は記入されていない）"
    sections.append({"heading": "講評", "paragraphs": [words]})
    if entry["reason"]:
        sections.append({"heading": "付記", "paragraphs": [entry["reason"]]})
    name = f"{entry['number'] or ''}　{entry['title']}"
    return {"heading": name, "items": items, "sections": sections}


def _means(snapshot: DecisionSnapshot, entry: dict) -> Section:
    rows = [
        [
            c["label_ja"],
            _mean(entry["criteria"].get(str(c["id"]))),
            _most(c["max_points"], c["weight"]),
        ]
        for c in snapshot.content["rubric"]["criteria"]
    ]
    return _table("審査項目ごとの点数", ["審査項目", "点数", "配点"], rows)


def _mean(exact: str | None) -> str:
    return _points(scoring.shown(Fraction(exact)) if exact else None)


# 議事要旨


def minutes(meeting: Meeting, *, user, today: date) -> CommitteeData:
    """Return the skeleton of 議事要旨: who was there, who left for which item, notes, points, decision.

    :raises ValidationError: if ``user`` must not meet one of the proposals.
    """
    round = meeting.round
    verdicts = verdicts_of(round)
    cases = cases_of(round, meeting, user=user, begun=True, verdicts=verdicts)
    exits: dict[int, list[RoomExit]] = defaultdict(list)
    left = RoomExit.objects.filter(item__meeting=meeting).select_related("seat__user")
    for one in left.order_by("left_at", "pk"):
        exits[one.item_id].append(one)
    return {
        "title": "議事要旨",
        "issued": wareki(today),
        "items": [*_head(round, meeting), *_attended(meeting)],
        "parts": [_people(meeting), *[_of_item(c, exits, verdicts) for c in cases]],
        "draft": meeting.closed_at is None,
    }


def _attended(meeting: Meeting) -> list[Item]:
    came = meeting.attendances.values("seat").distinct().count()
    needed, most = meeting.quorum, _most_at_once(meeting)
    enough = ""
    if needed is not None:
        met = "満たす" if most >= needed else "満たさない"
        enough = f"（同時に出席したのは最大{most}人。定足数{needed}人を{met}）"
    chair = meeting.chair.user if meeting.chair else None
    return [_item("議長", chair), _item("出席した委員", f"{came}人{enough}")]


def _most_at_once(meeting: Meeting) -> int:
    """Return how many members were there together, at the moment when they were most.

    Who leaves when another comes was not there with the other.
    """
    rows = meeting.attendances.values_list("arrived_at", "left_at")
    steps = [(came, 1) for came, _left in rows] + [(left, -1) for _came, left in rows if left]
    return max(accumulate((step for _at, step in sorted(steps)), initial=0))


def _people(meeting: Meeting) -> CommitteePart:
    rows = Attendance.objects.filter(meeting=meeting).select_related("seat__user")
    came = list(rows.order_by("arrived_at", "pk"))
    lines = [[str(row.seat.user), _clock(row.arrived_at), _clock(row.left_at)] for row in came]
    there = {row.seat_id for row in came}
    seats = meeting.round.seats.valid_on(meeting.held_on).select_related("user").order_by("pk")
    lines += [[str(seat.user), "欠席", ""] for seat in seats if seat.pk not in there]
    return {"heading": "出欠", "sections": [_table("", ["委員", "入室", "退室"], lines)]}


def _of_item(
    case: Case, exits: Mapping[int, list[RoomExit]], verdicts: Mapping[int, Verdict]
) -> CommitteePart:
    item = case.item
    if item is None:
        raise ValueError("An item of a meeting has a row.")
    left = [f"{one.seat.user}（{_span(one.left_at, one.returned_at)}）" for one in exits[item.pk]]
    facts = [
        _item("審議", _span(item.began_at, item.ended_at) if item.began_at else NOT_DISCUSSED),
        _item("席を外した委員", "、".join(left) or NONE),
    ]
    if verdict := verdicts.get(case.proposal.pk):
        facts += [
            _item("点数", _points(verdict.entry["shown"])),
            _item("順位", _points(verdict.entry["rank"])),
            _item("結論", verdict.conclusion),
        ]
    else:
        withdrawn = case.proposal.state == "withdrawn"
        facts.append(_item("結論", "取下げ" if withdrawn else None))
    words: list[Section] = [{"heading": "審議の要旨", "paragraphs": [item.note or "（記入なし）"]}]
    return {"heading": case.name, "items": facts, "sections": words}


# 採点表 (on paper)


def score_forms(round: Round, *, user, today: date) -> CommitteeData:
    """Return a form for each member to write on: one page for each proposal they score.

    :raises ValidationError: if nobody has a sheet that is still to come, or ``user`` must not meet
        one of the proposals.
    """
    refuse_incomplete(
        round.proposals.filter(state="in_selection").values_list("pk", flat=True), user
    )
    sheets = [sheet for sheet in sheets_of(round, user) if sheet.state == "assigned"]
    if not sheets:
        raise ValidationError(_("No score sheet is open now."))
    criteria = Criterion.objects.filter(rubric__round=round).order_by("position")
    rows = [[c.label_ja, c.hint, _most(c.max_points, c.weight), ""] for c in criteria]
    return {
        "title": "採点表",
        "issued": wareki(today),
        "items": [*_head(round, None), _item("枚数", f"{len(sheets)}枚")],
        "parts": [
            {
                "heading": f"{sheet.proposal.number or ''}　{sheet.proposal.title}",
                "items": [_item("委員", sheet.seat.user), {"label": "記入した日", "value": ""}],
                "sections": [_table("", ["審査項目", "見るところ", "配点", "点数"], rows)],
                "room": LINES_FOR_NOTES,
                "new_page": True,
            }
            for sheet in sheets
        ],
    }
