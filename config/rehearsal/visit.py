"""What a visitor finds on the day of the visit, whatever day that is.

The year's stories leave the desks as the calendar has it. These are told backwards from the day on
which the curtain falls, so that something waits on every desk; and a call of each course is open.
"""

from datetime import timedelta

from casework.calendar import first_day, fiscal_year, japan_date
from casework.services import advance
from grants import services as grants
from grants.models import BudgetEntry, Claim, CourseEdition, ProjectYear, Round

from . import advancing, measures, meetings, publishing, scenes, talks
from .program import A_DAY, Program
from .rules import COURSES, invent_edition
from .stage import Stage, Story

#: How long the visitor's calls stay open.
OPEN_FOR = timedelta(days=40)


def enter_all(stage: Stage, program: Program) -> None:
    stage.enter(leave_work_with_approver_and_accounting, program)
    stage.enter(leave_work_with_panel_and_department, program)
    stage.enter(measures.write_the_years, program)
    stage.enter(publishing.publish_the_figures, program)


def leave_work_with_approver_and_accounting(stage: Stage, program: Program) -> Story:
    """Two small projects of an extra call: one is to be paid, the amount of one to be approved."""
    cast = program.cast
    last = japan_date(stage.before_the_end(12))
    year = fiscal_year(last)
    first = max(last - 13 * A_DAY, first_day(year))
    begun = (japan_date(stage.until) - first).days
    yield stage.before_the_end(begun + 75)
    call = _extra_call(stage, program, "startup", year, open_days=25)
    _vote(call.edition, [year], 200_000, program, stage)
    yield stage.before_the_end(begun + 60)
    proposals = [
        _submit(stage, program, call, *told)
        for told in (
            ("minato", "みなと朗読会 ひらきます", 60_000),
            ("komorebi", "こもれび広場の朝体操", 50_000),
        )
    ]
    yield stage.before_the_end(begun + 48)
    for proposal in proposals:
        proposal = scenes.accept(stage, proposal, cast.office)
        advance(proposal, "refer", by=cast.office, at=stage.at)
    yield stage.before_the_end(begun + 40)
    scenes.score(stage, call, {}, otherwise=7)
    yield stage.before_the_end(begun + 35)
    scenes.decide_round(stage, call, {}, cast)
    yield stage.before_the_end(begun + 30)
    advancing.read(stage, program, proposals[0])  # the other one is left for the visitor
    for proposal in proposals:
        advance(proposal, "prepare", by=cast.office, at=stage.at)
    years = [ProjectYear.objects.get(proposal=proposal) for proposal in proposals]
    groups = [cast.groups["minato"], cast.groups["komorebi"]]
    yield stage.before_the_end(begun + 25)
    for case, group in zip(years, groups, strict=True):
        scenes.apply_for_year(stage, case, group, starts_on=first, ends_on=last)
    yield stage.before_the_end(begun + 18)
    for case in years:
        yen = case.requested_yen
        scenes.decide(stage, case, "grant", cast, amount_yen=yen, granted_yen=yen)
    yield stage.before_the_end(begun)
    for case in years:
        scenes.pay_advance(stage, ProjectYear.objects.get(pk=case.pk), cast)
    talks.plan_by_month(stage, years[1], groups[1])
    talks.show_pictures(stage, years[1], groups[1])
    asked = talks.ask_how_it_goes(stage, years[1], cast, by_when=stage.before_the_end(10))
    yield stage.before_the_end(11)
    talks.tell_how_it_goes(stage, asked, groups[1])
    yield stage.before_the_end(10)
    advance(asked, "note", by=cast.office, at=stage.at)
    yield stage.before_the_end(9)
    for case, group in zip(years, groups, strict=True):
        scenes.write_report(stage, case, group, completed_on=last, spent=0)
    yield stage.before_the_end(4)
    confirmed = scenes.confirm(stage, years[0], cast)
    yield stage.before_the_end(3)
    scenes.draft_confirmation(stage, years[1], cast.office)
    balance = confirmed.balance_yen
    found = scenes.claim(stage, confirmed, cast, Claim.Kind.BALANCE, balance)
    yield stage.before_the_end(2)
    scenes.accept_claim(stage, found, cast)


