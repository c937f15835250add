"""What the city does every year in a rehearsal: calls, selections, budgets, and a fair panel."""

from datetime import timedelta

from casework.calendar import japan_date
from casework.services import advance
from grants import services as grants
from grants.models import BudgetEntry, Proposal, Round
from grants.plan import Planned
from guideline.models import Edition, Measure

from . import meetings, scenes
from .cast import Cast
from .rules import CALENDAR, CITY_BUDGETS, invent_edition
from .stage import Stage, Story

A_DAY = timedelta(days=1)


class Program:
    """What the stories of one rehearsal share: the cast and the rounds that have opened."""

    def __init__(self, cast: Cast):
        self.cast = cast
        self.rounds: dict[tuple[str, int], Round] = {}
        in_force = Measure.objects.filter(edition__status=Edition.State.IN_FORCE)
        self.measures = list(in_force.order_by("edition_id", "number"))


#: course → what one round may spend, in yen.
ROUND_BUDGETS = {"startup": 450_000, "collaboration": 1_600_000, "revitalization": 1_000_000}

#: title → points that the panel gives for each criterion, of ten.
POINTS = {
    "駅前つばめ広場のひらき方": 9,
    "あじさいおはなし会": 8,
    "はまべ一斉清掃": 6,
    "なみおと青空コンサート": 5,
    "くもの糸サロン開店": 3,
    "手づくり花火の夕べ": 3,
}
OTHERWISE = 8

#: title → decision, where it is not "select".
OUTCOMES = {
    "はまべ一斉清掃": "reserve",
    "なみおと青空コンサート": "reserve",
    "くもの糸サロン開店": "decline",
    "手づくり花火の夕べ": "decline",
}


def hold_round(stage: Stage, program: Program, course: str, year: int) -> Story:
    """Open a call, refer what was accepted, let the panel score, and decide."""
    opens, closes, referred, scored, decided = CALENDAR[course]
    office = program.cast.office
    yield stage.when(year, *opens, hour=9)
    edition = invent_edition(course, stage.fiscal_year - 1)
    call = grants.open_round(
        edition,
        fiscal_year=stage.fiscal_year + year,
        name=f"{edition.label_ja} {stage.fiscal_year + year}年度",
        opens_at=stage.at,
        closes_at=stage.when(year, *closes, hour=17),
        budget_yen=ROUND_BUDGETS[course],
        by=office,
        at=stage.at,
    )
    program.rounds[course, year] = call
    plan = [
        Planned("meeting", on=japan_date(stage.when(year, *decided))),
        Planned("scores", follows="meeting", period="1 open_days_before"),
        Planned("result", follows="meeting", period="5 open_days"),
        Planned("application", follows="result", period="30"),
    ]
    grants.save_plan(call, plan, version=0, reason="年間計画", by=office, at=stage.at)
    scenes.seat_the_panel(stage, call, office=office, members=program.cast.panel)

    yield stage.when(year, *referred)
    for proposal in _standing(call, "accepted", "matched"):
        advance(proposal, "refer", by=office, at=stage.at)

    yield stage.when(year, *scored)
    scenes.score(stage, call, POINTS, otherwise=OTHERWISE)

    yield stage.when(year, *decided)
    meetings.hold(stage, call, program.cast)

    yield stage.when(year, *decided, hour=16)
    scenes.decide_round(stage, call, OUTCOMES, program.cast)

    yield stage.when(year, *decided, hour=18)
    scenes.publish_result(stage, call, office=office)


def _standing(call: Round, *states: str):
    return list(Proposal.objects.filter(round=call, state__in=states).order_by("pk"))


def keep_the_panel_fair(stage: Stage, program: Program) -> Story:
    """Conflicts of interest in this year's Startup selection, one of them a mistake; a wrong sheet."""
    cast, (scholar, citizen, member) = program.cast, program.cast.panel
    yield stage.when(0, 6, 11)
    scenes.declare_conflict(
        stage, member, "はまべ一斉清掃", "member", by=member,
        note="会員として清掃に参加しています。",
    )  # fmt: skip
    scenes.declare_conflict(
        stage, scholar, "駅前つばめ広場のひらき方", "employee", by=cast.office,
        note="会の講師を務めています。",
    )  # fmt: skip
    mistaken = scenes.declare_conflict(
        stage, citizen, "駅前つばめ広場のひらき方", "family", by=cast.office,
        note="会計の方と同じ名字です。",
    )  # fmt: skip
    yield stage.when(0, 6, 12)
    scenes.lift_conflict(stage, mistaken, office=cast.office, reason="同姓の別の方でした。")
    yield stage.when(0, 6, 22)
    sheet = scenes.reopen_sheet(
        stage, scholar, "あじさいおはなし会", office=cast.office,
        reason="別の団体の点数を書いたと本人から電話がありました。",
    )  # fmt: skip
    yield stage.when(0, 6, 23)
    scenes.score_sheet(stage, sheet, 9, comment="別の団体の点数を書いていました。")


def vote_budgets(stage: Stage, program: Program) -> Story:
    """Record the city's budgets as voted in March, before the years they are for."""
    for year in (0, 1):
        yield stage.when(year - 1, 3, 20)
        for course, yen in CITY_BUDGETS.items():
            grants.enter_budget(
                invent_edition(course, stage.fiscal_year - 1),
                fiscal_year=stage.fiscal_year + year,
                kind=BudgetEntry.Kind.INITIAL,
                amount_yen=yen,
                voted_on=stage.today,
                document="架空の予算書",
                by=program.cast.office,
                at=stage.at,
            )


#: Fiscal year (0 is the one that is played), month: on the fifth of each the post is taken out.
POST_DAYS = [(0, month) for month in (*range(4, 13), 1, 2, 3)] + [(1, 4), (1, 5)]


def post_the_letters(stage: Stage, program: Program) -> Story:
    """Print and post, once a month, what goes to groups that nobody logs in for."""
    for year, month in POST_DAYS:
        yield stage.when(year, month, 5, hour=15)
        scenes.post_what_waits(stage, program.cast.office)
