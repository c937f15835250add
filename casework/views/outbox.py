"""The outbox that the office keeps: every notice, what became of it, and what is still to come."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.numbers_named import keys_in
from accounts.services import record_reading
from casework import by_post, forms, outbox_keeping
from casework.calendar import JAPAN
from casework.coming import AHEAD, coming
from casework.errors import NotPossible
from casework.models import Case, Deadline, Notice
from casework.quiet_hours import ACCOUNT

from .finding import holds, page_of, require_office

OUTBOX = gettext_lazy("Outbox")


@require_safe
@login_required
def outbox(request):
    """Every notice and what became of it."""
    require_office(request.user, "casework.read_outbox")
    seen = Notice.objects.visible_to(request.user)
    form = forms.NoticeFilterForm(request.GET)
    related = ("case__organization", "recipient", "handled_by")
    found = form.filter(seen).select_related(*related).order_by("-pk")
    waiting = by_post.waiting_on_paper(request.user)
    context = {
        "by_post": by_post.count(waiting),
        "page": page_of(request, found),
        "form": form,
        "shows_held": form.asked("state") == Notice.State.HELD,
        "keeps": holds(request.user, "casework.keep_outbox"),
    }
    return render(request, "casework/outbox.html", context)


@require_safe
@login_required
def outbox_coming(request):
    """The reminders of the days to come, if no date changes and nothing is handed in."""
    require_office(request.user, "casework.read_outbox")
    seen = Deadline.objects.visible_to(request.user)
    context = {
        "page": page_of(request, coming(seen, today=request.today)),
        "ahead": AHEAD,
        "trail": [(reverse("casework:outbox"), OUTBOX), ("", _("Reminders to come"))],
    }
    return render(request, "casework/outbox_coming.html", context)


@require_safe
@login_required
def outbox_notice(request, pk):
    """One notice and its delivery; the words of an account mail stay with its reader."""
    require_office(request.user, "casework.read_outbox")
    found = Notice.objects.visible_to(request.user)
    related = ("case__organization", "recipient", "handled_by", "letter", "template")
    notice = get_object_or_404(found.select_related(*related).defer("letter__pdf"), pk=pk)
    address = by_post.shown_address(notice, today=request.today)
    if address:
        group = notice.case.organization
        record_reading("address_read", [group], by=request.user, at=request.now)
    context = {
        "address": address,
        "notice": notice,
        "shows_body": not notice.kind.startswith(ACCOUNT),
        "case_visible": Case.objects.visible_to(request.user).filter(pk=notice.case_id).exists(),
        "keeps": holds(request.user, "casework.keep_outbox"),
        "trail": [(reverse("casework:outbox"), OUTBOX), ("", notice.subject)],
    }
    return render(request, "casework/outbox_notice.html", context)


@login_required
@require_POST
def outbox_retry(request, pk):
    """Send a notice that failed once more."""
    return _do(request, pk, outbox_keeping.retry, _("The notice goes out again."))


@login_required
@require_POST
def outbox_release(request, pk):
    """Let a notice go that is held back."""
    return _do(request, pk, outbox_keeping.release, _("The notice goes out now."))


@login_required
@require_POST
def outbox_release_chosen(request):
    """Let the chosen ones of the notices go that are held back."""
    require_office(request.user, "casework.keep_outbox")
    ids = keys_in(request.POST.getlist("notice"))
    chosen = Notice.objects.visible_to(request.user).filter(pk__in=ids)
    released = outbox_keeping.release_several(chosen, by=request.user, at=request.now)
    said = ngettext("%(number)d notice is released.", "%(number)d notices are released.", released)
    messages.success(request, said % {"number": released})
    return redirect(f"{reverse('casework:outbox')}?state={Notice.State.HELD}")


@login_required
@require_POST
def outbox_withdraw(request, pk):
    """Take back a notice that has not left yet."""
    return _do(request, pk, outbox_keeping.withdraw, _("The notice is withdrawn."))


def _why_not_now(notice: Notice) -> str:
    """Say what became of a notice that was let go and does not leave now, if that is so."""
    if notice.withdrawn_because == Notice.Withdrawal.CONFLICT:
        return _("The notice was withdrawn: its reader has a conflict of interest in its case.")
    if notice.state == Notice.State.QUEUED and notice.lease_until:
        until = date_format(notice.lease_until.astimezone(JAPAN), "TIME_FORMAT")
        return _("The notice goes out at %(time)s, when the quiet hours end.") % {"time": until}
    return ""


def _do(request, pk: int, act, done: str):
    require_office(request.user, "casework.keep_outbox")
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    try:
        act(notice, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, error.why)
    else:
        notice.refresh_from_db()
        messages.success(request, _why_not_now(notice) or done)
    return redirect("casework:outbox-notice", pk=pk)
