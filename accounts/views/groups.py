"""Groups: found, registered, described, confirmed, merged."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import forms, services
from accounts.likeness import likely_same
from accounts.models import Organization
from accounts.views.pages import (
    PAGE_SIZE,
    a_group,
    ask,
    attempt,
    form_page,
    go_to,
    page_in,
    page_of,
    say,
)


@login_required
@require_safe
def organization_list(request):
    words = request.GET.get("q", "")
    unconfirmed = request.GET.get("unconfirmed") == "1"
    found = Organization.objects.visible_to(request.user).standing().named_like(words)
    if unconfirmed:
        found = found.unconfirmed()
    context = {
        "page": page_in(found.order_by("name_key", "pk"), request),
        "words": words,
        "unconfirmed": unconfirmed,
        "sees_all": request.user.duties.holds(*found.READERS),
    }
    return render(request, "accounts/organization_list.html", context)


@login_required
@form_page
def organization_new(request):
    return ask(
        request,
        forms.NewOrganizationForm(request.POST or None),
        services.register_organization,
        lambda organization: go_to("organization-edit", organization.pk),
        title=_("Register a group"),
        text=_("You become its owner. The office then confirms that it is your group."),
        submit=_("Register"),
        back=reverse("accounts:organization-list"),
    )


@login_required
@require_safe
def organization_detail(request, pk):
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    if organization.merged_into_id:
        return go_to("organization-detail", organization.merged_into_id)
    may = partial(request.user.has_perm, obj=organization)
    facts = _facts(organization)
    context = {
        "organization": organization,
        "facts": facts,
        "former_names": organization.former_names.splitlines(),
        "unset": sum(value in (None, "") for _label, value, _type in facts),
        "sees_people": may("accounts.see_people"),
        "edits": may("accounts.edit_organization"),
        "confirms": may("accounts.confirm_organization"),
        "belongs": pk in request.user.duties.organizations,
    }
    return render(request, "accounts/organization_detail.html", context)


def _facts(organization: Organization) -> list[tuple[str, object, str]]:
    """Return what is known about a group: label, value, type of field; in the order of its form."""
    names = [name for name in forms.OrganizationForm.Meta.fields if name != "name"]
    fields = [organization._meta.get_field(name) for name in names]
    return [
        (field.verbose_name, getattr(organization, field.name), field.get_internal_type())
        for field in fields
    ]


@form_page
@page_of(a_group, "accounts.edit_organization")
def organization_edit(request, organization):
    form = forms.OrganizationForm(request.POST or None, instance=organization)

    def save(*, by, at, **_answers):  # which the form has put on the group already
        services.edit_organization(organization, fields=form.changed_data, by=by, at=at)

    return ask(
        request,
        form,
        save,
        lambda _done: say(request, _("Saved."), "organization-detail", organization.pk),
        title=_("Facts about the group"),
        text=_("What you do not know yet may stay empty; it is then shown as not set."),
        submit=_("Save"),
        back=reverse("accounts:organization-detail", args=[organization.pk]),
    )


@form_page
@page_of(a_group, "accounts.confirm_organization")
def organization_confirm(request, organization):
    if request.method == "POST":
        act = partial(services.confirm_organization, organization)
        attempt(request, act, _("The group is confirmed."))
        return go_to("organization-detail", organization.pk)
    context = {
        "organization": organization,
        "facts": _facts(organization),
        "likely": _likely_duplicates(organization),
    }
    return render(request, "accounts/organization_confirm.html", context)


def _likely_duplicates(organization: Organization) -> list[Organization]:
    others = Organization.objects.standing().exclude(pk=organization.pk)
    alike = likely_same(organization.name, others.values_list("pk", "name"))
    if organization.corporate_number:
        same_number = others.filter(corporate_number=organization.corporate_number)
        alike = [*same_number.values_list("pk", flat=True), *alike]
    return sorted(others.filter(pk__in=alike), key=lambda other: alike.index(other.pk))


@form_page
@page_of(a_group, "accounts.confirm_organization")
def organization_merge(request, organization):
    others = Organization.objects.standing().exclude(pk=organization.pk)
    words = request.GET.get("q", "")
    found = others.named_like(words).order_by("name_key", "pk")[:PAGE_SIZE] if words else []
    shown = list(dict.fromkeys([*_likely_duplicates(organization), *found]))
    into = request.GET.get("into", "")
    form = forms.MergeForm(
        request.POST or None, shown=shown, allowed=others, initial={"into": into}
    )
    return ask(
        request,
        form,
        lambda into, sure, **deed: services.merge_organizations(organization, into=into, **deed),
        lambda kept: say(request, _("The groups are merged."), "organization-detail", kept.pk),
        template="accounts/organization_merge.html",
        organization=organization,
        words=words,
        shown=shown,
    )
