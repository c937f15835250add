"""One fiscal year of a project: the application, the money, the decision to go on."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from casework.calendar import first_day, last_day
from casework.draft_pages import write
from grants import services
from grants.forms.projects import ContinuationForm, PaymentForm, YearDraft
from grants.limits import limits_yen
from grants.models import LineBase, ProjectYear

from . import done, show_form

form_page = require_http_methods(["GET", "HEAD", "POST"])


def visible_year(request, pk: int) -> ProjectYear:
    found = ProjectYear.objects.visible_to(request.user).with_parties()
    return get_object_or_404(found.select_related("proposal__round__edition"), pk=pk)


@login_required
@form_page
def year_edit(request, pk):
    """Write the application of one project year; its lines begin as those of the proposal."""
    year = visible_year(request, pk)
    if not services.may_edit_year(year, request.user):
        raise PermissionDenied("grants.write")
    return write(
        request, year,
        read=lambda year, data=None: YearDraft(year, data, lines=_lines_to_begin_with(year)),
        save=lambda draft: services.save_year(
            year, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, year),
        saved=_("The application is saved."),
    )  # fmt: skip


def _edit_page(request, year: ProjectYear, draft: YearDraft, status: int) -> HttpResponse:
    context = {
        "year": year,
        "draft": draft,
        "first": first_day(year.fiscal_year),
        "last": last_day(year.fiscal_year),
        "limits": limits_yen(year)[1:],
    }
    return render(request, "grants/year_edit.html", context, status=status)


def _lines_to_begin_with(year: ProjectYear) -> list[LineBase]:
    """Return the year's own lines, or those of the year before, or those of the proposal.

    Once it was saved only its own, so that a budget emptied on purpose stays empty.
    """
    own = list(year.budget_lines.order_by("pk"))
    before = year.earlier_years().order_by("-position").first()
    if own or year.edit_number:
        return own
    return list((before or year.proposal).budget_lines.order_by("pk"))


@login_required
@form_page
def payment_new(request, pk):
    """Record money that went out or came back."""
    year = visible_year(request, pk)
    require(request.user, "grants.record_payment", year)
    form = PaymentForm(
        request.POST or None, today=request.today, initial={"paid_on": request.today}
    )
    if done(form, lambda: _record_payment(request, year, form)):
        messages.success(request, _("The payment is recorded."))
        return redirect("casework:case", pk=pk)
    return show_form(
        request, form, title=_("Record a payment"), eyebrow=year,
        text=_("Lines of the ledger are only added, never changed."),
        submit=_("Record"), back=reverse("casework:case", args=[pk]),
    )  # fmt: skip


def _record_payment(request, year: ProjectYear, form: PaymentForm) -> None:
    services.record_payment(year, **form.cleaned_data, by=request.user, at=request.now)


@login_required
@form_page
def continuation(request, pk):
    """Record the decision that the project goes on in this year (継続決定)."""
    year = visible_year(request, pk)
    require(request.user, "grants.handle", year)
    if not services.may_continue(year):
        raise PermissionDenied("grants.handle")
    form = ContinuationForm(request.POST or None, today=request.today)
    if form.is_valid():
        services.record_continuation(year, **form.cleaned_data, by=request.user, at=request.now)
        messages.success(request, _("The decision to go on is recorded."))
        return redirect("casework:case", pk=pk)
    return show_form(
        request, form, title=_("Record that the project goes on (継続決定)"), eyebrow=year,
        submit=_("Record"), back=reverse("casework:case", args=[pk]),
    )  # fmt: skip
