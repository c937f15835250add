"""Pages of the office for panels on paper: scores out, and what members wrote on paper in."""

from datetime import date

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from casework.forms import DateInput
from casework.received import LABEL
from grants.models import Round

from . import paper_scores
from .models import Criterion
from .paper_files import MAX_BYTES, Fault, FaultyFile, Line, csv_of, read, xlsx_of
from .views import sent

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: For how long what was shown can be written, in seconds.
SHOWN_FOR = 12 * 60 * 60


class ScoresForm(forms.Form):
    """A file of scores, and the day on which the papers were received."""

    file = forms.FileField(
        label=gettext_lazy("File with the scores"),
        help_text=gettext_lazy("XLSX or CSV, as it was taken from this page."),
    )
    received_on = forms.DateField(
        label=LABEL,
        widget=DateInput(),
        help_text=gettext_lazy("The day on which the members’ papers were received."),
    )

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_received_on(self) -> date:
        day = self.cleaned_data["received_on"]
        if day > self.today:
            raise ValidationError(_("The day cannot lie in the future."))
        return day


def of_the_office(request, pk: int) -> Round:
    require(request.user, "reviews.run_selection")
    return get_object_or_404(Round, pk=pk)


def trail_of(round: Round, here: str) -> list[tuple[str, str]]:
    return [
        (reverse("reviews:rounds"), _("Selections")),
        (reverse("reviews:selection", args=[round.pk]), str(round)),
        ("", here),
    ]


@login_required
@require_safe
def scores_csv(request, pk):
    """The scores as CSV: a line per member and proposal; what is missing is empty."""
    round = of_the_office(request, pk)
    sheets = paper_scores.sheets_of(round, request.user)
    lines = csv_of(paper_scores.resource_of(round), sheets)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="scores.csv"'
    return response


@login_required
@require_safe
def scores_xlsx(request, pk):
    """The scores as a workbook to type into: a worksheet per member."""
    round = of_the_office(request, pk)
    sheets = paper_scores.sheets_of(round, request.user)
    body = xlsx_of(paper_scores.resource_of(round), sheets, title=round.name)
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="scores.xlsx"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def scores(request, pk):
    """Take scores out and in; what a file would change is shown before anything is written."""
    round = of_the_office(request, pk)
    files = request.FILES if request.method == "POST" else None
    form = ScoresForm(sent(request), files, today=request.today)
    if not form.is_valid():
        return _page(request, round, form, status=422 if form.is_bound else 200)
    upload, day = form.cleaned_data["file"], form.cleaned_data["received_on"]
    found = read(upload.read(MAX_BYTES + 1), paper_scores.resource_of(round))
    plan = paper_scores.check(round, found.lines, received_on=day, by=request.user, at=request.now)
    if faults := [*found.faults, *plan.faults]:
        return _page(request, round, form, faults=faults, status=422)
    return _page(request, round, form, plan=plan, day=day, token=_kept(request, round, plan, day))


def _kept(request, round: Round, plan: paper_scores.Plan, day: date) -> str:
    """Return what was shown, signed, so that just this is written when the clerk says so."""
    lines = [
        [c.line.tab, c.line.number, dict(c.line.said), dict(c.line.points), dict(c.line.columns)]
        for c in plan.changes
    ]
    told = {"lines": lines, "day": day.isoformat(), "by": request.user.pk, "round": round.pk}
    return signing.dumps(told, salt="reviews.scores", compress=True)


def _page(request, round: Round, form: ScoresForm, *, status: int = 200, **shown):
    context = {
        "round": round, "form": form, "trail": trail_of(round, _("Scores on paper")),
        "criteria": Criterion.objects.filter(rubric__round=round).order_by("position"), **shown,
    }  # fmt: skip
    return render(request, "reviews/scores.html", context, status=status)


@login_required
@require_POST
def scores_enter(request, pk):
    """Write what was shown: all of it, or nothing."""
    round = of_the_office(request, pk)
    form = ScoresForm(today=request.today)
    try:
        lines, day = _shown(request, round)
        changes = paper_scores.enter(round, lines, received_on=day, by=request.user, at=request.now)
    except signing.BadSignature:
        stale = [Fault("", _("What was shown is no longer there. Choose the file again."))]
        return _page(request, round, form, faults=stale, status=422)
    except FaultyFile as faulty:
        return _page(request, round, form, faults=faulty.faults, status=422)
    messages.success(request, _what_was_entered(changes))
    return redirect("reviews:scores", pk=round.pk)


def _what_was_entered(changes: list[paper_scores.Change]) -> str:
    """Say how many sheets are submitted, and how many only saved; never of none."""
    whole = sum(change.is_whole for change in changes)
    saved = len(changes) - whole
    words = []
    if whole:
        said = ngettext("%(count)d sheet is submitted.", "%(count)d sheets are submitted.", whole)
        words.append(said % {"count": whole})
    if saved:
        said = ngettext(
            "%(count)d sheet is saved that still lacks points.",
            "%(count)d sheets are saved that still lack points.",
            saved,
        )
        words.append(said % {"count": saved})
    return " ".join(words) or _("Nothing changed.")


def _shown(request, round: Round) -> tuple[list[Line], date]:
    told = signing.loads(request.POST.get("shown", ""), salt="reviews.scores", max_age=SHOWN_FOR)
    if (told["by"], told["round"]) != (request.user.pk, round.pk):
        raise signing.BadSignature("shown to somebody else")
    lines = [
        Line(tab, number, said, {int(key): value for key, value in points.items()}, columns)
        for tab, number, said, points, columns in told["lines"]
    ]
    return lines, date.fromisoformat(told["day"])
