"""The search over everything that is published. It shows nobody more than anybody else."""

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.numbers_named import key_in
from guideline.models import Measure, fiscal_year_name, in_japanese, in_language
from reporting.models import Kind, PublicEntry, SearchEntry
from reporting.publishing.addresses import ENGLISH, path_of
from reporting.search.excerpts import excerpt, marked
from reporting.search.labels import labels
from reporting.search.questions import LONGEST_QUESTION, Word
from reporting.search.searching import DIMENSIONS, Answer, answer
from reporting.search.sources import SOURCES

from .public import course_labels

PER_PAGE = 20


@require_safe
def search(request):
    """Find reports, adopted projects and measures; narrow them by year, course and the rest."""
    question = request.GET.get("q", "")[:LONGEST_QUESTION].strip()
    chosen = _chosen(request.GET)
    found = answer(question, chosen, fictitious=settings.DEMO, in_english=not in_japanese())
    courses = course_labels()
    page = Paginator(found.hits, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = _shown(page, found.words, courses)
    context = {
        "question": question,
        "longest": LONGEST_QUESTION,
        "found": found,
        "page": page,
        "facets": _facets(request.GET, found, chosen, courses),
        "chosen": chosen,
        "without_choice": _address(request.GET, dict.fromkeys(DIMENSIONS)),
        "trail": [("/", _("Home")), (request.path, pgettext("page", "Search"))],
    }
    return render(request, "reporting/search.html", context)


def _chosen(query: QueryDict) -> dict:
    """Return what of the address is a value to choose; anything else is as if it were not there."""
    keys = {name: key_in(query.get(name, "")) for name in ("year", "department", "measure")}
    chosen = {name: key for name, key in keys.items() if key is not None}
    if query.get("kind") in SOURCES:
        chosen["kind"] = query["kind"]
    if query.get("course"):
        chosen["course"] = query["course"]
    return chosen


def _shown(page: Page, words: list[Word], courses: dict[str, str]) -> list[dict]:
    hits = list(page.object_list)
    entries = SearchEntry.objects.select_related("department").in_bulk([hit.entry for hit in hits])
    shown = [entries[hit.entry] for hit in hits if hit.entry in entries]
    editions = _editions([entry.key for entry in shown if entry.kind == "measure"])
    released = _released([entry.key for entry in shown if entry.kind == "report"])
    return [
        {
            **_result(entry, words, courses),
            "edition": editions.get(entry.key, "") if entry.kind == "measure" else "",
            "address": released.get(entry.key, entry.address)
            if entry.kind == "report" else entry.address,
        }
        for entry in shown
    ]  # fmt: skip


def _editions(measures: list[str]) -> dict[str, str]:
    """Return where measures stand: one that two editions have bears the same title in both."""
    found = Measure.objects.filter(pk__in=measures).select_related("edition") if measures else ()
    return {str(measure.pk): f"{measure.edition.name} {measure.number}" for measure in found}


def _released(reports: list[str]) -> dict[str, str]:
    """Return the page that stays of each report that a release made public, in this language."""
    standing = PublicEntry.objects.shown(fictitious=settings.DEMO).standing().listed()
    found = standing.filter(kind=Kind.REPORT, key__in=reports) if reports else ()
    start = "" if in_japanese() else ENGLISH
    return {
        entry.key: reverse("reporting:public-file", args=[start + path_of(entry.item)])
        for entry in found
    }


def _result(entry: SearchEntry, words: list[Word], courses: dict[str, str]) -> dict:
    department = entry.department
    return {
        "department": in_language(department.name, department.name_en) if department else "",
        "entry": entry,
        "kind": SOURCES[entry.kind].label if entry.kind in SOURCES else entry.kind,
        "title": marked(entry.name, words),
        "also": "" if in_japanese() or entry.name == entry.title else marked(entry.title, words),
        "excerpt": excerpt(entry.text, words, translated="" if in_japanese() else entry.text_en),
        "year": fiscal_year_name(entry.fiscal_year),
        "course": courses.get(entry.course, entry.course),
    }


def _facets(query: QueryDict, found: Answer, chosen: dict, courses: dict[str, str]) -> list[dict]:
    names = {
        "kind": pgettext("search", "What it is"),
        "year": _("Fiscal year"),
        "course": _("Course"),
        "department": _("Department"),
        "measure": _("Measure"),
    }
    facets = [
        {"label": label, "values": _values(query, name, found, chosen, courses)}
        for name, label in names.items()
    ]
    return [facet for facet in facets if facet["values"]]


def _values(query: QueryDict, name: str, found: Answer, chosen: dict, courses: dict) -> list[dict]:
    counts = found.facets[name]
    return [
        {
            "label": label,
            "count": counts[value],
            "is_chosen": chosen.get(name) == value,
            "address": _address(query, {name: None if chosen.get(name) == value else value}),
        }
        for value, label in labels(name, counts, courses).items()
    ]


def _address(query: QueryDict, changes: dict) -> str:
    """Return the same question with other choices, from its first page."""
    changed = query.copy()
    for name, value in {**changes, "page": None}.items():
        changed.pop(name, None)
        if value is not None:
            changed[name] = value
    return f"?{changed.urlencode()}"
