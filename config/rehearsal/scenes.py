"""What the stories have in common: single scenes, each played through the program's services."""

from datetime import timedelta

from accounts.models import Role, User
from casework import approvals
from casework.calendar import first_day, last_day
from casework.services import advance
from grants import services as grants
from grants.models import Payment, ProjectYear, Proposal, Round

from .cast import Cast
from .stage import Stage

HOUR = timedelta(hours=1)


def line(side: str, label: str, amount_yen: int, *, from_city: bool = False) -> dict:
    """A budget line; the amount in yen."""
    return {
        "side": side, "label": label, "detail": "", "amount_yen": amount_yen,
        "from_city": from_city,
    }  # fmt: skip


def write_proposal(
    stage: Stage, call: Round, group: User, *, title: str, yen: int, years: int, measures: list
) -> Proposal:
    """A group writes a whole draft that asks the city for ``yen``, and accepts the pledges."""
    organization = group.organizations.get()
    draft = grants.start_draft(call, organization, title=title, by=group, at=stage.at)
    own = yen // 5
    measure = measures[sum(title.encode()) % len(measures)]
    draft = grants.save_draft(
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
            line("income", "会費・参加費", own),
            line("expenditure", "消耗品費", yen // 2),
            line("expenditure", "印刷製本費", own),
            line("expenditure", "使用料・謝礼", yen - yen // 2),
        ],
        measures=[{"measure": measure, "how": "活動を通じて、この施策を市民の側から進めます。"}],
        edit_number=0,
        by=group,
        at=stage.at,
    )
    return grants.pledge(draft, name=group.name, by=group, at=stage.at)


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


def decide(stage: Stage, case, verb: str, cast: Cast, *, amount_yen: int | None = None, **facts):
    """The office drafts one move and the approver approves it an hour later."""
    wish = approvals.Wish(case, verb, facts, amount_yen)
    title = f"{case.flow[verb].label}: {case.title}"
    draft = approvals.draft(title, [wish], by=cast.office, at=stage.at)
    advance(draft, "approve", by=cast.approver, at=stage.at + HOUR, decided_on=stage.today)
    return type(case).objects.get(pk=case.pk)


def apply_for_year(stage: Stage, year: ProjectYear, group: User, offset: int) -> ProjectYear:
    """The group fills in the days and applies for the grant of the year."""
    lines = year.budget_lines.values("side", "label", "detail", "amount_yen", "from_city")
    start = max(first_day(year.fiscal_year), stage.today + timedelta(days=12))
    end = last_day(year.fiscal_year) - timedelta(days=59 if offset == 0 else 31)
    days = {"starts_on": start, "ends_on": end}
    year = grants.save_year(year, fields=days, lines=list(lines), by=group, at=stage.at)
    return advance(year, "apply", by=group, at=stage.at)


def pay(stage: Stage, year: ProjectYear, cast: Cast, kind: str, amount_yen: int) -> Payment:
    return grants.record_payment(
        year, kind=kind, amount_yen=amount_yen, paid_on=stage.today, document="架空の伝票",
        by=cast.accounting, at=stage.at,
    )  # fmt: skip
