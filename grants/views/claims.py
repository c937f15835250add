"""Claims: written by the group, paid by accounting; the bank account; the list for accounting."""

from functools import partial

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.days_named import day_in
from accounts.models import Organization
from accounts.numbers_named import key_in
from accounts.permissions import owns_organization, require
from casework.draft_pages import write
from casework.errors import NotPossible
from casework.notice_words import in_words as day_in_words
from casework.typesetting import typeset
from grants import accounting, city_settings, printing, services
from grants.forms.bank import ACCOUNT_KINDS, BankAccountForm
from grants.forms.claims import ClaimDraft, ColumnFormSet
from grants.forms.projects import PaymentForm
from grants.models import BankAccount, Claim, Payment

from . import attempt, done, page_of, show_form
from .years import visible_year

form_page = require_http_methods(["GET", "HEAD", "POST"])


def visible_claim(request, pk: int) -> Claim:
    found = Claim.objects.visible_to(request.user).select_related(
        "organization", "bank_account", "project_year__proposal__round__edition"
    )
    return get_object_or_404(found, pk=pk)


@login_required
@require_POST
def claim_start(request, pk):
    """Begin a claim of the kind that was chosen, and go on to write it."""
    year = visible_year(request, pk)
    require(request.user, "grants.write", year)
    kind = request.POST.get("kind", "")
    if kind not in Claim.Kind.values:
        raise Http404(kind)
    begun: list[Claim] = []

    def begin() -> None:
        begun.append(services.start_claim(year, kind=kind, by=request.user, at=request.now))

    attempt(request, begin, _("The claim is begun. It is not sent yet."))
    return redirect("grants:claim-edit", pk=begun[0].pk) if begun else redirect(_claims_of(pk))


def _claims_of(pk: int) -> str:
    return f"{reverse('casework:case-part', args=[pk, 'money'])}#claims"


@login_required
@form_page
def claim_edit(request, pk):
    """Write a claim. The same address saves by button and by itself."""
    claim = visible_claim(request, pk)
    if not services.may_edit_on_year(claim, request.user):
        raise PermissionDenied("grants.write")
    return write(
        request, claim,
        read=ClaimDraft,
        save=lambda draft: services.save_claim(
            claim, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, claim),
        saved=_("The claim is saved."),
    )  # fmt: skip


def _edit_page(request, claim: Claim, draft: ClaimDraft, status: int) -> HttpResponse:
    context = {
        "claim": claim,
        "year": claim.project_year,
        "room": claim.room,
        "draft": draft,
        "account": current_account(claim.organization_id),
        "may_enter": request.user.has_perm("grants.enter_bank_account", claim.organization),
    }
    return render(request, "grants/claim_edit.html", context, status=status)


@login_required
@require_safe
def claim_pdf(request, pk):
    """The claim as a PDF (請求書), to be kept, or to be signed and handed in on paper."""
    claim = visible_claim(request, pk)
    pdf = typeset("claim", printing.claim_sheet(claim, today=request.today))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="claim-{claim.number or claim.pk}.pdf"'
    return response


# Accounting


@login_required
@form_page
def claim_pay(request, pk):
    """Record that an accepted claim was paid."""
    claim = visible_claim(request, pk)
    require(request.user, "grants.record_payment", claim.project_year)
    if request.method != "POST" and (paid := _standing_payment(claim)):
        messages.info(
            request, _("This claim was paid on %(day)s.") % {"day": day_in_words(paid.paid_on)}
        )
        return redirect("casework:case", pk=pk)
    form = PaymentForm(request.POST or None, initial={"paid_on": request.today})
    if done(form, lambda: _pay(request, claim, form)):
        messages.success(request, _("The payment is recorded."))
        return redirect("casework:case", pk=pk)
    told = {"amount": f"{claim.amount_yen:,}", "group": claim.organization}
    return show_form(
        request, form, title=_("Record a payment"), eyebrow=claim,
        text=_("%(amount)s yen to %(group)s. Enter the day and the document of the payment.") % told,
        submit=_("Record"), back=reverse("casework:case", args=[pk]),
    )  # fmt: skip


def _standing_payment(claim: Claim) -> Payment | None:
    return claim.payments.filter(of=None, reversal=None).order_by("-pk").first()


def _pay(request, claim: Claim, form: PaymentForm) -> None:
    services.pay_claim(claim, **form.cleaned_data, by=request.user, at=request.now)


