"""The content of a report as a numbered version keeps it: plain JSON, amounts in yen."""

from decimal import Decimal

from grants.versions import as_filed

from .beside_report import Beside
from .budget_beside import beside_budget
from .measure_outcomes import content_of_outcome, told_of_measures
from .models import CollaborationReport, FormQuestion, PartnerPart, Report
from .partner_parts import read_parts

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
                "edition_title": row.measure.edition.title,
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


def content_of_collaboration(
    report: CollaborationReport, *, public: bool = False, reader=None, views: bool = True,
    whole: bool = True, beside: Beside | None = None,
) -> dict:  # fmt: skip
    """Return what the department sends, and, once approved, what the public reads.

    Beside the plain fields stand ``parts``: the questions of the form in their order, with the words
    of the answers that have no field.

    :param public: without what the form keeps from the public.
    :param views: with what the partners say and the words of the scores.
    :param whole: with what came of the measures, and the photos; a page may have them from elsewhere.
    :param reader: who reads it as it stands, for views of partners are not everyone's at any time.
    :param beside: its rows, if they were read with those of others.
    """
    beside = beside or Beside(report)
    asked = [one for one in report.questions if one.is_public or not public]
    came_of = (
        {row.measure_id: content_of_outcome(row) for row in beside.outcomes}
        if whole and beside.measures
        else {}
    )
    return {
        **_plain(report, COLLABORATION_FIELDS),
        "department": report.department.name,
        "department_en": report.department.name_en,
        "measures": [
            {
                "id": row.measure_id,
                "edition": row.measure.edition.code,
                "edition_title": row.measure.edition.title,
                "edition_title_en": row.measure.edition.title_en,
                "number": row.measure.number,
                "title": row.measure.title,
                "title_en": row.measure.title_en,
                "how": row.how,
                **came_of.get(row.measure_id, {}),
            }
            for row in beside.measures
        ],
        "parts": [_part(report, question) for question in asked],
        "partners": [{"name": one.name, "share_yen": one.share_yen} for one in beside.partners],
        "figures": [
            {"label": one.label, "value": plain_figure(one.value), "unit": one.unit}
            for one in beside.figures
        ],
        "photos": beside.photos if whole else [],
        "committee": beside.comments if views else [],
        **(views_of(report, public=public, reader=reader) if views else {"views": []}),
    }


def views_of(report: CollaborationReport, *, public: bool = False, reader=None) -> dict:
    """Return what the partners say of a report, as far as ``reader`` reads it, and the scale."""
    return {
        "views": [_view(part, public=public) for part in read_parts(report, reader)],
        "scale": [
            {"score": word.score, "words": word.words, "words_en": word.words_en}
            for word in (report.report_form.scale.values() if report.report_form else ())
        ],
    }


def _view(part: PartnerPart, *, public: bool) -> dict:
    """Return what one partner gave: its scores, and its words question by question.

    ``told_on`` is the day on which it told the department, which wrote it down; else empty.
    """
    names = ("code", "label", "label_en")
    return {
        "partner": part.partner.name,
        "told_on": part.said_on.isoformat() if part.typed_in_by_id and part.said_on else "",
        "process_score": part.process_score,
        "outcome_score": part.outcome_score,
        "answers": [
            {
                **{name: getattr(answer.question, name) for name in names},
                "words": answer.words,
            }
            for answer in sorted(part.answers.all(), key=lambda one: one.question.position)
            if answer.question.is_public or not public
        ],
    }


def _part(report: CollaborationReport, question: FormQuestion) -> dict:
    names = ("code", "kind", "section", "section_en", "label", "label_en")
    words = report.answers_by_code.get(question.code, "") if question.is_own else None
    return {**{name: getattr(question, name) for name in names}, "words": words}


def plain_figure(value: Decimal) -> str:
    """Return a figure without the zeros that its column adds."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def _plain(case, names: tuple[str, ...]) -> dict:
    values = {name: getattr(case, name) for name in names}
    return {
        name: value if value is None or isinstance(value, int) else str(value)
        for name, value in values.items()
    }
