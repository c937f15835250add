"""The mailbox of a person, and the outbox that the office keeps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from casework import forms
from casework import outbox as the_outbox
from casework.errors import NotPossible
from casework.models import Case, Notice

from .finding import holds, page_of, require_office

MAILBOX = gettext_lazy("Mailbox")
OUTBOX = gettext_lazy("Outbox")


def _received(user):
    return Notice.objects.addressed_to(user).filter(state=Notice.State.SENT)


@require_safe
@login_required
def mailbox(request):
    """A person's own notices, newest first."""
    mine = _received(request.user)
    page = page_of(request, mine.select_related("case").order_by("-sent_at", "-pk"))
    context = {"page": page, "unread": mine.filter(read_at=None).count()}
    return render(request, "casework/mailbox.html", context)


@require_safe
@login_required
def mailbox_notice(request, pk):
    """One notice to the person who reads it; opening it marks it as read."""
    notice = get_object_or_404(_received(request.user).select_related("case"), pk=pk)
    if notice.read_at is None:
        Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=request.now)
    trail = [(reverse("casework:mailbox"), MAILBOX), ("", notice.subject)]
    return render(request, "casework/mailbox_notice.html", {"notice": notice, "trail": trail})


@require_safe
@login_required
def outbox(request):
    """Every notice and what became of it."""
    require_office(request.user, "casework.read_outbox")
    seen = Notice.objects.visible_to(request.user)
    form = forms.NoticeFilterForm(request.GET)
    found = form.filter(seen).select_related("case", "recipient").order_by("-pk")
    context = {
        "page": page_of(request, found),
        "form": form,
        "keeps": holds(request.user, "casework.keep_outbox"),
    }
    return render(request, "casework/outbox.html", context)


@require_safe
@login_required
def outbox_notice(request, pk):
    """One notice and its delivery; the words of an account mail stay with its reader."""
    require_office(request.user, "casework.read_outbox")
    found = Notice.objects.visible_to(request.user).select_related("case", "recipient")
    notice = get_object_or_404(found, pk=pk)
    context = {
        "notice": notice,
        "shows_body": not notice.kind.startswith("account_"),
        "case_visible": Case.objects.visible_to(request.user).filter(pk=notice.case_id).exists(),
        "keeps": holds(request.user, "casework.keep_outbox"),
        "trail": [(reverse("casework:outbox"), OUTBOX), ("", notice.subject)],
    }
    return render(request, "casework/outbox_notice.html", context)


@login_required
@require_POST
def outbox_retry(request, pk):
    """Send a notice that failed once more."""
    return _do(request, pk, the_outbox.retry, _("The notice is sent again."))


@login_required
@require_POST
def outbox_withdraw(request, pk):
    """Take back a notice that has not left yet."""
    return _do(request, pk, the_outbox.withdraw, _("The notice is withdrawn."))


def _do(request, pk: int, act, done: str):
    require_office(request.user, "casework.keep_outbox")
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    try:
        act(notice, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, error.why)
    else:
        messages.success(request, done)
    return redirect("casework:outbox-notice", pk=pk)
