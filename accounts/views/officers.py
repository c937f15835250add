"""The officers of a group: listed, added, stepped down."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import forms, services
from accounts.views.pages import a_group, ask, form_page, page_of, say


@require_safe
@page_of(a_group, "accounts.see_people")
def officer_list(request, organization):
    context = {
        "organization": organization,
        "officers": services.read_officers(organization, by=request.user, at=request.now),
        "edits": request.user.has_perm("accounts.edit_organization", organization),
    }
    return render(request, "accounts/officer_list.html", context)


@form_page
@page_of(a_group, "accounts.edit_organization")
def officer_add(request, organization):
    return _ask(
        request,
        organization,
        forms.OfficerForm(
            request.POST or None,
            initial={"valid_from": request.today},
            has_representative=organization.officer_set.representatives().exists(),
        ),
        partial(services.add_officer, organization),
        title=_("Add an officer"),
        submit=_("Add"),
    )


@form_page
@page_of(a_group, "accounts.edit_organization")
def officer_end(request, organization, officer_pk):
    officer = get_object_or_404(organization.officer_set.filter(valid_until=None), pk=officer_pk)
    return _ask(
        request,
        organization,
        forms.LastDayForm(request.POST or None, initial={"last_day": request.today}),
        partial(services.end_officer, officer),
        title=_("End the term of %(officer)s") % {"officer": officer},
        submit=_("Save"),
    )


def _ask(request, organization, form, act, **page):
    return ask(
        request,
        form,
        act,
        lambda _done: say(request, _("Saved."), "officer-list", organization.pk),
        back=reverse("accounts:officer-list", args=[organization.pk]),
        **page,
    )
