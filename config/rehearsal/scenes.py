"""What the stories have in common: single scenes, each played through the program's services."""

from datetime import date, timedelta

from accounts import services as accounts
from accounts.models import Department, Organization, Role, User
from casework import approvals, by_post
from casework.models import Approval, Case
from casework.services import advance
from grants import agreements
from grants import services as grants
from grants.advances import advance_yen
from grants.bank_secrets import Account
from grants.charges_owed import owed
from grants.eligibility import Outcome
from grants.models import (
    LINE_FIELDS,
    ChangeRequest,
    CityIssue,
    Claim,
    Payment,
    ProjectYear,
    Proposal,
    Round,
)
from grants.standing import Standing, open_rules, rule_standings, year_at_stake
from reporting import interim
from reporting import services as reporting
from reporting.confirming import without_proof
from reporting.models import CollaborationReport, InterimReport, Release, Report
from reporting.publishing import checks, releases
from reviews import decisions, public_summary, rulings
from reviews import services as reviews
from reviews.models import Conflict, PanelSeat, ScoreSheet
from reviews.presets import HACHINOHE
from reviews.selection import standings

from . import gallery, settling
from .cast import GROUPS, Cast, confirm_group, introduce
from .outcomes import advanced_by, tell_what_came_of_it
from .rules import INVENTED, SELECTION_RULES
from .stage import Stage

HOUR = timedelta(hours=1)


def line(
    side: str, label: str, amount_yen: int, *, from_city: bool = False, category: str = ""
) -> dict:
    """A budget line; the amount in yen, the category by its code in the invented editions."""
    return {
        "side": side, "label": label, "detail": "", "amount_yen": amount_yen,
        "from_city": from_city, "category": category,
    }  # fmt: skip


def write_proposal(
    stage: Stage, call: Round, group: User, *, title: str, yen: int, measures: list, years: int = 1,
    issue: CityIssue | None = None,
) -> Proposal:  # fmt: skip
    """A group writes a whole draft that asks the city for ``yen``, and accepts the pledges.

    :param issue: the city issue that it answers.
    """
    organization = group.organizations.get()
    draft = grants.start_draft(call, organization, title=title, by=group, at=stage.at, issue=issue)
    _fill_in(stage, draft, group, yen=yen, years=years, measures=measures)
    return grants.pledge(draft, name=group.name, by=group, at=stage.at)


def file_paper(
    stage: Stage, call: Round, group: str, clerk: User, *, received_on: date, title: str, yen: int,
    measures: list,
) -> Proposal:  # fmt: skip
    """The clerk keys in what a group without a log-in wrote on paper, and the group, and files it.

    :param group: its short name in the cast.
    :param received_on: the day the paper came in (収受日), which counts.
    """
    told = GROUPS[group]
    draft = grants.start_paper(
        call, organization=None, new_organization=told.name, title=title, received_on=received_on,
        by=clerk, at=stage.at,
    )  # fmt: skip
    founded_on = told.founded_on(stage.fiscal_year)
    introduce(draft.organization, told, founded_on=founded_on, by=clerk, at=stage.at)
    confirm_group(draft.organization, clerk, at=stage.at)
    _fill_in(stage, draft, clerk, yen=yen, years=1, measures=measures)
    grants.pledge(draft, name="会の代表", by=clerk, at=stage.at)
    return advance(draft, "file_paper", by=clerk, at=stage.at)


