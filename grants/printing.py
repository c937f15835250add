"""A proposal on a page: for the browser's print, and as the form the city keeps (Japanese only)."""

from datetime import date

from casework.calendar import japan_date, wareki, wareki_year
from casework.typesetting import ProposalData, Table

from .models import Proposal, Side

SECTIONS = (
    ("purpose", "事業の目的"),
    ("content", "事業の内容"),
    ("schedule", "スケジュール"),
    ("effect", "期待される効果"),
)


def content(proposal: Proposal) -> dict:
    """Return what a page about the proposal shows: text, both sides of the budget, measures."""
    lines = list(proposal.budget_lines.order_by("pk"))
    sides = {side: [line for line in lines if line.side == side] for side in Side.values}
    totals = {side: sum(line.amount_yen for line in found) for side, found in sides.items()}
    return {
        "income": sides[Side.INCOME],
        "income_yen": totals[Side.INCOME],
        "expenditure": sides[Side.EXPENDITURE],
        "expenditure_yen": totals[Side.EXPENDITURE],
        "requested_yen": sum(line.amount_yen for line in sides[Side.INCOME] if line.from_city),
        "measures": proposal.proposal_measures.select_related("measure__edition").order_by("pk"),
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
        "income": _table(shown["income"], shown["income_yen"], asked=True),
        "expenditure": _table(shown["expenditure"], shown["expenditure_yen"]),
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


def _table(lines, total_yen: int, *, asked: bool = False) -> Table:
    columns = ["項目", "積算", "金額（円）"] + (["市に求める額"] if asked else [])
    rows = [[line.label, line.detail, line.amount_yen] for line in lines]
    if asked:
        rows = [
            [*row, "○" if line.from_city else ""] for row, line in zip(rows, lines, strict=True)
        ]
    return {
        "columns": columns,
        "rows": rows,
        "total": ["計", "", total_yen] + ([""] if asked else []),
    }
