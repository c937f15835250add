"""What each group and the office do in the rehearsed year, and when.

A story is a generator: it yields the moment at which it goes on, and between two moments it calls
the services that a person's click would call. Years count from the one that is played: −1 is the
year before, in which the projects of this year were selected.
"""

from collections.abc import Generator
from datetime import datetime, time, timedelta

from casework.calendar import moment
from casework.services import advance
from grants import services as grants
from grants.models import BudgetEntry, Payment, ProjectYear, Proposal, Round
from guideline.models import Measure

from . import scenes
from .cast import Cast
from .rules import invent_edition
from .stage import Stage, Story

A_DAY = timedelta(days=1)


class Program:
    """What the stories of one rehearsal share: the cast and the rounds that have opened."""

    def __init__(self, cast: Cast):
        self.cast = cast
        self.rounds: dict[tuple[str, int], Round] = {}
        self.measures = list(Measure.objects.order_by("edition_id", "number"))


def enter_all(stage: Stage, program: Program) -> None:
    """Let everybody enter: the office's yearly work, then the groups."""
    for year, course in ((-1, "collaboration"), (-1, "revitalization"), (0, "startup"),
                         (0, "collaboration"), (0, "revitalization")):  # fmt: skip
        stage.enter(hold_round, program, course, year)
    stage.enter(vote_budgets, program)
    for group in GROUPS:
        stage.enter(propose, program, *group)
    stage.enter(ask_departments_for_reports, program)


# What the office does every year

#: course → opens, closes, referred, scored, decided: (month, day) in the year of selection.
CALENDAR = {
    "startup": ((4, 14), (5, 31), (6, 10), (6, 20), (7, 1)),
    "collaboration": ((4, 14), (6, 30), (9, 1), (9, 20), (10, 5)),
    "revitalization": ((4, 14), (6, 30), (8, 1), (9, 20), (10, 5)),
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
        budget_yen={"startup": 300_000}.get(course, 1_600_000),
        by=office,
        at=stage.at,
    )
    program.rounds[course, year] = call
    scenes.seat_the_panel(stage, call, office=office, members=program.cast.panel)

    yield stage.when(year, *referred)
    for proposal in _standing(call, "accepted", "matched"):
        advance(proposal, "refer", by=office, at=stage.at)

    yield stage.when(year, *scored)
    scenes.score(stage, call, POINTS, otherwise=OTHERWISE)

    yield stage.when(year, *decided)
    scenes.decide_round(stage, call, OUTCOMES, program.cast)


def _standing(call: Round, *states: str):
    return list(Proposal.objects.filter(round=call, state__in=states).order_by("pk"))


def vote_budgets(stage: Stage, program: Program) -> Story:
    """Record the city's budgets as voted in March, before the years they are for."""
    for year in (0, 1):
        yield stage.when(year - 1, 3, 20)
        for course, yen in (
            ("startup", 400_000),
            ("collaboration", 1_800_000),
            ("revitalization", 900_000),
        ):
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


def ask_departments_for_reports(stage: Stage, program: Program) -> Story:
    """Ask every department for its collaboration reports at the end of the year."""
    for year in (-1, 0):
        yield stage.when(year, 3, 1)
        scenes.request_reports(stage, program.cast.office, fiscal_year=stage.fiscal_year + year)


# What each group does

#: group, course, year of selection, title, yen asked, what becomes of it.
GROUPS = (
    ("tsubame", "startup", 0, "駅前つばめ広場のひらき方", 100_000, "under_spent"),
    ("yato", "startup", 0, "谷戸の道しるべ", 80_000, "ineligible"),
    ("ajisai", "startup", 0, "あじさいおはなし会", 70_000, "supplemented_then_late"),
    ("shirasu", "startup", 0, "みんなのしらす食堂", 100_000, "lapsed"),
    ("kumo", "startup", 0, "くもの糸サロン開店", 90_000, "plain"),
    ("hama", "startup", 0, "はまべ一斉清掃", 60_000, "discontinued"),
    ("nami", "startup", 0, "なみおと青空コンサート", 70_000, "plain"),
    ("satoyama", "collaboration", -1, "里山たんけん学校", 500_000, "three_years"),
    ("kodomo", "collaboration", -1, "こども新聞と市の掲示板", 300_000, "unmatched"),
    ("michi", "collaboration", -1, "多言語みちしるべ", 400_000, "renounced"),
    ("engawa", "collaboration", 0, "えんがわ出張相談", 450_000, "coordinated"),
    ("kodomo", "collaboration", 0, "こども新聞 市役所たんけん", 350_000, "withdrawn"),
    ("shonan", "collaboration", 0, "自転車みちの安全地図", 480_000, "fallen_through"),
    ("hotaru", "revitalization", -1, "ほたるの川 再生", 300_000, "over_spent"),
    ("matsuri", "revitalization", -1, "まちかど祭りの復活", 280_000, "revoked"),
    ("takigi", "revitalization", 0, "たきぎ能こども教室", 300_000, "next_year"),
    ("hanabi", "revitalization", 0, "手づくり花火の夕べ", 250_000, "plain"),
)

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


