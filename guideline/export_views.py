"""The progress table of an edition and a day, for whoever may read it: as a page and as files."""

import base64
import hashlib
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework.typesetting import typeset

from .models import Classification, Edition, PrintedCount, Progress, Status, reads_all_progress
from .progress_export import ProgressOn, csv_of, origin, paper_of, progress_on, xlsx_of
from .public_days import differs_from_public, public_days
from .summary import mismatches
from .year_statuses import differing_on

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What follows the name of a file → what makes it.
MAKERS = {
    "csv": lambda table, origin: StreamingHttpResponse(
        csv_of(table), content_type="text/csv; charset=utf-8"
    ),
    "xlsx": lambda table, origin: HttpResponse(xlsx_of(table, origin), content_type=XLSX),
    "pdf": lambda table, origin: HttpResponse(
        typeset("progress", paper_of(table, origin)), content_type="application/pdf"
    ),
}


def _asked_for(edition: str, day: str, user) -> ProgressOn:
    """Return the table that an address names.

    :raises Http404: if there is nothing of that day that ``user`` may read.
    """
    shown = get_object_or_404(Edition, code=edition)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Http404(day) from None
    seen = Progress.objects.visible_to(user)
    if not seen.filter(measure__edition=shown, as_of=on).exists():
        raise Http404(day)
    return progress_on(shown, on, user)


@require_safe
def page(request: HttpRequest, edition: str, day: str) -> HttpResponse:
    """The table as a page to read and to print."""
    table = _asked_for(edition, day, request.user)
    days = Progress.objects.visible_to(request.user).filter(measure__edition=table.edition)
    context = {
        "table": table, "origin": origin(table, at=request.now), "digest_of_csv": _digest_of_csv(table),
        "statuses": Status, "summary": _summary(table),
        "mismatches": _mismatches(table, request.user),
        "differing": differing_on(table.edition, table.day, request.user),
        "is_public": (is_public := table.day in public_days(table.edition)),
        "has_changed": is_public and reads_all_progress(request.user)
        and differs_from_public(table.edition, table.day),
        "days": days.order_by("-as_of").values_list("as_of", flat=True).distinct(),
        "trail": [
            ("/", _("Home")), (reverse("guideline:index"), _("Guideline")),
            (reverse("guideline:edition", args=[edition]), table.edition.name),
            ("", _("Progress table")),
        ],
    }  # fmt: skip
    return render(request, "guideline/progress_on.html", context)


def _digest_of_csv(table: ProgressOn) -> str:
    """Return the SHA-256 of the CSV: the one file that has room for nothing but the table."""
    return hashlib.sha256("".join(csv_of(table)).encode()).hexdigest()


def _summary(table: ProgressOn) -> list[tuple[str, list[int], int]]:
    """Return each class with its counts by status, as the rows give them, and its total."""
    counts, totals = table.counts, table.totals
    return [
        (code.label, [counts[code, status] for status in Status], totals[code])
        for code in Classification
        if totals[code]
    ]


def _mismatches(table: ProgressOn, user) -> list:
    printed = {
        (row.classification, row.status): (row.count, row.denominator)
        for row in PrintedCount.objects.visible_to(user).filter(
            edition=table.edition, as_of=table.day
        )
    }
    return mismatches(printed, table.counts) if printed else []


@require_safe
def file(request: HttpRequest, edition: str, day: str, form: str) -> HttpResponse:
    """The table as a file, in the layout of the city's own; it can be taken in again."""
    if form not in MAKERS:
        raise Http404(form)
    table = _asked_for(edition, day, request.user)
    response = MAKERS[form](table, origin(table, at=request.now))
    name = f"progress-{edition}-{table.day.isoformat()}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    if form == "csv":
        digest = base64.b64encode(bytes.fromhex(_digest_of_csv(table))).decode()
        response["Repr-Digest"] = f"sha-256=:{digest}:"
    return response
