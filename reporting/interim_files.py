"""An interim report on paper, for PDF and Word (Japanese only)."""

from datetime import date

from casework.calendar import japan_date, wareki, wareki_year
from casework.typesetting import CommitteeData

from .interim import FIELDS
from .models import InterimReport

HEADINGS = {
    "done": "これまでの活動",
    "against_plan": "計画との比較",
    "troubles": "困っていること",
    "needs": "必要なこと・相談したいこと",
}
EMPTY = "（なし）"


def interim_sheet(report: InterimReport, said: dict[str, str], *, today: date) -> CommitteeData:
    """Return what an interim report says; 案 while it is written.

    :param said: the words, by name of the field.
    :param today: the day one that is not sent bears; a sent one bears the day it was sent.
    """
    written = report.state in ("asked", "returned")
    version = None if written else report.versions.order_by("-number").first()
    items = [
        {"label": "団体", "value": report.organization.name},
        {"label": "対象年度", "value": wareki_year(report.fiscal_year)},
    ]
    if report.asks:
        items.append({"label": "窓口が知りたいこと", "value": report.asks})
    return {
        "title": f"中間報告書　{report.project_year.title}",
        "issued": wareki(japan_date(version.at) if version else today),
        "note": report.number,
        "items": items,
        "parts": [
            {
                "heading": HEADINGS[name],
                "sections": [{"heading": "", "paragraphs": [said.get(name) or EMPTY]}],
            }
            for name in FIELDS
        ],
        "draft": written,
    }
