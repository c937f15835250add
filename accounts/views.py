"""Pages about groups and people. What you may not see is 404, what you may not do is 403."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import forms, services
from accounts.adapter import set_language
from accounts.likeness import likely_same
from accounts.models import Organization, User
from accounts.permissions import require

PAGE_SIZE = 50

form_page = require_http_methods(["GET", "HEAD", "POST"])


def done(form, act: Callable[[], object]) -> bool:
    """Return whether a valid form's ``act`` went through; a refusal is shown on the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except ValidationError as refusal:
        form.add_error(None, refusal)
    return form.is_valid()


def attempt(request: HttpRequest, act: Callable[[], object], success: str) -> None:
    """Do what a button asks for; a refusal is a message, not an error."""
    try:
        act()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, success)


def show_form(request: HttpRequest, form, **context) -> HttpResponse:
    """Show a page that is one form: title, text, submit (label), back (address)."""
    status = 422 if form.errors else 200
    return render(request, "accounts/form.html", {"form": form, **context}, status=status)


def show_link(request: HttpRequest, link: str, **context) -> HttpResponse:
    """Show a link that lets its reader in, this once: it is stored nowhere."""
    response = render(request, "accounts/link.html", {"link": link, **context})
    response["Cache-Control"] = "no-store"
    return response


def _organization(request: HttpRequest, pk: int) -> Organization:
    return get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)


def _to(name: str, *args) -> HttpResponse:
    return redirect(f"accounts:{name}", *args)


def _standing_organization(request: HttpRequest, pk: int) -> Organization:
    """Return a group that is not merged: on the signpost of a merged one nothing is done."""
    return get_object_or_404(Organization.objects.visible_to(request.user).standing(), pk=pk)


# Groups


