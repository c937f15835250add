"""PDFs of formal letters: data in, the bytes of a PDF out.

``typeset("letter", data)`` compiles ``templates/letters/letter.typ``.  There are eight templates, each
with the shape of its data below: ``letter`` for every plain letter (its title and text are data),
``agreement`` (年度協定書), ``proposal`` (提案書), ``collaboration_report`` (協働事業報告書),
``claim`` (請求書), ``committee`` (papers for a committee, or of it), ``progress`` (具体施策の進捗状況一覧) and ``post``
(what is printed for the post).
Keys that a template does not know are passed over, so one set of common fields serves all.

The data reach the template as JSON and are only ever text: ``*``, ``#`` or ``[`` in a name stay what
they are.  In a table, an ``int`` is set flush right with separators (``1,234``); everything else is
written as it stands.  Line feeds in a text are kept.

The result is PDF/A-2b and PDF/UA-1 (tagged), in Noto Serif JP from a package, never in a font of the
machine.  The same data give the same bytes: the date in the PDF is the day the letter is issued
(0:00 in Japan; 1 January 1970 where ``issued`` names no day), and nothing reads the clock.
"""

import json
import struct
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import time
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NotRequired, TypedDict, cast

import typst
from pylopdf_fonts_jp import serif_path

from casework.calendar import moment, parse_wareki

LETTERS = Path(__file__).resolve().parent.parent / "templates" / "letters"

#: Archivable (ISO 19005-2) and readable by screen readers (ISO 14289-1).
STANDARDS: list[Any] = ["a-2b", "ua-1"]

NO_FILES: Mapping[str, bytes] = MappingProxyType({})

#: What stands for a character that the font does not have, as printers have long written it.
GETA = "〓"

