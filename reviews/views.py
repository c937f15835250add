"""Pages of a panel member: the sheet beside the proposal, and the conflict of interest."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from casework.calendar import JAPAN
from casework.edit_numbers import StaleDraft
from casework.errors import NotPossible
from casework.views.answers import done
from casework.views.papers import download

from . import scoring, services
from .deadlines import KIND
from .forms import OwnConflictForm, ScoreForm
from .material import filed_files, material_of
from .models import PanelSeat, ScoreSheet
from .own_sheets import own_sheets as sheets_of
from .own_sheets import why_open_again


def sent(request):
    """Return what a form was sent with, also where that is nothing; ``None`` if it was not sent."""
    return request.POST if request.method == "POST" else None


def own_sheet(request, pk: int, permission: str) -> ScoreSheet:
    """Return a sheet that this person may see (404) and that is theirs to deal with (403)."""
    seen = ScoreSheet.objects.visible_to(request.user)
    rows = seen.select_related("proposal__round__rubric", "seat__user")
    sheet = get_object_or_404(rows.prefetch_related("scores"), pk=pk)
    require(request.user, permission, sheet)
    return sheet


@login_required
@require_http_methods(["GET", "POST"])
def sheet(request, pk):
    """Score one proposal, with what was filed beside it; saves what is there, in parts."""
    found = own_sheet(request, pk, "reviews.score")
    if found.state != "assigned":
        if request.headers.get("X-Autosave"):
            return JsonResponse({}, status=409)
        messages.info(request, _("This sheet is not open for scoring."))
        return redirect("casework:case", pk=pk)
    form = ScoreForm(sent(request), sheet=found)
    if request.method == "POST":
        return _save(request, found, form)
    return _sheet_page(request, found, form)


def _save(request, found: ScoreSheet, form: ScoreForm):
    by_itself = bool(request.headers.get("X-Autosave"))
    if not form.is_valid():
        return JsonResponse({}, status=422) if by_itself else _sheet_page(request, found, form, 422)
    try:
        saved = services.save_scores(
            found,
            points=form.points,
            comment=form.cleaned_data["comment"],
            edit_number=form.cleaned_data["version"],
            by=request.user,
            at=request.now,
        )
    except StaleDraft:
        if by_itself:
            return JsonResponse({}, status=409)
        return _sheet_page(request, found, form, 409, stale=True)
    if by_itself:
        return _saved_by_itself(request, saved, form)
    return (
        _submit(request, saved)
        if request.POST.get("action") == "submit"
        else _kept(request, pk=found.pk)
    )


def _saved_by_itself(request, saved: ScoreSheet, form: ScoreForm) -> JsonResponse:
    """Answer an autosave: the new number, the time, and what the page says of how far one is."""
    rows = ScoreSheet.objects.select_related("proposal__round__rubric").prefetch_related("scores")
    found = rows.get(pk=saved.pk)
    told = _progress(found, form)
    return JsonResponse(
        {
            "version": saved.edit_number,
            "saved_at": f"{timezone.localtime(request.now, JAPAN):%H:%M}",
            "parts": {
                "sheet-progress": render_to_string("reviews/_sheet_progress.html", told, request),
                "sheet-count": f"{told['done']} / {told['total']}",
                "own-sheets": render_to_string(
                    "reviews/_own_sheets.html", _side_by_side(request, found), request
                ),
            },
        }
    )


def _progress(found: ScoreSheet, form: ScoreForm) -> dict:
    """Return how many criteria have points, and which have none, with the ids of their fields."""
    missing = found.missing_criteria()
    return {
        "done": len(form.criteria) - len(missing),
        "total": len(form.criteria),
        "missing": [(c, form[form.name_of(c.pk)].subwidgets[0].id_for_label) for c in missing],
    }


def _side_by_side(request, found: ScoreSheet) -> dict:
    """Return one's own sheets of the same round, this one among them."""
    return {"sheet": found, "own": sheets_of(found.proposal.round, request.user)}


def _kept(request, *, pk: int):
    messages.success(request, _("Saved. You can go on at any time."))
    return redirect("reviews:sheet", pk=pk)


def _submit(request, saved: ScoreSheet):
    try:
        services.submit_sheet(saved, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, error.why)
        return redirect("reviews:sheet", pk=saved.pk)
    messages.success(request, _("The sheet is submitted."))
    return redirect("casework:case", pk=saved.pk)


def _sheet_page(
    request, found: ScoreSheet, form: ScoreForm, status: int = 200, stale: bool = False
):
    """Show the form; in a stale window, what is stored stands beside what was typed."""
    if stale:
        form.data = form.data.copy()
        form.data["version"] = str(found.edit_number)
    points = found.points()
    context = {
        "sheet": found,
        "form": form,
        **_progress(found, form),
        **_side_by_side(request, found),
        "why_again": why_open_again(found),
        "blind": found.proposal.round.rubric.blind,
        "deadline": found.deadlines.open().filter(kind=KIND).first(),
        "stored": [(c, points[c.pk]) for c in form.criteria] if stale else [],
        "trail": [(reverse("casework:panel"), _("My score sheets")), (request.path, found.title)],
        **material_of(found, request.user),
    }
    return render(request, "reviews/sheet.html", context, status=status)


@login_required
@require_safe
def sheet_file(request, pk, key):
    """Serve a file that was filed with the proposal of one's own sheet, also in a blind round."""
    found = own_sheet(request, pk, "reviews.score")
    stored = get_object_or_404(filed_files(found.proposal), key=key)
    return download(request, stored, back=reverse("reviews:sheet", args=[pk]))


@login_required
@require_safe
def own_sheets(request, pk):
    """One's own sheets of a round side by side, the highest total first."""
    held = PanelSeat.objects.filter(user=request.user, round__rubric__isnull=False)
    held = held.valid_on(request.today).select_related("round__rubric")
    seat = get_object_or_404(held, round=pk)
    rows = sheets_of(seat.round, request.user)
    context = {
        "round": seat.round,
        "rows": rows,
        "criteria": [criterion for criterion, _points in rows[0].points] if rows else [],
        "max_points": scoring.shown(seat.round.rubric.max_points),
        "done": sum(row.sheet.counts for row in rows),
        "due_on": seat.round.rubric.scores_due_on,
        "trail": [
            (reverse("casework:panel"), _("My score sheets")),
            (request.path, str(seat.round)),
        ],
    }
    return render(request, "reviews/own_sheets.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def sheet_conflict(request, pk):
    """Declare a conflict of interest; from then on the member meets the proposal nowhere."""
    found = own_sheet(request, pk, "reviews.declare_own_conflict")
    form = OwnConflictForm(sent(request))
    if done(form, lambda: _declare(request, found, form)):
        messages.success(
            request, _("Thank you. The proposal and your sheet are taken away from you.")
        )
        return redirect("casework:panel")
    context = {
        "sheet": found,
        "form": form,
        "trail": [
            (reverse("casework:panel"), _("My score sheets")),
            (reverse("casework:case", args=[pk]), found.title),
            (request.path, _("Conflict of interest")),
        ],
    }
    return render(request, "reviews/conflict.html", context, status=422 if form.errors else 200)


def _declare(request, found: ScoreSheet, form: OwnConflictForm) -> None:
    services.declare_conflict(
        seat=found.seat, proposal=found.proposal, **form.cleaned_data, by=request.user,
        at=request.now,
    )  # fmt: skip
