"""One fiscal year of a project: the application, the agreement, the money."""

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
from grants import agreements, services
from grants.case_panels import supplement_asked
from grants.forms.projects import RepaymentForm, ReversalForm, SignatureForm, StrikeForm, YearDraft
from grants.limits import limits_in_words, lower_city_part
from grants.models import AgreementSignature, LineBase, Payment, ProjectYear

from . import done, show_form
from .may_pay import may_pay, parts

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
        read=lambda year, data=None: YearDraft(year, data, lines=lines_to_begin_with(year)),
        save=lambda draft: services.save_year(
            year, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, year),
        saved=_("The application is saved."),
        parts=parts,
    )  # fmt: skip


def _edit_page(request, year: ProjectYear, draft: YearDraft, status: int) -> HttpResponse:
    context = {
        "year": year,
        "draft": draft,
        "asked": supplement_asked(year),
        "first": first_day(year.fiscal_year),
        "last": last_day(year.fiscal_year),
        "limits": limits_in_words(year),
        **may_pay(year, draft.budget),
    }
    return render(request, "grants/year_edit.html", context, status=status)


def lines_to_begin_with(year: ProjectYear) -> list[LineBase]:
    """Return the year's own lines, or those of the year before, or those of the proposal.

    Once it was saved only its own, so that a budget emptied on purpose stays empty.
    """
    own = list(year.budget_lines.order_by("pk"))
    if own or year.edit_number:
        return own
    before = year.earlier_years().order_by("-position").first()
    lines = list((before or year.proposal).budget_lines.order_by("pk"))
    return lower_city_part(lines, year.proposal.assessed_yen)


@login_required
@form_page
def payment_new(request, pk):
    """Record money that came back; what goes out is paid on a claim."""
    year = visible_year(request, pk)
    require(request.user, "grants.record_payment", year)
    owed = -year.balance_yen if year.balance_yen < 0 else None
    form = RepaymentForm(
        request.POST or None, initial={"paid_on": request.today, "amount_yen": owed}
    )
    if done(form, lambda: _record_repayment(request, year, form)):
        messages.success(request, _("The repayment is recorded."))
        return redirect("casework:case", pk=pk)
    return show_form(
        request, form, title=_("Record a repayment (返還)"), eyebrow=year,
        text=_to_come_back(owed) + _(
            "Lines of the ledger are only added, never changed. "
            "A wrong one is reversed by another line."
        ),
        submit=_("Record"), back=reverse("casework:case", args=[pk]),
    )  # fmt: skip


def _to_come_back(owed: int | None) -> str:
    if not owed:
        return ""
    words = _("%(amount)s yen have to come back. Where less has come, enter what came.")
    return words % {"amount": f"{owed:,}"} + " "


def _record_repayment(request, year: ProjectYear, form: RepaymentForm) -> None:
    services.record_repayment(year, **form.cleaned_data, by=request.user, at=request.now)


@login_required
@form_page
def payment_reverse(request, pk, payment):
    """Undo a line of the ledger that was entered by mistake, with the reason."""
    year = visible_year(request, pk)
    found = get_object_or_404(year.payments, pk=payment)
    require(request.user, "grants.record_payment", year)
    form = ReversalForm(request.POST or None, initial={"paid_on": request.today})
    if done(form, lambda: _reverse_payment(request, found, form)):
        messages.success(
            request, _("The entry is reversed. Enter what was right, if anything was.")
        )
        return redirect("casework:case", pk=pk)
    entry = {
        "kind": found.get_kind_display(),
        "amount": f"{found.amount_yen:,}",
        "day": found.paid_on.isoformat(),
    }
    return show_form(
        request, form, title=_("Reverse an entry (訂正仕訳)"), eyebrow=year,
        text=_("%(kind)s, %(amount)s yen, %(day)s: the whole entry is undone. Both lines stay.") % entry,
        submit=_("Reverse"), back=reverse("casework:case", args=[pk]),
    )  # fmt: skip


def _reverse_payment(request, payment: Payment, form: ReversalForm) -> None:
    services.reverse_payment(payment, **form.cleaned_data, by=request.user, at=request.now)


@login_required
@form_page
def agreement_sign(request, pk):
    """Sign the yearly agreement for one's own party, or enter what was signed on paper."""
    year = visible_year(request, pk)
    parties = agreements.signable_by(request.user, year)
    if not parties:
        raise PermissionDenied("grants.sign_agreement")
    on_paper = request.user.has_perm("grants.handle", year)
    form = SignatureForm(
        request.POST or None, parties=parties, may_date=on_paper, today=request.today
    )
    if done(form, lambda: _sign(request, year, form)):
        messages.success(request, _("The signature is recorded."))
        return redirect("casework:case", pk=pk)
    return show_form(
        request, form, title=_("Yearly agreement (年度協定書)"), eyebrow=year,
        text=_("Enter who signed the agreement, and the day under the signature.")
        if on_paper
        else _("Read the agreement first. Your signature is dated today."),
        links=_the_agreement(year),
        submit=_("Record the signature") if on_paper else _("Sign"),
        back=reverse("casework:case", args=[pk]),
    )  # fmt: skip


def _the_agreement(year: ProjectYear) -> list[tuple[str, str]]:
    """Return a link to the letter that is signed, if it is here."""
    key = agreements.letters_of(year).values_list("key", flat=True).first()
    return [(_("Read the agreement (PDF)"), reverse("casework:letter", args=[key]))] if key else []


def _sign(request, year: ProjectYear, form: SignatureForm) -> None:
    agreements.sign_agreement(year, **form.signature(), by=request.user, at=request.now)


@login_required
@form_page
def signature_strike(request, pk, signature):
    """Strike out a signature that was recorded by mistake, with the reason."""
    year = visible_year(request, pk)
    found = get_object_or_404(year.signatures.filter(struck_at=None), pk=signature)
    require(request.user, "grants.handle", year)
    form = StrikeForm(request.POST or None)
    if done(form, lambda: _strike(request, found, form)):
        messages.success(request, _("The signature is struck out."))
        return redirect("casework:case", pk=pk)
    return show_form(
        request, form, title=_("Strike out a signature"), eyebrow=year,
        text=_("The party can then sign anew. Until then no money is paid out."),
        submit=_("Strike out"), back=reverse("casework:case", args=[pk]),
    )  # fmt: skip


def _strike(request, signature: AgreementSignature, form: StrikeForm) -> None:
    agreements.strike_signature(signature, **form.cleaned_data, by=request.user, at=request.now)
