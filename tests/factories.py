"""Makers of test data: plain functions, each with what the test names and nothing else set."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Department, Duty, MemberRole, Membership, Organization, Role, User
from casework import approvals
from casework.models import Sender
from casework.services import advance
from grants import services
from grants.bank_secrets import Account
from grants.eligibility import Outcome
from grants.models import (
    LINE_FIELDS,
    Claim,
    CourseEdition,
    EditionParameter,
    Payment,
    Proposal,
    Round,
)
from grants.standing import open_rules, rule_standings
from guideline.models import Edition, Measure, Section
from reporting.models import SettlementLine
from reporting.publishing import checks, releases
from reviews import decisions
from reviews import services as selection
from reviews.models import PanelSeat
from tests.remembering import number, remembered

JAPAN = ZoneInfo("Asia/Tokyo")
#: The day on which tests take place unless they say otherwise.
TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=JAPAN)


@remembered
def user(*roles: str, **fields) -> User:
    """A person who holds ``roles`` without end, and acts on TODAY; the password is "correct-horse"."""
    own = number()
    fields = {"email": f"person{own}@example.jp", "name": f"利用者{own}", **fields}
    person = User.objects.create_user(fields.pop("email"), "correct-horse", **fields)
    for role in roles:
        Duty.objects.create(
            user=person,
            role=role,
            department=department() if role == Role.DEPARTMENT else None,
        )
    return person.act_on(TODAY)


@remembered
def anyone(role: str) -> User:
    """Whoever makes a world's moves as ``role`` where it does not matter who: one person, each time."""
    email = f"any-{role}@example.jp"
    known = User.objects.filter(email=email).first()
    return known.act_on(TODAY) if known else user(role, email=email)


@remembered
def department(**fields) -> Department:
    fields.setdefault("name", f"第{number()}課")
    return Department.objects.create(**fields)


@remembered
def organization(**fields) -> Organization:
    fields.setdefault("name", f"{number()}番目のつながりの会")
    return Organization.objects.create(**fields)


@remembered
def member(organization: Organization, role: str = MemberRole.OWNER, **fields) -> User:
    """A person who belongs to ``organization`` without end."""
    person = user(**fields)
    Membership.objects.create(user=person, organization=organization, role=role)
    return person.act_on(TODAY)


# The program

#: A rule set in which everything that a walk needs is set; invented, like all test data.
RULES = {
    "lag_years": "0",
    "matches_department": "no",
    "max_years": "1",
    "cap_yen": "100000",
    "supplement_days": "14",
    "offer_days": "7",
    "grant_application_days": "30",
    "withdrawal_days": "20",
    "report_days": "30",
    "report_latest": "04-10",
    "settlement_days": "30",
    "repayment_days": "30",
}
#: How the courses differ, in the tests' rules.
COURSE_RULES = {
    "startup": {},
    "revitalization": {"lag_years": "1", "cap_yen": "300000"},
    "collaboration": {
        "lag_years": "1",
        "cap_yen": "500000",
        "matches_department": "yes",
        "max_years": "3",
    },
}


@remembered
def edition(course: str = "startup", **rules) -> CourseEdition:
    """A course edition whose parameters are RULES, those of the course, and ``rules``."""
    made = CourseEdition.objects.create(
        course=course,
        first_fiscal_year=2020 + number() % 5_000,  # a calendar ends with the year 9999
        label_ja=f"試験用{course}",
        instrument="cost_share" if course == "collaboration" else "subsidy",
        series=course[0].upper(),
    )
    values = {**RULES, **COURSE_RULES[course], **rules}
    EditionParameter.objects.bulk_create(
        EditionParameter(
            edition=made,
            name=name,
            status="not_set" if value is None else "set",
            value=value or "",
            source="試験",
        )
        for name, value in values.items()
    )
    return made


@remembered
def call(course: str = "startup", *, fiscal_year: int = 2026, seats: int = 1, **rules) -> Round:
    """A round that is open on NOON, under the rules of :func:`edition`, with a panel of ``seats``."""
    made = services.open_round(
        edition(course, **rules),
        fiscal_year=fiscal_year,
        name=f"{fiscal_year}年度 {course}",
        opens_at=NOON - timedelta(days=10),
        closes_at=NOON + timedelta(days=10),
        budget_yen=1_000_000,
        by=anyone(Role.OFFICE),
        at=NOON - timedelta(days=20),
    )
    if seats:
        panel(made, seats=seats)
    return made


#: A rubric of two criteria, invented like all test data.
CRITERIA = [
    {"label_ja": "公益性", "label_en": "Public benefit", "max_points": 10},
    {"label_ja": "実現性", "label_en": "Feasibility", "max_points": 5},
]


#: Rules of a selection that lack nothing, invented like all test data: everybody passes.
SELECTION = {
    "aggregation": "mean",
    "pass_mark": 0,
    "pass_unit": "points",
    "quorum": 1,
    "tie_rule": "smaller_request",
    "cut_rule": "reserve",
    "allocation": "full",
    "source": "試験",
}


