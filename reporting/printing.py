"""The collaboration report on paper (Japanese only): from a version's content to a PDF."""

from datetime import date

from casework.calendar import wareki, wareki_year
from casework.typesetting import typeset

FORM_JA = {
    "co_host": "共催",
    "commission": "委託",
    "subsidy": "補助",
    "cost_share": "負担金・協定",
    "patronage": "後援",
    "joint_committee": "実行委員会",
    "cooperation": "事業協力",
    "other": "その他",
}
UNKNOWN = "未記入"


def collaboration_pdf(content: dict, *, number: str, day: date, draft: bool = False) -> bytes:
    """Return the PDF of a report.

    :param content: of a version, see ``reporting.versions``.
    :param day: the Japan date the paper bears.
    :param draft: whether 案 stands across the pages.
    """
    data = {
        "title": content["title"] or UNKNOWN,
        "issued": wareki(day),
        "department": content["department"],
        "number": number,
        "items": _items(content),
        "sections": _sections(content),
        "measures": [
            {"code": str(row["number"]), "title": row["title"], "how": row["how"]}
            for row in content["measures"]
        ],
        "draft": draft,
    }
    return typeset("collaboration_report", data)


def _items(content: dict) -> list[dict]:
    cost = content["cost_yen"]
    pairs = (
        ("対象年度", wareki_year(content["fiscal_year"])),
        ("協働の相手", content["partner_names"] or UNKNOWN),
        ("協働の形態", FORM_JA.get(content["form"], UNKNOWN)),
        ("事業費", UNKNOWN if cost is None else f"{cost:,}円"),
        ("費用の負担", content["cost_borne_by"] or UNKNOWN),
        ("評価（過程・5点満点）", _score(content["process_score"])),
        ("評価（成果・5点満点）", _score(content["outcome_score"])),
    )
    return [{"label": label, "value": value} for label, value in pairs]


def _score(score: int | None) -> str:
    return UNKNOWN if score is None else f"{score}点"


def _sections(content: dict) -> list[dict]:
    headings = (
        ("目的", "purpose"),
        ("実施した内容", "content"),
        ("市の役割", "city_role"),
        ("相手の役割", "partner_role"),
        ("成果", "results"),
    )
    return [
        {"heading": heading, "paragraphs": [content[name] or UNKNOWN]} for heading, name in headings
    ]
