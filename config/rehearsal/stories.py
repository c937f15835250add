"""What each group and the office do in the rehearsed year, and when.

A story is a generator: it yields the moment at which it goes on, and between two moments it calls
the services that a person's click would call. Years count from the one that is played: −1 is the
year before, in which the projects of this year were selected.
"""

from collections.abc import Generator
from datetime import datetime, time

from casework.calendar import first_day, last_day, moment
from casework.services import advance, assign, correct
from grants.models import ProjectYear, Proposal
from reporting import interim
from reporting.models import Report

from . import advancing, city_issues, departments, money, scenes, settling
from . import program as city
from .cast import ON_PAPER
from .program import A_DAY, Program
from .stage import Stage, Story


def enter_all(stage: Stage, program: Program) -> None:
    """Let everybody enter: the city's yearly work, then the groups."""
    for year, course in ((-1, "collaboration"), (-1, "revitalization"), (0, "startup"),
                         (0, "collaboration"), (0, "revitalization")):  # fmt: skip
        stage.enter(city.hold_round, program, course, year)
    stage.enter(city.keep_the_panel_fair, program)
    stage.enter(city.vote_budgets, program)
    stage.enter(money.keep_the_fund, program)
    stage.enter(money.move_budget, program)
    stage.enter(city.post_the_letters, program)
    for group in GROUPS:
        stage.enter(propose, program, *group)
    stage.enter(advancing.read_what_was_adopted, program)
    stage.enter(city_issues.list_issues, program)
    stage.enter(departments.ask_departments_for_reports, program)
    stage.enter(departments.answer_that_there_was_none, program)
    stage.enter(departments.report_without_a_project, program)
    stage.enter(departments.begin_by_mistake, program)


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
    ("karuta", "startup", 0, "ふるさとかるた再発見", 40_000, "on_paper"),
    ("hoshi", "startup", 0, "星空かんさつ入門", 40_000, "rescinded"),
    ("tegami", "startup", 0, "手紙でつながる午後", 50_000, "refused"),
    ("satoyama", "collaboration", -1, "里山たんけん学校", 500_000, "three_years"),
    ("kodomo", "collaboration", -1, "こども新聞と市の掲示板", 300_000, "unmatched"),
    ("michi", "collaboration", -1, "多言語みちしるべ", 400_000, "renounced"),
    ("akichi", "collaboration", -1, "空き地であそぼう", 300_000, "cut_short"),
    ("engawa", "collaboration", 0, "えんがわ出張相談", 450_000, "coordinated"),
    ("kodomo", "collaboration", 0, "こども新聞 市役所たんけん", 350_000, "withdrawn"),
    ("shonan", "collaboration", 0, "自転車みちの安全地図", 480_000, "fallen_through"),
    ("hotaru", "revitalization", -1, "ほたるの川 再生", 300_000, "over_spent"),
    ("matsuri", "revitalization", -1, "まちかど祭りの復活", 280_000, "revoked"),
    ("yatai", "revitalization", -1, "屋台がつなぐ通り", 200_000, "postponed"),
    ("asaichi", "revitalization", -1, "朝市をもういちど", 150_000, "withdrawn_after_grant"),
    ("takigi", "revitalization", 0, "たきぎ能こども教室", 300_000, "next_year"),
    ("hanabi", "revitalization", 0, "手づくり花火の夕べ", 250_000, "plain"),
)

#: Fates of projects whose plan changes on the way.
CHANGED = ("under_spent", "over_spent")
#: Fates of projects that are to run three years.
THREE_YEARS = ("three_years", "cut_short")


def propose(
    stage: Stage, program: Program, short: str, course: str, year: int, title: str, yen: int,
    fate: str,
) -> Story:  # fmt: skip
    """A group drafts, submits, and then meets its fate."""
    group = program.cast.groups[short]
    if short in ON_PAPER:
        proposal = yield from hand_in_on_paper(stage, program, short, course, year, title, yen)
    else:
        yield stage.when(year, 4, 25)
        proposal = scenes.write_proposal(
            stage, program.rounds[course, year], group, title=title, yen=yen,
            years=3 if fate in THREE_YEARS else 1, measures=program.measures,
            issue=city_issues.answered_by(short) if course == "collaboration" else None,
        )  # fmt: skip
        yield stage.when(year, 5, 12)
        proposal = advance(proposal, "submit", by=group, at=stage.at)
    proposal = yield from be_checked(stage, program, proposal, group, year, fate)
    if proposal.state == "accepted" and course == "collaboration":
        proposal = yield from find_a_department(stage, program, proposal, year, fate)
    if fate == "withdrawn":
        yield stage.when(year, 9, 10)  # the panel has the sheets, and has not scored yet
        proposal = advance(
            proposal, "withdraw", by=group, at=stage.at, reason="担い手が足りなくなったため。"
        )
    if not proposal.closed_at:
        yield from after_the_decision(stage, program, proposal, group, year, fate)


