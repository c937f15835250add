"""Papers as DOCX, from the same data as their PDF, for whoever edits or signs them further."""

import io
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from .calendar import parse_wareki
from .typesetting import (
    NO_FILES,
    ClaimData,
    CommitteeData,
    CommitteePart,
    Item,
    PrintedPicture,
    ProposalData,
    Section,
    Table,
)

#: The longer side of a photo, in millimetres.
PICTURE_MM = 90
#: A face that Japanese word processors have; whoever lacks it sees another one.
FACE = "游明朝"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def docx_of(data: CommitteeData, *, files: Mapping[str, bytes] = NO_FILES) -> bytes:
    """Return the DOCX of a paper; the same data give the same text, whatever machine makes it.

    :param files: name → bytes of the pictures that the data name.
    """
    paper = _begun(data["title"], data["issued"])
    _to_the_right(paper, data.get("note"), data.get("as_of", data["issued"]))
    _title(paper, data["title"], draft=bool(data.get("draft")))
    _facts(paper, data["items"])
    for number, part in enumerate(data["parts"]):
        _part(paper, number, part, files)
    return _saved(paper)


def form_paper(data: ProposalData) -> bytes:
    """Return the DOCX of what a group files: a proposal, an application, a change, a report."""
    kind = data.get("document", "提案書")
    paper = _begun(f"{kind} {data['title']}", data["issued"])
    _to_the_right(paper, data.get("number"), data["issued"])
    paper.add_paragraph(_text(data["organization"]))
    _title(paper, kind, draft=bool(data.get("draft")))
    paper.add_paragraph(_text(data["title"])).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _facts(paper, data["items"])
    for section in data["sections"]:
        _section(paper, section, level=2)
    tables = {
        "収入": data.get("income"), "支出": data.get("expenditure"), "領収書一覧": data.get("receipts")
    }  # fmt: skip
    for heading, table in tables.items():
        if table:
            paper.add_heading(heading, 2)
            _table(paper, table)
    if measures := data.get("measures"):
        paper.add_heading("ガイドラインの施策", 2)
        rows = [[row["code"], row["title"], row["how"]] for row in measures]
        _table(paper, {"columns": ["番号", "施策", "進め方"], "rows": rows})
    return _saved(paper)


def claim_paper(data: ClaimData) -> bytes:
    """Return the DOCX of a claim (請求書); without an account there is room to write it by hand."""
    paper = _begun(data["title"], None)
    _to_the_right(paper, data.get("number"), data["issued"])
    paper.add_paragraph(_text(f"（宛先）{data.get('to') or ''}"))
    head = data.get("head") or {}
    signed = " ".join(filter(None, (head.get("title"), head.get("name"))))
    _facts(
        paper,
        [
            {"label": "所在地", "value": data.get("address") or ""},
            {"label": "団体名", "value": data["group"]},
            {"label": "代表者", "value": f"{signed}　（署名又は記名押印）"},
        ],
    )
    _title(paper, data["title"], draft=False)
    paper.add_paragraph("次のとおり請求します。")
    _facts(paper, [{"label": "請求額", "value": data["amount"]}, *data["items"]])
    paper.add_heading("振込先", 2)
    if account := data.get("account"):
        paper.add_paragraph(_text(account))
    else:
        _facts(paper, [{"label": label, "value": ""} for label in BY_HAND])
    return _saved(paper)


#: What is written by hand into a claim of which no account is registered.
BY_HAND = ("金融機関名（コード）", "支店名（コード）", "預金の種類", "口座番号", "口座名義（カナ）")


def docx_response(content: bytes, name: str) -> HttpResponse:
    """Answer with a DOCX as a download; ``name`` in ASCII and without ending."""
    response = HttpResponse(content, content_type=DOCX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.docx")
    return response


def _begun(title: str, issued: str | None) -> Any:
    paper = Document()
    _set_up(paper, title, issued)
    return paper


def _saved(paper) -> bytes:
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _to_the_right(paper, *lines: str | None) -> None:
    for words in filter(None, lines):
        paper.add_paragraph(_text(words)).alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _title(paper, title: str, *, draft: bool) -> None:
    shown = f"{title}（案）" if draft else title
    paper.add_heading(_text(shown), 1).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _text(words: object) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", str(words))


def _set_up(paper, title: str, issued: str | None) -> None:
    """:param issued: the day on the paper in the Japanese calendar, or none while it is open."""
    page = paper.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(25)
    for name, size in (("Normal", 10.5), ("Heading 1", 14), ("Heading 2", 12), ("Heading 3", 10.5)):
        _set_face(paper.styles[name], size)
    _number_pages(page.footer.paragraphs[0])
    known = paper.core_properties
    known.title, known.author, known.language = _text(title), "", "ja-JP"
    if issued:
        known.created = known.modified = datetime.combine(parse_wareki(issued), time.min)
    known.comments = ""


def _set_face(style, size: float) -> None:
    """Name the face for Japanese signs, too: without it a word processor takes any."""
    style.font.name, style.font.size, style.font.color.rgb = FACE, Pt(size), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), FACE)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "ja-JP")
    language.set(qn("w:eastAsia"), "ja-JP")
    style.element.get_or_add_rPr().append(language)


