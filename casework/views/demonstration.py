"""Pages of a demonstration: log in as an invented person, and move the clock. Elsewhere 404."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import demo, forms
from casework.desks import next_of

#: The backend that logged-in sessions of this program belong to.
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def only_in_a_demonstration(view):
    """Let the page exist only where DEMO=1."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@only_in_a_demonstration
def demo_accounts(request):
    """The invented people, by what they do, each with a button that logs in as them."""
    context = {"groups": demo.accounts_by_role(today=request.today)}
    return render(request, "casework/demo.html", context)


@require_POST
@only_in_a_demonstration
def demo_login(request, pk):
    """Log in as an invented person; nobody else can be logged in this way."""
    person = get_object_or_404(demo.invented_people(), pk=pk)
    login(request, person, backend=BACKEND)
    return redirect("casework:start")


@only_in_a_demonstration
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def demo_clock(request):
    """Show what day it is in the demonstration, and move it forward."""
    form = forms.ClockForm(request.POST if "day" in request.POST else None, now=request.now)
    coming = demo.coming_deadlines(at=request.now)
    if request.method == "POST":
        target = _target(request, form, coming)
        if target:
            demo.move_clock(target)
            messages.success(
                request, _("The clock has been moved, and what was due has been sent.")
            )
            return redirect(reverse("casework:demo-clock"))
    context = {"form": form, "coming": coming, "next": next_of(coming)}
    return render(request, "casework/demo_clock.html", context, status=422 if form.errors else 200)


def _target(request, form, coming):
    """Return the moment that the pressed button asks for; ``None`` if it asks for none."""
    if "day" in request.POST:
        return form.moment if form.is_valid() else None
    if not coming:
        return None
    ends_on = coming[0].ends_on
    if request.POST.get("to") == "after":
        return demo.morning_after(ends_on)
    return max(demo.morning_of(ends_on), request.now)