def propose(
    stage: Stage, program: Program, short: str, course: str, year: int, title: str, yen: int,
    fate: str,
) -> Story:  # fmt: skip
    """A group drafts, submits, and then meets its fate."""
    group = program.cast.groups[short]
    yield stage.when(year, 4, 25)
    proposal = scenes.write_proposal(
        stage, program.rounds[course, year], group, title=title, yen=yen,
        years=3 if fate == "three_years" else 1, measures=program.measures,
    )  # fmt: skip
    yield stage.when(year, 5, 12)
    proposal = advance(proposal, "submit", by=group, at=stage.at)
    proposal = yield from be_checked(stage, program, proposal, group, year, fate)
    if proposal.state == "accepted" and course == "collaboration":
        proposal = yield from find_a_department(stage, program, proposal, year, fate)
    if fate == "withdrawn":
        yield stage.when(year, 8, 20)
        proposal = advance(
            proposal, "withdraw", by=group, at=stage.at, reason="担い手が足りなくなったため。"
        )
    if not proposal.closed_at:
        yield from after_the_decision(stage, program, proposal, group, year, fate)


def be_checked(
    stage: Stage, program: Program, proposal: Proposal, group, year: int, fate: str
) -> Generator[datetime, None, Proposal]:
    """The office checks the requirements, and asks for a supplement where one is needed."""
    office = program.cast.office
    yield stage.when(year, 5, 20)
    if fate == "ineligible":
        why = "設立後3年を過ぎています。"
        return advance(proposal, "ineligible", by=office, at=stage.at, reason=why)
    if fate in ("supplemented_then_late", "lapsed"):
        why = "収支予算の内訳を書いてください。"
        proposal = advance(proposal, "send_back", by=office, at=stage.at, reason=why)
    if fate == "lapsed":
        yield stage.when(year, 6, 8)
        why = "期限までに提出がなかったため。"
        return advance(proposal, "lapse", by=office, at=stage.at, reason=why)
    if proposal.state == "returned":
        yield stage.when(year, 5, 27)
        proposal = advance(proposal, "resubmit", by=group, at=stage.at)
        yield stage.when(year, 5, 28)
    return advance(proposal, "accept", by=office, at=stage.at)


def find_a_department(
    stage: Stage, program: Program, proposal: Proposal, year: int, fate: str
) -> Generator[datetime, None, Proposal]:
    """The office asks a department, which takes part or does not."""
    cast = program.cast
    yield stage.when(year, 7, 5)
    proposal = advance(
        proposal, "start_matching", by=cast.office, at=stage.at,
        department=scenes.department_of(cast.department),
    )  # fmt: skip
    yield stage.when(year, 8, 10)
    if fate == "unmatched":
        why = "双方の課題感が一致しませんでした。"
        return advance(proposal, "no_match", by=cast.department, at=stage.at, reason=why)
    return advance(proposal, "match", by=cast.department, at=stage.at)


