"""The fund: a page that everyone reads, and the ledger that the office keeps."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from casework.calendar import fiscal_year
from casework.shown_tables import origin_of
from grants import services
from grants.bars import Picture, Row, picture
from grants.forms.money import FundEntryForm, FundReversalForm, FundTargetForm
from grants.fund import FundYear, facts_of_fund, years_of_fund
from grants.models import FundEntry, FundTargetChange
from guideline.models import fiscal_year_name

from . import done, page_of, show_form

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def fund(request):
    """What came in, what was used and what was hoped for, by fiscal year. Nobody who gave is named."""
    by_year = _by_year()
    told = (
        (y.fiscal_year, y.target_yen, y.gift_yen, y.interest_yen, y.other_yen, y.used_yen, y.balance_yen)
        for y in by_year["years"]
    )  # fmt: skip
    context = {
        **by_year,
        "origin": origin_of(told, at=request.now),
        "facts": facts_of_fund(),
        "trail": [("/", _("Home")), (request.path, _("Fund"))],
    }
    return render(request, "grants/fund.html", context)


def _by_year() -> dict:
    years = years_of_fund(fictitious=settings.DEMO)[::-1]
    return {"years": years, "chart": _chart(years), "invented": settings.DEMO}


def _chart(years: list[FundYear]) -> Picture | None:
    """Return a picture of the gifts of each year, and of its target; of others nothing is known."""
    known = [year for year in years if year.sums is not None or year.target is not None]
    return picture([
        Row(_in_words(year), ([("gift", year.gift_yen or 0)],), year.target_yen) for year in known
    ])  # fmt: skip


def _in_words(year: FundYear) -> str:
    """Name a year, and say where its empty bar is not zero."""
    name = fiscal_year_name(year.fiscal_year)
    return name if year.sums is not None else f"{name} ({_('not recorded')})"


@login_required
@require_safe
def ledger(request):
    """By fiscal year, and every line of the ledger."""
    require(request.user, "grants.read_plans")
    entries = FundEntry.objects.told(fictitious=settings.DEMO)
    ordered = entries.select_related("edition", "of", "reversal", "by").order_by("-pk")
    context = {
        **_by_year(),
        "page": page_of(request, ordered),
        "keeps": request.user.has_perm("grants.plan"),
        "target_changes": _target_changes(),
    }
    return render(request, "grants/fund_ledger.html", context)


def _target_changes():
    found = FundTargetChange.objects.select_related("by").order_by("-pk")
    return (found if settings.DEMO else found.filter(fictitious=False))[:50]


@login_required
@form_page
def entry_new(request):
    """Add a line to the ledger."""
    require(request.user, "grants.plan")
    initial = {"fiscal_year": fiscal_year(request.today), "on": request.today}
    form = FundEntryForm(request.POST or None, initial=initial)
    if done(form, lambda: _record(request, services.enter_in_fund, form)):
        messages.success(request, _("The entry is recorded."))
        return redirect("grants:fund-ledger")
    return show_form(
        request, form, title=_("Add an entry to the fund"), submit=_("Record"),
        text=_("Entries are only added. A wrong one is reversed by another entry."),
        back=reverse("grants:fund-ledger"),
    )  # fmt: skip


@login_required
@form_page
def target(request):
    """Set the target of a fiscal year, with where it stands."""
    require(request.user, "grants.plan")
    form = FundTargetForm(request.POST or None, initial={"fiscal_year": fiscal_year(request.today)})
    if done(form, lambda: _record(request, services.set_fund_target, form)):
        messages.success(request, _("The target is saved."))
        return redirect("grants:fund-ledger")
    return show_form(
        request, form, title=_("Set the target of a fiscal year"), submit=_("Save"),
        text=_("What gifts of the year are to come to at least. Everyone reads it."),
        back=reverse("grants:fund-ledger"),
    )  # fmt: skip


def _record(request, service, form) -> None:
    """What is entered in a demonstration is invented."""
    service(**form.cleaned_data, fictitious=settings.DEMO, by=request.user, at=request.now)


@login_required
@form_page
def entry_reverse(request, pk):
    """Undo a line that was entered by mistake, with the reason."""
    require(request.user, "grants.plan")
    found = get_object_or_404(FundEntry.objects.told(fictitious=settings.DEMO), pk=pk)
    if why := services.why_fund_entry_stays(found):
        raise PermissionDenied(why)
    form = FundReversalForm(request.POST or None, initial={"on": request.today})
    if done(form, lambda: _reverse(request, found, form)):
        messages.success(
            request, _("The entry is reversed. Enter what was right, if anything was.")
        )
        return redirect("grants:fund-ledger")
    entry = {
        "kind": found.get_kind_display(), "amount": f"{found.amount_yen:,}",
        "day": found.on.isoformat(),
    }  # fmt: skip
    return show_form(
        request, form, title=_("Reverse an entry (訂正仕訳)"), submit=_("Reverse"),
        text=_("%(kind)s, %(amount)s yen, %(day)s: the whole entry is undone. Both lines stay.") % entry,
        back=reverse("grants:fund-ledger"),
    )  # fmt: skip


def _reverse(request, entry: FundEntry, form: FundReversalForm) -> None:
    services.reverse_fund_entry(entry, **form.cleaned_data, by=request.user, at=request.now)
