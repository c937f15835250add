"""The pages that everyone may read. Nothing here shows what is not published."""

from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Department
from accounts.numbers_named import key_in, year_in
from casework import city
from casework.shown_tables import origin_of
from grants.models import CourseEdition
from guideline.models import fiscal_year_name, in_japanese, in_language
from reporting import home as front
from reporting import open_data, register
from reporting.models import CollaborationReport, Kind, PublicEntry
from reporting.open_data import giving
from reporting.printing import public_pdf
from reporting.project_links import issue_behind
from reporting.public_text import text_of, with_photos
from reporting.publishing.addresses import ENGLISH, path_of, photo

PER_PAGE = 25


@require_safe
def home(request):
    """The front page: what the program is, what is open, what it did, what waits for the reader."""
    open_calls, coming = front.calls(at=request.now, fictitious=settings.DEMO)
    last = None
    if not open_calls and not coming:
        last = front.last_call(at=request.now, fictitious=settings.DEMO)
    context = {
        "told": city.values("program_name", "city_name"),
        "open_calls": open_calls,
        "coming_calls": coming,
        "last_call": last,
        "totals": register.totals(fictitious=settings.DEMO),
        "latest": [shown(report) for report in front.latest_reports(fictitious=settings.DEMO)],
        "next_up": front.next_up(request.user),
    }
    return render(request, "reporting/home.html", context)


