"""One page of the public site, from frozen content: plain HTML, no script, the same bytes each time."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from casework import language_of_parts
from casework.calendar import fiscal_year, japan_date
from guideline.models import (
    MONTHS,
    Classification,
    Status,
    fiscal_year_name,
    in_language,
    month_lines,
)
from guideline.models.sources import Level
from guideline.summary import Mismatch, mismatches
from guideline.table_words import RING
from guideline.years import figure_from
from reporting import register
from reporting.models import Action, Kind, ReleaseItem
from reporting.public_text import inner_address, text_of, with_photos

from . import sources, two_statuses
from .addresses import ENGLISH, path_of, photo, up_from
from .contents import AS_OF

LANGUAGES = ("ja", "en")
#: What names a row of the figures of a year.
_NAMES = ("course", "label")
#: Lines that only a template left behind; what people wrote has none with blanks alone that matter.
_EMPTY_LINES = re.compile(r"\n[ \t]*(?=\n)")


def page(
    template: str, path: str, language: str, *, about: dict, preview: str = "", **context
) -> bytes:
    """Draw one page.

    :param path: of the page in Japanese; links are relative to it.
    :param about: what every page tells: see :attr:`reporting.publishing.site.Site.about`.
    :param preview: the address of the live site where the page is only looked at; empty otherwise.
    """
    own = path if language == "ja" else ENGLISH + path
    root = preview or up_from(own)
    with translation.override(language):
        text = render_to_string(
            f"public/{template}.html",
            {
                **context, "about": about, "language": language, "is_preview": bool(preview),
                "root": root, "home": root if language == "ja" else root + ENGLISH,
                "other": root + (ENGLISH + path if language == "ja" else path),
            },
        )  # fmt: skip
    if language != "ja":
        head, body, rest = text.partition("<body>")
        text = head + language_of_parts.marked(body + rest)
    return (_EMPTY_LINES.sub("", text).strip() + "\n").encode()


def thing(item: ReleaseItem, language: str, *, about: dict, **said) -> bytes:
    """Draw the page of one thing, or the tombstone that it left.

    :param said: ``published_on``, ``first_on`` (Japan dates), and ``preview``.
    """
    path = path_of(item)
    if item.withdraws:
        return page("tombstone", path, language, about=about, item=item, **said)
    template, prepare = _KINDS[Kind(item.kind)]
    with translation.override(language):
        origin = {} if item.kind == Kind.REPORT else _origin(item)
        context = origin | prepare(item.content, said["first_on"])
        if item.kind == Kind.REPORT:
            root = up_from(path if language == "ja" else ENGLISH + path)
            context["text"] = _with_photos(context["text"], item, root, **said)
    earlier = _earlier_corrections(item)
    return page(
        template, path, language, about=about, item=item, earlier=earlier, **said, **context
    )


def _earlier_corrections(item: ReleaseItem) -> list[ReleaseItem]:
    """Return the corrections of a thing that were public before this one, the newest first."""
    if item.action != Action.CORRECT or item.number == 2:
        return []
    before = ReleaseItem.objects.filter(kind=item.kind, key=item.key, action=Action.CORRECT)
    before = before.filter(number__isnull=False).exclude(pk=item.pk)
    if item.number:
        before = before.filter(number__lt=item.number)
    return list(before.select_related("release").defer("content").order_by("-number"))


def _with_photos(text: dict, item: ReleaseItem, root: str, *, preview: str = "", **said) -> dict:
    """Return the text of a report with its photos.

    :param root: the way from the page to the root of the site.
    """

    def address(told: dict) -> str:
        return inner_address(told) if preview else root + photo(item.fiscal_year, item.key, told)

    return with_photos(text, item.content["text"], address)


def _report(content: dict, first_on: date) -> dict:
    text = text_of(content["text"])
    tabled = content.get("tabled_on")
    text |= {
        "measures": [{**row, "url": ""} for row in text["measures"]],
        "tabled_on": date.fromisoformat(tabled) if tabled else None,
        "published_at": first_on,
    }
    return {"text": text, "title": text["title"]}


def _origin(item: ReleaseItem) -> dict:
    """Return on what a table rests: the moment at which its rows were read, how many, and where they are.

    ``listed_as`` names them in the list of source rows; empty where they are not in it.
    """
    content = item.content
    read_at, listed = content.get(AS_OF), sources.rows_of(item.kind, content)
    return {
        "read_at": datetime.fromisoformat(read_at) if read_at else None,
        "source_rows": content.get("source_rows", len(content["rows"])),
        "listed_as": sources.table_of(item) if listed else "",
    }


def _course(content: dict, code: str) -> str:
    if code == register.PREDECESSOR:
        return _("The program before this one")
    return in_language(*content["courses"].get(code, (code, code)))


def _register(content: dict, first_on: date) -> dict:
    rows = [
        {
            **row,
            "course": _course(content, row["course_code"]),
            "year": fiscal_year_name(row["adopted_in"] or None),
            "department": in_language(row["partner_department"], row["partner_department_en"]),
            "has_ended": row["outcome"] == register.ENDED_AFTER,
            "is_summary": register.is_summary(row),
            "became_label": in_language(row["became_ja"], row["became_en"]),
        }
        for row in content["rows"]
    ]
    own = [row for row in content["rows"] if row["counted"]]
    known = [row for row in own if row["granted_yen"] is not None]
    return {
        "title": _("Adopted projects"),
        "rows": rows,
        "projects": sum(row["counted"] for row in own),
        "granted_yen": sum(row["granted_yen"] for row in known),
        "known": len(known),
    }


def _progress(content: dict, first_on: date) -> dict:
    twice = {one.number: one for one in two_statuses.in_content(content)}
    of_day = fiscal_year(date.fromisoformat(content["day"]))
    rows = [
        {
            **row,
            "twice": twice.get(row["number"]),
            "name": in_language(row["title"], row["title_en"]),
            "place": in_language(row["section"], row["section_en"]),
            "class_label": Classification(row["class"]).label,
            "status_label": Status(row["status"]).label,
        }
        for row in content["rows"]
    ]
    return {
        "title": _("Progress of the measures"),
        "edition": in_language(content["edition_title"], content["edition_title_en"]),
        "day": date.fromisoformat(content["day"]),
        "rows": rows,
        "summary": _summary(content["rows"]),
        "mismatches": _mismatches(content),
        "statuses": [status.label for status in Status],
        "years": [
            {
                "name": fiscal_year_name(int(year)),
                "rows": [
                    {
                        **_measure_year(row),
                        "twice": twice.get(row["number"]) if int(year) == of_day else None,
                    }
                    for row in told
                ],
            }
            for year, told in sorted(content.get("years", {}).items(), reverse=True)
        ],
        "twice": list(twice.values()),
        "sources": _sources(content),
    }


def _sources(content: dict) -> list[dict]:
    """Return where the values of a progress table were read, each source once, with what rests on it.

    What was frozen before sources were names none.
    """
    told: dict[tuple[str, str], dict[str, list[str]]] = {}
    parts = {
        "rows": _("Measures"),
        "printed": _("Summary as printed"),
        "claims": _("Class for the next edition, as claimed"),
    }
    for name, called in parts.items():
        for row in content.get(name, []):
            if row.get("source"):
                rests = told.setdefault((row["source"], row["level"]), {}).setdefault(called, [])
                rests += [str(row["number"])] if name == "rows" else []
    return [
        {
            "words": source,
            "is_inferred": level == Level.INFERENCE,
            "of": [
                " ".join([called, _(", ").join(numbers)]).strip() for called, numbers in of.items()
            ],
        }
        for (source, level), of in told.items()
    ]


def _measure_year(row: dict) -> dict:
    """Return plan and result of a measure in a fiscal year as the page tells them."""
    return {
        **row,
        "name": in_language(row["title"], row["title_en"]),
        "status_label": Status(row["status"]).label if row["status"] else "",
        **{f"{kind}_lines": month_lines(_months(row[kind])) for kind in ("planned", "done")},
        "figures": [figure_from(figure) for figure in row["figures"]],
    }


def _months(said: dict[str, str]) -> list[tuple[int, str]]:
    """Return months in the order of the fiscal year, each with its words; a ring is none."""
    return [(m, said[str(m)].removeprefix(RING)) for m in MONTHS if str(m) in said]


def _mismatches(content: dict) -> list[Mismatch]:
    """Return where the summary that the city’s document prints is not what its rows add up to."""
    printed = {
        tuple(count["name"].split()): (count["count"], count["denominator"])
        for count in content.get("printed", [])
    }
    counts = Counter((row["class"], row["status"]) for row in content["rows"])
    return mismatches(printed, counts) if printed else []


def _summary(rows: list[dict]) -> list[dict]:
    """Count the measures of each class by status, as the rows say."""
    counts = Counter((row["class"], row["status"]) for row in rows)
    classes = [one for one in Classification if any(row["class"] == one for row in rows)]
    return [
        {
            "label": one.label,
            "counts": [(status.label, counts[one, status]) for status in Status],
            "total": sum(counts[one, status] for status in Status.values),
        }
        for one in classes
    ]


def _figures(content: dict, first_on: date) -> dict:
    rows = [{**row, "label": _course(content, row["course"])} for row in content["rows"]]
    return {
        "title": adopted_in(content["fiscal_year"]),
        "rows": rows,
        "sums": {name: _known(row[name] for row in rows) for name in rows[0] if name not in _NAMES},
    }


def adopted_in(fiscal_year: int) -> str:
    """Return what the figures of a year are called: a year of adoption, not of the projects."""
    return _("Projects adopted in %(year)s, in figures") % {"year": fiscal_year_name(fiscal_year)}


def _known(numbers: Iterable[int | None]) -> int | None:
    """Add up what is known; ``None`` where nothing is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def days_of(entry) -> dict:
    """Return the days that the page of a public entry tells.

    :param entry: fetched ``listed``, or with its item and the moment of its release as ``at``.
    """
    return {"published_on": japan_date(entry.at), "first_on": japan_date(entry.first_at)}


_KINDS = {
    Kind.REPORT: ("report", _report),
    Kind.REGISTER: ("register", _register),
    Kind.PROGRESS: ("progress", _progress),
    Kind.FIGURES: ("figures", _figures),
}
