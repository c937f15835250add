"""Series of numbers that go on from a higher number, after an old backup was restored."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework import numbers
from casework.errors import NotPossible
from casework.forms import NumberSeriesForm
from casework.models import SeriesChange

from .finding import holds, require_office

PERMISSION = "casework.move_series_on"


def part_of(request) -> dict:
    """What ``casework/_number_series.html`` shows on the page of a restored site."""
    form = NumberSeriesForm(today=request.today) if holds(request.user, PERMISSION) else None
    return {"series_form": form, "series_changes": _changes()}


def _changes():
    return SeriesChange.objects.select_related("series", "by").order_by("-pk")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def number_series(request):
    """Move a series on, and say who did so before."""
    require_office(request.user, PERMISSION)
    form = NumberSeriesForm(request.POST or None, today=request.today)
    if form.is_valid() and _moved_on(request, form):
        return redirect(reverse("casework:restored") + "#numbers")
    context = {
        "series_form": form,
        "series_changes": _changes(),
        "trail": [
            (reverse("casework:engine"), _("Engine room")),
            (reverse("casework:restored"), _("Restored site")),
            ("", _("Numbers of letters and cases")),
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "casework/number_series.html", context, status=status)


def _moved_on(request, form: NumberSeriesForm) -> bool:
    chosen, following = form.chosen, form.cleaned_data["following"]
    try:
        numbers.move_on(
            chosen.series, chosen.fiscal_year, following=following,
            reason=form.cleaned_data["reason"], by=request.user, at=request.now,
        )  # fmt: skip
    except NotPossible as refusal:
        form.add_error("following", str(refusal.why))
        return False
    messages.success(request, _("The series goes on. %(series)s") % {"series": form.in_words})
    return True
