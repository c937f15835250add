"""The people who work for the program, and their duties."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import forms, services
from accounts.models import User
from accounts.permissions import require
from accounts.views.pages import a_person, ask, form_page, page_in, page_of, say


@login_required
@require_safe
def person_list(request):
    require(request.user, "accounts.manage_duties")
    words = request.GET.get("q", "")
    everyone = request.GET.get("all") == "1"
    found = User.objects.visible_to(request.user).named_like(words)
    if not everyone:
        found = found.filter(duty__isnull=False).distinct()
    page = page_in(found.with_duties().order_by("name", "pk"), request)
    context = {"page": page, "words": words, "everyone": everyone}
    return render(request, "accounts/person_list.html", context)


@require_safe
@page_of(a_person, "accounts.manage_duties")
def person_detail(request, person):
    context = {
        "person": person,
        "duties": person.duty_set.select_related("department").order_by("valid_from", "pk"),
        "manages_login": request.user.has_perm("accounts.manage_logins", person),
    }
    return render(request, "accounts/person_detail.html", context)


@login_required
@form_page
def person_add(request):
    require(request.user, "accounts.manage_duties")
    words = _("Now give this person a duty, and a link to set a password.")
    return ask(
        request,
        forms.PersonForm(request.POST or None),
        services.add_person,
        lambda person: say(request, words, "person-detail", person.pk),
        title=_("Add a person"),
        text=_("For people who work for the program. Members of groups sign up by themselves."),
        submit=_("Add"),
        back=reverse("accounts:person-list"),
    )


@form_page
@page_of(a_person, "accounts.manage_duties")
def duty_add(request, person):
    return _ask(
        request,
        person,
        forms.DutyForm(request.POST or None, today=request.today),
        partial(services.grant_duty, person),
        title=_("Give %(person)s a duty") % {"person": person},
    )


@form_page
@page_of(a_person, "accounts.manage_duties")
def duty_end(request, person, duty_pk):
    duty = get_object_or_404(person.duty_set, pk=duty_pk)
    return _ask(
        request,
        person,
        forms.LastDayForm(request.POST or None, initial={"last_day": request.today}),
        partial(services.end_duty, duty),
        title=_("End the duty: %(duty)s") % {"duty": duty},
        text=_("If the last day is before the first day, the duty is removed as if never given."),
    )


def _ask(request, person, form, act, **page):
    return ask(
        request,
        form,
        act,
        lambda _done: say(request, _("Saved."), "person-detail", person.pk),
        submit=_("Save"),
        back=reverse("accounts:person-detail", args=[person.pk]),
        **page,
    )
