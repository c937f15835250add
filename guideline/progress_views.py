"""Pages on which the office takes in the city's progress table: looked at first, then taken whole."""

from datetime import date
from hashlib import sha256

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from casework.faulty_files import Faulty
from casework.forms import DateInput
from casework.sheets import MAX_BYTES

from . import progress_import
from .models import Edition, ProgressTable
from .progress_reading import table_in
from .progress_table import Guideline, Table
from .public_days import public_days
from .shown_files import MOVED_ON, STALE, NoLongerShown, shown_to, token_of
from .table_days import why_not
from .table_faults import Fault


class TableForm(forms.Form):
    """A file with the table, and the day for which it speaks."""

    file = forms.FileField(
        label=gettext_lazy("File with the table"),
        help_text=gettext_lazy(
            "第○期指針 具体施策の進捗状況一覧, whole: as text with tabs, CSV (UTF-8 or CP932) or XLSX."
        ),
    )
    as_of = forms.DateField(
        label=gettext_lazy("As of"),
        widget=DateInput(),
        help_text=gettext_lazy("The day for which the table says how far the measures have come."),
    )

    def __init__(self, *args, edition: Edition, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.edition, self.today = edition, today

    def clean_as_of(self) -> date:
        day = self.cleaned_data["as_of"]
        if why := why_not(self.edition, day, today=self.today):
            raise ValidationError(why)
        return day


def of_the_office(request: HttpRequest, edition: str) -> Edition:
    require(request.user, "guideline.take_progress")
    return get_object_or_404(Edition, code=edition)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest, edition: str) -> HttpResponse:
    """Choose a table; what it would change is shown before anything is written."""
    shown = of_the_office(request, edition)
    posted = request.method == "POST"
    form = TableForm(
        request.POST if posted else None, request.FILES if posted else None,
        edition=shown, today=request.today,
    )  # fmt: skip
    if not form.is_valid():
        return _page(request, shown, form, status=422 if posted else 200)
    content, day = form.cleaned_data["file"].read(MAX_BYTES + 1), form.cleaned_data["as_of"]
    try:
        found = table_in(content, Guideline.of(shown))
    except Faulty as faulty:
        return _page(request, shown, form, faults=faulty.faults, status=422)
    plan = progress_import.plan(shown, found, as_of=day)
    return _page(
        request, shown, form, plan=plan, is_public=day in public_days(shown),
        token=shown_token(request, shown, found, plan, digest=sha256(content).hexdigest()),
    )  # fmt: skip


def shown_token(
    request: HttpRequest, edition: Edition, table: Table, plan: progress_import.Plan, *, digest: str
) -> str:
    """Return what was shown, signed for the person to whom it was, so that just this can be taken.

    :param digest: SHA-256 of what the table was read from.
    """
    told = {
        "table": progress_import.kept(table), "digest": digest,
        "as_of": plan.as_of.isoformat(), "plan": plan.digest,
    }  # fmt: skip
    return token_of(request, _about(edition), told)


def _about(edition: Edition) -> str:
    return f"guideline.progress-table.{edition.pk}"


def _page(request, edition: Edition, form: TableForm, *, status: int = 200, **shown):
    taken = ProgressTable.objects.filter(edition=edition).select_related("taken_by")
    context = {
        "edition": edition, "form": form, "taken": taken.order_by("-taken_at", "-pk")[:20],
        "public_days": public_days(edition),
        "trail": [
            ("/", _("Home")), (reverse("guideline:index"), _("Guideline")),
            (reverse("guideline:edition", args=[edition.code]), edition.name),
            ("", _("Progress table")),
        ],
        **shown,
    }  # fmt: skip
    return render(request, "guideline/progress_table.html", context, status=status)


@login_required
@require_POST
def take(request: HttpRequest, edition: str) -> HttpResponse:
    """Take what was shown: all of it, or nothing."""
    shown = of_the_office(request, edition)
    try:
        told = shown_to(request, _about(shown))
        plan = progress_import.take(
            shown, progress_import.restored(told["table"]), digest=told["digest"],
            as_of=date.fromisoformat(told["as_of"]), by=request.user, at=request.now,
            shown=told["plan"],
        )  # fmt: skip
    except (NoLongerShown, progress_import.OutOfDate) as error:
        why = STALE if isinstance(error, NoLongerShown) else MOVED_ON
        form = TableForm(edition=shown, today=request.today)
        return _page(request, shown, form, faults=[Fault(0, why)], status=422)
    words = ngettext("%(changes)d value changed.", "%(changes)d values changed.", len(plan.changes))
    messages.success(request, words % {"changes": len(plan.changes)})
    return redirect("guideline:edition", edition=shown.code)
