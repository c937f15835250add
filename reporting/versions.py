"""The content of a report as a numbered version keeps it: plain JSON, amounts in yen."""

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
    columns = ("side", "label", "detail", "amount_yen", "from_city", "eligible")
    return {
        **_plain(report, REPORT_FIELDS),
        "settlement": list(report.settlement_lines.order_by("pk").values(*columns)),
        "files": list(report.files.standing().order_by("pk").values("name", "digest")),
    }


def content_of_collaboration(report: CollaborationReport) -> dict:
    """Return what the department sends, and, once approved, what the public reads."""
    named = report.advanced_measures.select_related("measure__edition")
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
