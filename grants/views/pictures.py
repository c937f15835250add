"""Photos and flyers of a project year: one page for group, department and office."""

from copy import copy

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from casework.views.finding import trail_to, visible_case
from grants.forms.pictures import AddPicturesForm, PictureForm
from grants.models import Picture, ProjectYear
from grants.services import pictures

from . import done, page_of

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@form_page
def year_pictures(request, pk):
    """The gallery of a project year; several pictures at once are added here."""
    year = visible_case(request, pk)
    if year.kind != ProjectYear.KIND:
        raise Http404(pk)
    keeps = request.user.has_perm("grants.keep_pictures", year)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AddPicturesForm(*sent) if keeps else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("grants.keep_pictures")
        if form.is_valid() and _added(request, year, form):
            return redirect("grants:pictures", pk=pk)
    return _gallery(request, year, form)


def _added(request, year: ProjectYear, form: AddPicturesForm) -> bool:
    """Add what can be added; each file that is refused is named, with the reason.

    :returns: whether any was added; if none was, the reasons stand at the field.
    """
    same = {name: form.cleaned_data[name] for name in ("kind", "taken_on", "place", "consent")}
    added, refused = 0, []
    for upload in form.cleaned_data["files"]:
        try:
            pictures.add_picture(year, upload, **same, by=request.user, at=request.now)
        except ValidationError as error:
            refused.append(f"{upload.name}: {' '.join(error.messages)}")
        else:
            added += 1
    if not added:
        form.add_error("files", refused)
        return False
    words = ngettext("%(number)d picture was added.", "%(number)d pictures were added.", added)
    messages.success(request, words % {"number": added})
    for why in refused:
        messages.error(request, why)
    return True


def _gallery(request, year: ProjectYear, form: AddPicturesForm | None) -> HttpResponse:
    found = year.pictures.with_copies().select_related("file", "by").order_by("-pk")
    context = {
        "case": year,
        "page": page_of(request, found),
        "publishable": year.pictures.publishable().count(),
        "form": form,
        "trail": trail_to(year, request.user, _("Photos and flyers")),
    }
    status = 422 if form and form.errors else 200
    return render(request, "grants/pictures.html", context, status=status)


@login_required
@form_page
def picture(request, pk):
    """One picture, and what is said of it; whoever keeps the pictures writes it here."""
    found = _visible(request, pk)
    keeps = request.user.has_perm("grants.keep_pictures", found.year)
    if request.method == "POST" and not keeps:
        raise PermissionDenied("grants.keep_pictures")
    # A form changes its instance also where it is refused: the page shows what is kept.
    form = PictureForm(request.POST or None, instance=copy(found)) if keeps else None
    if form and done(form, lambda: _describe(request, found, form)):
        messages.success(request, _("What the picture shows is saved."))
        return redirect("grants:pictures", pk=found.year_id)
    status, older = (422 if form and form.errors else 200), None
    if form and form.is_overtaken:
        found, older = _visible(request, pk), form
        form = PictureForm(instance=copy(found))
    context = {
        "picture": found,
        "missing": found.missing_for_publication(),
        "form": form,
        "older": older,
        "may_remove": request.user.has_perm("grants.remove_picture", found.year),
        "trail": [
            *trail_to(found.year, request.user, _("Photos and flyers"))[:-1],
            (reverse("grants:pictures", args=[found.year_id]), _("Photos and flyers")),
            ("", str(found)),
        ],
    }
    return render(request, "grants/picture.html", context, status=status)


def _visible(request, pk: int) -> Picture:
    seen = Picture.objects.visible_to(request.user).with_copies()
    rows = seen.select_related("file", "by", "year__proposal", "year__organization")
    return get_object_or_404(rows, pk=pk)


def _describe(request, found: Picture, form: PictureForm) -> None:
    pictures.describe_picture(
        found, fields=form.wanted, seen=form.seen, by=request.user, at=request.now
    )


@login_required
@require_POST
def picture_remove(request, pk):
    """Take a picture out."""
    found = _visible(request, pk)
    require(request.user, "grants.remove_picture", found.year)
    pictures.remove_picture(found, by=request.user, at=request.now)
    messages.success(request, _("The picture was taken out."))
    return redirect("grants:pictures", pk=found.year_id)
