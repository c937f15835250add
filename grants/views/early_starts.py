"""Starting before the decision on a grant: told by the group, answered by the office."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from casework.panels import MONEY
from grants import services
from grants.forms.early_starts import EarlyStartAnswerForm, EarlyStartForm

from . import done, show_form
from .years import visible_year

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@form_page
def early_start(request, pk):
    """Tell the office that the project begins before the decision, and why."""
    year = visible_year(request, pk)
    require(request.user, "grants.write", year)
    if why := services.why_no_early_start(year):
        messages.error(request, why)
        return _to_the_panel(pk)
    form = EarlyStartForm(request.POST or None, initial={"starts_on": year.starts_on})

    def tell() -> None:
        services.tell_early_start(year, **form.cleaned_data, by=request.user, at=request.now)

    if done(form, tell):
        messages.success(request, _("The office has your notice. You are told of its answer."))
        return _to_the_panel(pk)
    return show_form(
        request, form, title=_("Begin before the decision (交付決定前着手届)"), eyebrow=year,
        text=_("Costs before the decision are paid for only from the day that the office accepts."),
        submit=_("Send the notice"), back=reverse("casework:case", args=[pk]),
    )  # fmt: skip


@login_required
@form_page
def early_start_answer(request, pk, told):
    """Accept an early start as the office, or refuse it with a reason."""
    year = visible_year(request, pk)
    require(request.user, "grants.handle", year)
    found = get_object_or_404(year.early_starts.filter(accepted=None), pk=told)
    form = EarlyStartAnswerForm(request.POST or None)

    def answer() -> None:
        services.answer_early_start(found, **form.cleaned_data, by=request.user, at=request.now)

    if done(form, answer):
        messages.success(request, _("The group is told of the answer."))
        return _to_the_panel(pk)
    return show_form(
        request, form, title=_("Answer to an early start"), eyebrow=year,
        text=_("From %(day)s: %(reason)s") % {"day": found.starts_on, "reason": found.reason},
        submit=_("Save"), back=reverse("casework:case", args=[pk]),
    )  # fmt: skip


def _to_the_panel(pk: int) -> HttpResponse:
    return redirect(f"{reverse('casework:case-part', args=[pk, MONEY.code])}#early-start")
