"""Notices by post: printed in one batch, posted on a day, and perhaps returned on another."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.numbers_named import keys_in
from accounts.services import record_reading
from casework import by_post, forms
from casework.errors import NotPossible
from casework.models import Notice

from .finding import holds, page_of, require_office
from .outbox import OUTBOX
from .papers import pdf_response

POST = gettext_lazy("Letters by post")


@require_safe
@login_required
def outbox_post(request):
    """What goes by post: first what is printed and not posted, then what is to be printed."""
    require_office(request.user, "casework.read_outbox")
    paper = Notice.objects.visible_to(request.user).by_post()
    rows = paper.select_related("case__organization", "handled_by").order_by("pk")
    gone = rows.filter(state__in=(Notice.State.MAILED, Notice.State.RETURNED)).order_by(
        "-mailed_on", "-pk"
    )
    context = {
        "printed": rows.filter(state=Notice.State.PRINTED),
        "queued": rows.filter(state=Notice.State.QUEUED),
        "page": page_of(request, gone),
        "mailed_form": forms.MailedForm(initial={"day": request.today}),
        "keeps": holds(request.user, "casework.keep_outbox"),
        "trail": [(reverse("casework:outbox"), OUTBOX), ("", POST)],
    }
    return render(request, "casework/outbox_post.html", context)


def _chosen(request, ids: list[str]) -> list[Notice]:
    """Return the notices by post that a page names and its reader may see."""
    paper = Notice.objects.visible_to(request.user).by_post()
    return list(paper.filter(pk__in=keys_in(ids)).order_by("pk"))


@login_required
@require_POST
def outbox_print(request):
    """Take the chosen notices for printing, and lead to the one PDF of them all."""
    require_office(request.user, "casework.keep_outbox")
    chosen = _chosen(request, request.POST.getlist("notice"))
    try:
        taken = by_post.print_batch(chosen, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, error.why)
        return redirect("casework:outbox-post")
    _say_left_out(request, len(chosen) - len(taken))
    said = ngettext(
        "%(number)d notice is printed. Enter here when it was posted.",
        "%(number)d notices are printed. Enter here when they were posted.",
        len(taken),
    )
    messages.success(request, said % {"number": len(taken)})
    ids = urlencode([("notice", notice.pk) for notice in taken])
    return redirect(f"{reverse('casework:outbox-papers')}?{ids}")


def _say_left_out(request, number: int) -> None:
    if number:
        said = ngettext(
            "%(number)d notice was left out: another person took it, or its address is not set.",
            "%(number)d notices were left out: another person took them, or an address is not set.",
            number,
        )
        messages.error(request, said % {"number": number})


@require_safe
@login_required
def outbox_papers(request):
    """One PDF of printed notices: those that the address names, or all that are not posted yet."""
    require_office(request.user, "casework.read_outbox")
    paper = Notice.objects.visible_to(request.user).by_post().exclude(postal_address="")
    named = request.GET.getlist("notice")
    if named:
        paper = paper.filter(pk__in=keys_in(named))
    else:
        paper = paper.filter(state=Notice.State.PRINTED)
    found = list(paper.select_related("case__organization", "letter").order_by("pk"))
    if not found:
        raise Http404
    groups = [notice.case.organization for notice in found]
    record_reading("address_read", groups, by=request.user, at=request.now)
    return pdf_response(by_post.sheets(found), f"post-{found[0].pk}")


@login_required
@require_POST
def outbox_mailed(request):
    """Record on which day the chosen notices were posted."""
    require_office(request.user, "casework.keep_outbox")
    chosen = _chosen(request, request.POST.getlist("notice"))
    form = forms.MailedForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter the day on which they were posted."))
        return redirect("casework:outbox-post")
    try:
        mailed = by_post.mail_batch(
            chosen, on=form.cleaned_data["day"], by=request.user, at=request.now
        )
    except NotPossible as error:
        messages.error(request, error.why)
    else:
        _say_left_out(request, len(chosen) - len(mailed))
        said = ngettext(
            "%(number)d notice is recorded as posted.",
            "%(number)d notices are recorded as posted.",
            len(mailed),
        )
        messages.success(request, said % {"number": len(mailed)})
    return redirect("casework:outbox-post")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def outbox_returned(request, pk):
    """Record that a posted notice came back."""
    require_office(request.user, "casework.keep_outbox")
    paper = Notice.objects.visible_to(request.user).by_post()
    notice = get_object_or_404(paper.select_related("case__organization"), pk=pk)
    form = forms.ReturnedForm(request.POST or None, initial={"day": request.today})
    if form.is_valid():
        day, reason = form.cleaned_data["day"], form.cleaned_data["reason"]
        try:
            by_post.came_back(notice, on=day, reason=reason, by=request.user, at=request.now)
        except NotPossible as error:
            form.add_error(None, str(error.why))
        else:
            messages.success(request, _("It is recorded that the notice came back."))
            return redirect("casework:outbox-notice", pk=pk)
    context = {
        "notice": notice,
        "form": form,
        "trail": [
            (reverse("casework:outbox"), OUTBOX),
            (reverse("casework:outbox-post"), POST),
            ("", notice.subject),
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "casework/outbox_returned.html", context, status=status)
