"""The pictures of a selection in the documentation, of an invented round, and what has to hold on them.

``make pictures`` takes them anew into ``docs/pictures``; else they go where tests write. Whatever is
pictured fits the width of its screen, and on the wall no letter is smaller than ``WALL_PX``.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import ViewportSize

from accounts.models import User
from grants.models import Round
from reviews import meetings, rulings, services
from reviews.models import AgendaItem, Meeting, ScoreSheet
from tests.factories import NOON, TODAY

from .conftest import log_in
from .panel_round import PanelRound, panel_round
from .test_accessibility import TOO_WIDE

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.django_db(transaction=True)]

TABLET: ViewportSize = {"width": 820, "height": 1180}
WALL: ViewportSize = {"width": 1920, "height": 1080}
WINDOW: ViewportSize = {"width": 1280, "height": 1500}
#: Read from the last row of a meeting room.
WALL_PX = 24

MEMBERS = ("学識 いずみ", "公募 さつき", "商店 たろう", "実務 みどり", "地域 じろう")
#: title → yen asked for, and what each member gives for each of the five criteria, as far as they are.
ROUND = {
    "放課後の冒険あそび場": (80_000, ("98879", "87788", "99878", "88889", "97888")),
    "川のいきもの観察会": (60_000, ("87778", "88687", "78788", "", "87877")),
    "まちかど映画館": (90_000, ("76687", "67767", "97586", "66777", "85676")),
    "谷戸の竹林の手入れ": (70_000, ("68677", "77776", "66766", "75768", "66777")),
    "多言語の防災マップ": (100_000, ("65666", "66656", "67556", "75665", "65566")),
    "縁側の聞き書き": (50_000, ("55455", "45554", "54545", "55445", "645")),
}
CRITERIA = [
    {"label_ja": name, "label_en": name_en, "hint": hint, "max_points": 10}
    for name, name_en, hint in (
        ("公益性", "Public benefit", "地域の多くの人のためになるか。"),
        ("必要性", "Need", "いま取り組む理由がはっきりしているか。"),
        ("実現性", "Feasibility", "計画、体制、予算に無理がないか。"),
        ("発展性", "Growth", "補助が終わったあとも続く見込みがあるか。"),
        ("独自性", "Originality", "その団体ならではの工夫があるか。"),
    )
]
WORDS = {
    "purpose": "子どもも大人も顔見知りになり、困ったときに声をかけ合える地域にする。",
    "content": "月に2回、空き家の縁側をひらき、昔の暮らしの話を聞いて冊子にまとめる。",
    "schedule": "6月に準備、7月から翌年2月まで毎月2回、3月に冊子を配る。",
    "effect": "延べ200人が参加し、冊子を小学校と図書館に置く。",
}
#: The member who is an officer of the second group, and the one who is still scoring the last.
CONFLICTED, STILL_SCORING = MEMBERS[3], MEMBERS[4]
BUDGET_YEN = 270_000
SHEETS_DUE_ON = TODAY + timedelta(days=7)


@pytest.fixture
def scene(clock) -> PanelRound:
    asks = {title: yen for title, (yen, _points) in ROUND.items()}
    made = panel_round(
        asks, MEMBERS, words=WORDS, criteria=CRITERIA, allocation="assessed", pass_mark=60, pass_unit="percent",
        quorum=3,
    )  # fmt: skip
    Round.objects.filter(pk=made.round.pk).update(
        name="スタートアップコース（架空） 2026年度", budget_yen=BUDGET_YEN
    )
    services.set_scoring_date(made.round, due_on=SHEETS_DUE_ON, by=made.office, at=NOON)
    services.declare_conflict(
        seat=made.round.seats.get(user=made.members[CONFLICTED]),
        proposal=made.proposals[list(ROUND)[1]], kind="officer", by=made.members[CONFLICTED], at=NOON,
    )  # fmt: skip
    for title, (_yen, given) in ROUND.items():
        for member, points in zip(MEMBERS, given, strict=True):
            if points:
                fill_in(sheet_of(made, title, member), points)
    return made


def fill_in(sheet: ScoreSheet, points: str) -> None:
    """Give points to the first criteria, and hand in a sheet that lacks none."""
    criteria = sheet.proposal.round.rubric.criteria.order_by("position")
    said = {"by": sheet.seat.user, "at": NOON}
    given = {c.pk: int(p) for c, p in zip(criteria, points, strict=False)}
    sheet = services.save_scores(
        sheet, points=given, comment="", edit_number=sheet.edit_number, **said
    )
    if not sheet.missing_criteria():
        services.submit_sheet(sheet, **said)


def sheet_of(scene: PanelRound, title: str, member: str) -> ScoreSheet:
    return ScoreSheet.objects.get(proposal=scene.proposals[title], seat__user=scene.members[member])


@pytest.fixture
def take(page, live_server, tmp_path) -> Callable[..., None]:
    """Photograph what a person sees first at an address."""
    folder = Path(os.environ.get("PICTURES", tmp_path))

    def take_one(name: str, person: User, address: str, size: ViewportSize) -> None:
        log_in(page.context, live_server.url, person)
        page.set_viewport_size(size)
        page.goto(address)
        page.evaluate("document.fonts.ready")
        page.screenshot(path=folder / name)
        assert page.evaluate(TOO_WIDE) + page.evaluate(STICKING_OUT) == [], name

    return take_one


def test_pictures_fit_their_screens(scene, page, take, clock):
    last = sheet_of(scene, list(ROUND)[-1], STILL_SCORING)
    address = reverse("reviews:sheet", args=[last.pk])
    take("sheet.png", scene.members[STILL_SCORING], address, TABLET)
    last.refresh_from_db()
    fill_in(last, "64554")

    held = meet(scene)
    address = reverse("reviews:sensitivity", args=[scene.round.pk])
    take("sensitivity.png", scene.office, address, WINDOW)
    board = reverse("reviews:board", args=[held.pk])
    take("board-order.png", scene.office, board, WALL)
    began = before_the_room(held, scene)
    clock(began + timedelta(minutes=3, seconds=42))
    take("board.png", scene.office, board, WALL)
    small, below = page.evaluate(SMALLER, WALL_PX), page.evaluate(BELOW)
    take("meeting.png", scene.office, f"/office/meetings/{held.pk}/", WINDOW)

    assert (small, below) == ([], 0)


def meet(scene: PanelRound) -> Meeting:
    """Open a meeting to which all come but the member with a conflict of interest."""
    office, seats = scene.office, list(scene.round.seats.select_related("user").order_by("pk"))
    amounts = {p.pk: p.requested_yen for p in scene.proposals.values()}
    amounts[scene.proposals[list(ROUND)[0]].pk] = 75_000
    rulings.assess(scene.round, amounts=amounts, by=office, at=NOON)
    held = meetings.plan(
        scene.round, held_on=TODAY, place="第1会議室", chair=seats[0], quorum=3,
        presentation_minutes=5, question_minutes=10, by=office, at=NOON,
    )  # fmt: skip
    held = meetings.open_meeting(held, by=office, at=NOON)
    for seat in seats:
        if seat.user.name != CONFLICTED:
            meetings.arrive(held, seat=seat, by=office, at=NOON)
    return held


def before_the_room(held: Meeting, scene: PanelRound) -> datetime:
    """Bring the third item before the room; return when its presentation began."""
    first, second, third, *_rest = held.items.order_by("position")
    at = NOON + timedelta(minutes=30)
    for item in (first, second):
        meetings.begin_item(item, by=scene.office, at=at)
        meetings.end_item(item, by=scene.office, at=at)
    third = meetings.begin_item(third, by=scene.office, at=at)
    meetings.start_phase(third, phase=AgendaItem.Phase.QUESTIONS, by=scene.office, at=at)
    return at


#: What is wider than its own place, and so runs into what stands beside it.
STICKING_OUT = """() => [...document.querySelectorAll('main *:not(svg *)')]
  .filter(part => part.clientWidth && part.scrollWidth > part.clientWidth + 1)
  .filter(part => getComputedStyle(part).overflowX === 'visible')
  .map(part => part.outerHTML.slice(0, 120))"""
#: Texts of the board that are smaller than so many pixels, those of pictures as they are scaled.
SMALLER = """least => [...document.querySelectorAll('#board *')]
  .filter(part => [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .filter(part => part.getClientRects().length && !part.closest('.visually-hidden, title'))
  .map(part => [parseFloat(getComputedStyle(part).fontSize) * (part.getScreenCTM?.().a ?? 1), part])
  .filter(([pixels]) => pixels < least)
  .map(([pixels, part]) => `${pixels}: ${part.textContent.trim().slice(0, 40)}`)"""
#: How many pixels of the page lie below the screen.
BELOW = "() => document.documentElement.scrollHeight - window.innerHeight"
