"""The mailbox of a person: the notices that were sent to them."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from casework.models import Notice

from .finding import page_of

MAILBOX = gettext_lazy("Mailbox")


def _received(user):
    return Notice.objects.addressed_to(user).filter(state=Notice.State.SENT)


@require_safe
@login_required
def mailbox(request):
    """A person's own notices, newest first: what is new or asks something, then what is done."""
    mine = _received(request.user).with_done().select_related("case").order_by("-sent_at", "-pk")
    standing, done = mine.filter(is_done=False), mine.filter(is_done=True)
    context = {
        "page": page_of(request, standing),
        "done": page_of(request, done, named="done"),
        "unread": standing.filter(read_at=None).count(),
    }
    return render(request, "casework/mailbox.html", context)


@require_safe
@login_required
def mailbox_notice(request, pk):
    """One notice to the person who reads it; opening it marks it as read."""
    notice = get_object_or_404(_received(request.user).select_related("case"), pk=pk)
    if notice.read_at is None:
        Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=request.now)
    trail = [(reverse("casework:mailbox"), MAILBOX), ("", notice.subject)]
    parts = _received(request.user).filter(digest=notice) if notice.kind == "digest" else ()
    context = {"notice": notice, "parts": parts, "trail": trail}
    return render(request, "casework/mailbox_notice.html", context)
