"""The city's budget of the program: what is planned, what became of it, and every entry."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.numbers_named import year_in
from accounts.permissions import require
from casework.calendar import fiscal_year
from grants import budget_table, services
from grants.forms.money import BudgetEntryForm, TransferForm
from grants.models import BudgetEntry, ProjectYear

from . import done, page_of, show_form
from .spreadsheets import csv_response, xlsx_response

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def budget(request):
    """One fiscal year: by course what is planned, asked for, decided, paid and free; the entries."""
    require(request.user, "grants.read_plans")
    this_year = fiscal_year(request.today)
    year = year_in(request.GET.get("fiscal_year")) or this_year
    budgets = budget_table.of_courses(year)
    entries = BudgetEntry.objects.filter(fiscal_year=year).select_related("edition", "by")
    context = {
        "fiscal_year": year,
        "years": _years({year, this_year}),
        "budgets": budgets,
        "chart": budget_table.chart_of(budgets),
        "page": page_of(request, entries.order_by("-pk")),
        "plans": request.user.has_perm("grants.plan"),
    }
    return render(request, "grants/budget.html", context)


def _years(always: set[int]) -> list[int]:
    """Return the fiscal years that have an entry or a case, and those ``always`` offered."""
    known = [
        rows.order_by().values_list("fiscal_year", flat=True).distinct()
        for rows in (BudgetEntry.objects.all(), ProjectYear.objects.all())
    ]
    return sorted(always.union(*known), reverse=True)


def _asked(request) -> int | None:
    require(request.user, "grants.read_plans")
    return year_in(request.GET.get("fiscal_year"))


def _sums(year: int | None) -> tuple:
    return budget_table.HEADER, budget_table.rows(budget_table.of_courses(year))


def _entries(year: int | None) -> tuple:
    entries = BudgetEntry.objects.filter(**({"fiscal_year": year} if year else {}))
    return budget_table.ENTRIES_HEADER, budget_table.entry_rows(entries)


@login_required
@require_safe
def budget_csv(request):
    return csv_response("budget", _sums(_asked(request)))


@login_required
@require_safe
def entries_csv(request):
    return csv_response("budget-entries", _entries(_asked(request)))


@login_required
@require_safe
def budget_xlsx(request):
    year = _asked(request)
    return xlsx_response("budget", {"budget": _sums(year), "entries": _entries(year)})


@login_required
@form_page
def budget_new(request):
    require(request.user, "grants.plan")
    known = ("edition", "financed_by", "fiscal_year")
    given = {name: request.GET[name] for name in known if name in request.GET}
    initial = {"fiscal_year": fiscal_year(request.today), **given}
    form = BudgetEntryForm(request.POST or None, initial=initial)
    if done(form, lambda: _enter(request, services.enter_budget, form)):
        messages.success(request, _("The entry is recorded."))
        return _to_budget(form)
    return show_form(
        request, form, title=_("Add an entry to the city's budget"), submit=_("Record"),
        text=_("Entries are only added. To correct one, add another that takes it back."),
        back=reverse("grants:budget"),
    )  # fmt: skip


@login_required
@form_page
def budget_transfer(request):
    """Move budget between two courses (流用); it makes two entries that add up to zero."""
    require(request.user, "grants.plan")
    initial = {"fiscal_year": fiscal_year(request.today)}
    form = TransferForm(request.POST or None, initial=initial)
    if done(form, lambda: _enter(request, services.transfer_budget, form)):
        messages.success(request, _("The transfer is recorded."))
        return _to_budget(form)
    return show_form(
        request, form, title=_("Move budget between two courses (流用)"), submit=_("Record"),
        text=_("Two entries are made at once: one course gives what the other gets."),
        back=reverse("grants:budget"),
    )  # fmt: skip


def _enter(request, service, form) -> None:
    service(by=request.user, at=request.now, **form.cleaned_data)


def _to_budget(form):
    """Go back to the fiscal year in which the reader sees what they entered."""
    return redirect(f"{reverse('grants:budget')}?fiscal_year={form.cleaned_data['fiscal_year']}")
