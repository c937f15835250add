"""A proposal on a page: for the browser's print, and as the form the city keeps (Japanese only)."""

from collections.abc import Mapping, Sequence
from datetime import date

from accounts.models import Officer
from casework.calendar import japan_date, wareki, wareki_year
from casework.models import Sender
from casework.representatives import of_version
from casework.typesetting import ClaimData, ProposalData, Table

from .categories import Category, by_code
from .claims import KIND_JA
from .models import Claim, LineBase, ProjectYear, Proposal, Side
from .rules import RuleSet

SECTIONS = (
    ("purpose", "事業の目的"),
    ("content", "事業の内容"),
    ("schedule", "スケジュール"),
    ("effect", "期待される効果"),
)


def content(proposal: Proposal) -> dict:
    """Return what a page about the proposal shows: text, both sides of the budget, measures."""
    return {
        **_budget(list(proposal.budget_lines.order_by("pk")), proposal.rules),
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
            {"code": str(row.measure.number), "title": row.measure.title, "how": row.how}
            for row in shown["measures"]
        ],
        "draft": proposal.submitted_at is None,
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

    :param lines: of its budget, saved or to begin with.
    :param today: the day a draft bears; what was sent bears the day it was sent.
    """
    written = year.state in ("planned", "returned")
    sent = None if written else year.versions.order_by("-number").first()
    shown = _budget(lines, year.rules)
    return {
        "document": "交付申請書",
        "title": year.title,
        "issued": wareki(japan_date(sent.at) if sent else today),
        "organization": year.organization.name if year.organization else "",
        "number": year.number,
        "items": _year_items(year, shown["requested_yen"]),
        "sections": [{"heading": "今年度の事業の内容", "paragraphs": year.content.splitlines()}],
        "income": _table(shown, Side.INCOME),
        "expenditure": _table(shown, Side.EXPENDITURE),
        "draft": written,
    }


def _year_items(year: ProjectYear, requested_yen: int) -> list:
    def day(value: date | None) -> str:
        return wareki(value) if value else BLANK

    lines = [
        ("コース", year.proposal.round.edition.label_ja),
        ("対象年度", wareki_year(year.fiscal_year)),
        ("事業の期間", f"{day(year.starts_on)}から{day(year.ends_on)}まで"),
        ("市に求める額", f"{requested_yen:,}円"),
    ]
    return [{"label": label, "value": value} for label, value in lines]


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
