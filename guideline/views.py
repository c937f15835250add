"""The public pages of the guideline."""

from itertools import groupby
from operator import attrgetter

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from casework import calendar
from guideline.chart import chart
from guideline.claims import disagreements
from guideline.edition_links import links_of
from guideline.measure_page import history, next_tasks
from guideline.models import Crosswalk, Edition, Measure, Section, reads_all_progress
from guideline.panels import panels_for
from guideline.public_days import public_days
from guideline.summary import as_of, status_counts, summary_mismatches
from guideline.year_statuses import differing_on


@require_safe
def index(request: HttpRequest, edition: str = "") -> HttpResponse:
    """One edition: its sections and measures, and how far they have come."""
    editions = list(Edition.objects.order_by("pk"))
    shown = _shown(editions, edition)
    context = {"editions": editions, "edition": shown, "trail": _trail()}
    if shown:
        day = as_of(shown, request.user)
        context |= {
            "sections": _sections(shown, request.user),
            "as_of": day,
            "is_public": day in public_days(shown),
            "chart": chart(status_counts(shown, day, request.user)),
            "mismatches": summary_mismatches(shown, day, request.user),
            "differing": differing_on(shown, day, request.user),
            "running": calendar.fiscal_year(request.today),
            "links": links_of(shown),
            "takes_tables": request.user.has_perm("guideline.take_progress"),
        }
    return render(request, "guideline/index.html", context)


def _shown(editions: list[Edition], code: str) -> Edition | None:
    """Return the edition asked for; when none is, the one in force, or else the first.

    :raises Http404: if there is no edition of that code.
    """
    if code:
        found = next((e for e in editions if e.code == code), None)
        if found is None:
            raise Http404
        return found
    in_force = (e for e in editions if e.status == Edition.State.IN_FORCE)
    return next(in_force, editions[0] if editions else None)


def _sections(edition: Edition, user) -> list[tuple[Section, list[tuple[Section, list]]]]:
    """Return each section with its subsections, and each of these with its measures.

    :param user: beside a measure stands what they may read.
    """
    rows = list(Section.objects.filter(edition=edition).order_by("number", "place"))
    measures = Measure.objects.filter(edition=edition).with_standing(user).order_by("number")
    by_section: dict[int, list] = {}
    for measure in measures:
        by_section.setdefault(measure.section_id, []).append((measure, disagreements(measure)))
    return [
        (next(places), [(place, by_section.get(place.pk, [])) for place in places])
        for _number, places in groupby(rows, key=lambda section: section.number)
    ]


@require_safe
def measure(request: HttpRequest, edition: str, number: int) -> HttpResponse:
    """One measure: class, status, figures, what it became, and what documents disagree on."""
    shown = get_object_or_404(
        Measure.objects.of(edition).with_standing(request.user), number=number
    )
    crosswalk = list(Crosswalk.objects.select_related(*_ENDS).order_by("pk"))
    told = history(shown, crosswalk, request.user)
    enters = request.user.has_perm("guideline.enter_years")
    running = calendar.fiscal_year(request.today)
    context = {
        "measure": shown, "history": told, "enters": enters, "running": running,
        "tasks": next_tasks(shown, told, running) if enters else [],
        "reads_history": request.user.has_perm("guideline.read_year_history"),
        "is_frozen": not reads_all_progress(request.user),
        "section": Section.objects.filter(
            edition=shown.edition, number=shown.section.number, place=0
        ).first(),
        "progress": sorted(shown.progress_set.all(), key=attrgetter("as_of"), reverse=True),
        "public_days": public_days(shown.edition),
        "figures": shown.figure_set.of_documents().filter(part_of__isnull=True)
        .prefetch_related("parts").order_by("label", "fiscal_year"),
        "disagreements": disagreements(shown),
        "panels": panels_for(shown, request),
        "trail": _trail((request.path, shown.name)),
    }  # fmt: skip
    return render(request, "guideline/measure.html", context)


_ENDS = ("from_measure__edition", "to_measure__edition", "confirmed_by")


@require_safe
def crosswalk(request: HttpRequest) -> HttpResponse:
    """What became of each measure from one edition to the next."""
    rows = list(Crosswalk.objects.select_related(*_ENDS).order_by("pk"))
    unconfirmed = sum(row.confirmed_at is None for row in rows)
    context = {
        "rows": rows,
        "unconfirmed": unconfirmed,
        "comparisons": sorted(
            {
                (row.from_measure.edition.code, row.to_measure.edition.code)
                for row in rows
                if row.from_measure and row.to_measure
            }
        ),
        "confirms": request.user.has_perm("guideline.confirm_crosswalk"),
        "open_row": next((row for row in rows if row.confirmed_at is None), None),
        "unconfirmed_words": ngettext(
            "%(rows)d row was read from the documents and is not yet confirmed by the office.",
            "%(rows)d rows were read from the documents and are not yet confirmed by the office.",
            unconfirmed,
        )
        % {"rows": unconfirmed},
        "trail": _trail((request.path, _("Crosswalk"))),
    }
    return render(request, "guideline/crosswalk.html", context)


def _trail(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [("/", _("Home")), (reverse("guideline:index"), _("Guideline")), *steps]
