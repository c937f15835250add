"""A proposal on a page: for the browser's print, and as the form the city keeps (Japanese only)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from accounts.models import Officer
from casework.calendar import japan_date, wareki, wareki_year
from casework.models import Sender, Version
from casework.representatives import of_version
from casework.typesetting import ClaimData, ProposalData, Table
from guideline.measure_names import in_edition

from . import grounds
from .categories import Category, by_code
from .claims import KIND_JA
from .models import (
    LINE_FIELDS,
    ChangeRequest,
    Claim,
    LineBase,
    ProjectYear,
    Proposal,
    Side,
    YearBudgetLine,
)
from .rules import RuleSet
from .versions import plan_of

SECTIONS = (
    ("purpose", "事業の目的"),
    ("content", "事業の内容"),
    ("schedule", "スケジュール"),
    ("effect", "期待される効果"),
)


def content(proposal: Proposal) -> dict:
    """Return what a page about the proposal shows: text, both sides of the budget, measures."""
    return {
        **_budget(proposal.lines(), proposal.rules),
        "measures": proposal.proposal_measures.select_related("measure__edition").order_by("pk"),
    }


def _budget(lines: Sequence[LineBase], rules: RuleSet) -> dict:
    """Return both sides of a budget with their sums, and the categories that the round froze."""
    sides = {side: [line for line in lines if line.side == side] for side in Side.values}
    totals = {side: sum(line.amount_yen for line in found) for side, found in sides.items()}
    return {
        "income": sides[Side.INCOME],
        "income_yen": totals[Side.INCOME],
        "expenditure": sides[Side.EXPENDITURE],
        "expenditure_yen": totals[Side.EXPENDITURE],
        "requested_yen": sum(line.amount_yen for line in sides[Side.INCOME] if line.from_city),
        "categories": by_code(rules.categories),
    }


def sheet(proposal: Proposal, *, today: date) -> ProposalData:
    """Return the data of the printed form; a draft is marked as one.

    :param today: the day a draft bears; a filed proposal bears the day it was filed.
    """
    shown = content(proposal)
    day = proposal.received_on or (
        japan_date(proposal.submitted_at) if proposal.submitted_at else today
    )
    return {
        "title": proposal.title,
        "issued": wareki(day),
        "organization": proposal.organization.name,
        "number": proposal.number,
        "items": _items(proposal, shown["requested_yen"]),
        "sections": [
            {"heading": heading, "paragraphs": getattr(proposal, name).splitlines()}
            for name, heading in SECTIONS
        ],
        "income": _table(shown, Side.INCOME),
        "expenditure": _table(shown, Side.EXPENDITURE),
        "measures": [
            {
                "code": str(row.measure.number),
                "title": in_edition(row.measure.title, row.measure.edition.title, japanese=True),
                "how": row.how,
            }
            for row in shown["measures"]
        ],
        "draft": proposal.submitted_at is None or proposal.state == "returned",
    }


def _items(proposal: Proposal, requested_yen: int) -> list:
    call = proposal.round
    lines = [
        ("募集", call.name),
        ("コース", call.edition.label_ja),
        ("選考の年度", wareki_year(call.fiscal_year)),
        ("事業年数", f"{proposal.years}年"),
        ("市に求める額", f"{requested_yen:,}円"),
    ]
    if proposal.wished_department:
        lines.append(("協働を希望する課", proposal.wished_department.name))
    return [{"label": label, "value": value} for label, value in lines]


def _table(shown: dict, side: str) -> Table:
    """Return one side of the budget, with the category of each line where the round knows any."""
    lines, categories = shown[side], shown["categories"]
    columns, total = ["項目", "積算", "金額（円）"], ["計", "", shown[f"{side}_yen"]]
    rows = [[line.label, line.detail, line.amount_yen] for line in lines]
    if any(category.side == side for category in categories.values()):
        columns, total = ["区分", *columns], ["計", "", *total[1:]]
        rows = [[_named(categories, line), *row] for row, line in zip(rows, lines, strict=True)]
    if side == Side.INCOME:
        columns, total = [*columns, "市に求める額"], [*total, ""]
        marks = ("○" if line.from_city else "" for line in lines)
        rows = [[*row, mark] for row, mark in zip(rows, marks, strict=True)]
    return {"columns": columns, "rows": rows, "total": total}


def _named(categories: Mapping[str, Category], line: LineBase) -> str:
    known = categories.get(line.category)
    return known.label_ja if known else ""


def year_sheet(year: ProjectYear, lines: Sequence[LineBase], *, today: date) -> ProposalData:
    """Return the data of the printed application of one year; until it is sent it is a draft.

    What was sent is printed as it was sent, whatever a change or the report made of the year since.

    :param lines: of its budget, saved or to begin with, for a draft.
    :param today: the day a draft bears; what was sent bears the day it was sent.
    """
    written = year.state in ("planned", "returned")
    sent = None if written else _as_applied(year)
    plan = sent.content if sent else plan_of(year)
    if sent:
        rows = ({name: row[name] for name in LINE_FIELDS} for row in plan["budget"])
        lines = [YearBudgetLine(**row) for row in rows]
    shown = _budget(lines, year.rules)
    return {
        "document": "交付申請書",
        "title": year.title,
        "issued": wareki(japan_date(sent.at) if sent else today),
        "organization": year.organization.name if year.organization else "",
        "number": year.number,
        "items": _year_items(year, plan, shown["requested_yen"]),
        "sections": [
            {"heading": "今年度の事業の内容", "paragraphs": (plan["content"] or "").splitlines()}
        ],
        "income": _table(shown, Side.INCOME),
        "expenditure": _table(shown, Side.EXPENDITURE),
        "draft": written,
    }


def _as_applied(year: ProjectYear) -> Version | None:
    """Return the version that was applied with last; a change makes later ones."""
    applied = year.events.filter(verb__in=("apply", "reapply")).order_by("-pk").first()
    found = year.versions.filter(at__lte=applied.at) if applied else year.versions.none()
    return found.order_by("-number").first()


def _year_items(year: ProjectYear, plan: dict, requested_yen: int) -> list:
    lines = [
        ("コース", year.proposal.round.edition.label_ja),
        ("対象年度", wareki_year(year.fiscal_year)),
        ("事業の期間", f"{_day_of('starts_on')(plan)}から{_day_of('ends_on')(plan)}まで"),
        ("市に求める額", f"{requested_yen:,}円"),
    ]
    return [{"label": label, "value": value} for label, value in lines]


#: What is asked for → what the printed request is called.
CHANGES_JA = {"change": "変更承認申請書", "end": "中止承認申請書", "postpone": "延期承認申請書"}


def change_sheet(change: ChangeRequest, *, today: date) -> ProposalData:
    """Return the data of a printed request for a change: the plan as it is to be, beside what differs.

    :param today: the day a draft bears; what was sent bears the day it was sent.
    """
    written = change.state in ("draft", "returned")
    sent = None if written else change.versions.order_by("-number").first()
    year = change.project_year
    data: ProposalData = {
        "document": CHANGES_JA[change.asks_for],
        "title": year.title,
        "issued": wareki(japan_date(sent.at) if sent else today),
        "organization": change.organization.name if change.organization else "",
        "number": change.number,
        "items": _change_items(change),
        "sections": [{"heading": "理由", "paragraphs": change.reason.splitlines()}],
        "draft": written,
    }
    if not change.changes_the_plan:
        return data
    before, after = change.before_and_after()
    data["sections"] += [
        {"heading": "変更後の事業の内容", "paragraphs": change.content.splitlines()},
        {"heading": "変更の箇所", "table": _what_differs(before, after)},
    ]
    shown = _budget(list(change.budget_lines.order_by("pk")), change.rules)
    return {
        **data,
        "income": _table(shown, Side.INCOME),
        "expenditure": _table(shown, Side.EXPENDITURE),
    }


def _change_items(change: ChangeRequest) -> list:
    year = change.project_year
    lines = [
        ("受付番号", year.number or ""),
        ("対象年度", wareki_year(year.fiscal_year)),
        ("交付決定額", f"{(change.granted_before_yen or year.granted_yen or 0):,}円"),
    ]
    if change.asks_for == change.AsksFor.END:
        lines.append(("事業の終了日", wareki(change.ends_on) if change.ends_on else BLANK))
    elif change.asks_for == change.AsksFor.POSTPONE:
        to = change.to_fiscal_year
        lines.append(("延期後の年度", wareki_year(to) if to else ""))
    if ground := grounds.in_letter(change.ground):
        lines.append(("事由", ground))
    return [{"label": label, "value": value} for label, value in lines]


def _what_differs(before: dict, after: dict) -> Table:
    """Return each part that is to change, as it is and as it is to be."""
    rows: list[list[str | int | None]] = [
        [label, in_words(before), in_words(after)]
        for label, in_words in PARTS_JA.items()
        if in_words(before) != in_words(after)
    ]
    return {"columns": ["項目", "変更前", "変更後"], "rows": rows}


def _day_of(name: str) -> Callable[[dict], str]:
    return lambda plan: wareki(date.fromisoformat(plan[name])) if plan[name] else BLANK


def _side_of(side: str) -> Callable[[dict], str]:
    def in_words(plan: dict) -> str:
        lines = (line for line in plan["budget"] if line["side"] == side)
        return "\n".join(
            "　".join(filter(None, (
                line["category_label"], line["label"], line["detail"], f"{line['amount_yen']:,}円"
            ))) for line in lines
        )  # fmt: skip

    return in_words


#: Name of each part of a plan → how a version of it says the part.
PARTS_JA: dict[str, Callable[[dict], str]] = {
    "事業の内容": lambda plan: plan["content"] or "",
    "初日": _day_of("starts_on"),
    "最終日": _day_of("ends_on"),
    "市に求める額": lambda plan: f"{plan['requested_yen']:,}円",
    "収入": _side_of(Side.INCOME),
    "支出": _side_of(Side.EXPENDITURE),
}


#: What stands where the program does not know something, for a person to write on paper.
BLANK = "　　　年　　月　　日"


def claim_sheet(claim: Claim, *, today: date) -> ClaimData:
    """Return the data of a printed claim (請求書); until it is sent, the day is left blank.

    The account stands in it only as registered or not: on paper the group writes it by hand.

    :param today: whose mayor it is addressed to.
    """
    group, mayor = claim.organization, Sender.objects.valid_on(claim.claimed_on or today).first()
    head = _representative(claim, today=today) if group else None
    return {
        "title": "請求書",
        "issued": wareki(claim.claimed_on) if claim.claimed_on else BLANK,
        "number": claim.number,
        "to": mayor.title if mayor else "",
        "group": group.name if group else "",
        "address": group.address if group else "",
        "head": {"title": head.post, "name": head.name} if head else {},
        "amount": f"{claim.amount_yen:,}円" if claim.amount_yen else "　　　　　　　円",
        "items": _claim_items(claim),
        "account": _account_in_words(claim),
    }


def _representative(claim: Claim, *, today: date) -> Officer | None:
    """Return who represents the group in the claim: as it was sent, or while it is written, today."""
    sent = claim.versions.order_by("-number").first() if claim.claimed_on else None
    if sent and "representative" in sent.content:
        return of_version(claim, sent.content)
    return claim.organization.representative_on(claim.claimed_on or today)


def _claim_items(claim: Claim) -> list:
    year = claim.project_year
    kind = KIND_JA[claim.payment_kind]
    lines = [
        ("コース", year.proposal.round.edition.label_ja),
        ("事業名", year.title),
        ("対象年度", wareki_year(year.fiscal_year)),
        ("請求の種類", f"{kind}（第{claim.instalment}回）" if claim.instalment else kind),
        ("交付決定額", f"{year.granted_yen or 0:,}円"),
        *([("確定額", f"{year.confirmed_yen:,}円")] if year.confirmed_yen is not None else []),
        ("受領済額", f"{year.paid_yen:,}円"),
        *([("理由", claim.reason)] if claim.reason else []),
    ]
    return [{"label": label, "value": value} for label, value in lines]


def _account_in_words(claim: Claim) -> str:
    kept = claim.bank_account
    return f"登録済みの口座（{wareki(japan_date(kept.at))}登録）" if kept else ""
