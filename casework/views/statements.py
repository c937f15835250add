"""Two short pages that everybody may read."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework import city


@require_safe
def accessibility(request):
    """How far the pages can be used by everybody, and whom to tell when they cannot."""
    context = city.values("accessibility_contact", "city_name")
    return render(request, "casework/accessibility.html", context)


@require_safe
def privacy(request):
    """What the program keeps about people, and who can see it."""
    context = city.values("office_contact", "office_name")
    return render(request, "casework/privacy.html", context)
