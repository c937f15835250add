"""The partners' part in a report: they are asked, they write it, or the department types it in."""

from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from casework.draft_pages import write
from casework.forms import DateInput
from casework.views.answers import done
from reporting import partner_parts
from reporting.models import CollaborationReport, PartnerPart
from reporting.part_form import PartDraft, report_for_partner


class AskPartnersForm(forms.Form):
    """By when the partners answer."""

    due_on = forms.DateField(
        label=gettext_lazy("Due"), required=False, widget=DateInput(),
        help_text=gettext_lazy(
            "For the partners that are registered here. If it is empty, the due date shows as not set."
        ),
    )  # fmt: skip


def _report(request, pk: int) -> CollaborationReport:
    return get_object_or_404(CollaborationReport.objects.visible_to(request.user), pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def ask_partners(request, pk):
    """Ask the partners of a report for their view."""
    report = _report(request, pk)
    if not request.user.has_perm("reporting.ask_partners", report):
        raise PermissionDenied("reporting.ask_partners")
    form = AskPartnersForm(request.POST or None)
    if request.method == "POST" and done(form, lambda: _ask(request, report, form)):
        return redirect("casework:case", pk=pk)
    partners = list(report.partners.select_related("organization", "part").order_by("pk"))
    context = {
        "case": report,
        "form": form,
        "partners": partners,
        "reached": partner_parts.groups_reached(partners, request.today),
        "why_not": partner_parts.why_nobody_is_asked(report, partners),
    }
    return render(
        request, "reporting/ask_partners.html", context, status=422 if form.errors else 200
    )


def _ask(request, report: CollaborationReport, form: AskPartnersForm) -> None:
    asked = partner_parts.ask_partners(report, **form.cleaned_data, by=request.user, at=request.now)
    words = ngettext("%(count)d partner is asked.", "%(count)d partners are asked.", len(asked))
    messages.success(request, words % {"count": len(asked)})


@login_required
@require_POST
def fix_scores(request, pk):
    """Give the department's scores for good."""
    report = _report(request, pk)
    try:
        partner_parts.fix_scores(report, by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Your scores are given. They do not change any more."))
    return redirect("casework:case", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def part_edit(request, pk):
    """Write the view of a partner. The same address saves by button and by itself."""
    found = PartnerPart.objects.visible_to(request.user)
    found = found.select_related("report__report_form", "report__department", "partner")
    part = get_object_or_404(found, pk=pk)
    if not partner_parts.may_edit_part(part, request.user):
        raise PermissionDenied("reporting.write_part")
    return write(
        request, part,
        read=PartDraft,
        save=lambda draft: partner_parts.save_part(
            part, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, part),
        saved=_("Saved. Your view is not given yet."),
    )  # fmt: skip


def _edit_page(request, part: PartnerPart, draft: PartDraft, status: int) -> HttpResponse:
    scale = part.report.report_form.scale
    context = {
        "case": part,
        "draft": draft,
        "text": report_for_partner(part),
        "is_heard": not request.user.duties.edits(part.organization_id),
        "is_candidate": any(word.is_candidate for word in scale.values()),
    }
    return render(request, "reporting/part_edit.html", context, status=status)
