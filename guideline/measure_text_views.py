"""The page on which the office enters what the guideline prints of a measure."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.permissions import require

from . import services
from .models import Measure
from .public_words import accepted_of
from .year_forms import TextForm

#: How many versions the page lists.
VERSIONS = 20
STALE = gettext_lazy(
    "Somebody else changed this text meanwhile. It stands below; what you typed was not saved."
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, edition: str, number: int) -> HttpResponse:
    """Write text and previous actions of a measure; a window that is overtaken writes nothing."""
    require(request.user, "guideline.enter_years")
    found = Measure.objects.of(edition).select_related("edition")
    measure = get_object_or_404(found, number=number)
    posted = request.POST if request.method == "POST" else None
    initial = {"seen": services.mark_of_text(measure)}
    form = TextForm(posted, instance=measure, initial=initial)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in TextForm.Meta.fields}
        try:
            services.write_text(
                measure.pk, values, seen=form.cleaned_data["seen"], right=form.right,
                by=request.user, at=request.now,
            )  # fmt: skip
        except services.Overtaken:
            messages.warning(request, STALE)
            return redirect(request.path)
        messages.success(request, _("Saved."))
        return redirect("guideline:measure", edition, number)
    context = {
        "measure": measure, "form": form, "accepted": accepted_of(measure)[:VERSIONS],
        "versions": measure.texts.select_related("by").order_by("-at", "-pk")[:VERSIONS],
        "trail": [
            ("/", _("Home")), (reverse("guideline:index"), _("Guideline")),
            (measure.get_absolute_url(), measure.name), ("", _("Text")),
        ],
    }  # fmt: skip
    return render(
        request, "guideline/measure_text.html", context, status=422 if form.is_bound else 200
    )