@login_required
@require_safe
def organization_list(request):
    words = request.GET.get("q", "")
    unconfirmed = request.GET.get("unconfirmed") == "1"
    found = Organization.objects.visible_to(request.user).standing().named_like(words)
    if unconfirmed:
        found = found.unconfirmed()
    page = Paginator(found.order_by("name_key", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    sees_all = request.user.duties.holds(*Organization.objects.all().READERS)
    context = {"page": page, "words": words, "unconfirmed": unconfirmed, "sees_all": sees_all}
    return render(request, "accounts/organization_list.html", context)


@login_required
@form_page
def organization_new(request):
    form = forms.NewOrganizationForm(request.POST or None)
    if form.is_valid():
        organization = services.register_organization(
            name=form.cleaned_data["name"], by=request.user, at=request.now
        )
        return _to("organization-edit", organization.pk)
    return show_form(
        request,
        form,
        title=_("Register a group"),
        text=_("You become its owner. The office then confirms that it is your group."),
        submit=_("Register"),
        back=reverse("accounts:organization-list"),
    )


@login_required
@require_safe
def organization_detail(request, pk):
    organization = _organization(request, pk)
    if organization.merged_into_id:
        return _to("organization-detail", organization.merged_into_id)
    user = request.user
    context = {
        "organization": organization,
        "facts": _facts(organization),
        "unset": sum(value in (None, "") for _label, value, _type in _facts(organization)),
        "sees_people": user.has_perm("accounts.see_people", organization),
        "edits": user.has_perm("accounts.edit_organization", organization),
        "manages": user.has_perm("accounts.manage_members", organization),
        "confirms": user.has_perm("accounts.confirm_organization", organization),
        "belongs": pk in user.duties.organizations,
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


@login_required
@form_page
def organization_edit(request, pk):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.edit_organization", organization)
    form = forms.OrganizationForm(request.POST or None, instance=organization)
    if form.is_valid():
        services.edit_organization(
            organization, fields=form.changed_data, by=request.user, at=request.now
        )
        messages.success(request, _("Saved."))
        return _to("organization-detail", pk)
    return show_form(
        request,
        form,
        title=_("Facts about the group"),
        text=_("What you do not know yet may stay empty; it is then shown as not set."),
        submit=_("Save"),
        back=reverse("accounts:organization-detail", args=[pk]),
    )


@login_required
@form_page
def organization_confirm(request, pk):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.confirm_organization", organization)
    if request.method == "POST":
        attempt(
            request,
            lambda: services.confirm_organization(organization, by=request.user, at=request.now),
            _("The group is confirmed."),
        )
        return _to("organization-detail", pk)
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


@login_required
@form_page
def organization_merge(request, pk):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.confirm_organization", organization)
    others = Organization.objects.standing().exclude(pk=pk)
    words = request.GET.get("q", "")
    found = others.named_like(words).order_by("name_key", "pk")[:PAGE_SIZE] if words else []
    shown = list(dict.fromkeys([*_likely_duplicates(organization), *found]))
    form = forms.MergeForm(
        request.POST or None,
        shown=shown,
        allowed=others,
        initial={"into": request.GET.get("into", "")},
    )

    def merge():
        services.merge_organizations(
            organization, into=form.cleaned_data["into"], by=request.user, at=request.now
        )

    if done(form, merge):
        messages.success(request, _("The groups are merged."))
        return _to("organization-detail", form.cleaned_data["into"].pk)
    context = {"organization": organization, "form": form, "words": words, "shown": shown}
    status = 422 if form.errors else 200
    return render(request, "accounts/organization_merge.html", context, status=status)


@login_required
@form_page
def organization_restore(request, pk):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.confirm_organization", organization)
    form = forms.RestoreForm(request.POST or None)
    tokens = []

    def restore():
        _invitation, token = services.restore_access(
            organization, **form.cleaned_data, by=request.user, at=request.now
        )
        tokens.append(token)

    if done(form, restore):
        return _invited(request, organization, tokens[0])
    return show_form(
        request,
        form,
        title=_("Restore access to %(group)s") % {"group": organization},
        text=_("Use this when nobody who can log in is left in the group."),
        submit=_("Invite the new owner"),
        back=reverse("accounts:member-list", args=[pk]),
    )


# Officers


@login_required
@require_safe
def officer_list(request, pk):
    organization = _standing_organization(request, pk)
    context = {
        "organization": organization,
        "officers": services.read_officers(organization, by=request.user, at=request.now),
        "edits": request.user.has_perm("accounts.edit_organization", organization),
        "today": request.today,
    }
    return render(request, "accounts/officer_list.html", context)


@login_required
@form_page
def officer_add(request, pk):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.edit_organization", organization)
    form = forms.OfficerForm(request.POST or None, initial={"valid_from": request.today})

    def add():
        services.add_officer(organization, **form.cleaned_data, by=request.user, at=request.now)

    if done(form, add):
        messages.success(request, _("Saved."))
        return _to("officer-list", pk)
    return show_form(
        request,
        form,
        title=_("Add an officer"),
        submit=_("Add"),
        back=reverse("accounts:officer-list", args=[pk]),
    )


@login_required
@form_page
def officer_end(request, pk, officer_pk):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.edit_organization", organization)
    officer = get_object_or_404(organization.officer_set.filter(valid_until=None), pk=officer_pk)
    form = forms.LastDayForm(request.POST or None, initial={"last_day": request.today})

    def end():
        services.end_officer(officer, **form.cleaned_data, by=request.user, at=request.now)

    if done(form, end):
        messages.success(request, _("Saved."))
        return _to("officer-list", pk)
    return show_form(
        request,
        form,
        title=_("End the term of %(officer)s") % {"officer": officer},
        submit=_("Save"),
        back=reverse("accounts:officer-list", args=[pk]),
    )


# Members and invitations


@login_required
@require_safe
def member_list(request, pk):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.see_people", organization)
    members = organization.membership_set.valid_on(request.today).select_related("user")
    context = {
        "organization": organization,
        "members": members.order_by("user__name", "pk"),
        "invitations": organization.invitation_set.open_at(request.now).order_by("invited_at"),
        "manages": request.user.has_perm("accounts.manage_members", organization),
        "confirms": request.user.has_perm("accounts.confirm_organization", organization),
    }
    return render(request, "accounts/member_list.html", context)


@login_required
@form_page
def member_invite(request, pk):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.manage_members", organization)
    form = forms.InviteForm(request.POST or None)
    tokens = []

    def invite():
        _invitation, token = services.invite(
            organization, **form.cleaned_data, by=request.user, at=request.now
        )
        tokens.append(token)

    if done(form, invite):
        return _invited(request, organization, tokens[0])
    return show_form(
        request,
        form,
        title=_("Invite a member"),
        submit=_("Invite"),
        back=reverse("accounts:member-list", args=[pk]),
    )


def _invited(request, organization: Organization, token: str) -> HttpResponse:
    if settings.EMAIL_URL_SET:
        messages.success(request, _("The invitation is on its way."))
        return _to("member-list", organization.pk)
    # Nobody without a log-in could read it in the mailbox page, so the inviter hands it over.
    return show_link(
        request,
        services.invitation_link(token),
        title=_("Invitation to join %(group)s") % {"group": organization},
        text=_("Give this link to the person you invited. It works once, for 14 days."),
        back=reverse("accounts:member-list", args=[organization.pk]),
    )


def _member(request, pk: int, member_pk: int):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.see_people", organization)
    members = organization.membership_set.valid_on(request.today)
    return get_object_or_404(members.select_related("user", "organization"), pk=member_pk)


@login_required
@form_page
def member_edit(request, pk, member_pk):
    membership = _member(request, pk, member_pk)
    require(request.user, "accounts.manage_members", membership.organization)
    form = forms.MemberRoleForm(request.POST or None, initial={"role": membership.role})

    def change():
        services.change_member_role(
            membership, **form.cleaned_data, by=request.user, at=request.now
        )

    if done(form, change):
        messages.success(request, _("Saved."))
        return _to("member-list", pk)
    context = {"membership": membership, "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/member_edit.html", context, status=status)


@login_required
@require_POST
def member_end(request, pk, member_pk):
    membership = _member(request, pk, member_pk)
    attempt(
        request,
        lambda: services.end_membership(membership, by=request.user, at=request.now),
        _("%(person)s is no longer a member.") % {"person": membership.user},
    )
    if membership.user == request.user:
        return _to("organization-list")
    return _to("member-list", pk)


@login_required
@require_POST
def invitation_revoke(request, pk, invitation_pk):
    organization = _standing_organization(request, pk)
    require(request.user, "accounts.manage_members", organization)
    invitation = get_object_or_404(organization.invitation_set, pk=invitation_pk)
    attempt(
        request,
        lambda: services.revoke_invitation(invitation, by=request.user, at=request.now),
        _("The invitation is taken back."),
    )
    return _to("member-list", pk)


@form_page
@never_cache
def invitation(request, token):
    """Where the link of an invitation leads: its reader need not have a log-in yet."""
    found = services.find_invitation(token)
    if found is None:
        raise Http404
    if request.method == "POST" and request.user.is_authenticated:
        return _accept(request, token, found)
    user = request.user
    context = {
        "invitation": found,
        "is_open": found.is_open(request.now),
        "is_theirs": user.is_authenticated and user.email.lower() == found.email,
    }
    return render(request, "accounts/invitation.html", context)


def _accept(request, token: str, found) -> HttpResponse:
    try:
        services.accept_invitation(token=token, by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return _to("invitation", token)
    messages.success(request, _("Welcome to %(group)s.") % {"group": found.organization})
    return _to("organization-detail", found.organization_id)


# People


@login_required
@require_safe
def person_list(request):
    require(request.user, "accounts.manage_duties")
    words = request.GET.get("q", "")
    everyone = request.GET.get("all") == "1"
    found = User.objects.visible_to(request.user).named_like(words)
    if not everyone:
        found = found.filter(duty__isnull=False).distinct()
    people = found.with_duties().order_by("name", "pk")
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "words": words, "everyone": everyone}
    return render(request, "accounts/person_list.html", context)


def _person(request, pk: int) -> User:
    return get_object_or_404(User.objects.visible_to(request.user), pk=pk)


@login_required
@require_safe
def person_detail(request, pk):
    person = _person(request, pk)
    require(request.user, "accounts.manage_duties")
    context = {
        "person": person,
        "duties": person.duty_set.select_related("department").order_by("valid_from", "pk"),
    }
    return render(request, "accounts/person_detail.html", context)


@login_required
@form_page
def person_add(request):
    require(request.user, "accounts.manage_duties")
    form = forms.PersonForm(request.POST or None)
    people = []

    def add():
        people.append(services.add_person(**form.cleaned_data, by=request.user, at=request.now))

    if done(form, add):
        messages.success(request, _("Now give a duty, and a link to set the password."))
        return _to("person-detail", people[0].pk)
    return show_form(
        request,
        form,
        title=_("Add a person"),
        text=_("For people who work for the program. Members of groups sign up by themselves."),
        submit=_("Add"),
        back=reverse("accounts:person-list"),
    )


@login_required
@form_page
def duty_add(request, pk):
    person = _person(request, pk)
    require(request.user, "accounts.manage_duties")
    form = forms.DutyForm(request.POST or None, today=request.today)

    def grant():
        services.grant_duty(person, **form.cleaned_data, by=request.user, at=request.now)

    if done(form, grant):
        messages.success(request, _("Saved."))
        return _to("person-detail", pk)
    return show_form(
        request,
        form,
        title=_("Give %(person)s a duty") % {"person": person},
        submit=_("Save"),
        back=reverse("accounts:person-detail", args=[pk]),
    )


@login_required
@form_page
def duty_end(request, pk, duty_pk):
    person = _person(request, pk)
    require(request.user, "accounts.manage_duties")
    duty = get_object_or_404(person.duty_set, pk=duty_pk)
    form = forms.LastDayForm(request.POST or None, initial={"last_day": request.today})

    def end():
        services.end_duty(duty, **form.cleaned_data, by=request.user, at=request.now)

    if done(form, end):
        messages.success(request, _("Saved."))
        return _to("person-detail", pk)
    return show_form(
        request,
        form,
        title=_("End the duty: %(duty)s") % {"duty": duty},
        text=_("A last day before its first day takes the duty back altogether."),
        submit=_("Save"),
        back=reverse("accounts:person-detail", args=[pk]),
    )


@login_required
@form_page
def reset_link(request, pk):
    person = _person(request, pk).act_on(request.today)
    require(request.user, "accounts.make_reset_link", person)
    title = _("Password link for %(person)s") % {"person": person}
    if request.method == "POST":
        link = services.reset_link(person, by=request.user, at=request.now)
        return show_link(
            request,
            link,
            title=title,
            text=_("Give this link to the person, and to nobody else. It works once."),
            back="/",
        )
    return render(request, "accounts/reset_link.html", {"person": person, "title": title})


@login_required
@form_page
def profile(request):
    person = User.objects.get(pk=request.user.pk)
    form = forms.ProfileForm(request.POST or None, instance=person)
    if not form.is_valid():
        context = {"form": form}
        status = 422 if form.errors else 200
        return render(request, "accounts/profile.html", context, status=status)
    services.edit_profile(person, by=request.user, at=request.now)
    with override(person.language):
        messages.success(request, _("Saved."))
    response = _to("profile")
    set_language(response, person.language)
    return response


@sensitive_post_parameters("password1", "password2")
@form_page
@never_cache
def first_administrator(request, token):
    """Let the first administrator of an installation name themselves, once."""
    if not services.setup_link_is_open(token, request.now):
        raise Http404
    form = forms.FirstAdministratorForm(request.POST or None)

    def name():
        answers = {field: form.cleaned_data[field] for field in ("name", "email", "language")}
        services.name_first_administrator(
            token=token, password=form.cleaned_data["password1"], at=request.now, **answers
        )

    if done(form, name):
        messages.success(request, _("You are the administrator. Log in now."))
        return redirect(settings.LOGIN_URL)
    return show_form(
        request,
        form,
        title=_("First administrator"),
        text=_("This link works once. You will name the office's people after you log in."),
        submit=_("Set up"),
    )
