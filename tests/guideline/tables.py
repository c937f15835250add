"""The progress table of the first edition, in the city's layout and our own words.

Statuses, classes, next classes and printed counts are those of the reference files; what was done,
and why, is invented here. A test damages what it needs.
"""

import csv
import io
from collections.abc import Callable
from functools import cache

from openpyxl import Workbook

from guideline import reference_data
from guideline.progress_table import Guideline, Known

TITLE = "第1期指針 具体施策の進捗状況一覧"
CLASS = {"I": "【Ⅰ】<重点施策>", "II-a": "【Ⅱ-ア】", "II-i": "【Ⅱ-イ】", "III": "【Ⅲ】"}
STATUS = {
    "not_started": "未",
    "in_progress": "着手中",
    "partly": "一部済",
    "done": "済",
    "ongoing": "済・継",
}
HEADINGS = ["No", "内容", "重点", "施策の実施", "実績", "2期案", "理由"]
#: Reasons that name a class; the others are made up from the number.
REASONS = {1: "需要が減った。Ⅲに降格し、様子を見る。", 2: "需要が減った。Ⅲに降格し、様子を見る。"}
#: What the second document alone prints.
UNPRINTED = (3, 2)

Lines = list[list[str]]


def rows(name: str, edition: str = "first") -> list[dict]:
    with (reference_data.FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["edition"] == edition]


def guideline() -> Guideline:
    """What the reference files say of the first edition."""
    return Guideline(
        {
            int(m["number"]): Known(
                m["title"], m["classification"], int(m["section"]), int(m["place"])
            )
            for m in rows("measures")
        },
        {
            (int(s["section"]), int(s["place"])): (s["letter"], s["title"], s["source"])
            for s in rows("sections")
        },
        TITLE,
    )


def lines() -> Lines:
    """The whole table, line by line; every line has seven cells. Each caller gets its own."""
    return [list(line) for line in _lines()]


@cache
def _lines() -> Lines:
    head = [[], [], [TITLE], ["【達成状況】"], *_summary(), HEADINGS]
    return [_whole(line) for line in [*head, *_body()]]


def _whole(line: list[str]) -> list[str]:
    return [*line, *[""] * (len(HEADINGS) - len(line))] if line else []


def _summary() -> Lines:
    counts: dict[str, list[str]] = {code: [] for code in CLASS}
    for row in rows("printed_counts"):
        words = f"{row['count']}/{row['denominator']}：{STATUS[row['status']]}"
        counts[row["classification"]].append(words)
    heads = {code: mark.replace("施策", "") for code, mark in CLASS.items()}
    return [[heads[code], f"説明{code}", *said] for code, said in counts.items()]


def _body() -> Lines:
    progress = {row["number"]: row for row in rows("progress")}
    body: Lines = []
    for section in rows("sections"):
        at = (int(section["section"]), int(section["place"]))
        if at[1] == 0:
            body.append([f"<b>（{at[0]}）{section['title']}</b>"])
        elif at != UNPRINTED:
            body.append([f"<b>{section['letter']} {section['title']}</b>".replace("> ", ">")])
        for measure in rows("measures"):
            if (int(measure["section"]), int(measure["place"])) == at:
                body.append(_row(measure, progress[measure["number"]]))
    return body


def _row(measure: dict, standing: dict) -> list[str]:
    number = int(measure["number"])
    result = "" if standing["status"] == "not_started" else f"実績{number}"
    return [
        measure["number"], measure["title"], CLASS[measure["classification"]],
        STATUS[standing["status"]], result, standing["next_class"],
        REASONS.get(number, f"理由{number}。"),
    ]  # fmt: skip


def line_of(number: int) -> int:
    """Return the line, from 1, on which a measure stands."""
    return next(n for n, line in enumerate(_lines(), 1) if line and line[0] == str(number))


def as_text(said: Lines, encoding: str = "utf-8") -> bytes:
    """The table as the city keeps it: tabs between the cells, no end of line after the last."""
    return "\n".join("\t".join(line) for line in said).encode(encoding)


def as_csv(said: Lines, encoding: str = "utf-8") -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(said)
    return file.getvalue().encode(encoding)


def as_xlsx(said: Lines, sheets: int = 1) -> bytes:
    book = Workbook()
    for n in range(sheets):
        page = book.active if n == 0 else book.create_sheet()
        for at, line in enumerate(said, 1):
            for column, words in enumerate(line, 1):
                value = int(words) if words.isdigit() else words
                page.cell(at, column).value = value if value != "" else None
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


#: Every form in which the same table may come.
FORMS: dict[str, Callable[[Lines], bytes]] = {
    "text": as_text,
    "text with BOM": lambda said: as_text(said, "utf-8-sig"),
    "text in CP932": lambda said: as_text(said, "cp932"),
    "csv": as_csv,
    "csv with BOM": lambda said: as_csv(said, "utf-8-sig"),
    "csv in CP932": lambda said: as_csv(said, "cp932"),
    "xlsx": as_xlsx,
}