def leave_work_with_panel_and_department(stage: Stage, program: Program) -> Story:
    """Two proposals of an extra call: a department is asked about one, the panel scores one."""
    cast, year = program.cast, fiscal_year(japan_date(stage.until))
    yield stage.before_the_end(45)
    call = _extra_call(stage, program, "collaboration", year, open_days=20)
    yield stage.before_the_end(35)
    told = (("yato", "谷戸をいっしょに歩く日", 200_000), ("hanabi", "夕べの見守り", 250_000))
    asked, matched = (_submit(stage, program, call, *row) for row in told)
    yield stage.before_the_end(20)
    department = scenes.department_of(cast.department)
    for proposal in (asked, matched):
        proposal = scenes.accept(stage, proposal, cast.office)
        advance(proposal, "start_matching", by=cast.office, at=stage.at, department=department)
    yield stage.before_the_end(10)
    talks.settle_where_to_meet(stage, asked, cast.groups["yato"], cast)
    talks.meet(stage, asked, cast)
    yield stage.before_the_end(6)
    proposal = advance(matched, "match", by=cast.department, at=stage.at)
    yield stage.before_the_end(4)
    scenes.name_as_officer(stage, cast.panel[1], proposal.organization, office=cast.office)
    advance(proposal, "refer", by=cast.office, at=stage.at)
    meetings.plan(stage, call, cast, on=stage.today + 10 * A_DAY)


def _extra_call(
    stage: Stage, program: Program, course: str, fiscal_year: int, *, open_days: int
) -> Round:
    return _call(
        stage, program, course, fiscal_year, name="追加募集", open_for=timedelta(days=open_days)
    )


def _call(
    stage: Stage, program: Program, course: str, fiscal_year: int, *, name: str, open_for: timedelta
) -> Round:
    """Open a call now, with its rubric and its panel."""
    edition = invent_edition(course, stage.fiscal_year - 1)
    call = grants.open_round(
        edition,
        fiscal_year=fiscal_year,
        name=f"{edition.label_ja} {name}",
        opens_at=stage.at,
        closes_at=stage.at + open_for,
        budget_yen=2_000_000,
        by=program.cast.office,
        at=stage.at,
    )
    members = program.cast.panel[:2]  # two sheets a proposal show enough
    scenes.seat_the_panel(stage, call, office=program.cast.office, members=members)
    return call


def _submit(stage: Stage, program: Program, call: Round, short: str, title: str, yen: int):
    group = program.cast.groups[short]
    draft = scenes.write_proposal(
        stage, call, group, title=title, yen=yen, measures=program.measures
    )
    return advance(draft, "submit", by=group, at=stage.at)


def _vote(edition: CourseEdition, years, yen: int, program: Program, stage: Stage) -> None:
    """Record budgets for the years a visitor's project may run in, so that nothing has to wait."""
    for fiscal in years:
        grants.enter_budget(
            edition, fiscal_year=fiscal, kind=BudgetEntry.Kind.SUPPLEMENTARY, amount_yen=yen,
            voted_on=stage.today, document="体験用の架空の予算", by=program.cast.office,
            at=stage.at,
        )  # fmt: skip


def open_calls(stage: Stage, program: Program) -> None:
    """Open one call a course, with its panel and budgets, so that every step can be walked."""
    stage.at = stage.until
    year = fiscal_year(stage.today)
    for course in COURSES:
        call = _call(stage, program, course, year, name="体験用の募集", open_for=OPEN_FOR)
        _vote(call.edition, range(year, year + 5), 2_000_000, program, stage)
    talks.ask_about_the_call(stage, call, program.cast)
    _share_a_draft(stage, program, call)


def _share_a_draft(stage: Stage, program: Program, call: Round) -> None:
    """A group has begun to write, and asks the coordinators for help."""
    group = program.cast.groups["engawa"]
    talks.consult(stage, group)
    draft = grants.start_draft(
        call, group.organizations.get(), title="えんがわの夕涼み", by=group, at=stage.at
    )
    grants.share_with_coordinators(draft, by=group, at=stage.at)
    talks.ask_the_coordinator(stage, draft, group)
