"""Pages on which the office confirms the crosswalk, item by item, beside what the documents say."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import require

from . import services
from .claims import disagreements
from .crosswalk import doubts
from .models import Crosswalk, Measure
from .public_words import accepted_of
from .public_words_form import AsksAboutWords

#: How many findings that were accepted the page lists.
ACCEPTED = 20
STALE = gettext_lazy("Somebody else changed this row meanwhile; here is how it stands now.")


class CrosswalkForm(AsksAboutWords):
    """What became of a measure, and why, as the office confirms it."""

    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Crosswalk
        fields = ["kind", "reason", "reason_en", "source"]
        labels = {
            "kind": gettext_lazy("What became of it"),
            "source": gettext_lazy("Document that says so"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            (kind.value, kind.label) for kind in services.kinds_of(self.instance)
        ]
        self.fields["source"].required = True
        self.initial["seen"] = services.mark(self.instance)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One row of the crosswalk: both measures, what documents say, and the confirmation."""
    require(request.user, "guideline.confirm_crosswalk")
    row = get_object_or_404(Crosswalk, pk=pk)
    form = CrosswalkForm(request.POST if request.method == "POST" else None, instance=row)
    if not form.is_valid():
        return _page(request, pk, form, status=422 if form.is_bound else 200)
    values = {name: form.cleaned_data[name] for name in CrosswalkForm.Meta.fields}
    try:
        services.confirm_as(
            pk, values, seen=form.cleaned_data["seen"], right=form.right,
            by=request.user, at=request.now,
        )  # fmt: skip
    except services.Overtaken:
        messages.warning(request, STALE)
        return redirect("guideline:crosswalk-item", pk=pk)
    following = Crosswalk.objects.filter(confirmed_at=None).order_by("pk").first()
    if following is None:
        messages.success(request, _("Confirmed. The whole crosswalk is confirmed now."))
        return redirect("guideline:crosswalk")
    messages.success(request, _("Confirmed. This is the next row that is not."))
    return redirect("guideline:crosswalk-item", pk=following.pk)


def _page(request, pk: int, form: CrosswalkForm, *, status: int = 200) -> HttpResponse:
    rows = Crosswalk.objects.select_related("from_measure", "to_measure", "confirmed_by")
    row = rows.get(pk=pk)
    ends = Measure.objects.filter(pk__in=[row.from_measure_id, row.to_measure_id])
    ends = ends.with_standing(request.user).prefetch_related(
        "claim_set__about", "comes_from__from_measure__claim_set__about"
    )
    measures = {measure.pk: measure for measure in ends}
    context = {
        "row": row, "form": form,
        "ends": [
            (pgettext("crosswalk", "From"), measures.get(row.from_measure_id)),
            (pgettext("crosswalk", "To"), measures.get(row.to_measure_id)),
        ],
        "doubts": doubts(row), "accepted": accepted_of(row)[:ACCEPTED],
        "said": list({c.pk: c for m in measures.values() for c in disagreements(m)}.values()),
        "total": rows.count(), "confirmed": rows.exclude(confirmed_at=None).count(),
        "before": rows.filter(pk__lt=pk).order_by("-pk").first(),
        "after": rows.filter(pk__gt=pk).order_by("pk").first(),
        "trail": [
            ("/", _("Home")), (reverse("guideline:index"), _("Guideline")),
            (reverse("guideline:crosswalk"), _("Crosswalk")),
            ("", (row.from_measure or row.to_measure).name),
        ],
    }  # fmt: skip
    return render(request, "guideline/crosswalk_item.html", context, status=status)
