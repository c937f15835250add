"""Reports on paper (Japanese only): from a version's content to a PDF."""

from datetime import date
from itertools import groupby
from operator import itemgetter

from casework.calendar import japan_date, wareki, wareki_year
from casework.models import Version
from casework.typesetting import Item, ProposalData, Section, Table, typeset

from .measure_outcomes import in_words
from .models import Report
from .settlement import EXPENDITURE, INCOME
from .versions import content_of_report

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

#: Heading and name of each part.
REPORT_HEADINGS = (
    ("実施した内容", "content"),
    ("成果", "results"),
    ("団体として学んだこと", "reflection"),
)
COLLABORATION_HEADINGS = (
    ("目的", "purpose"),
    ("実施した内容", "content"),
    ("市の役割", "city_role"),
    ("相手の役割", "partner_role"),
    ("成果", "results"),
)


def report_pdf(report: Report, *, today: date) -> bytes:
    """Return the PDF of a group's report and settlement, see :func:`report_sheet`."""
    return typeset("proposal", report_sheet(report, today=today))


def report_sheet(report: Report, *, today: date) -> ProposalData:
    """Return what a group's report and settlement say as they stand; 案 while it is written.

    :param today: the day a report that is not sent bears; a sent one bears the day it was sent.
    """
    sent = None if report.state in ("drafting", "returned") else _latest_version(report)
    content = content_of_report(report)
    return {
        "document": "実績報告書",
        "title": report.title,
        "issued": wareki(japan_date(sent.at) if sent else today),
        "organization": report.organization.name,
        "number": report.number,
        "items": _report_items(report),
        "sections": [*_sections(content, REPORT_HEADINGS), *_of_measures(content["outcomes"])],
        "income": _ledger(content["settlement"], INCOME),
        "expenditure": _ledger(content["settlement"], EXPENDITURE),
        "receipts": _receipts(content["receipts"]),
        "draft": sent is None,
    }


def _of_measures(rows: list[dict]) -> list[Section]:
    """Return what came of each measure of the guideline; no section where nothing is said."""
    if not rows:
        return []
    told = [f"施策{row['number']} {row['title']}：{in_words(row)}" for row in rows]
    return [{"heading": "指針の施策について、できたこと", "paragraphs": told}]


def _how_and_what_came(row: dict) -> str:
    came = in_words(row)
    return "\n".join(filter(None, [row["how"], f"成果：{came}" if came else ""]))


def _latest_version(report: Report) -> Version | None:
    return report.versions.order_by("-number").first()


def _report_items(report: Report) -> list[Item]:
    year, people = report.project_year, report.participants
    return [
        _item("対象年度", wareki_year(year.fiscal_year)),
        _item("事業の完了日", wareki(report.completed_on) if report.completed_on else UNKNOWN),
        _item("参加者数", UNKNOWN if people is None else f"{people:,}人"),
        _item("交付決定額", f"{year.granted_yen or 0:,}円"),
    ]


def _item(label: str, value: str) -> Item:
    return {"label": label, "value": value}


def _ledger(lines: list[dict], side: str) -> Table:
    """Return one side of a settlement beside the budget; where a line has a category, all have a cell.

    The last column marks what the city pays of the income, and what of the spending does not count.
    """
    own = [line for line in lines if line["side"] == side]
    spending = side == EXPENDITURE
    rows: list[list] = [
        [line["category_label"], line["label"], line["detail"], line["planned_yen"],
         line["amount_yen"], _last_cell(line, spending)]
        for line in own
    ]  # fmt: skip
    sums = [sum(line[name] or 0 for line in own) for name in ("planned_yen", "amount_yen")]
    off = sum(line["disallowed_yen"] for line in own)
    last, mark = (off or "", "対象外（円）") if spending else ("", "市の補助")
    first = 0 if any(line["category_label"] for line in own) else 1
    total: list = ["計", "", "", *sums, last] if first == 0 else ["計", "", *sums, last]
    return {
        "columns": ["区分", "項目", "積算", "予算額（円）", "決算額（円）", mark][first:],
        "rows": [row[first:] for row in rows],
        "total": total,
    }


def _last_cell(line: dict, spending: bool) -> str | int:
    if spending:
        return line["disallowed_yen"] or ""
    return "○" if line["from_city"] else ""


def _receipts(receipts: list[dict]) -> Table | None:
    """Return 領収書一覧: the receipts line by line, each sum against its line."""
    rows: list[list] = []
    for label, group in groupby(receipts, key=itemgetter("line")):
        own = list(group)
        rows += [
            [str(one["number"]), label, one["item"], wareki(date.fromisoformat(one["paid_on"])),
             one["amount_yen"], "添付" if one["digest"] else "紙"]
            for one in own
        ]  # fmt: skip
        against = f"小計（決算額 {own[0]['line_yen']:,}円）"
        rows.append(["", label, against, "", sum(one["amount_yen"] for one in own), ""])
    if not rows:
        return None
    total = sum(one["amount_yen"] for one in receipts)
    columns = ["番号", "費目", "内容", "支払日", "金額（円）", "写し"]
    return {"columns": columns, "rows": rows, "total": ["計", "", "", "", total, ""]}


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
        "sections": _sections(content, COLLABORATION_HEADINGS),
        "measures": [
            {"code": str(row["number"]), "title": row["title"], "how": _how_and_what_came(row)}
            for row in content["measures"]
        ],
        "draft": draft,
    }
    return typeset("collaboration_report", data)


def _items(content: dict) -> list[Item]:
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
    return [_item(label, value) for label, value in pairs]


def _score(score: int | None) -> str:
    return UNKNOWN if score is None else f"{score}点"


def _sections(content: dict, headings: tuple[tuple[str, str], ...]) -> list[Section]:
    return [
        {"heading": heading, "paragraphs": [content[name] or UNKNOWN]} for heading, name in headings
    ]
