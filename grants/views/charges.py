"""The charges (加算金・延滞金) of a project year: paid, waived, and corrected."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import require
from casework.panels import MONEY
from grants import services
from grants.charges_owed import owed
from grants.forms.charges import ChargePaidForm, ChargeWaivedForm
from grants.forms.projects import ReversalForm
from grants.models import ChargeEntry, ProjectYear

from . import done, show_form
from .years import form_page, visible_year

ABOUT = gettext_lazy(
    "A charge is an amount of its own: it never counts in the balance of the grant."
)


@login_required
@form_page
def pay(request, pk):
    """Record that a charge came."""
    year = visible_year(request, pk)
    require(request.user, "grants.record_payment", year)
    open_ones = _open(year, request)
    whole = {"amount_yen": open_ones[0].open_yen} if len(open_ones) == 1 else {}
    form = ChargePaidForm(
        request.POST or None, owed=open_ones, initial={"paid_on": request.today, **whole}
    )
    told = {"by": request.user, "at": request.now}
    if done(form, lambda: services.record_charge(year, **form.cleaned_data, **told)):
        messages.success(request, _("The charge is recorded."))
        return redirect(_back(pk))
    return show_form(
        request, form, title=_("Record a charge that came (加算金・延滞金)"), eyebrow=year,
        text=ABOUT, refused=_refusal(open_ones), submit=_("Record"), back=_back(pk),
    )  # fmt: skip


@login_required
@form_page
def waive(request, pk):
    """Waive what is open of a charge, with the reason."""
    year = visible_year(request, pk)
    require(request.user, "grants.handle", year)
    open_ones = _open(year, request)
    form = ChargeWaivedForm(request.POST or None, owed=open_ones)
    told = {"by": request.user, "at": request.now}
    if done(form, lambda: services.waive_charge(year, **form.cleaned_data, **told)):
        messages.success(request, _("The charge is waived."))
        return redirect(_back(pk))
    return show_form(
        request, form, title=_("Waive a charge (免除)"), eyebrow=year, text=ABOUT,
        refused=_refusal(open_ones), submit=_("Waive"), back=_back(pk),
    )  # fmt: skip


@login_required
@form_page
def undo(request, pk, entry):
    """Undo a line of the charges that was entered by mistake."""
    year = visible_year(request, pk)
    found = get_object_or_404(year.charge_entries, pk=entry)
    needed = "grants.record_payment" if found.kind == ChargeEntry.Kind.PAID else "grants.handle"
    require(request.user, needed, year)
    form = ReversalForm(request.POST or None, initial={"paid_on": request.today})
    told = {"by": request.user, "at": request.now}
    if done(form, lambda: services.reverse_charge(found, **form.cleaned_data, **told)):
        messages.success(
            request, _("The entry is reversed. Enter what was right, if anything was.")
        )
        return redirect(_back(pk))
    entered = {
        "kind": found.get_kind_display(),
        "amount": f"{found.amount_yen:,}",
        "day": found.paid_on.isoformat(),
    }
    return show_form(
        request, form, title=_("Reverse an entry (訂正仕訳)"), eyebrow=year,
        text=_("%(kind)s, %(amount)s yen, %(day)s: the whole entry is undone. Both lines stay.") % entered,
        submit=_("Reverse"), back=_back(pk),
    )  # fmt: skip


def _open(year: ProjectYear, request) -> list:
    return [one for one in owed(year, today=request.today) if one.is_fixed and one.open_yen]


def _refusal(open_ones: list) -> str:
    if open_ones:
        return ""
    return _("Nothing is open now. A charge is fixed once all that has to come back is recorded.")


def _back(pk: int) -> str:
    return f"{reverse('casework:case-part', args=[pk, MONEY.code])}#charges"
