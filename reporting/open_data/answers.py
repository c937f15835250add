"""The answers of the published collaboration reports as open data: one row an answer.

What is asked differs by year; a narrow table takes a new question as a row, never as a column.
"""

from collections.abc import Container, Iterator
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from reporting.models import CollaborationReport
from reporting.public_photos import ready, standing_in

from .reports import is_invented
from .table import CODE, SECOND, Column, DataSet, Kind, Value

DEPARTMENT, PARTNER, COMMITTEE = "department", "partner", "committee"
YEN = "円"
#: How many reports are read together; which of their photos stand is one query.
BATCH = 200
#: What a report tells beside the questions of its form: code → what it is.
BESIDE = {
    "came_of_it": _("What came of the measure"),
    "measure_figure": _("What came of the measure, as a figure"),
    "committee_comment": _("What the committee says (the third party’s evaluation)"),
}
SCORES = ("process_score", "outcome_score")

#: Who answers, which partner, code, question in Japanese and English, about what, answer, unit.
Answer = tuple[str, str, str, str, str, str, object, str]


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    found = (
        CollaborationReport.objects.public(fictitious=fictitious)
        .annotate(is_invented=is_invented())
        .order_by("-fiscal_year", "pk")
        .values_list("pk", "publication__version__content", "is_invented")
    )
    left = found.iterator(chunk_size=BATCH)
    while batch := list(islice(left, BATCH)):
        there = standing_in(content for _pk, content, _invented in batch)
        for pk, content, invented in batch:
            for place, (*said, answer, unit) in enumerate(answers_of(content, there), start=1):
                words = None if answer in (None, "") else str(answer)
                yield (pk, place, *said, words, unit, bool(invented))


def answers_of(content: dict, photos: Container[int] = ()) -> Iterator[Answer]:
    """Yield every answer of a published text: the department's, the partners', the committee's.

    :param photos: ids of those that nobody objected to since.
    """
    asked = {part["code"]: (part["label"], part["label_en"]) for part in content["parts"]}
    for part in content["parts"]:
        for item, answer, unit in _given(content, part, photos):
            yield DEPARTMENT, "", part["code"], part["label"], part["label_en"], item, answer, unit
        if part["kind"] == "measures":
            yield from _came_of(content["measures"])
    for view in content["views"]:
        for code in SCORES:
            yield PARTNER, view["partner"], code, *asked.get(code, ("", "")), "", view[code], ""
        for one in view["answers"]:
            said = (one["code"], one["label"], one["label_en"], "", one["words"], "")
            yield PARTNER, view["partner"], *said
    for words in content["committee"]:
        yield COMMITTEE, "", "committee_comment", *_beside("committee_comment"), "", words, ""


def _given(content: dict, part: dict, photos: Container[int]) -> Iterator[tuple[str, object, str]]:
    """Yield what was answered to one question: about what, the answer, and its unit."""
    match part["kind"]:
        case "partners" if content["partners"]:
            for one in content["partners"]:
                yield one["name"], one["share_yen"], "" if one["share_yen"] is None else YEN
        case "partners":
            yield "", content["partner_names"], ""
        case "figures":
            for one in content["figures"]:
                yield one["label"], one["value"], one["unit"]
        case "measures":
            for one in content["measures"]:
                yield _measure(one), one["how"], ""
        case "photos":
            for one in ready(content):
                if one["id"] in photos:
                    yield "", one["alt"], ""
        case kind:
            words = part["words"] if part["words"] is not None else content.get(part["code"])
            yield "", words, YEN if kind == "yen" and words is not None else ""


def _came_of(measures: list[dict]) -> Iterator[Answer]:
    for one in measures:
        if one.get("came_of_it"):
            said = ("came_of_it", *_beside("came_of_it"), _measure(one), one["came_of_it"], "")
            yield DEPARTMENT, "", *said
        if one.get("figure") is not None:
            about = f"{_measure(one)} {one['counted']}"
            said = ("measure_figure", *_beside("measure_figure"), about, one["figure"], one["unit"])
            yield DEPARTMENT, "", *said


def _measure(row: dict) -> str:
    return f"{row['edition']}-{row['number']}"


def _beside(code: str) -> tuple[str, str]:
    """Return the words of what no form asks, in Japanese and English."""
    told = []
    for language in ("ja", "en"):
        with override(language):
            told.append(str(BESIDE[code]))
    return told[0], told[1]


ANSWERS = DataSet(
    "report-answers",
    _("Answers in collaboration reports"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("report_id", Kind.WHOLE, _("Number of the report, as in the table of reports"), SECOND),
        Column("place", Kind.WHOLE, _("Place of the answer in its report, from 1"), SECOND),
        Column("side", Kind.CODE, _("Who answers: department, partner, or committee"), SECOND),
        Column("partner", Kind.TEXT, _("Name of the partner who answers; empty for the others"), SECOND),
        Column("question", Kind.CODE, _("Code of the question; the same in all years"), SECOND),
        Column("question_ja", Kind.TEXT, _("The question in the words of that year’s form"), SECOND),
        Column("question_en", Kind.TEXT, _("The question in English; empty if it has no translation"), SECOND),
        Column("item", Kind.TEXT, _("What the answer is about, where a question has several: a partner, what was counted, a measure as edition-number"), SECOND),
        Column("answer", Kind.TEXT, _("The answer: words, a number, a score from 1 to 5, or the code of a choice; empty if none was given"), SECOND),
        Column("unit", Kind.TEXT, _("Unit of an answer that is a number"), SECOND),
        Column("fictitious", Kind.YES_NO, _("Whether the row is invented for a demonstration"), SECOND),
    ),
    rows,
)  # fmt: skip
