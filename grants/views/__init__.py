"""The pages of the program, by who uses them."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from casework.views.answers import attempt, done

__all__ = ["attempt", "done", "page_of", "show_form"]

PER_PAGE = 25


def page_of(request: HttpRequest, found) -> Page:
    """Return the page of ``found`` that the address asks for."""
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))


def show_form(request: HttpRequest, form, **context) -> HttpResponse:
    """Show a page that is one form: title, text, links, submit (label), back (address).

    With ``refused``, why it cannot be filled in now, there is no form.
    """
    status = 422 if form.errors else 200
    return render(request, "grants/form.html", {"form": form, **context}, status=status)