def after_the_decision(
    stage: Stage, program: Program, proposal: Proposal, group, year: int, fate: str
) -> Story:
    """The decision has been sent: the reserve list, the talks, and the project years."""
    startup = proposal.round.edition.course == "startup"
    office = program.cast.office
    yield stage.when(year, 7, 3) if startup else stage.when(year, 10, 8)
    proposal.refresh_from_db()
    if proposal.state == "declined":
        return
    if proposal.state == "reserve":
        proposal = advance(proposal, "offer", by=office, at=stage.at)
        yield stage.at + 4 * A_DAY
        if fate == "plain":
            advance(proposal, "pass_up", by=group, at=stage.at)
            return
        proposal = advance(proposal, "take", by=group, at=stage.at)
    if fate == "renounced":
        yield stage.when(year, 11, 15)
        advance(proposal, "renounce", by=group, at=stage.at, reason="代表が転居するため。")
        return
    if proposal.matches_department:
        yield stage.when(year, 11, 1)
        proposal = advance(proposal, "coordinate", by=office, at=stage.at)
        if fate == "fallen_through":
            yield stage.when(year, 1, 20)
            advance(
                proposal, "fall_through", by=office, at=stage.at,
                reason="費用の分担について合意できませんでした。",
            )  # fmt: skip
            return
        yield stage.when(year, 12, 10)
        proposal = scenes.agree_on_terms(stage, proposal, group, program.cast.department)
    else:
        yield stage.when(year, 7, 10) if startup else stage.when(year, 11, 10)
        proposal = advance(proposal, "prepare", by=office, at=stage.at)
    first = proposal.project_years.order_by("position").first()
    yield from run_year(stage, program, first, group, year if startup else year + 1, fate)


#: fate → yen spent of the part asked of the city, beyond or short of what was asked.
SPENT = {"under_spent": -8_000, "three_years": -12_000, "over_spent": 15_000}


def run_year(
    stage: Stage, program: Program, case: ProjectYear, group, year: int, fate: str
) -> Story:
    """Apply, grant, pay, carry out, report, confirm, settle: one project year."""
    cast, startup = program.cast, case.proposal.round.edition.course == "startup"
    apply_on = stage.when(year, 7, 20) if startup else stage.when(year, 4, 3)
    yield max(apply_on, stage.at)
    case = scenes.apply_for_year(stage, case, group, year)
    yield stage.at + 10 * A_DAY
    asked = case.requested_yen
    case = scenes.decide(stage, case, "grant", cast, amount_yen=asked, granted_yen=asked)
    yield stage.at + 14 * A_DAY
    if case.by_agreement:
        scenes.sign_the_agreement(stage, case, group, cast)
    if fate != "over_spent":
        scenes.pay(stage, case, cast, Payment.Kind.ADVANCE, asked)
    if fate == "three_years":
        yield stage.when(year, 2, 20)
        second = case.proposal.project_years.get(position=2)
        advance(
            second, "plan", by=cast.office, at=stage.at, decided_on=stage.today,
            document="架空の継続決定書",
        )  # fmt: skip
    if fate == "discontinued":
        yield stage.when(year, 10, 20)
        case = scenes.decide(
            stage,
            case,
            "discontinue",
            cast,
            ended_on=stage.today,
            reason="台風で会場が使えないため。",
        )
    if fate == "revoked":
        yield stage.when(year, 11, 5)
        case = scenes.decide(
            stage, case, "revoke", cast, reason="領収書の一部が事実と異なったため。"
        )
        yield stage.at + 20 * A_DAY
        scenes.pay(stage, case, cast, Payment.Kind.REPAYMENT, asked)
        case.refresh_from_db()
        advance(case, "settle", by=cast.accounting, at=stage.at)
        return
    yield from settle_year(stage, program, case, group, year, fate)


def settle_year(
    stage: Stage, program: Program, case: ProjectYear, group, year: int, fate: str
) -> Story:
    """Report, confirm, pay what is left or get back what is too much, and settle."""
    cast = program.cast
    completed = stage.today if fate == "discontinued" else case.ends_on
    late = fate == "supplemented_then_late"
    yield stage.when(year + 1, 4, 15) if late else moment(completed, time(10)) + 20 * A_DAY
    scenes.write_report(stage, case, group, completed_on=completed, spent=SPENT.get(fate, 0))
    yield stage.at + 25 * A_DAY
    case = scenes.confirm(stage, case, cast)
    yield stage.at + 15 * A_DAY
    case.refresh_from_db()
    if case.balance_yen > 0:
        scenes.pay(stage, case, cast, Payment.Kind.BALANCE, case.balance_yen)
    if case.balance_yen < 0:
        scenes.pay(stage, case, cast, Payment.Kind.REPAYMENT, -case.balance_yen)
    case = ProjectYear.objects.get(pk=case.pk)
    case = advance(case, "settle", by=cast.accounting, at=stage.at)
    if case.proposal.matches_department:
        yield from publish_report(stage, program, case)


def publish_report(stage: Stage, program: Program, case: ProjectYear) -> Story:
    yield stage.at + 5 * A_DAY
    report = scenes.write_collaboration_report(stage, case, program.cast)
    yield stage.at + 5 * A_DAY
    scenes.publish(stage, report, program.cast)