def _trail(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [("/", _("Home")), *steps]


@require_safe
def register_page(request):
    """Adopted projects, to filter by course and fiscal year."""
    course = request.GET.get("course", "")
    fiscal_year = year_in(request.GET.get("fiscal_year"))
    found = register.entries(fictitious=settings.DEMO, course=course, fiscal_year=fiscal_year)
    number = request.GET.get("page") or _page_of_entry(found, request.GET.get("entry", ""))
    page = Paginator(found, PER_PAGE).get_page(number)
    everything = not course and fiscal_year is None
    labels = course_labels()
    rows = [{**row, "invented": bool(row["invented"])} for row in page.object_list]
    page.object_list = _entries(rows, labels)
    context = {
        "page": page,
        "origin": origin_of((row.values() for row in rows), at=request.now),
        "courses": [{"code": code, "label": label} for code, label in labels.items()],
        "years": _years_of(register.entries(fictitious=settings.DEMO)),
        "course": course,
        "fiscal_year": fiscal_year,
        "totals": register.totals(fictitious=settings.DEMO) if everything else None,
        "trail": _trail((request.path, _("Adopted projects"))),
    }
    return render(request, "reporting/register.html", context)


def _page_of_entry(found, entry_key: str) -> int:
    """Return on which page of the register a row stands, so that a link to it finds it."""
    keys = [row["entry_key"] for row in found] if entry_key else []
    return keys.index(entry_key) // PER_PAGE + 1 if entry_key in keys else 1


def course_labels() -> dict[str, str]:
    """Return the name of every course by its code, as its latest edition has it."""
    editions = CourseEdition.objects.order_by("fictitious", "-first_fiscal_year", "course")
    labels: dict[str, str] = {}
    for edition in editions:
        labels.setdefault(edition.course, edition.label)
    return {**labels, register.PREDECESSOR: _("The program before this one")}


def _entries(rows: Iterable[dict], labels: dict[str, str]) -> list[dict]:
    rows = list(rows)
    own = [row["entry_key"] for row in rows if not row["told_by"]]
    links = register.links(own, fictitious=settings.DEMO)
    names = _departments_in_english({row["partner_department"] for row in rows} - {""})
    shown = [_entry(row, labels, links.get(row["entry_key"])) for row in rows]
    return [
        {
            **row,
            "partner_department": names.get(row["partner_department"], row["partner_department"]),
        }
        for row in shown
    ]


def _departments_in_english(names: set[str]) -> dict[str, str]:
    """Return the English names of departments on an English page; on a Japanese one none is needed."""
    if in_japanese() or not names:
        return {}
    found = Department.objects.filter(name__in=names).exclude(name_en="").order_by("pk")
    return dict(found.values_list("name", "name_en"))


def _entry(row: dict, labels: dict[str, str], links: register.Links | None) -> dict:
    return {
        **row,
        "course": labels.get(row["course_code"], row["course_code"]),
        "year": fiscal_year_name(row["adopted_in"] or None),
        "begins": fiscal_year_name(row["carried_out_in"]),
        "links": None if row["told_by"] else links,
        "is_summary": register.is_summary(row),
        "has_ended": row["outcome"] == register.ENDED_AFTER,
        "became_label": register.became_label(row["became"]),
    }


def _years_of(found) -> list[dict]:
    years = sorted({row["adopted_in"] for row in found} - {register.YEAR_UNKNOWN}, reverse=True)
    return [{"year": year, "label": fiscal_year_name(year)} for year in years]


@require_safe
def report_list(request):
    """Published collaboration reports, to filter by fiscal year and department."""
    public = CollaborationReport.objects.public(fictitious=settings.DEMO)
    fiscal_year = year_in(request.GET.get("fiscal_year"))
    department = request.GET.get("department", "")
    found = public.filter(fiscal_year=fiscal_year) if fiscal_year else public
    if (key := key_in(department)) is not None:
        found = found.filter(department=key)
    ordered = found.with_publication().order_by("-fiscal_year", "department__name", "pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [shown(report) for report in page.object_list]
    years = public.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct()
    context = {
        "page": page,
        "years": [{"year": year, "label": fiscal_year_name(year)} for year in years],
        "departments": _departments(public),
        "fiscal_year": fiscal_year,
        "department": department,
        "trail": _trail((request.path, _("Collaboration reports"))),
    }
    return render(request, "reporting/report_list.html", context)


def _departments(public) -> list[dict]:
    rows = Department.objects.filter(pk__in=public.values("department")).order_by("name", "pk")
    return [{"pk": str(d.pk), "label": in_language(d.name, d.name_en)} for d in rows]


def shown(report: CollaborationReport) -> dict:
    """Return what the public reads of a report: the text of its publication, never the draft.

    :param report: fetched ``with_publication``.
    """
    content = report.publication.version.content
    is_corrected = report.publication.number > 1
    return {
        **text_of(content),
        "report": report,
        "is_corrected": is_corrected,
        "tabled_on": parse_date(report.released_tabled_on or ""),
        "published_at": report.first_published_at,
        "corrected_at": report.publication.at if is_corrected else None,
        "note": report.publication.note,
        "fictitious": report.fictitious,
    }


@require_safe
def report(request, pk):
    """One published collaboration report."""
    public = CollaborationReport.objects.public(fictitious=settings.DEMO).with_publication()
    entries = PublicEntry.objects.shown(fictitious=settings.DEMO).listed()
    entry = entries.filter(kind=Kind.REPORT, key=str(pk)).first()
    if entry and entry.item.withdraws:
        return redirect("reporting:public-file", path=path_of(entry.item))
    found = get_object_or_404(public, pk=pk)
    text = shown(found)
    if entry:
        text = with_photos(text, found.publication.version.content, partial(_public_photo, entry))
    path = path_of(entry.item) if entry else ""
    context = {
        "text": text,
        "report": found,
        "earlier": _earlier_corrections(found),
        "plain_page": in_language(path, ENGLISH + path) if path else "",
        "issue": issue_behind(found),
        "trail": _trail(
            (reverse("reporting:reports"), _("Collaboration reports")),
            (request.path, text["title"]),
        ),
    }
    return render(request, "reporting/report.html", context)


def _public_photo(entry: PublicEntry, told: dict) -> str:
    path = photo(entry.item.fiscal_year, entry.key, told)
    return reverse("reporting:public-file", args=[path])


def _earlier_corrections(report: CollaborationReport) -> list:
    """Return the corrections before the one that counts, the newest first, with note and moment."""
    if report.publication.number <= 2:
        return []
    before = report.publications.filter(number__gt=1, number__lt=report.publication.number)
    return list(before.order_by("-number").values("note", "at"))


@require_safe
def report_pdf(request, pk):
    """The PDF of a published report, as it was approved; without a photo that is not shown any more."""
    public = CollaborationReport.objects.public(fictitious=settings.DEMO)
    found = get_object_or_404(public.select_related("publication__version"), pk=pk)
    response = HttpResponse(public_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="collaboration-report-{pk}.pdf"'
    return response


@require_safe
def open_data_page(request):
    """What there is to download, what each column means, what was added when."""
    left_out = [
        {"id": number, "year": position, "reason": giving.REASONS[reason], "invented": invented}
        for number, position, reason, invented in giving.left_out(fictitious=settings.DEMO)
    ]
    told = giving.publisher()
    context = {
        "giving": told,
        "giving_is_there": giving.is_there(told, fictitious=settings.DEMO),
        "left_out": Paginator(left_out, PER_PAGE).get_page(request.GET.get("page")),
        "data_sets": open_data.FACTS,
        "about": open_data.ABOUT,
        "changes": open_data.changes(open_data.FACTS),
        "told": city.values("municipality_code", "open_data_licence", "city_name"),
        "trail": _trail((request.path, _("Open data"))),
    }
    return render(request, "reporting/open_data.html", context)


@require_safe
def open_data_file(request, code, form):
    """One table as CSV or JSON, streamed."""
    try:
        found = open_data.file(code, form, fictitious=settings.DEMO, at=request.now)
    except KeyError:
        raise Http404(code) from None
    return _download(found)


@require_safe
def giving_file(request):
    """The grants as 360Giving JSON, streamed; 404 while there is none that can be told."""
    found = open_data.giving_file(fictitious=settings.DEMO)
    if found is None:
        raise Http404(giving.NAME)
    return _download(found)


def _download(found: open_data.DataFile) -> StreamingHttpResponse:
    response = StreamingHttpResponse(found.parts, content_type=found.media_type)
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response
