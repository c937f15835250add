"""Reading the whole history back, for those who watch over it."""

from itertools import islice

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework import verification
from casework.desks import desks_of
from casework.models import Event, Seal

from .finding import require_office

#: How many faults the page lists; ``manage.py verify_history`` lists them all.
SHOWN = 100


@require_safe
@login_required
def verification_page(request):
    """What does not fit in the history of all cases, read as the page is asked for."""
    require_office(request.user, "casework.verify_history")
    faults = list(islice(verification.faults(), SHOWN))
    home = desks_of(request.user)[0]
    context = {
        "faults": faults,
        "lines": Event.objects.count(),
        "seals": Seal.objects.count(),
        "seal": Seal.objects.order_by("-day").first(),
        "shown": SHOWN,
        "trail": [(reverse(home.url_name), home.title), ("", _("Verification of the history"))],
    }
    return render(request, "casework/verification.html", context)
