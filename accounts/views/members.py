"""Who may log in for a group, and what they may do there."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import forms, services
from accounts.models import Membership, Organization
from accounts.views.pages import a_group, ask, attempt, form_page, go_to, page_of, say


@require_safe
@page_of(a_group, "accounts.see_people")
def member_list(request, organization):
    members = organization.membership_set.valid_on(request.today).select_related("user")
    services.record_reading("members_read", [organization], by=request.user, at=request.now)
    context = {
        "organization": organization,
        "members": members.order_by("user__name", "pk"),
        "invitations": organization.invitation_set.open_at(request.now).order_by("invited_at"),
        "manages": request.user.has_perm("accounts.manage_members", organization),
        "confirms": request.user.has_perm("accounts.confirm_organization", organization),
    }
    return render(request, "accounts/member_list.html", context)


def _member(request, organization: Organization, pk: int) -> Membership:
    members = organization.membership_set.valid_on(request.today)
    return get_object_or_404(members.select_related("user", "organization"), pk=pk)


@form_page
@page_of(a_group, "accounts.manage_members")
def member_edit(request, organization, member_pk):
    membership = _member(request, organization, member_pk)
    return ask(
        request,
        forms.MemberRoleForm(request.POST or None, initial={"role": membership.role}),
        partial(services.change_member_role, membership),
        lambda _done: say(request, _("Saved."), "member-list", organization.pk),
        template="accounts/member_edit.html",
        membership=membership,
    )


@require_POST
@page_of(a_group, "accounts.see_people")
def member_end(request, organization, member_pk):
    membership = _member(request, organization, member_pk)
    attempt(
        request,
        partial(services.end_membership, membership),
        _("%(person)s is no longer a member.") % {"person": membership.user},
    )
    if membership.user == request.user:
        return go_to("organization-list")
    return go_to("member-list", organization.pk)
