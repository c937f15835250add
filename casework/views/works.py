"""The page of a long work: how far it is, and where its result is."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from casework import works
from casework.desks import desks_of
from casework.models import Work


@login_required
@require_safe
@vary_on_headers("HX-Request")
def work_page(request, pk):
    """Say how far a work is; to the page that asks again, only the part that changes."""
    work, home = _visible(request, pk), desks_of(request.user)[0]
    context = {
        "work": work,
        "about": work.told.about(work),
        "address": work.told.address(work),
        "news": request.GET.get("seen", work.state) != work.state,
        "trail": [(reverse(home.url_name), home.title), ("", work.told.label)],
    }
    template = "casework/_work.html" if request.htmx else "casework/work.html"
    return render(request, template, context)


@login_required
@require_POST
def work_again(request, pk):
    """Ask the workers once more for a work that failed."""
    works.again(_visible(request, pk), at=request.now)
    return redirect("casework:work", pk)


def _visible(request, pk: int) -> Work:
    return get_object_or_404(Work.objects.visible_to(request.user).defer("result"), pk=pk)