def hand_in_on_paper(
    stage: Stage, program: Program, short: str, course: str, year: int, title: str, yen: int
) -> Generator[datetime, None, Proposal]:
    """A group without a log-in brings its proposal; the clerk keys it in some days later."""
    cast = program.cast
    yield stage.when(year, 5, 12)
    return scenes.file_paper(
        stage, program.rounds[course, year], short, cast.office,
        received_on=stage.today - 4 * A_DAY, title=title, yen=yen, measures=program.measures,
    )  # fmt: skip


def be_checked(
    stage: Stage, program: Program, proposal: Proposal, group, year: int, fate: str
) -> Generator[datetime, None, Proposal]:
    """The office checks the requirements, and asks for a supplement where one is needed."""
    office = program.cast.office
    yield stage.when(year, 5, 20)
    clerks = (program.cast.office, program.cast.second_clerk)
    assign(proposal, clerks[proposal.pk % 2], by=office, at=stage.at)
    if fate == "ineligible":
        why = "設立後3年を過ぎています。"
        return advance(proposal, "ineligible", by=office, at=stage.at, reason=why)
    if fate == "lapsed":
        slip = scenes.accept(stage, proposal, office)
        yield stage.at + scenes.HOUR
        why = "別の団体の受理ボタンを押したため。"
        proposal = correct(slip, reason=why, by=office, at=stage.at)
    if fate in ("supplemented_then_late", "lapsed"):
        why = "収支予算の内訳を書いてください。"
        proposal = advance(proposal, "send_back", by=office, at=stage.at, reason=why)
    if fate == "lapsed":
        yield stage.when(year, 6, 8)
        why = "期限までに提出がなかったため。"
        return advance(proposal, "lapse", by=office, at=stage.at, reason=why)
    if proposal.state == "returned":
        proposal = yield from supplement_with_more_time(stage, program, proposal, group, year)
    return scenes.accept(stage, proposal, office)


def supplement_with_more_time(
    stage: Stage, program: Program, proposal: Proposal, group, year: int
) -> Generator[datetime, None, Proposal]:
    """The group misses the date of its supplement, is given more time, and answers within it."""
    yield stage.when(year, 6, 4)
    proposal = scenes.extend(
        stage, proposal, "supplement", until=stage.today + 5 * A_DAY,
        reason="担当者の入院のため。", cast=program.cast,
    )  # fmt: skip
    yield stage.when(year, 6, 8)
    proposal = advance(proposal, "resubmit", by=group, at=stage.at)
    yield stage.when(year, 6, 9)
    return proposal


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
    if fate == "rescinded":
        yield stage.when(year, 7, 8)
        why = "申請の内容に事実と異なる点があったため。"
        scenes.decide(stage, proposal, "rescind", program.cast, reason=why)
        return
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


#: fate → yen spent of the part asked of the city, beyond or short of what was asked. Whoever spends
#: less than the advance has to pay back what is over.
SPENT = {"under_spent": -28_000, "three_years": -12_000, "over_spent": 15_000}