@remembered
def panel(
    round: Round, *, seats: int = 1, criteria: list[dict] = CRITERIA, grades=(), **rules
) -> list[PanelSeat]:
    """Give a round a rubric and members, so that proposals can be referred to it.

    :param rules: in place of those of ``SELECTION``.
    """
    office = anyone(Role.OFFICE)
    said = {**SELECTION, **rules}
    selection.set_rubric(round, criteria=criteria, grades=grades, **said, by=office, at=NOON)
    return [
        selection.add_seat(round, user=user(Role.PANEL), by=office, at=NOON) for _ in range(seats)
    ]


@remembered
def sender() -> Sender:
    return Sender.objects.create(title="架空市長", name="架空 太郎")


@remembered
def measure(**fields) -> Measure:
    """A measure of an invented edition."""
    own = number()
    made, _created = Edition.objects.get_or_create(
        code="invented", defaults={"title": "架空の指針", "status": "in_force"}
    )
    section, _created = Section.objects.get_or_create(
        edition=made, number=1, defaults={"title": "架空の章"}
    )
    fields = {"title": f"架空の施策{own}", "classification": "I", **fields}
    return Measure.objects.create(edition=made, section=section, number=own, **fields)


@remembered
def draft(
    course: str = "startup", *, by=None, round=None, asks: int = 80_000, **fields
) -> Proposal:
    """A draft that lacks nothing, of a group of its own unless ``by`` is given."""
    by = by or member(organization(founded_on=date(2025, 4, 1)))
    group = by.organizations.get()
    proposal = services.start_draft(
        round or call(course), group, title="まちの居場所づくり", by=by, at=NOON
    )
    words = {"purpose": "目的", "content": "内容", "schedule": "予定", "effect": "効果", **fields}
    proposal = services.save_draft(
        proposal,
        fields=words,
        lines=[
            line("income", "市の補助", asks, from_city=True),
            line("income", "会費", 20_000),
            line("expenditure", "印刷", asks + 20_000),
        ],
        measures=[{"measure": measure(), "how": "活動の場をつくる"}],
        edit_number=0,
        by=by,
        at=NOON,
    )
    return services.pledge(proposal, name=by.name, by=by, at=NOON)


@remembered
def accept(proposal: Proposal, *, by: User | None = None, at: datetime = NOON) -> Proposal:
    """Answer as met what only a person can answer, and accept; what fails stays in the way."""
    by = by or anyone(Role.OFFICE)
    rows = open_rules(rule_standings(proposal, on=at.astimezone(JAPAN).date()))
    waiting = [row for row in rows if row.check.outcome == Outcome.NEEDS_PERSON]
    met = {row.check.code: services.Answer(Outcome.PASSES) for row in waiting}
    return advance(services.answer_rules(proposal, met, by=by, at=at), "accept", by=by, at=at)


def line(side: str, label: str, amount_yen: int, *, from_city: bool = False) -> dict:
    """A budget line, amount in yen."""
    return {
        "side": side, "label": label, "detail": "", "amount_yen": amount_yen,
        "from_city": from_city,
    }  # fmt: skip


@remembered
def wish(
    case, verb: str, *, amount_yen: int | None = None, at: datetime = NOON, **facts
) -> approvals.Wish:
    """A wish as the pages make it: what a selection decides is frozen first, sheets or none."""
    if verb not in decisions.VERBS:
        return approvals.Wish(case, verb, facts, amount_yen)
    proposal = case.specific
    frozen = decisions.freeze_decision(
        proposal.round,
        outcomes=[decisions.Outcome(proposal, verb, departure="合議による", **facts)],
        missing_reason="試験",
        by=anyone(Role.OFFICE),
        at=at,
    )
    (made,) = decisions.wishes_of(frozen)
    return made if amount_yen is None else replace(made, amount_yen=amount_yen)


@remembered
def judged(year) -> None:
    """Let every line count that nobody has judged in the settlement of ``year``."""
    lines = SettlementLine.objects.filter(report__project_year=year.pk, side="expenditure")
    lines.filter(verdict="").update(verdict="allowed")


@remembered
def approved(case, verb: str, *, at: datetime = NOON, **facts):
    """Draft one move and let another person approve it; return the case as it then stands.

    Before an amount is confirmed, every line that nobody judged counts. A report is published, and
    corrected, by a release that holds nothing else.
    """
    if case.kind == "collaboration_report" and verb in ("publish", "correct"):
        return released(case, at=at, **facts)
    if verb == "confirm":
        judged(case)
    draft = approvals.draft(
        f"{verb} {case}", [wish(case, verb, at=at, **facts)], by=anyone(Role.OFFICE), at=at
    )
    advance(draft, "approve", by=anyone(Role.APPROVER), at=at, decided_on=at.date())
    return case.specific.__class__.objects.get(pk=case.pk)


def released(report, *, note: str = "", at: datetime = NOON):
    """Let a release make one report, or its correction, public; return the report.

    A correction changes something: if nothing was written since, it is the results.
    """
    office, report = anyone(Role.OFFICE), type(report).objects.get(pk=report.pk)
    if report.publication and report.results == report.publication.version.content["results"]:
        type(report).objects.filter(pk=report.pk).update(results=f"{report.results}（{note}）")
    release = releases.begin_with(report, note=note, by=office, at=at)
    for one in checks.in_the_way(release, at=at):
        if one.code == "committee":
            checks.accept(release, one.digest, reason="順序は決めていない", by=office, at=at)
    draft = releases.propose(release, by=office, at=at)
    advance(draft, "approve", by=anyone(Role.APPROVER), at=at, decided_on=at.date())
    return report.__class__.objects.get(pk=report.pk)


