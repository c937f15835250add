"""The content of a report as a numbered version keeps it: plain JSON, amounts in yen."""

from grants.versions import as_filed

from .budget_beside import beside_budget
from .measure_outcomes import content_of_outcome, outcomes_of, told_of_measures
from .models import CollaborationReport, Report

REPORT_FIELDS = ("title", "completed_on", "content", "results", "participants", "reflection")
COLLABORATION_FIELDS = (
    "title",
    "fiscal_year",
    "partner_names",
    "form",
    "purpose",
    "content",
    "city_role",
    "partner_role",
    "cost_yen",
    "cost_borne_by",
    "results",
    "process_score",
    "outcome_score",
)


def content_of_report(report: Report) -> dict:
    """Return what the group sends, with the settlement and the digests of its files."""
    return {
        **_plain(report, REPORT_FIELDS),
        "settlement": _settlement(report),
        "receipts": _receipts(report),
        "outcomes": [
            {
                "edition": row.measure.edition.code,
                "number": row.measure.number,
                "title": row.measure.title,
                **content_of_outcome(row),
            }
            for row in told_of_measures(report)
        ],
        "files": list(report.files.standing().order_by("pk").values("name", "digest")),
    }


def _settlement(report: Report) -> list[dict]:
    """Return the lines with what the budget has for each, and what the office did not allow."""
    lines = report.settlement_lines.order_by("pk")
    budget = report.project_year.budget_lines.order_by("pk")
    rows = as_filed(lines, report.project_year.rules, "disallowed_yen", "disallowed_reason")
    plans = beside_budget(lines, budget)
    return [{**row, "planned_yen": plan.planned_yen} for row, plan in zip(rows, plans, strict=True)]


def _receipts(report: Report) -> list[dict]:
    """Return the receipts, line by line; of a file only the digest."""
    found = report.receipts.select_related("line", "file").order_by("line_id", "number")
    return [
        {
            "number": receipt.number, "line": receipt.line.label,
            "line_yen": receipt.line.amount_yen, "item": receipt.item,
            "paid_on": receipt.paid_on.isoformat(), "amount_yen": receipt.amount_yen,
            "digest": receipt.digest if receipt.has_file else "",
        }
        for receipt in found
    ]  # fmt: skip


def content_of_collaboration(report: CollaborationReport) -> dict:
    """Return what the department sends, and, once approved, what the public reads."""
    named = report.advanced_measures.select_related("measure__edition")
    came_of = {row.measure_id: content_of_outcome(row) for row in outcomes_of(report)}
    return {
        **_plain(report, COLLABORATION_FIELDS),
        "department": report.department.name,
        "department_en": report.department.name_en,
        "measures": [
            {
                "id": row.measure_id,
                "edition": row.measure.edition.code,
                "number": row.measure.number,
                "title": row.measure.title,
                "title_en": row.measure.title_en,
                "how": row.how,
                **came_of.get(row.measure_id, {}),
            }
            for row in named.order_by("measure__edition_id", "measure__number")
        ],
    }


def _plain(case, names: tuple[str, ...]) -> dict:
    values = {name: getattr(case, name) for name in names}
    return {
        name: value if value is None or isinstance(value, int) else str(value)
        for name, value in values.items()
    }