#: Line feed, tab and variation selectors: no glyph of their own, yet they matter to the layout.
UNSEEN = {0x0A, 0x09, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


class Addressee(TypedDict):
    """To whom: ``organization`` on a line of its own, then title, name and 様 or 御中."""

    organization: str
    title: str
    name: str
    honorific: str


class Sender(TypedDict):
    """In whose name: 鎌倉市長 and the mayor's name."""

    title: str
    name: str


class Item(TypedDict):
    """A numbered line under 記, or a line of facts at the head of a proposal."""

    label: str
    value: str


class Table(TypedDict):
    """A table; ``rows`` and ``total`` have as many cells as ``columns``."""

    columns: list[str]
    rows: list[list[str | int | None]]
    total: NotRequired[list[str | int | None] | None]


class PrintedPicture(TypedDict):
    """A picture on paper: the name of its file, what it shows, and its caption."""

    file: str
    alt: str
    caption: str


class Section(TypedDict):
    """A part of a document under a heading of its own.

    ``parts`` makes a table the contents of a committee's paper: which of its parts, counted from 0, each row
    names; the row ends with the page on which that part begins.
    """

    heading: str
    parts: NotRequired[list[int]]
    pictures: NotRequired[list[PrintedPicture]]
    paragraphs: NotRequired[list[str]]
    table: NotRequired[Table | None]


class LetterData(TypedDict):
    """A plain letter.

    ``issued`` is the day as printed (令和8年11月21日), ``symbol`` its number (鎌地つ第12号), ``seal``
    ``"omitted"`` for （公印省略）, ``"official"`` for room for the seal, or none.  ``items`` and
    ``table`` stand under 記.  ``notice_text`` is 教示文, ``contact`` whom to ask; ``draft`` prints 案
    across the page.  ``replaces`` says which letter it takes the place of, ``remark`` why.  What is empty or missing leaves no trace.
    """

    title: str
    issued: str
    addressee: Addressee
    sender: Sender
    paragraphs: list[str]
    symbol: NotRequired[str | None]
    seal: NotRequired[str | None]
    items: NotRequired[list[Item]]
    table: NotRequired[Table | None]
    notice_text: NotRequired[str | None]
    contact: NotRequired[str | None]
    replaces: NotRequired[str | None]
    remark: NotRequired[str | None]
    draft: NotRequired[bool]


class AgreementParty(TypedDict):
    """A party that signs; ``mark`` is 甲, 乙, …; ``by_sender`` in the name of the letter's sender."""

    mark: str
    organization: str
    title: str
    name: str
    address: NotRequired[str | None]
    by_sender: NotRequired[bool]


class Article(TypedDict):
    """An article (条); its number is counted, ``heading`` goes in brackets above it."""

    heading: str
    paragraphs: list[str]


class Role(TypedDict):
    """What one party undertakes."""

    party: str
    tasks: list[str]


class AgreementData(TypedDict):
    """A yearly agreement (年度協定書) between two or more parties.

    ``paragraphs`` come before the articles.  ``roles`` and ``cost_shares`` are printed as 別表第1 and
    別表第2, ``reckoning`` as 別紙.  ``concluded`` is the day of signing as printed; without it the day is left blank.
    """

    title: str
    paragraphs: list[str]
    articles: list[Article]
    parties: list[AgreementParty]
    roles: NotRequired[list[Role]]
    cost_shares: NotRequired[Table | None]
    reckoning: NotRequired[Table | None]
    closing: NotRequired[list[str]]
    concluded: NotRequired[str | None]
    issued: NotRequired[str | None]
    draft: NotRequired[bool]


class MeasureLine(TypedDict):
    """A measure of the guideline and how the project advances it."""

    code: str
    title: str
    how: str


class ProposalData(TypedDict):
    """A proposal in print; ``title`` is the project's, ``document`` the form's (提案書).

    ``receipts`` of a report are printed as 領収書一覧; a request to end or to postpone has no budget.
    """

    title: str
    issued: str
    organization: str
    items: list[Item]
    sections: list[Section]
    income: NotRequired[Table]
    expenditure: NotRequired[Table]
    receipts: NotRequired[Table | None]
    document: NotRequired[str]
    number: NotRequired[str | None]
    measures: NotRequired[list[MeasureLine]]
    draft: NotRequired[bool]


class ClaimData(TypedDict):
    """A claim for payment (請求書) of a group on the city.

    ``to`` is the title of the mayor, ``head`` who signs for the group; ``account`` says that one is
    registered, and where it is empty there is room to write it by hand.
    """

    title: str
    issued: str
    to: str
    group: str
    amount: str
    items: list[Item]
    address: NotRequired[str | None]
    head: NotRequired[dict[str, str]]
    number: NotRequired[str | None]
    account: NotRequired[str | None]
    draft: NotRequired[bool]


class CollaborationReportData(TypedDict):
    """A department's report on a year of collaboration; ``title`` is the project's."""

    title: str
    issued: str
    department: str
    items: list[Item]
    sections: list[Section]
    document: NotRequired[str]
    number: NotRequired[str | None]
    measures: NotRequired[list[MeasureLine]]
    draft: NotRequired[bool]


class CommitteePart(TypedDict):
    """One item of a committee's paper: facts, text under headings of its own, room to write in.

    ``room`` is how many lines are left to write on; ``new_page`` begins the part on a page of its own.
    """

    heading: str
    items: NotRequired[list[Item]]
    sections: NotRequired[list[Section]]
    room: NotRequired[int]
    new_page: NotRequired[bool]


class CommitteeData(TypedDict):
    """A paper for a committee, or of it; ``note`` says whose copy it is, or what it is not yet.

    ``as_of`` is how the day is printed where it is the day of what the paper tells (令和8年11月21日現在).
    """

    title: str
    issued: str
    as_of: NotRequired[str]
    items: list[Item]
    parts: list[CommitteePart]
    note: NotRequired[str | None]
    draft: NotRequired[bool]


class ProgressData(TypedDict):
    """The table of how far measures have come, seven columns across.

    A row of one cell is the line of a section. ``summary`` heads ``items``, ``heading`` the rows;
    ``foot`` says under them on what they rest.
    """

    title: str
    note: str
    summary: str
    items: list[Item]
    heading: str
    columns: list[str]
    rows: list[list[str]]
    foot: NotRequired[str]


class PostSheet(TypedDict):
    """What one recipient gets: the lines of the envelope, a short text, and the letter's own PDF.

    ``letter`` is the bytes of a PDF as numbers, with ``pages`` pages; empty where there is none.
    """

    day: str
    address: list[str]
    subject: str
    paragraphs: list[str]
    number: str | None
    letter: list[int]
    letter_title: str
    pages: int


# "from" is a word of Python's, so this one is written as a call.
PostData = TypedDict(
    "PostData",
    {
        "title": str,
        "from": list[str],
        "contact": NotRequired[str | None],
        "sheets": list[PostSheet],
    },
)


TEMPLATES: dict[str, Any] = {
    "letter": LetterData,
    "agreement": AgreementData,
    "proposal": ProposalData,
    "collaboration_report": CollaborationReportData,
    "claim": ClaimData,
    "committee": CommitteeData,
    "progress": ProgressData,
    "post": PostData,
}

#: For the printer, and kept nowhere: no archivable format allows a PDF within a PDF.
FOR_THE_PRINTER = {"post"}


def typeset(template: str, data: dict, *, files: Mapping[str, bytes] = NO_FILES) -> bytes:
    """Return the PDF of ``template`` filled with ``data``.

    Characters that the font lacks are printed as 〓; control characters are dropped.

    :param files: name → bytes of the pictures that the data name.
    :raises LookupError: if there is no such template.
    :raises ValueError: if a field that the template needs is missing, or has the wrong shape.
    """
    _check(template, data)
    try:
        with _folder(files) as folder:
            pdf = _compiler(template, data, folder).compile(
                format="pdf",
                pdf_standards=[] if template in FOR_THE_PRINTER else STANDARDS,
                timestamp=_timestamp(data),
            )
    except typst.TypstError as error:
        raise ValueError(f"The data do not fit the template {template}: {error.message}") from error
    return cast(bytes, pdf)


def _check(template: str, data: dict) -> None:
    if template not in TEMPLATES:
        raise LookupError(f"There is no template {template}; there are {', '.join(TEMPLATES)}.")
    required = TEMPLATES[template].__required_keys__
    missing = sorted(key for key in required if data.get(key) is None)
    if missing:
        raise ValueError(f"The template {template} needs {', '.join(missing)}.")


@contextmanager
def _folder(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Give the folder of the templates; where there are pictures, a copy of it with them inside."""
    if not files:
        yield LETTERS
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for template in LETTERS.glob("*.typ"):
            (folder / template.name).write_bytes(template.read_bytes())
        for name, content in files.items():
            (folder / name).write_bytes(content)
        yield folder


def _compiler(template: str, data: dict, folder: Path) -> typst.Compiler:
    return typst.Compiler(
        folder / f"{template}.typ",
        root=folder,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
    )


def _timestamp(data: dict) -> int:
    try:
        day = parse_wareki(data.get("issued") or "")
    except ValueError:  # a draft may say anything here
        return 0
    return int(moment(day, time.min).timestamp())


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(serif_path().parent)],
    )


# PDF/A forbids a glyph that is not there, so one emoji in a title would stop the whole letter.


def _printable(value):
    if isinstance(value, str):
        return "".join(map(_shown, "\n".join(value.splitlines())))
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value


def _shown(character: str) -> str:
    if ord(character) in UNSEEN or ord(character) in _characters():
        return character
    if unicodedata.category(character) in {"Cc", "Cf", "Mn"}:
        return ""
    return GETA


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    """Return the code points the font has.

    Source: OpenType 1.9, cmap: table directory, encoding records, subtable format 12.
    """
    font = serif_path().read_bytes()
    tables = struct.iter_unpack(">4sIII", font[12 : 12 + 16 * struct.unpack(">H", font[4:6])[0]])
    cmap = next(offset for tag, _sum, offset, _length in tables if tag == b"cmap")
    (records,) = struct.unpack_from(">H", font, cmap + 2)
    offsets = [struct.unpack_from(">I", font, cmap + 8 + 8 * n)[0] for n in range(records)]
    full = next(cmap + at for at in offsets if font[cmap + at : cmap + at + 2] == b"\x00\x0c")
    (groups,) = struct.unpack_from(">I", font, full + 12)
    ranges = struct.iter_unpack(">III", font[full + 16 : full + 16 + 12 * groups])
    return frozenset(code for first, last, _glyph in ranges for code in range(first, last + 1))
