"""How the pages of this app are built: what they are about, what they ask, what they say after."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import Organization, User
from accounts.permissions import require

PAGE_SIZE = 50

form_page = require_http_methods(["GET", "HEAD", "POST"])


def a_group(request: HttpRequest, pk: int) -> Organization:
    """Return a group that is not merged: on the signpost of a merged one nothing is done."""
    return get_object_or_404(Organization.objects.visible_to(request.user).standing(), pk=pk)


def a_person(request: HttpRequest, pk: int) -> User:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    return person.act_on(request.today)


def page_of(find: Callable[[HttpRequest, int], object], permission: str) -> Callable:
    """Give a view the thing its address names by ``pk``, if the reader has ``permission`` on it."""

    def decorate(view):
        @login_required
        @wraps(view)
        def page(request, pk, **names):
            thing = find(request, pk)
            require(request.user, permission, thing)
            return view(request, thing, **names)

        return page

    return decorate


def ask(
    request: HttpRequest,
    form: BaseForm,
    act: Callable,
    then: Callable[[object], HttpResponse],
    *,
    template: str = "accounts/form.html",
    **page: object,
) -> HttpResponse:
    """Show a page that is one form; when it is filled in and ``act`` goes through, go on.

    :param act: called with the answers, ``by`` and ``at``; a ``ValidationError`` of it is shown on
        the form.
    :param then: makes the response out of what ``act`` returned.
    :param page: title, text, submit (label) and back (address), or what ``template`` needs.
    """
    if form.is_valid():
        try:
            result = act(**form.cleaned_data, by=request.user, at=request.now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return then(result)
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, **page}, status=status)


def attempt(request: HttpRequest, act: Callable, success: str) -> None:
    """Do what a button asks for; a refusal is a message, not an error."""
    try:
        act(by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, success)


def go_to(page: str, *args: object) -> HttpResponse:
    return redirect(f"accounts:{page}", *args)


def say(request: HttpRequest, words: str, page: str, *args: object) -> HttpResponse:
    """Go to a page of this app, which opens with ``words``."""
    messages.success(request, words)
    return go_to(page, *args)


def show_link(request: HttpRequest, link: str, **page: object) -> HttpResponse:
    """Show a link that lets its reader in, this once: it is stored nowhere."""
    response = render(request, "accounts/link.html", {"link": link, **page})
    response["Cache-Control"] = "no-store"
    return response


def page_in(rows: QuerySet, request: HttpRequest) -> Page:
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
