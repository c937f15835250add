"""Pages of the office about possible conflicts of interest: what was found, and what it is."""

from collections.abc import Iterable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import require
from accounts.services import record_reading
from casework.views.answers import done
from grants.models import Proposal, Round

from . import conflict_words, possible_conflicts, services
from .conflict_answers import confirm, dismiss
from .material import visible_ids
from .models import PossibleConflict


class AnswerForm(forms.Form):
    """Why the office answers as it does; the button says what."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Needed for “no conflict”. The office, approvers and auditors read it."
        ),
    )


#: What a button of the form sends → what it does.
ANSWERS = {"confirm": confirm, "dismiss": dismiss}


def seen_by(user):
    """Return the possible conflicts about proposals that ``user`` may see."""
    seen = Proposal.objects.visible_to(user).values("pk")
    rows = PossibleConflict.objects.filter(proposal__in=seen)
    return rows.select_related("seat__user", "seat__round", "proposal__organization")


@login_required
@require_safe
def possible(request: HttpRequest, pk: int) -> HttpResponse:
    """List what waits in a round, and what was answered."""
    require(request.user, "reviews.read_selection")
    return _page(request, get_object_or_404(Round, pk=pk))


def _page(request: HttpRequest, round: Round, answered: AnswerForm | None = None) -> HttpResponse:
    """Show the page; ``answered`` is the form that was refused, in place of an empty one."""
    runs = request.user.has_perm("reviews.run_selection")
    rows = seen_by(request.user).filter(seat__round=round)
    waiting = list(rows.waiting().order_by("pk"))
    decided = rows.exclude(outcome="")
    context = {
        "round": round,
        "runs": runs,
        "by_office": not services.scores_all(round),
        "waiting": _to_answer(request, waiting, answered) if runs else _to_read(waiting),
        "decided": _to_read(
            decided.select_related("decided_by", "note").order_by("-decided_at", "-pk")
        ),
        "trail": [
            (reverse("reviews:rounds"), _("Selections")),
            (reverse("reviews:selection", args=[round.pk]), str(round)),
            ("", _("Possible conflicts")),
        ],
    }
    return render(
        request, "reviews/possible_conflicts.html", context, status=422 if answered else 200
    )


def _to_read(rows: Iterable[PossibleConflict]) -> list[tuple]:
    """Return each row with its grounds, and neither a name nor a form."""
    return [(row, [(words, "") for words in conflict_words.reasons(row)], None) for row in rows]


def _to_answer(request: HttpRequest, rows: list[PossibleConflict], answered) -> list[tuple]:
    """Return each row with its grounds, the names behind them and its form."""
    groups = {r.proposal.organization for r in rows if conflict_words.names_people(r)}
    record_reading("officers_read", groups, by=request.user, at=request.now)
    forms_by_prefix = {answered.prefix: answered} if answered else {}
    return [
        (row, grounds, forms_by_prefix.get(_prefix(row)) or AnswerForm(prefix=_prefix(row)))
        for row, grounds in conflict_words.with_names(rows)
    ]


def _prefix(row: PossibleConflict) -> str:
    return f"possible{row.pk}"


@login_required
@require_POST
def possible_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Look again through all that the rows say; counts only what the person may meet."""
    require(request.user, "reviews.run_selection")
    round = get_object_or_404(Round, pk=pk)
    found = possible_conflicts.find(round, at=request.now)
    seen = visible_ids(request.user, [pair.proposal.pk for pair in found])
    number = sum(pair.proposal.pk in seen for pair in found)
    said = ngettext(
        "%(count)d possible conflict of interest is new.",
        "%(count)d possible conflicts of interest are new.",
        number,
    )
    messages.success(request, said % {"count": number} if number else _("Nothing new was found."))
    return redirect("reviews:possible-conflicts", pk=round.pk)


@login_required
@require_POST
def possible_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say of one whether it is a conflict of interest, with the reason."""
    require(request.user, "reviews.run_selection")
    row = get_object_or_404(seen_by(request.user), pk=pk)
    form = AnswerForm(request.POST, prefix=_prefix(row))
    if done(form, lambda: _answer(request, row, form)):
        return redirect("reviews:possible-conflicts", pk=row.seat.round_id)
    return _page(request, row.seat.round, form)


def _answer(request: HttpRequest, row: PossibleConflict, form: AnswerForm) -> None:
    answer = request.POST.get("answer", "")
    if answer not in ANSWERS:
        raise ValidationError(_("Choose one of the two answers."))
    ANSWERS[answer](row, reason=form.cleaned_data["reason"], by=request.user, at=request.now)
    messages.success(request, _said(answer, row.seat.round))


def _said(answer: str, round: Round) -> str:
    if answer == "confirm":
        return _("The conflict is recorded.")
    if services.scores_all(round):
        return _("Recorded: no conflict. The member may score the proposal.")
    return _("Recorded: no conflict. The office hands out the sheet, under “Who scores what”.")
