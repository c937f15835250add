"""Who represents a group on which day: told by the group, noted by the office."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import services
from accounts.days_named import day_in
from accounts.forms import RepresentativeForm
from accounts.models import Organization
from accounts.permissions import require
from accounts.views.pages import a_group, form_page, page_of
from casework import city, representatives
from casework.errors import NotPossible


@form_page
@page_of(a_group, "accounts.see_people")
def representative(request, organization):
    """Who represents the group and when; the group tells a change here (代表者変更届)."""
    edits = request.user.has_perm("accounts.edit_organization", organization)
    if request.method == "POST":
        require(request.user, "accounts.edit_organization", organization)
    form = RepresentativeForm(request.POST or None, organization=organization, today=request.today)
    if form.is_valid() and _change(request, organization, form):
        messages.success(request, _("The change is told. Letters follow it from its day on."))
        return redirect("casework:representative", pk=organization.pk)
    status = 422 if form.errors else 200
    context = {**_shown(request, organization), "form": form, "edits": edits}
    return render(request, "casework/representative.html", context, status=status)


def _change(request, organization: Organization, form: RepresentativeForm) -> bool:
    act = partial(services.change_representative, organization, **form.cleaned_data)
    try:
        act(by=request.user, at=request.now)
    except ValidationError as refusal:
        form.add_error(None, " ".join(refusal.messages))
        return False
    return True


def _shown(request, organization: Organization) -> dict:
    officers = services.read_officers(organization, by=request.user, at=request.now)
    terms = [officer for officer in officers if officer.is_representative]
    paper = city.value("representative_paper")
    choices = dict(city.SETTINGS["representative_paper"].choices)
    return {
        "organization": organization,
        "terms": terms,
        "head": next((officer for officer in terms if officer.is_valid_on(request.today)), None),
        "notices": organization.representative_notices.order_by("-pk"),
        "notes": request.user.has_perm("accounts.confirm_organization", organization),
        "paper_wanted": paper == city.WANTED,
        "paper_words": choices.get(paper, _("not set")),
        "today": request.today,
    }


@require_POST
@page_of(a_group, "accounts.confirm_organization")
def representative_note(request, organization, notice_pk):
    """Note, as the office, what a group told."""
    notice = get_object_or_404(organization.representative_notices, pk=notice_pk)
    paper_on = day_in(request.POST.get("paper_on"))
    try:
        representatives.note(notice, paper_on=paper_on, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, error.why)
    else:
        messages.success(request, _("The change is noted."))
    return redirect("casework:representative", pk=organization.pk)
