"""Invitations: sent, taken back, and the page where their link leads."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import forms, services
from accounts.models import Invitation, Organization
from accounts.views.pages import a_group, ask, attempt, form_page, go_to, page_of, say, show_link


@form_page
@page_of(a_group, "accounts.manage_members")
def member_invite(request, organization):
    return ask(
        request,
        forms.InviteForm(request.POST or None),
        partial(services.invite, organization),
        partial(_invited, request, organization),
        title=_("Invite a member"),
        submit=_("Invite"),
        back=reverse("accounts:member-list", args=[organization.pk]),
    )


@form_page
@page_of(a_group, "accounts.confirm_organization")
def organization_restore(request, organization):
    return ask(
        request,
        forms.RestoreForm(request.POST or None),
        partial(services.restore_access, organization),
        partial(_invited, request, organization),
        title=_("Restore access to %(group)s") % {"group": organization},
        text=_("Use this when nobody who can log in is left in the group."),
        submit=_("Invite the new owner"),
        back=reverse("accounts:member-list", args=[organization.pk]),
    )


def _invited(request, organization: Organization, made: tuple[Invitation, str]) -> HttpResponse:
    if settings.EMAIL_URL_SET:
        return say(request, _("The invitation is on its way."), "member-list", organization.pk)
    # Nobody without a log-in could read it in the mailbox page, so the inviter hands it over.
    _invitation, token = made
    return show_link(
        request,
        services.invitation_link(token),
        title=_("Invitation to join %(group)s") % {"group": organization},
        text=_("Give this link to the person you invited. It works once, for 14 days."),
        back=reverse("accounts:member-list", args=[organization.pk]),
    )


@require_POST
@page_of(a_group, "accounts.manage_members")
def invitation_revoke(request, organization, invitation_pk):
    invitation = get_object_or_404(organization.invitation_set, pk=invitation_pk)
    act = partial(services.revoke_invitation, invitation)
    attempt(request, act, _("The invitation is cancelled."))
    return go_to("member-list", organization.pk)


@form_page
@never_cache
def invitation(request, token):
    """Where the link of an invitation leads: its reader need not have a log-in yet."""
    found = services.find_invitation(token)
    if found is None:
        raise Http404
    if request.method == "POST" and request.user.is_authenticated:
        return _accept(request, token, found.organization)
    user = request.user
    context = {
        "invitation": found,
        "is_open": found.is_open(request.now),
        "is_theirs": user.is_authenticated and user.email.lower() == found.email,
    }
    return render(request, "accounts/invitation.html", context)


def _accept(request, token: str, organization: Organization) -> HttpResponse:
    try:
        services.accept_invitation(token=token, by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return go_to("invitation", token)
    words = _("Welcome to %(group)s.") % {"group": organization}
    return say(request, words, "organization-detail", organization.pk)