def _fill_in(
    stage: Stage, draft: Proposal, writer: User, *, yen: int, years: int, measures: list
) -> None:
    own, title = yen // 5, draft.title
    measure = measures[sum(title.encode()) % len(measures)]
    grants.save_draft(
        draft,
        fields={
            "purpose": f"「{title}」により、地域の人がつながる場をつくります。",
            "content": "月に1回の集まりと、年に1回の発表の場を開きます。",
            "schedule": "準備、毎月の活動、まとめと報告の順に進めます。",
            "effect": "参加した人が、次の担い手になることを目指します。",
            "years": years,
        },
        lines=[
            line("income", "市の補助・負担", yen, from_city=True),
            line("income", "会費・参加費", own, category="tickets"),
            line("expenditure", "消耗品費", yen // 2, category="supplies"),
            line("expenditure", "印刷製本費", own, category="printing"),
            line("expenditure", "使用料・謝礼", yen - yen // 2, category="fees"),
        ],
        measures=[{"measure": measure, "how": "活動を通じて、この施策を市民の側から進めます。"}],
        edit_number=0,
        by=writer,
        at=stage.at,
    )


def accept(stage: Stage, proposal: Proposal, office: User, *, override: str = "") -> Proposal:
    """The office answers as met what only a person can answer, and accepts the proposal.

    :param override: why what fails counts as met, too; empty leaves it in the way.
    """
    proposal = answer_rules(stage, proposal, office, override=override)
    return advance(proposal, "accept", by=office, at=stage.at)


def answer_rules(stage: Stage, proposal: Proposal, office: User, *, override: str = "") -> Proposal:
    """The office answers what is open now, also of the year that waits for its grant."""
    rows = rule_standings(proposal, on=stage.today, year=year_at_stake(proposal))
    answers = {
        row.check.code: grants.Answer(Outcome.PASSES, _why(row, override))
        for row in open_rules(rows)
        if override or row.check.outcome == Outcome.NEEDS_PERSON
    }
    return grants.answer_rules(proposal, answers, by=office, at=stage.at)


def _why(row: Standing, override: str) -> str:
    return override if row.check.outcome == Outcome.FAILS else ""


def department_of(person: User) -> int:
    return person.duty_set.get(role=Role.DEPARTMENT).department_id


def agree_on_terms(stage: Stage, proposal: Proposal, group: User, department: User) -> Proposal:
    """The department writes the terms; both sides accept them; the talks are concluded."""
    terms = grants.propose_terms(
        proposal,
        organization_role="企画と運営\n参加者の募集",
        department_role="会場の提供\n広報への掲載",
        cost_share="市は負担金の額を限度に負担し、ほかは団体が負担する。",
        by=department,
        at=stage.at,
    )
    for side, person in (("organization", group), ("department", department)):
        proposal = grants.accept_terms(
            proposal, side=side, version=terms.version, by=person, at=stage.at
        )
    return proposal


def extend(stage: Stage, case: Case, kind: str, *, until: date, reason: str, cast: Cast):
    """The office drafts more time for what is still owed, and the approver grants it."""
    (owed,) = case.deadlines.open().filter(kind=kind)
    return decide(stage, case, "extend", cast, deadline=owed.pk, until_on=until, reason=reason)


def draft_decision(
    stage: Stage, case, verb: str, office: User, *, amount_yen: int | None = None, **facts
) -> Approval:
    """The office drafts one move (起案)."""
    wish = approvals.Wish(case, verb, facts, amount_yen)
    title = approvals.title_for(case, case.flow[verb])
    return approvals.draft(title, [wish], by=office, at=stage.at)


def decide(stage: Stage, case, verb: str, cast: Cast, *, amount_yen: int | None = None, **facts):
    """The office drafts one move and the approver approves it an hour later."""
    draft = draft_decision(stage, case, verb, cast.office, amount_yen=amount_yen, **facts)
    _approve(stage, draft, cast)
    return type(case).objects.get(pk=case.pk)


def _approve(stage: Stage, draft: Approval, cast: Cast) -> None:
    advance(draft, "approve", by=cast.approver, at=stage.at + HOUR, decided_on=stage.today)


def apply_for_year(
    stage: Stage, year: ProjectYear, group: User, *, starts_on: date, ends_on: date
) -> ProjectYear:
    """The group fills in the days and applies for the grant of the year."""
    lines = year.budget_lines.values(*LINE_FIELDS)
    days = {"starts_on": starts_on, "ends_on": ends_on}
    year = grants.save_year(
        year, fields=days, lines=list(lines), edit_number=year.edit_number, by=group, at=stage.at
    )
    return advance(year, "apply", by=group, at=stage.at, **_day_of_paper(stage, year, group))


def _day_of_paper(stage: Stage, case: Case, writer: User) -> dict:
    """What the clerk tells of a paper that is keyed in two days after it came; of nothing else."""
    if writer.act_on(stage.today).duties.edits(case.organization_id):
        return {}
    return {"received_on": stage.today - timedelta(days=2)}


def write_year_like(
    stage: Stage, year: ProjectYear, first: ProjectYear, group: User
) -> ProjectYear:
    """The group fills in a later year with what it did and asked for in the first."""
    lines = first.budget_lines.values(*LINE_FIELDS)
    return grants.save_year(
        year, fields={"content": first.content}, lines=list(lines), edit_number=year.edit_number,
        by=group, at=stage.at,
    )  # fmt: skip


def sign_the_agreement(stage: Stage, year: ProjectYear, group: User, cast: Cast) -> None:
    """The group signs the yearly agreement; the office enters the signature of the city."""
    for party, name, person in (
        ("organization", group.name, group),
        ("city", "架空の市長", cast.office),
    ):
        agreements.sign_agreement(
            year, party=party, name=name, signed_on=stage.today, by=person, at=stage.at
        )


def claim(
    stage: Stage, year: ProjectYear, cast: Cast, kind: str, amount_yen: int, *, reason: str = ""
) -> Claim:
    """The group registers its bank account, if it has not, and claims; on paper the clerk keys it in."""
    group = year.organization
    on_paper = year.on_paper or not group.members.exists()
    writer = cast.office if on_paper else group.members.order_by("pk").first().act_on(stage.today)
    if not on_paper and not group.bank_accounts.exists():
        _register_account(stage, group, writer)
    found = grants.start_claim(year, kind=kind, by=writer, at=stage.at)
    found = grants.save_claim(
        found, fields={"amount_yen": amount_yen, "reason": reason}, edit_number=found.edit_number,
        by=writer, at=stage.at,
    )  # fmt: skip
    day = {"received_on": stage.today} if on_paper else {}
    return advance(found, "submit", by=writer, at=stage.at, **day)


def _register_account(stage: Stage, group: Organization, writer: User) -> None:
    account = Account(
        bank_code="9999", bank_name="架空銀行", branch_code="999", branch_name="架空支店",
        account_kind="ordinary", account_number=f"{9_000_000 + group.pk}", holder_kana="ｶｸｳﾉｶｲ",
    )  # fmt: skip
    grants.register_account(group, account, by=writer, at=stage.at)


def accept_claim(stage: Stage, found: Claim, cast: Cast) -> Claim:
    return advance(found, "accept", by=cast.office, at=stage.at)


def pay(stage: Stage, found: Claim, cast: Cast) -> Payment:
    return grants.pay_claim(
        found, paid_on=stage.today, document="架空の伝票", by=cast.accounting, at=stage.at
    )


def pay_advance(stage: Stage, year: ProjectYear, cast: Cast) -> Payment:
    """Claim and pay the share of the grant that the course lets be paid in advance (概算払)."""
    why = "会場と材料の費用を先に支払う必要があるため。"
    kind, amount = Claim.Kind.ADVANCE, advance_yen(year)
    found = claim(stage, year, cast, kind, amount, reason=why)
    return pay(stage, accept_claim(stage, found, cast), cast)


def pay_balance(stage: Stage, year: ProjectYear, cast: Cast) -> Payment:
    """Claim and pay what is left once the amount is confirmed (精算払)."""
    found = claim(stage, year, cast, Claim.Kind.BALANCE, year.balance_yen)
    return pay(stage, accept_claim(stage, found, cast), cast)


def repay(stage: Stage, year: ProjectYear, cast: Cast) -> Payment:
    """Record that the group paid back what it got too much (返還)."""
    return grants.record_repayment(
        year, amount_yen=-year.balance_yen, paid_on=stage.today, document="架空の納付書",
        by=cast.accounting, at=stage.at,
    )  # fmt: skip


def pay_charges(stage: Stage, year: ProjectYear, cast: Cast) -> None:
    """Record that the charges (加算金・延滞金) came that are open of ``year``, each whole."""
    for charge in owed(year, today=stage.today):
        if charge.open_yen:
            grants.record_charge(
                year, which=charge.which, amount_yen=charge.open_yen, paid_on=stage.today,
                document="架空の納付書", by=cast.accounting, at=stage.at,
            )  # fmt: skip


def ask_for_a_change(
    stage: Stage, year: ProjectYear, group: User, *, reason: str, **fields
) -> ChangeRequest:
    """The group writes down how the plan is to be, and sends the request; the budget stays."""
    change = grants.start_change(year, asks_for="change", by=group, at=stage.at)
    lines = list(change.budget_lines.order_by("pk").values(*LINE_FIELDS))
    change = grants.save_change(
        change, fields={"reason": reason, **fields}, lines=lines, edit_number=0, by=group,
        at=stage.at,
    )  # fmt: skip
    return advance(change, "submit", by=group, at=stage.at)


def post_what_waits(stage: Stage, office: User) -> None:
    """The office prints what waits to go by post, and posts it on the same day."""
    waiting = list(by_post.waiting_on_paper(office.act_on(stage.today)))
    if waiting:
        printed = by_post.print_batch(waiting, by=office, at=stage.at)
        by_post.mail_batch(printed, on=stage.today, by=office, at=stage.at + HOUR)


# The panel


def seat_the_panel(stage: Stage, call: Round, *, office: User, members: list[User]) -> None:
    """Enter the rubric that the rules of the course tell of, and give every member a seat."""
    criteria = [
        {"label_ja": ja, "label_en": en, "hint": "", "max_points": most}
        for ja, en, most in HACHINOHE.criteria
    ]
    reviews.set_rubric(
        call, criteria=criteria, pass_mark=call.rules.number("pass_mark"), **SELECTION_RULES,
        source=f"{INVENTED}（{HACHINOHE.source}）", by=office, at=stage.at,
    )  # fmt: skip
    for member in members:
        reviews.add_seat(call, user=member, by=office, at=stage.at)


def score(stage: Stage, call: Round, points: dict[str, int], *, otherwise: int) -> None:
    """Every member fills in and submits the sheets of the round.

    :param points: title → points for each criterion; members differ by one point at most.
    """
    sheets = ScoreSheet.objects.filter(proposal__round=call, state="assigned")
    for sheet in sheets.select_related("proposal", "seat__user").order_by("pk"):
        given = points.get(sheet.proposal.title, otherwise) + (sheet.pk % 3) - 1
        score_sheet(stage, sheet, given, comment="地域に根づく取組と考えます。")


def score_sheet(stage: Stage, sheet: ScoreSheet, given: int, *, comment: str) -> None:
    """The member gives the same points for each criterion, within its limits, and submits."""
    member = sheet.seat.user
    reviews.save_scores(
        sheet,
        points={
            criterion.pk: min(criterion.max_points, max(0, given))
            for criterion in sheet.proposal.round.rubric.criteria.all()
        },
        comment=comment,
        edit_number=sheet.edit_number,
        by=member,
        at=stage.at,
    )
    reviews.submit_sheet(sheet, by=member, at=stage.at)


def declare_conflict(
    stage: Stage, member: User, title: str, kind: str, *, by: User, note: str
) -> Conflict:
    """Somebody says that a member must not deal with the proposal of this title."""
    proposal = Proposal.objects.get(title=title)
    seat = PanelSeat.objects.get(round=proposal.round, user=member)
    return reviews.declare_conflict(
        seat=seat, proposal=proposal, kind=kind, by=by, at=stage.at, note=note
    )


def name_as_officer(stage: Stage, member: User, group: Organization, *, office: User) -> None:
    """A group names an officer who is called as a member of the subcommittee is."""
    accounts.add_officer(
        group, name=member.name, post="監事", is_representative=False, valid_from=stage.today,
        by=office.act_on(stage.today), at=stage.at,
    )  # fmt: skip


def lift_conflict(stage: Stage, conflict: Conflict, *, office: User, reason: str) -> None:
    reviews.lift_conflict(conflict, reason=reason, by=office, at=stage.at)


def reopen_sheet(
    stage: Stage, member: User, title: str, *, reason: str, office: User
) -> ScoreSheet:
    """The office opens a submitted sheet again, because the member asked for it."""
    sheet = ScoreSheet.objects.get(proposal__title=title, seat__user=member)
    return advance(sheet, "reopen", by=office, at=stage.at, reason=reason)


def decide_round(stage: Stage, call: Round, outcomes: dict[str, str], cast: Cast) -> None:
    """The office drafts the decision from the scores; the approver approves it an hour later.

    :param outcomes: title → verb, where it is not "select".
    """
    proposals = Proposal.objects.filter(round=call, state="in_selection").order_by("pk")
    wanted = [
        decisions.Outcome(p, outcomes.get(p.title, "select"), departure="リハーサル用の架空の理由")
        for p in proposals
    ]
    if not wanted:
        return
    for tied in rulings.ties(standings(call)):
        order = sorted(row.proposal.pk for row in tied)
        rulings.rule_on_tie(call, order=order, by=cast.office, at=stage.at)
    draft = decisions.draft_decision(call, outcomes=wanted, by=cast.office, at=stage.at)
    _approve(stage, draft, cast)


def publish_result(stage: Stage, call: Round, *, office: User) -> None:
    """Everyone reads on the page of the call what was decided, if anything was."""
    for decision in call.decisions.order_by("number"):
        public_summary.publish(decision, by=office, at=stage.at)


# Reports


def write_interim(stage: Stage, report: InterimReport, group: User, *, done: str) -> InterimReport:
    """The group writes how its project stands so far (中間報告)."""
    told = {"done": done, "against_plan": "予定どおりです。", "troubles": "", "needs": ""}
    return interim.save_interim(
        report, fields=told, edit_number=report.edit_number, by=group, at=stage.at
    )


def write_report(
    stage: Stage, year: ProjectYear, group: User, *, completed_on: date, spent: int
) -> Report:
    """The group reports what it did and spent, with two receipts, and sends the report.

    :param spent: yen spent beyond the budget, or short of it if negative.
    """
    report = Report.objects.get(project_year=year)
    lines = list(report.settlement_lines.order_by("pk").values(*LINE_FIELDS))
    _spend(lines, spent)
    report = reporting.save_report(
        report,
        fields={
            "completed_on": completed_on,
            "content": "計画した集まりを毎月開き、発表の場を1回持ちました。",
            "results": "新しい参加者が増え、次の担い手が2人決まりました。",
            "participants": 120,
            "reflection": "広報を早く始めることの大切さを学びました。",
        },
        lines=lines,
        edit_number=report.edit_number,
        by=group,
        at=stage.at,
    )
    settling.enter_receipts(stage, report, group, settling.spending(report)[:1])
    tell_what_came_of_it(stage, report, group, people=120)
    return advance(report, "submit", by=group, at=stage.at, **_day_of_paper(stage, report, group))


def _spend(lines: list[dict], spent: int) -> None:
    """Change the last expenditure by ``spent`` yen and let the income balance it.

    What was saved comes off the city's part; what was spent beyond is the group's own.
    """
    lines[-1]["amount_yen"] += spent
    side = next(row for row in lines if row["side"] == "income" and row["from_city"] == (spent < 0))
    side["amount_yen"] += spent


def draft_confirmation(stage: Stage, year: ProjectYear, office: User) -> Approval:
    """The office checks what it has not, and drafts the amount that the settlement comes to."""
    year = ProjectYear.objects.get(pk=year.pk)
    report = settling.allow_the_rest(stage, year.final_report, office)
    told = {"confirmed_yen": report.settlement.proposed_confirmed_yen}
    if without_proof(report):
        told["why_without_proof"] = "少額のため、出納帳と通帳の写しで支払を確かめた。"
    amount = told["confirmed_yen"]
    return draft_decision(stage, year, "confirm", office, amount_yen=amount, **told)


def confirm(stage: Stage, year: ProjectYear, cast: Cast) -> ProjectYear:
    """Confirm the amount that the settlement comes to."""
    draft = draft_confirmation(stage, year, cast.office)
    _approve(stage, draft, cast)
    return ProjectYear.objects.get(pk=year.pk)


def request_reports(stage: Stage, office: User, *, fiscal_year: int) -> None:
    """The office asks the invented departments, and leaves the real ones alone."""
    reporting.request_collaboration_reports(
        fiscal_year=fiscal_year,
        due_on=stage.today + timedelta(days=60),
        among=Department.objects.filter(fictitious=True),
        by=office,
        at=stage.at,
    )


def write_collaboration_report(stage: Stage, year: ProjectYear, cast: Cast) -> CollaborationReport:
    """The department completes what the project year says already; the office accepts it."""
    report = CollaborationReport.objects.get(project_year=year)
    report = fill_in_collaboration(
        stage, report, cast.department, measures=advanced_by(year.proposal),
        cost_yen=year.confirmed_yen, results="延べ120人が参加した。", process_score=4, outcome_score=4,
    )  # fmt: skip
    tell_what_came_of_it(stage, report, cast.department, people=120)
    gallery.add_photos(stage, report, cast.department, first=3)
    report = advance(report, "submit", by=cast.department, at=stage.at)
    return advance(report, "accept", by=cast.office, at=stage.at)


def fill_in_collaboration(
    stage: Stage, report: CollaborationReport, writer: User, *, measures: list[dict], **fields
) -> CollaborationReport:
    """Somebody fills in a collaboration report as it stands now."""
    return reporting.save_collaboration_report(
        report, fields=fields, measures=measures, edit_number=report.edit_number, by=writer,
        at=stage.at,
    )  # fmt: skip


def publish(stage: Stage, report: CollaborationReport, cast: Cast) -> CollaborationReport:
    """The committee receives the report in writing; the office proposes it, the approver publishes it."""
    reporting.record_tabling(report, tabled_on=stage.today, by=cast.office, at=stage.at)
    return release(stage, report, cast)


def release(
    stage: Stage, report: CollaborationReport, cast: Cast, *, note: str = ""
) -> CollaborationReport:
    """One report, or its correction, becomes public by itself.

    :param note: what was corrected, for the public.
    """
    make_public(stage, releases.begin_with(report, note=note, by=cast.office, at=stage.at), cast)
    return CollaborationReport.objects.get(pk=report.pk)


def make_public(stage: Stage, made: Release, cast: Cast) -> None:
    """The office accepts what the checks warn of, for all of it is invented; the approver approves."""
    for found in checks.in_the_way(made, at=stage.at):
        checks.accept(made, found.digest, reason="架空の語です。", by=cast.office, at=stage.at)
    _approve(stage, releases.propose(made, by=cast.office, at=stage.at), cast)
