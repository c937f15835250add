"""Log-ins of others: a link to a new password, closing, reopening; and the first one of all."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import forms, services
from accounts.views.pages import a_person, ask, attempt, form_page, go_to, page_of, show_link


@form_page
@page_of(a_person, "accounts.make_reset_link")
def reset_link(request, person):
    title = _("Password link for %(person)s") % {"person": person}
    back = _page_of_person(request, person)
    if request.method != "POST":
        return render(request, "accounts/reset_link.html", {"title": title, "back": back})
    return show_link(
        request,
        services.reset_link(person, by=request.user, at=request.now),
        title=title,
        text=_("Give this link to the person, and to nobody else. It works once."),
        valid_until=request.now + services.RESET_LINK_FOR,
        back=back,
    )


def _page_of_person(request, person) -> str:
    """Return the page of a person; for whoever may not read it, the person's group or the desk."""
    if request.user.has_perm("accounts.manage_duties"):
        return reverse("accounts:person-detail", args=[person.pk])
    group = person.membership_set.valid_on(request.today).order_by("pk").first()
    if group is None:
        return "/"
    return reverse("accounts:member-list", args=[group.organization_id])


@form_page
@page_of(a_person, "accounts.manage_logins")
def login_close(request, person):
    return _make_sure(
        request,
        person,
        services.close_login,
        done=_("The log-in is closed."),
        title=_("Close the log-in of %(person)s") % {"person": person},
        text=_(
            "The person is logged out at once and can no longer log in. What they did stays in "
            "the record. You can reopen the log-in later."
        ),
        action_label=_("Close the log-in"),
        danger=True,
    )


@form_page
@page_of(a_person, "accounts.manage_logins")
def login_reopen(request, person):
    return _make_sure(
        request,
        person,
        services.reopen_login,
        done=_("The log-in is open again."),
        title=_("Reopen the log-in of %(person)s") % {"person": person},
        text=_(
            "The person can log in again with their password, and holds the duties listed on "
            "their page."
        ),
        action_label=_("Reopen the log-in"),
    )


def _make_sure(request, person, act, *, done: str, **page):
    if request.method == "POST":
        attempt(request, partial(act, person), done)
        return go_to("person-detail", person.pk)
    page["cancel_url"] = reverse("accounts:person-detail", args=[person.pk])
    return render(request, "components/confirm.html", page)


@sensitive_post_parameters("password1", "password2")
@form_page
@never_cache
def first_administrator(request, token):
    """Let the first administrator of an installation name themselves, once."""
    if not services.setup_link_is_open(token, request.now):
        return render(request, "accounts/link_over.html", status=404)

    def name(*, password1, password2, by, **answers):
        services.name_first_administrator(token=token, password=password1, **answers)

    def log_in(_done):
        messages.success(request, _("You are the administrator. Log in now."))
        return redirect(settings.LOGIN_URL)

    return ask(
        request,
        forms.FirstAdministratorForm(request.POST or None),
        name,
        log_in,
        title=_("First administrator"),
        text=_("This link works once. You will name the office's people after you log in."),
        submit=_("Set up"),
    )
