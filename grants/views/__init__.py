"""The pages of the program, by who uses them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

PER_PAGE = 25


def page_of(request: HttpRequest, found) -> Page:
    """Return the page of ``found`` that the address asks for."""
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))


def done(form, act) -> bool:
    """Return whether a valid form's ``act`` went through; a refusal is shown on the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except ValidationError as refusal:
        form.add_error(None, refusal)
    return not form.errors


def attempt(request: HttpRequest, act, success: str) -> None:
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
    return render(request, "grants/form.html", {"form": form, **context}, status=status)
