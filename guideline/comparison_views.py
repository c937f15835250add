"""Two editions side by side, for everybody: as a page, DOCX and PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework.typesetting import typeset
from casework.word import docx_of, docx_response

from .comparison import Comparison, compare, name_of, paper_of, word_of
from .models import Edition


def _asked_for(before: str, after: str) -> Comparison:
    """Return the comparison that an address names.

    :raises Http404: if one of the editions is unknown, or both are the same.
    """
    if before == after:
        raise Http404(after)
    return compare(get_object_or_404(Edition, code=before), get_object_or_404(Edition, code=after))


@require_safe
def page(request: HttpRequest, before: str, after: str) -> HttpResponse:
    """The comparison to read and to print, with the counts by kind and what is not confirmed."""
    table = _asked_for(before, after)
    context = {
        "table": table,
        "groups": [
            (name_of(group.before), name_of(group.after) if group.is_renamed else "", group)
            for group in table.groups
        ],
        "confirms": request.user.has_perm("guideline.confirm_crosswalk"),
        "trail": [
            ("/", _("Home")), (reverse("guideline:index"), _("Guideline")),
            (reverse("guideline:crosswalk"), _("Crosswalk")), ("", _("Comparison of two editions")),
        ],
    }  # fmt: skip
    return render(request, "guideline/comparison.html", context)


@require_safe
def file(request: HttpRequest, before: str, after: str, form: str) -> HttpResponse:
    """The comparison on paper, in Japanese: a Word file to work on, or a PDF."""
    if form not in ("docx", "pdf"):
        raise Http404(form)
    table, name = _asked_for(before, after), f"comparison-{before}-{after}"
    if form == "docx":
        return docx_response(docx_of(word_of(table, today=request.today)), name)
    pdf = typeset("progress", paper_of(table, today=request.today))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
