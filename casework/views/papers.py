"""Files and letters of a case: sent to whoever may see the case, and to nobody else."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import approvals, files, forms, letter_versions, letters, picture_copies
from casework.errors import NotPossible
from casework.models import Case, Letter, StoredFile

from .finding import require_office, trail_to, visible_case, visible_item


@login_required
@require_POST
def case_upload(request, pk):
    """Keep a file with a case."""
    case = visible_case(request, pk)
    if not request.user.has_perm("casework.add_file", case):
        raise PermissionDenied("casework.add_file")
    form = forms.UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            files.add_paper(case, form.cleaned_data["file"], label=form.cleaned_data["label"],
                            by=request.user, at=request.now)  # fmt: skip
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("The file is with the case now."))
    else:
        messages.error(request, _("Choose a file first."))
    return redirect(_back(request, case))


@login_required
@require_POST
def file_remove(request, key):
    """Take a file out of what is still being written."""
    stored = _file(request, key)
    files.remove(stored, by=request.user, at=request.now)
    messages.success(request, _("The file was taken out."))
    return redirect(_back(request, stored.case))


def _back(request, case: Case) -> str:
    """Return the page of this site that sent the form, or else the case's."""
    wanted = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if own else reverse("casework:case-part", args=[case.pk, "papers"]) + "#files"


def _file(request, key) -> StoredFile:
    kept = StoredFile.objects.visible_to(request.user).kept()
    return get_object_or_404(kept.select_related("case"), key=key)


@require_safe
@login_required
def file_download(request, key):
    """Serve one file to whoever may see its case, always as a download."""
    stored = _file(request, key)
    if stored.destroyed_at:
        context = {"stored": stored, "trail": trail_to(stored.case, request.user, stored.name)}
        return render(request, "casework/file_destroyed.html", context, status=410)
    return download(request, stored, back=reverse("casework:case", args=[stored.case_id]))


def download(request, stored: StoredFile, *, back: str) -> HttpResponse | FileResponse:
    """Answer with a file that is kept, always as a download; one that is not scanned stays closed.

    :param back: where whoever may not have the file yet goes on.
    """
    if not stored.is_served:
        context = {"stored": stored, "back": back}
        return render(request, "casework/file_closed.html", context, status=409)
    return FileResponse(
        stored.content.open("rb"),
        as_attachment=True,
        filename=stored.name,
        content_type=stored.media_type,
    )


@require_safe
@login_required
def file_picture(request, key, size):
    """The picture of a file for browsers: drawn anew, with nothing that stood beside it.

    Nothing is taken from a cache before the site has said again that the reader may see the case.
    """
    stored = _file(request, key)
    if size not in picture_copies.BOUNDS:
        raise Http404(size)
    if not stored.is_served and stored.is_picture and not stored.destroyed_at:
        return download(request, stored, back=reverse("casework:case", args=[stored.case_id]))
    return picture_response(request, stored, size)


def picture_response(request, stored: StoredFile, size: str) -> HttpResponse:
    """Answer with the copy of a picture that the reader may see; asked for again each time.

    :raises Http404: if there can be none.
    """
    try:
        copy = picture_copies.copy_of(stored, size)
    except picture_copies.NoCopy:
        raise Http404(stored.key) from None
    except picture_copies.NotYet:
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{copy.digest}"'}
    if not (answer := get_conditional_response(request, etag=headers["ETag"])):
        answer = HttpResponse(bytes(copy.content), content_type=copy.media_type)
    for name, value in headers.items():
        answer[name] = value
    return answer


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Answer with a PDF that the browser shows.

    :param name: of the file, in ASCII and without ending.
    """
    response = HttpResponse(bytes(content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require_safe
@login_required
def letter_pdf(request, key):
    """The letter as it left."""
    visible = Letter.objects.visible_to(request.user).select_related("case")
    letter = get_object_or_404(visible, key=key)
    if letter.destroyed_at:
        context = {"letter": letter, "trail": trail_to(letter.case, request.user, letter.symbol)}
        return render(request, "casework/letter_destroyed.html", context, status=410)
    name = f"letter-{letter.fiscal_year}-{letter.number}"
    if letter.version > 1:
        name += f"-{letter.version}"
    return pdf_response(letter.pdf, name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letter_reissue(request, key):
    """Issue a new version of a letter, after a look at what it will say."""
    found = Letter.objects.visible_to(request.user).select_related("case__organization")
    letter = get_object_or_404(found.defer("pdf"), key=key)
    require_office(request.user, "casework.reissue_letter")
    form = forms.ReissueForm(request.POST or None)
    if form.is_valid():
        try:
            return _reissued(request, letter, form)
        except NotPossible as error:
            form.add_error(None, str(error.why))
    return _reissue_page(request, letter, form)


def _reissued(request, letter: Letter, form) -> HttpResponse:
    reason, remark = form.cleaned_data["reason"], form.cleaned_data["remark"]
    if "preview" in request.POST:
        pdf = letter_versions.preview_reissue(letter, remark=remark, today=request.today)
        return pdf_response(pdf, f"preview-{letter.fiscal_year}-{letter.number}")
    letter_versions.reissue(letter, reason=reason, remark=remark, by=request.user, at=request.now)
    messages.success(request, _("The new version has left. The old one stays readable."))
    return redirect(reverse("casework:case-part", args=[letter.case_id, "papers"]) + "#letters")


def _reissue_page(request, letter: Letter, form) -> HttpResponse:
    why_not, changes = letter_versions.why_not_reissued(letter), []
    try:
        changes = [] if why_not else letter_versions.differences(letter, today=request.today)
    except NotPossible as error:
        why_not = error.why
    context = {
        "letter": letter,
        "form": form,
        "changes": changes,
        "why_not": why_not,
        "trail": trail_to(letter.case, request.user, _("New version of a letter")),
    }
    status = 422 if form.errors else 200
    return render(request, "casework/letter_reissue.html", context, status=status)


@require_safe
@login_required
def letter_preview(request, pk):
    """The letter that one item of a draft will send, as it would leave today."""
    item = visible_item(request, pk)
    kind = letters.sent_by(item.case, item.verb)
    if kind is None:
        raise Http404
    facts = approvals.facts_of(item)
    try:
        content = letters.preview(kind, item.case.specific, facts, today=request.today)
    except NotPossible as error:
        messages.error(request, error.why)
        return redirect("casework:case", pk=item.approval_id)
    return pdf_response(content, f"preview-{item.pk}")
