"""What the public reads of a report, from the content of a version alone: prepared for a page."""

from collections.abc import Callable
from datetime import date

from django.urls import reverse

from guideline.models import fiscal_year_name, in_language

from .models import CollaborationReport, Form
from .public_photos import ready, standing
from .versions import content_of_collaboration

#: What stands as a line of facts at the head of a report; other answers are texts under headings.
FACTS = ("partners", "choice", "yen", "score")


def text_of(content: dict) -> dict:
    """Return the content with its codes in words, in the language of the page.

    Photos are put in by whoever knows where they stand: :func:`with_photos`.
    """
    return {
        **content,
        "photos": [],
        "year": fiscal_year_name(content["fiscal_year"]),
        "form_label": Form(content["form"]).label if content["form"] else "",
        "department_label": in_language(content["department"], content["department_en"]),
        "measures": [_named(row) for row in content["measures"]],
        "views": [read_view(content, view) for view in content["views"]],
        "parts": [read_part(content, part) for part in content["parts"]],
    }


def as_written(report: CollaborationReport, reader, *, views: bool = True) -> dict:
    """Return what ``reader`` reads of a report as it stands now, in the shape of :func:`text_of`.

    What came of the measures stands elsewhere. Without ``views`` the photos do, too; with them they are
    rows, all of them, whatever each still needs.
    """
    text = text_of(content_of_collaboration(report, reader=reader, views=views, whole=False))
    return {**text, "photos": list(report.photos.with_files()) if views else []}


def with_photos(
    text: dict,
    content: dict,
    address: Callable[[dict], str] | None = None,
    *,
    is_current: bool = False,
) -> dict:
    """Return a text with the photos that may be shown now.

    :param address: of a photo of the content; the site's own for readers who are there, if not given.
    :param is_current: whether the content was read just now, so that nobody objected since.
    """
    told = ready(content) if is_current else standing(content)
    return {
        **text,
        "photos": [{**photo, "url": (address or inner_address)(photo)} for photo in told],
    }


def inner_address(photo: dict) -> str:
    """Return where those who may read a report before it is public see one of its photos."""
    return reverse("reporting:photo-image", args=[photo["id"], "large"])


def read_part(content: dict, part: dict) -> dict:
    """Return one question of a report with its answer, as the page reads it."""
    words = part["words"] if part["words"] is not None else content.get(part["code"])
    if part["kind"] == "photos":
        words = None  # the photos stand in the text: with_photos
    if part["kind"] == "choice":
        words = Form(words).label if words else ""
    return {
        **part,
        "name": in_language(part["label"], part["label_en"]),
        "section_name": in_language(part["section"], part["section_en"]),
        "is_fact": part["kind"] in FACTS or part["code"] == "cost_borne_by",
        "value": words,
    }


def read_view(content: dict, view: dict) -> dict:
    """Return what one partner says, beside what the department scored, in the page's language."""
    scores = [
        {
            "name": _score_name(content, code),
            "of_partner": view[code],
            "of_department": content[code],
        }
        for code in ("process_score", "outcome_score")
    ]
    said = [{**one, "name": in_language(one["label"], one["label_en"])} for one in view["answers"]]
    told_on = view.get("told_on")  # texts of before do not say
    day = date.fromisoformat(told_on) if told_on else None
    return {**view, "scores": scores, "said": said, "told_on": day}


def _score_name(content: dict, code: str) -> str:
    part = next(one for one in content["parts"] if one["code"] == code)
    return in_language(part["label"], part["label_en"])


def _named(row: dict) -> dict:
    url = reverse("guideline:measure", args=[row["edition"], row["number"]])
    return {
        **row,
        "name": in_language(row["title"], row["title_en"]),
        "edition_name": in_language(row.get("edition_title", ""), row.get("edition_title_en", "")),
        "url": url,
    }
