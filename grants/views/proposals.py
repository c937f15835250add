"""Writing a proposal: drafting, pledging, sharing, printing, and the talks with a department."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from accounts.numbers_named import key_in
from accounts.permissions import require
from casework import representatives
from casework.calendar import japan_date
from casework.draft_pages import write
from casework.models import Case
from casework.parties import is_held
from casework.typesetting import typeset
from grants import printing, services
from grants.case_panels import filing, supplement_asked
from grants.changes import LABELS, changes, lines_of
from grants.forms.drafts import DraftForms
from grants.forms.projects import MatchingNoteForm, PledgeForm, TermsForm
from grants.models import Proposal
from grants.parameters import rules_in_words

from . import attempt, done, show_form
from .may_pay import may_pay, parts

form_page = require_http_methods(["GET", "HEAD", "POST"])


def visible_proposal(request, pk: int) -> Proposal:
    found = Proposal.objects.visible_to(request.user).with_parties()
    return get_object_or_404(found.select_related("round__edition"), pk=pk)


def _to_case(proposal) -> HttpResponse:
    return redirect("casework:case", pk=proposal.pk)


# Drafting


@login_required
@form_page
def proposal_edit(request, pk):
    """Write a proposal. The same address saves by button and by itself."""
    proposal = visible_proposal(request, pk)
    if not services.may_edit(proposal, request.user):
        return _filed_already(request, proposal)
    return write(
        request, proposal,
        read=partial(DraftForms, today=request.today),
        save=lambda draft: services.save_draft(
            proposal, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, proposal),
        saved=_("The draft is saved."),
        parts=parts,
    )  # fmt: skip


def _filed_already(request, proposal: Proposal) -> HttpResponse:
    """Lead a group that follows an old link to its case.

    :raises PermissionDenied: for everyone else, and for what saves by itself.
    """
    own = request.user.has_perm("grants.edit_proposal", proposal)
    if not own or proposal.filed_at is None or request.headers.get("X-Autosave"):
        raise PermissionDenied("grants.edit_proposal")
    messages.info(request, _("It is filed and cannot be written any more."))
    return _to_case(proposal)


def _edit_page(request, proposal: Proposal, draft: DraftForms, status: int) -> HttpResponse:
    context = {
        "proposal": proposal,
        "call": proposal.round,
        "is_open": proposal.round.is_open(request.now),
        "filing": filing(proposal, request),
        "asked": supplement_asked(proposal),
        "draft": draft,
        "rules": [rule for rule in rules_in_words(proposal.round.frozen_rules, public=True)
                  if rule.name in ("cap_yen", "cap_yen_second_adoption", "cap_total_yen")],
        **may_pay(proposal, draft.budget),
    }  # fmt: skip
    return render(request, "grants/proposal_edit.html", context, status=status)


@login_required
@form_page
def proposal_pledge(request, pk):
    """Accept the pledges (誓約事項) by name."""
    proposal = visible_proposal(request, pk)
    if not services.may_edit(proposal, request.user):
        raise PermissionDenied("grants.edit_proposal")
    name = "" if proposal.received_on else request.user.name
    form = PledgeForm(request.POST or None, initial={"name": name})
    if done(form, lambda: _pledge(request, proposal, form)):
        messages.success(request, _("The pledges are accepted."))
        return _to_case(proposal)
    pledges = (proposal.rules.text("pledges") or "").splitlines()
    context = {
        "proposal": proposal,
        "form": form,
        "pledges": [line.strip() for line in pledges if line.strip()],
        "source": proposal.rules.source("pledges"),
    }
    status = 422 if form.errors else 200
    return render(request, "grants/pledge.html", context, status=status)


def _pledge(request, proposal: Proposal, form: PledgeForm) -> None:
    services.pledge(proposal, name=form.cleaned_data["name"], by=request.user, at=request.now)


@login_required
@require_POST
def proposal_share(request, pk):
    """Share a draft with the coordinators, if there are any; with nobody, say so and share nothing."""
    proposal = visible_proposal(request, pk)
    require(request.user, "grants.write", proposal)
    if not is_held(Role.COORDINATOR, day=request.today):
        messages.error(request, _("Nothing was shared: there is no coordinator yet."))
        return _to_case(proposal)
    services.share_with_coordinators(proposal, by=request.user, at=request.now)
    messages.success(request, _("The coordinators can read the draft now."))
    return _to_case(proposal)


# On paper


@login_required
@require_safe
def proposal_print(request, pk):
    """The proposal as it stands, to be printed by the browser."""
    proposal = visible_proposal(request, pk)
    context = {"proposal": proposal, **printing.content(proposal)}
    return render(request, "grants/proposal_print.html", context)


@login_required
@require_safe
def proposal_pdf(request, pk):
    """The proposal as it stands as a PDF; marked as a draft until it is filed."""
    proposal = visible_proposal(request, pk)
    pdf = typeset("proposal", printing.sheet(proposal, today=japan_date(request.now)))
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"proposal-{proposal.number or proposal.pk}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@login_required
@require_safe
def version(request, pk, number):
    """One filed version, and what changed since the one before."""
    seen = Case.objects.visible_to(request.user).filter(kind__in=("proposal", "project_year"))
    case = get_object_or_404(seen, pk=pk)
    found = case.versions.filter(number__in=(number - 1, number)).select_related("by")
    versions = {row.number: row for row in found}
    shown = versions.get(number) or get_object_or_404(case.versions, number=number)
    before = versions.get(number - 1)
    context = {
        "case": case,
        "version": shown,
        "representative": representatives.read_of_version(
            case, shown.content, by=request.user, at=request.now
        ),
        "before": before,
        "changes": changes(before.content, shown.content) if before else [],
        "parts": [(label, lines_of(name, shown.content)) for name, label in LABELS.items()],
    }
    return render(request, "grants/version.html", context)


# With a department


@login_required
@require_POST
def matching_note(request, pk):
    proposal = visible_proposal(request, pk)
    if not request.user.has_perm("grants.match", proposal):
        raise PermissionDenied("grants.match")
    form = MatchingNoteForm(request.POST)
    if form.is_valid():
        services.note_matching(proposal, **form.cleaned_data, by=request.user, at=request.now)
        messages.success(request, _("The note is kept."))
    else:
        messages.error(request, _("Write the note first."))
    return _to_case(proposal)


@login_required
@form_page
def terms_new(request, pk):
    """Write a new version of the roles and costs (事前調整)."""
    proposal = visible_proposal(request, pk)
    if not services.may_propose_terms(proposal, request.user):
        raise PermissionDenied("grants.propose_terms")
    form = TermsForm(request.POST or None, initial=services.terms_to_begin_with(proposal))
    if done(form, lambda: _propose_terms(request, proposal, form)):
        messages.success(request, _("Roles and costs are there for both sides to accept."))
        return _to_case(proposal)
    return show_form(
        request, form, title=_("Propose roles and costs"), eyebrow=proposal,
        text=_("What was accepted before counts no more; both sides accept the new version.")
        if proposal.terms.exists()
        else _("Both sides accept what you write here, or propose another version."),
        submit=_("Propose"), back=reverse("casework:case", args=[pk]),
    )  # fmt: skip


def _propose_terms(request, proposal: Proposal, form: TermsForm) -> None:
    services.propose_terms(proposal, **form.cleaned_data, by=request.user, at=request.now)


@login_required
@require_POST
def terms_accept(request, pk):
    """Accept the terms for one's own side; the version that was read must still stand."""
    proposal = visible_proposal(request, pk)
    read = request.POST.get("version", "")
    attempt(
        request,
        lambda: services.accept_terms(
            proposal, side=request.POST.get("side", ""), version=key_in(read) or 0,
            by=request.user, at=request.now,
        ),
        _("Your side has accepted."),
    )  # fmt: skip
    return _to_case(proposal)


@login_required
@require_safe
def matching_list(request):
    """For a department: the proposals that wait for it, or that it talks about."""
    if not request.user.duties.departments and not request.user.duties.holds("office"):
        raise PermissionDenied("grants.match")
    states = ("matching", "matched", "coordinating")
    found = Proposal.objects.visible_to(request.user).filter(state__in=states).with_parties()
    return render(
        request, "grants/matching_list.html", {"proposals": found.order_by("state", "pk")}
    )
