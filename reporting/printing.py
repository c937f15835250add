"""Reports on paper (Japanese only): from a version's content to a PDF."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter

from casework.calendar import japan_date, wareki, wareki_year
from casework.models import Version
from casework.typesetting import Item, PrintedPicture, ProposalData, Section, Table, typeset
from guideline.measure_names import in_edition

from .measure_outcomes import in_words
from .models import CollaborationReport, Report
from .public_photos import Printed, printed, ready, standing
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
#: The kinds of questions that stand as facts at the head; the others are texts and tables below.
HEAD = ("partners", "choice", "yen", "score")


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
    told = [f"施策{row['number']} {_named(row)}：{in_words(row)}" for row in rows]
    return [{"heading": "指針の施策について、できたこと", "paragraphs": told}]


def _named(row: dict) -> str:
    """Return what a paper calls a measure; texts frozen before this told no edition."""
    return in_edition(row["title"], row.get("edition_title", ""), japanese=True)


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


def collaboration_pdf(
    content: dict, *, number: str, day: date, note: str = "", draft: bool = False
) -> bytes:
    """Return the PDF of a report.

    :param content: of a version, see ``reporting.versions``.
    :param day: the Japan date the paper bears.
    :param note: of a correction, for the public.
    :param draft: whether 案 stands across the pages.
    """
    photos = printed(content)
    data = {
        "title": content["title"] or UNKNOWN,
        "issued": wareki(day),
        "department": content["department"],
        "number": number,
        "items": [*([_item("訂正", note)] if note else []), *collaboration_items(content)],
        "sections": _answers(content, photos) + _said_by_others(content),
        "measures": [
            {"code": str(row["number"]), "title": _named(row), "how": _how_and_what_came(row)}
            for row in content["measures"]
        ],
        "draft": draft,
    }
    return typeset("collaboration_report", data, files=files_of(photos))


def public_pdf(report: CollaborationReport) -> bytes:
    """Return the PDF of a published report: the one that was kept, while each of its photos stands.

    After that it is made anew of the same text, without the photos that are gone.
    """
    kept = report.publication
    content = kept.version.content
    if standing(content) == ready(content):
        return bytes(kept.pdf)
    return collaboration_pdf(
        content, number=report.number or "", day=japan_date(kept.at), note=kept.note
    )


def collaboration_sections(content: dict, photos: Sequence[Printed]) -> list[Section]:
    """Return all that a report says below its head, the measures as a table among it."""
    rows: list[list] = [
        [str(row["number"]), _named(row), _how_and_what_came(row)] for row in content["measures"]
    ]
    columns = ["番号", "取組", "この事業による前進"]
    measures: list[Section] = [
        {"heading": "関係する指針の取組", "table": {"columns": columns, "rows": rows}}
    ]
    return [*_answers(content, photos), *(measures if rows else []), *_said_by_others(content)]


def files_of(photos: Iterable[Printed]) -> dict[str, bytes]:
    """Return the pictures of photos by the names under which a paper has them."""
    return {one.name: one.content for one in photos}


def _answers(content: dict, photos: Sequence[Printed]) -> list[Section]:
    return [
        _photos(part, photos) if part["kind"] == "photos" else _printed(content, part)
        for part in content["parts"]
        if (photos if part["kind"] == "photos" else _is_below(content, part))
    ]


def _photos(part: dict, photos: Sequence[Printed]) -> Section:
    pictures: list[PrintedPicture] = [
        {"file": one.name, "alt": one.alt, "caption": one.caption} for one in photos
    ]
    return {"heading": part["label"], "pictures": pictures}


def _said_by_others(content: dict) -> list[Section]:
    """Return what partners say beside the department's scores, and what the committee says."""
    views = [section for view in content["views"] for section in _view(content, view)]
    comments = content.get("committee", [])
    if comments:
        views.append({"heading": "市民活動推進委員会の意見（第三者評価）", "paragraphs": comments})
    return views


def _view(content: dict, view: dict) -> list[Section]:
    named = {part["code"]: part["label"] for part in content["parts"]}
    rows: list[list] = [
        [named.get(code, ""), *(_points(side[code]) for side in (content, view))]
        for code in ("process_score", "outcome_score")
    ]
    columns = ["評価（5点満点）", "担当課", view["partner"]]
    said: list[Section] = [
        {"heading": f"{view['partner']}：{one['label']}", "paragraphs": [one["words"]]}
        for one in view["answers"]
    ]
    scores: Section = {
        "heading": f"{view['partner']}の評価", "table": {"columns": columns, "rows": rows},
    }  # fmt: skip
    if told_on := view.get("told_on"):
        day = wareki(date.fromisoformat(told_on))
        scores["paragraphs"] = [f"{view['partner']}が{day}に担当課に話し、担当課が書き取った。"]
    return [scores, *said]


def _points(score: int | None) -> str:
    return UNKNOWN if score is None else f"{score}点"


def collaboration_items(content: dict) -> list[Item]:
    """Return the facts at the head of a report."""
    told = [
        _item(_head_of(part), _told(content, part))
        for part in content["parts"]
        if part["kind"] in HEAD or part["code"] == "cost_borne_by"
    ]
    return [_item("対象年度", wareki_year(content["fiscal_year"])), *told]


def _head_of(part: dict) -> str:
    return f"{part['label']}（担当課の評価、5点満点）" if part["kind"] == "score" else part["label"]


def _told(content: dict, part: dict) -> str:
    value = content.get(part["code"])
    if part["kind"] == "partners":
        return "\n".join(map(_partner, content["partners"])) or content["partner_names"] or UNKNOWN
    if part["kind"] == "choice":
        return FORM_JA.get(value, UNKNOWN)
    if part["kind"] == "score":
        return _points(value)
    if part["kind"] == "yen":
        return UNKNOWN if value is None else f"{value:,}円"
    return value or UNKNOWN


def _partner(row: dict) -> str:
    bore = row["share_yen"]
    return row["name"] if bore is None else f"{row['name']}（負担 {bore:,}円）"


def _is_below(content: dict, part: dict) -> bool:
    """Return whether a question stands below the head: a text that has to be there, or is."""
    if part["kind"] == "figures":
        return bool(content["figures"])
    if part["kind"] not in ("words", "whole") or part["code"] == "cost_borne_by":
        return False
    return part["words"] is None or bool(part["words"])


def _printed(content: dict, part: dict) -> Section:
    if part["kind"] == "figures":
        rows: list[list] = [[f["label"], f"{f['value']} {f['unit']}"] for f in content["figures"]]
        return {"heading": part["label"], "table": {"columns": ["項目", "数"], "rows": rows}}
    words = part["words"] if part["words"] is not None else content[part["code"]]
    return {"heading": part["label"], "paragraphs": [words or UNKNOWN]}


def _sections(content: dict, headings: tuple[tuple[str, str], ...]) -> list[Section]:
    return [
        {"heading": heading, "paragraphs": [content[name] or UNKNOWN]} for heading, name in headings
    ]