def run_year(
    stage: Stage, program: Program, case: ProjectYear, group, year: int, fate: str
) -> Story:
    """Apply, grant, pay, carry out, report, confirm, settle: one project year."""
    cast, startup = program.cast, case.proposal.round.edition.course == "startup"
    yield max(stage.when(year, 7, 20) if startup else stage.when(year, 4, 3), stage.at)
    case = apply_for_year(stage, case, group, year)
    if fate == "over_spent":
        case = yield from mend_the_application(stage, program, case, group)
    yield stage.at + 10 * A_DAY
    if fate == "refused":
        why = "ほかの補助金を受けることが分かったため。"
        scenes.decide(stage, case, "refuse", cast, reason=why)
        return
    asked = case.requested_yen
    case = scenes.decide(stage, case, "grant", cast, amount_yen=asked, granted_yen=asked)
    if fate in ("postponed", "withdrawn_after_grant"):
        yield from give_the_grant_back(stage, program, case, group, year, fate)
        return
    yield stage.at + 14 * A_DAY
    if case.by_agreement:
        scenes.sign_the_agreement(stage, case, group, cast)
    scenes.pay_advance(stage, case, cast)
    if fate in THREE_YEARS:
        stage.enter(decide_on_later_years, program, case, group, year, fate)
    if fate == "three_years":
        stage.enter(report_half_way, program, case, group, year)
    if fate == "discontinued":
        yield stage.when(year, 10, 20)
        why = "台風で会場が使えないため。"
        case = scenes.decide(stage, case, "discontinue", cast, ended_on=stage.today, reason=why)
    if fate in CHANGED:
        case = yield from change_the_plan(stage, program, case, group, fate)
    if fate == "revoked":
        yield from revoke(stage, program, case, year)
        return
    yield from settle_year(stage, program, case, group, year, fate)


def report_half_way(stage: Stage, program: Program, case: ProjectYear, group, year: int) -> Story:
    """The office asks how a project of several years stands, and once more for a number."""
    office = program.cast.office
    yield stage.when(year, 12, 1)
    report = interim.ask_for_interim(
        case, due_on=stage.today + 20 * A_DAY, asks="参加した人の数", by=office, at=stage.at
    )
    yield stage.at + 10 * A_DAY
    report = scenes.write_interim(stage, report, group, done="月に1回、山を歩きました。")
    report = advance(report, "submit", by=group, at=stage.at)
    yield stage.at + 2 * A_DAY
    report = advance(report, "send_back", by=office, at=stage.at, reason="人数を書いてください。")
    yield stage.at + 3 * A_DAY
    report = scenes.write_interim(stage, report, group, done="月に1回、のべ64人で山を歩きました。")
    report = advance(report, "resubmit", by=group, at=stage.at)
    yield stage.at + 2 * A_DAY
    advance(report, "note", by=office, at=stage.at)


def change_the_plan(
    stage: Stage, program: Program, case: ProjectYear, group, fate: str
) -> Generator[datetime, None, ProjectYear]:
    """A minor change of what is done is noted; other days are approved, as the rules ask."""
    yield stage.at + 20 * A_DAY
    cast = program.cast
    if fate == "under_spent":
        change = scenes.ask_for_a_change(
            stage, case, group, reason="参加者の希望があったため。",
            content=f"{case.content}\n朝の会を1回ふやします。",
        )  # fmt: skip
        yield stage.at + 3 * A_DAY
        advance(change, "note", by=cast.office, at=stage.at)
    else:
        change = scenes.ask_for_a_change(
            stage, case, group, reason="川の工事が早まったため。", ends_on=case.ends_on - 7 * A_DAY
        )
        yield stage.at + 5 * A_DAY
        scenes.decide(stage, change, "approve", cast, granted_yen=case.granted_yen)
    return ProjectYear.objects.get(pk=case.pk)


def apply_for_year(stage: Stage, case: ProjectYear, group, year: int) -> ProjectYear:
    """Apply for a project that begins soon and ends some time before the fiscal year does."""
    first = max(first_day(case.fiscal_year), stage.today + 12 * A_DAY)
    last = last_day(case.fiscal_year) - (59 if year == 0 else 31) * A_DAY
    return scenes.apply_for_year(stage, case, group, starts_on=first, ends_on=last)


def mend_the_application(
    stage: Stage, program: Program, case: ProjectYear, group
) -> Generator[datetime, None, ProjectYear]:
    """The office asks for a supplement to the application; the group applies again."""
    yield stage.at + 2 * A_DAY
    why = "謝礼の単価と回数を書いてください。"
    case = advance(case, "send_back", by=program.cast.office, at=stage.at, reason=why)
    yield stage.at + 4 * A_DAY
    return advance(case, "reapply", by=group, at=stage.at)


def give_the_grant_back(
    stage: Stage, program: Program, case: ProjectYear, group, year: int, fate: str
) -> Story:
    """Before money was paid: the group withdraws, or the project is postponed by a year."""
    yield stage.at + 5 * A_DAY
    if fate == "withdrawn_after_grant":
        why = "会場を借りられなくなったため。"
        advance(case, "withdraw", by=group, at=stage.at, reason=why)
        return
    case = scenes.decide(
        stage, case, "postpone", program.cast, fiscal_year=case.fiscal_year + 1,
        reason="通りの水道工事が延びたため。",
    )  # fmt: skip
    yield from run_year(stage, program, case, group, year + 1, "plain")


