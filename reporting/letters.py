"""The formal letter of reporting (Japanese only): the request to mend a report."""

from casework.calendar import wareki
from casework.letters import LetterKind, register
from grants.letters import facts_of, item

from .models import Report


def report_supplement(report: Report, facts: dict) -> dict:
    extra = []
    if facts.get("due_on") and not facts.get("dates_later"):
        extra.append(item("提出期限", wareki(facts["due_on"])))
    if facts.get("reason"):
        extra.append(item("理由", facts["reason"]))
    return {
        "paragraphs": ["提出された実績報告書について、次のとおり補正をお願いします。"],
        "items": [*facts_of(report.project_year), *extra],
    }


register(
    LetterKind(
        "report_supplement_request",
        "実績報告書補正依頼書",
        "letter",
        report_supplement,
        (("report", "send_back"),),
        also_names=("report_supplement",),
    )
)
