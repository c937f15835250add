"""The photos of a report: their pages for department and office, and their pictures for who reads it."""

from copy import copy

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.numbers_named import key_in
from accounts.permissions import require
from casework import picture_copies
from casework.views.answers import done
from casework.views.finding import trail_to
from casework.views.papers import picture_response
from grants.models import Picture
from grants.views import page_of
from reporting import photos, public_photos
from reporting.models import CollaborationReport, ReportPhoto
from reporting.photo_forms import AddPhotoForm, PhotoForm

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _report(request, pk: int) -> CollaborationReport:
    return get_object_or_404(CollaborationReport.objects.visible_to(request.user), pk=pk)


@login_required
@form_page
def photo_page(request, pk):
    """The photos of a report, for whoever sees it; whoever writes it adds one here."""
    report = _report(request, pk)
    adds = photos.may_add(report, request.user)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AddPhotoForm(*sent) if adds else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("reporting.write_collaboration")
        if done(form, lambda: _add(request, report, form)):
            messages.success(request, _("The photo was added."))
            return redirect("reporting:photos", pk=pk)
    year = report.project_year if adds else None
    context = {
        "case": report,
        "photos": report.photos.with_files(),
        "tends": request.user.has_perm("reporting.tend_photos", report),
        "most": photos.MOST,
        "form": form,
        "year": year,
        "page": page_of(request, photos.to_pick(report)) if year else None,
        "is_public": report.publication_id is not None,
        "trail": trail_to(report, request.user, _("Photos of the report")),
    }
    status = 422 if form and form.errors else 200
    return render(request, "reporting/photos.html", context, status=status)


def _add(request, report: CollaborationReport, form: AddPhotoForm) -> None:
    said = dict(form.cleaned_data)
    photos.add(report, said.pop("upload"), **said, by=request.user, at=request.now)


@login_required
@require_POST
def photo_pick(request, pk):
    """Pick one of the pictures of the project."""
    report = _report(request, pk)
    require(request.user, "reporting.tend_photos", report)
    seen = Picture.objects.visible_to(request.user)
    picture = get_object_or_404(seen, pk=key_in(request.POST.get("picture", "")))
    try:
        photos.pick(report, picture, by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The photo was added."))
    return redirect("reporting:photos", pk=pk)


def _tended(request, pk: int) -> ReportPhoto:
    seen = ReportPhoto.objects.visible_to(request.user).with_files().select_related("by", "report")
    found = get_object_or_404(seen, pk=pk)
    require(request.user, "reporting.tend_photos", found.report)
    return found


@login_required
@form_page
def photo(request, pk):
    """One photo, what it shows, who is shown and whether they agree."""
    found = _tended(request, pk)
    # A form changes its instance also where it is refused: the page shows what is kept.
    form = PhotoForm(request.POST or None, instance=copy(found))
    if request.method == "POST" and done(form, lambda: _describe(request, found, form)):
        messages.success(request, _("What the picture shows is saved."))
        return redirect("reporting:photos", pk=found.report_id)
    status, older = (422 if form.errors else 200), None
    if form.is_overtaken:
        found, older = _tended(request, pk), form
        form = PhotoForm(instance=copy(found))
    context = {
        "case": found.report,
        "photo": found,
        "missing": found.missing_for_publication(),
        "form": form,
        "older": older,
        "is_public": found.report.publication_id is not None,
        "trail": [
            *trail_to(found.report, request.user, _("Photos of the report"))[:-1],
            (reverse("reporting:photos", args=[found.report_id]), _("Photos of the report")),
            ("", str(found)),
        ],
    }
    return render(request, "reporting/photo.html", context, status=status)


def _describe(request, found: ReportPhoto, form: PhotoForm) -> None:
    photos.describe(found, fields=form.wanted, seen=form.seen, by=request.user, at=request.now)


@login_required
@form_page
def photo_remove(request, pk):
    """Ask whether a photo is to be taken out of the report, and say what that ends; then do it."""
    found = _tended(request, pk)
    if request.method != "POST":
        context = {
            "case": found.report,
            "photo": found,
            "is_public": public_photos.is_public(found),
            "trail": trail_to(found.report, request.user, _("Take this photo out")),
        }
        return render(request, "reporting/photo_remove.html", context)
    photos.take_out(found, by=request.user, at=request.now)
    messages.success(request, _("The photo was taken out."))
    return redirect("reporting:photos", pk=found.report_id)


@login_required
@require_safe
def photo_image(request, pk, size):
    """The picture of a photo for who may read the report: drawn anew, without place and day."""
    if size not in picture_copies.BOUNDS:
        raise Http404(size)
    seen = ReportPhoto.objects.visible_to(request.user).select_related("file")
    return picture_response(request, get_object_or_404(seen, pk=pk).file, size)