def _number_pages(paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(paragraph, "PAGE", until_then="1")


def _field(paragraph, asked: str, *, until_then: str) -> None:
    """Add what the word processor counts itself.

    :param until_then: is shown by what does not count.
    """
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), asked)
    field.set(qn("w:dirty"), "true")
    field.append(paragraph.add_run(until_then)._r)
    paragraph._p.append(field)


def _part(paper, number: int, part: CommitteePart, files: Mapping[str, bytes]) -> None:
    heading = paper.add_heading(_text(part["heading"]), 2)
    heading.paragraph_format.page_break_before = bool(part.get("new_page"))
    _mark(heading, number)
    _facts(paper, part.get("items", []))
    for section in part.get("sections", []):
        _section(paper, section, level=3)
        for picture in section.get("pictures", []):
            _picture(paper, picture, files[picture["file"]])
    if part.get("room"):
        paper.add_heading("メモ", 3)
        for _ in range(part["room"]):
            paper.add_paragraph()


def _section(paper, section: Section, *, level: int) -> None:
    if section["heading"]:
        paper.add_heading(_text(section["heading"]), level)
    for words in section.get("paragraphs", []):
        for line in words.splitlines():
            paper.add_paragraph(_text(line))
    table = section.get("table")
    if table and "parts" in section:
        _with_pages(paper, table, section["parts"])
    elif table:
        _table(paper, table)


def _mark(heading, number: int) -> None:
    """Name the place of a part, so that the contents can ask for its page."""
    begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    begin.set(qn("w:name"), _mark_of(number))
    for one in (begin, end):
        one.set(qn("w:id"), str(number))
    heading._p.insert(heading._p.index(heading.runs[0]._r), begin)
    heading._p.append(end)


def _mark_of(number: int) -> str:
    return f"_part{number}"


def _with_pages(paper, table: Table, parts: list[int]) -> None:
    """Set the contents: the word processor writes the page of each part when it opens the file."""
    rows = [[*row, ""] for row in table["rows"]]
    made = _table(paper, {"columns": [*table["columns"], "ページ"], "rows": rows})
    for row, number in zip(made.rows[1:], parts, strict=True):
        _field(row.cells[-1].paragraphs[0], f"PAGEREF {_mark_of(number)} \\h", until_then="–")
        row.cells[-1].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _picture(paper, picture: PrintedPicture, content: bytes) -> None:
    """Put a photo with its caption below; what it shows is told to who does not see it."""
    held = paper.add_paragraph()
    held.paragraph_format.keep_with_next = bool(picture["caption"])
    shape = held.add_run().add_picture(io.BytesIO(content), width=Mm(PICTURE_MM))
    if shape.height > (most := Mm(PICTURE_MM)):  # an upright one
        shape.width, shape.height = round(shape.width * most / shape.height), most
    told = shape._inline.docPr
    told.set("descr", _text(picture["alt"]))
    told.set("name", picture["file"])
    if picture["caption"]:
        paper.add_paragraph(_text(picture["caption"]))


def _facts(paper, items: list[Item]) -> None:
    if not items:
        return
    made = paper.add_table(rows=0, cols=2, style="Table Grid")
    for item in items:
        label, value = made.add_row().cells
        label.text, value.text = _text(item["label"]), _text(item["value"])
        label.width, value.width = Mm(50), Mm(110)
    paper.add_paragraph()


def _table(paper, table: Table) -> Any:
    made = paper.add_table(rows=1, cols=len(table["columns"]), style="Table Grid")
    for cell, words in zip(made.rows[0].cells, table["columns"], strict=True):
        cell.text = _text(words)
    again = OxmlElement("w:tblHeader")  # the headings stand on every page
    made.rows[0]._tr.get_or_add_trPr().append(again)
    total = table.get("total")
    for row in [*table["rows"], *([total] if total else [])]:
        for cell, value in zip(made.add_row().cells, row, strict=True):
            cell.text = _shown(value)
            if isinstance(value, int):
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paper.add_paragraph()
    return made


def _shown(value: str | int | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else _text(value)