@login_required
@require_safe
@sensitive_variables()
def claim_account(request, pk):
    """The bank account on which a claim is paid; that it was read is written down."""
    claim = visible_claim(request, pk)
    require(request.user, "grants.read_bank_account")
    try:
        account = services.read_account(claim, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, error.why)
        return redirect("casework:case", pk=pk)
    context = {"claim": claim, "account": account, "kind": ACCOUNT_KINDS[account.account_kind]}
    response = render(request, "grants/claim_account.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def claim_list(request):
    """The claims that accounting pays, by date, with the file for the accounting system."""
    require(request.user, "grants.read_payments")
    form = accounting.filter_form(request.GET, request.user)
    found = accounting.claims_for(request.user, accounting.Asked.of(form))
    sums = _sums(found)
    context = {
        "form": form,
        "page": page_of(request, found),
        "total_yen": sums["total_yen"],
        "may_export": rules.has_perm("grants.export_payments", request.user),
        "may_pay": rules.has_perm("grants.record_payment", request.user),
        "columns": accounting.columns(),
        "encodings": list(accounting.ENCODINGS.items()),
        "transfer": _transfer(found, sums)
        if request.user.has_perm("grants.export_payments")
        else None,
        "today": request.today,
    }
    return render(request, "grants/claim_list.html", context)


#: How many claims the part about the bank names of each sort; of the others it says how many.
NAMED = 10


def _sums(found) -> dict[str, int]:
    """Return what the list comes to, and what of it a bank transfer would pay, in one query."""
    to_transfer = accounting.TO_TRANSFER
    again = to_transfer & Q(in_a_file=True)
    return accounting.with_files(found.order_by()).aggregate(
        total_yen=Coalesce(Sum("amount_yen"), 0),
        number=Count("pk", filter=to_transfer),
        yen=Coalesce(Sum("amount_yen", filter=to_transfer), 0),
        again=Count("pk", filter=again),
        without=Count("pk", filter=accounting.WITHOUT_ACCOUNT),
    )


def _transfer(found, sums: dict[str, int]) -> dict:
    """What a bank transfer of the list would pay, and what is missing before there can be a file."""
    found = accounting.with_files(found)
    return {
        "number": sums["number"], "yen": sums["yen"], "missing": city_settings.payer()[2],
        "again": _named(found.filter(accounting.TO_TRANSFER, in_a_file=True), sums["again"]),
        "without": _named(found.filter(accounting.WITHOUT_ACCOUNT), sums["without"]),
    }  # fmt: skip


def _named(claims, count: int) -> dict:
    """Return the first of ``count`` claims, and how many there are besides."""
    return {"rows": list(claims[:NAMED]) if count else [], "more": max(count - NAMED, 0)}


@login_required
@require_safe
@sensitive_variables()
def bank_file(request):
    """The list as a bank takes it (全銀 総合振込), bank accounts included; whole, or not at all."""
    require(request.user, "grants.export_payments")
    on = day_in(request.GET.get("on")) or request.today
    asked = accounting.Asked.of(accounting.filter_form(request.GET, request.user))
    claims = list(accounting.claims_for(request.user, asked).filter(accounting.TO_TRANSFER))
    try:
        made = accounting.bank_file(claims, on=on, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, error.why)
        return redirect("grants:claims")
    response = HttpResponse(made, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="transfers-{on:%Y%m%d}.txt"'
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
@sensitive_variables()
def claims_csv(request):
    """The list as the accounting system reads it, bank accounts included; whole, or not at all."""
    require(request.user, "grants.export_payments")
    encoding = request.GET.get("encoding", "utf-8")
    if encoding not in accounting.ENCODINGS:
        raise Http404(encoding)
    wanted = accounting.columns()
    if not wanted:
        messages.error(request, _("Enter first which columns your accounting system wants."))
        return redirect("grants:accounting-columns")
    asked = accounting.Asked.of(accounting.filter_form(request.GET, request.user))
    found = accounting.claims_for(request.user, asked)
    try:
        taken = accounting.take_out(found, wanted, encoding, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, error.why)
        return redirect("grants:claims")
    if not isinstance(taken, bytes):
        context = {"faults": taken, "encoding": accounting.ENCODINGS[encoding]}
        return render(request, "grants/claims_not_written.html", context, status=422)
    charset = {"utf-8": "utf-8", "cp932": "shift_jis"}[encoding]
    response = HttpResponse(taken, content_type=f"text/csv; charset={charset}")
    response["Content-Disposition"] = 'attachment; filename="payments.csv"'
    response["Cache-Control"] = "no-store"
    return response


@login_required
@form_page
def accounting_columns(request):
    """The columns that the city's accounting system wants; none until somebody enters them."""
    require(request.user, "grants.export_payments")
    names = ("header", "content", "fixed_text")
    saved = [{name: getattr(row, name) for name in names} for row in accounting.columns()]
    formset = ColumnFormSet(request.POST or None, prefix="columns", initial=saved)
    if request.method == "POST" and formset.is_valid():
        accounting.save_columns(formset.columns(), by=request.user, at=request.now)
        messages.success(request, _("The columns are saved."))
        return redirect("grants:accounting-columns")
    context = {"formset": formset, "changed": accounting.last_change()}
    status = 422 if request.method == "POST" else 200
    return render(request, "grants/accounting_columns.html", context, status=status)


# The bank account of a group


def current_account(organization_id: int | None) -> BankAccount | None:
    found = BankAccount.objects.current().filter(organization=organization_id)
    return found.select_related("by").first()


@login_required
@form_page
@sensitive_post_parameters()
@sensitive_variables()
def bank_account(request, pk):
    """Register the account of a group, in the place of the one so far, which is not shown again."""
    group = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(request.user, "grants.enter_bank_account", group)
    is_own = owns_organization(request.user, group)
    claim = _claim_it_is_for(request, group)
    form = BankAccountForm(request.POST or None, is_own=is_own)
    if done(form, lambda: _register(request, group, form)):
        words = _("The bank account is registered.")
        ends = _("The account number ends in %(masked)s.") % {"masked": form.masked}
        messages.success(request, f"{words} {ends}" if is_own else words)
        back = ("casework:case", claim.pk) if claim else ("grants:bank-account", pk)
        return redirect(back[0], pk=back[1])
    entered = BankAccount.objects.filter(organization=pk).select_related("by").order_by("-pk")
    context = {
        "organization": group, "form": form, "account": current_account(pk), "is_own": is_own,
        "entered": entered, "claim": claim,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "grants/bank_account.html", context, status=status)


def _register(request, group: Organization, form: BankAccountForm) -> None:
    services.register_account(
        group, form.account(), document=form.cleaned_data.get("document", ""),
        by=request.user, at=request.now,
    )  # fmt: skip


def _claim_it_is_for(request, group: Organization) -> Claim | None:
    """Return the claim from which somebody came to enter the account; it leads back there."""
    key = key_in(request.GET.get("claim", ""))
    found = Claim.objects.visible_to(request.user).filter(organization=group, pk=key)
    return found.first() if key is not None else None