def decide_on_later_years(
    stage: Stage, program: Program, case: ProjectYear, group, year: int, fate: str
) -> Story:
    """In spring the city decides whether a project of three years goes on, and how."""
    cast = program.cast
    second, third = case.proposal.project_years.filter(position__gt=1).order_by("position")
    yield stage.when(year, 3, 10)
    if fate == "three_years":
        told = {"decided_on": stage.today, "document": "架空の継続決定書"}
        second = advance(second, "plan", by=cast.office, at=stage.at, **told)
        stage.enter(run_second_year, program, second, case, group, year + 1)
        yield stage.when(year + 1, 5, 12)
        why = "里山の入口の改修が1年かかるため。"
        later = third.fiscal_year + 1
        scenes.decide(stage, third, "defer", cast, fiscal_year=later, reason=why)
        return
    yield stage.when(year, 3, 25)
    why = "来年度の予算に計上されなかったため。"
    scenes.decide(stage, second, "not_fund", cast, reason=why)
    why = "前の年度が実施されないため。"
    scenes.decide(stage, third, "not_continue", cast, reason=why)


def run_second_year(
    stage: Stage, program: Program, case: ProjectYear, first: ProjectYear, group, year: int
) -> Story:
    """The group plans the second year like the first, and runs it."""
    yield stage.when(year - 1, 3, 28)
    case = scenes.write_year_like(stage, case, first, group)
    yield from run_year(stage, program, case, group, year, "plain")


def revoke(stage: Stage, program: Program, case: ProjectYear, year: int) -> Story:
    """The city revokes the grant; the group pays back what it got, with what is charged for it."""
    cast = program.cast
    yield stage.when(year, 11, 5)
    why = "領収書の一部が事実と異なったため。"
    case = scenes.decide(stage, case, "revoke", cast, reason=why)
    yield stage.at + 20 * A_DAY
    scenes.repay(stage, case, cast)
    case = ProjectYear.objects.get(pk=case.pk)
    yield stage.at + 10 * A_DAY
    scenes.pay_charges(stage, case, cast)
    advance(case, "settle", by=cast.accounting, at=stage.at)


def settle_year(
    stage: Stage, program: Program, case: ProjectYear, group, year: int, fate: str
) -> Story:
    """Report, confirm, pay what is left or get back what is too much, and settle."""
    cast = program.cast
    completed = stage.today if fate == "discontinued" else case.ends_on
    late = fate == "supplemented_then_late"
    yield stage.when(year + 1, 4, 15) if late else moment(completed, time(10)) + 20 * A_DAY
    scenes.write_report(stage, case, group, completed_on=completed, spent=SPENT.get(fate, 0))
    if fate == "under_spent":
        yield from mend_the_report(stage, program, case, group)
    yield stage.at + 25 * A_DAY
    case = scenes.confirm(stage, case, cast)
    yield stage.at + 15 * A_DAY
    case.refresh_from_db()
    if case.balance_yen > 0:
        scenes.pay_balance(stage, case, cast)
    elif case.balance_yen < 0:
        scenes.repay(stage, case, cast)
    case = ProjectYear.objects.get(pk=case.pk)
    case = advance(case, "settle", by=cast.accounting, at=stage.at)
    if case.proposal.matches_department:
        yield from publish_report(stage, program, case)


def mend_the_report(stage: Stage, program: Program, case: ProjectYear, group) -> Story:
    """The office sends the report back for receipts; one line then does not count whole."""
    cast = program.cast
    yield stage.at + 6 * A_DAY
    report = Report.objects.get(project_year=case)
    report = settling.ask_for_receipts(stage, report, cast.office)
    yield stage.at + 5 * A_DAY
    settling.enter_receipts(stage, report, group, settling.spending(report)[-1:])
    report = advance(report, "resubmit", by=group, at=stage.at)
    yield stage.at + 3 * A_DAY
    settling.check_lines(stage, report, cast.office, disallowed_yen=1_800)


def publish_report(stage: Stage, program: Program, case: ProjectYear) -> Story:
    yield stage.at + 5 * A_DAY
    report = scenes.write_collaboration_report(stage, case, program.cast)
    yield stage.at + 5 * A_DAY
    scenes.publish(stage, report, program.cast)