@remembered
def extended(deadline, *, until: date, reason: str = "事情", at: datetime = NOON):
    """Draft more time for one deadline and let another person approve it; needs a sender."""
    approved(
        deadline.case.specific, "extend", at=at,
        deadline=deadline.pk, until_on=until, reason=reason,
    )  # fmt: skip
    return deadline.extensions.get(until=until)


# Money


@remembered
def claimed(
    year, kind: str = "advance", amount_yen: int | None = None, *, at: datetime = NOON
) -> Claim:
    """A claim of a project year that the office accepted; its group has a bank account.

    :param amount_yen: what can be claimed, if not given.
    """
    group = year.organization
    writer = group.members.first().act_on(at.date())
    if not group.bank_accounts.exists():
        services.register_account(group, account(), by=writer, at=at)
    claim = services.start_claim(year, kind=kind, by=writer, at=at)
    fields = {"amount_yen": amount_yen or claim.room.most_yen, "reason": "準備のため"}
    claim = services.save_claim(claim, fields=fields, edit_number=0, by=writer, at=at)
    claim = advance(claim, "submit", by=writer, at=at)
    return advance(claim, "accept", by=anyone(Role.OFFICE), at=at)


def account(**fields) -> Account:
    """An invented bank account."""
    said = {
        "bank_code": "9998", "bank_name": "架空銀行", "branch_code": "997", "branch_name": "架空支店",
        "account_kind": "ordinary", "account_number": "7654321", "holder_kana": "ｶｸｳﾉｶｲ",
    }  # fmt: skip
    return Account(**{**said, **fields})


@remembered
def claim_behind(year, kind: str) -> Claim:
    """A closed claim, for a line of the ledger that a test writes beside the services."""
    return Claim.objects.create(
        project_year=year, payment_kind=kind, title="請求", fiscal_year=year.fiscal_year,
        organization=year.organization, closed_at=NOON,
    )  # fmt: skip


@remembered
def paid(
    year, amount_yen: int | None = None, kind: str = "advance", *, by=None, at: datetime = NOON,
    paid_on: date | None = None,
) -> Payment:  # fmt: skip
    """A payment of a project year, on a claim where money goes out; what is open, if not said."""
    told = {"paid_on": paid_on or at.date(), "document": "支出命令", "at": at}
    year = type(year).objects.get(pk=year.pk)
    by = by or anyone(Role.ACCOUNTING)
    if kind == Payment.Kind.REPAYMENT:
        amount = amount_yen or -year.balance_yen
        return services.record_repayment(year, amount_yen=amount, by=by, **told)
    claim = year.claims.filter(state="accepted", payment_kind=kind).first()
    if claim is None:
        claim = claimed(year, kind, amount_yen, at=at)
    elif amount_yen not in (None, claim.amount_yen):
        claim = claimed_anew(claim, amount_yen, at=at)
    return services.pay_claim(claim, by=by, **told)


@remembered
def claimed_anew(claim: Claim, amount_yen: int, *, at: datetime = NOON) -> Claim:
    """An accepted claim that the office sent back and the group mended."""
    office, writer = anyone(Role.OFFICE), claim.organization.members.first().act_on(at.date())
    claim = advance(claim, "send_back", by=office, at=at, reason="金額の誤り")
    claim = services.save_claim(
        claim, fields={"amount_yen": amount_yen, "reason": claim.reason},
        edit_number=claim.edit_number, by=writer, at=at,
    )  # fmt: skip
    claim = advance(claim, "resubmit", by=writer, at=at)
    return advance(claim, "accept", by=office, at=at)


@remembered
def changed(
    year,
    verb: str = "",
    *,
    asks_for: str = "change",
    lines: list[dict] | None = None,
    at: datetime = NOON,
    facts: dict | None = None,
    **fields,
):
    """A request for a change of a granted year that its group filed; decided where ``verb`` says so.

    :param verb: ``note``, ``approve`` or ``refuse``; empty leaves the request filed.
    :param lines: of the budget as it is to be; those of the year, if not given.
    :param facts: of the decision.
    """
    writer, asked = (
        year.organization.members.first().act_on(at.date()),
        {"reason": "事情が変わった"},
    )
    change = services.start_change(year, asks_for=asks_for, by=writer, at=at)
    if lines is None:
        lines = list(change.budget_lines.order_by("pk").values(*LINE_FIELDS))
    change = services.save_change(
        change, fields={**asked, **fields}, lines=lines, edit_number=0, by=writer, at=at
    )
    change = advance(change, "submit", by=writer, at=at)
    if not verb:
        return change
    if verb == "note":
        return advance(change, "note", by=anyone(Role.OFFICE), at=at)
    return approved(change, verb, at=at, **(facts or {}))
