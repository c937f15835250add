"""What the office does with a deadline: draft more time for it, or set the date."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from casework import coming, forms, timekeeping
from casework.derivation import Due
from casework.errors import NotPossible
from casework.models import Deadline

from .cases import case_form
from .finding import visible_case
from .moving import draft_page

#: What the page says instead of a letter, where others than the group owe the duty.
BY_NOTICE = {
    "letter_kind": None,
    "effects": [
        gettext_lazy("No letter leaves. Whoever owes it is told of the new date by a notice.")
    ],
}

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _deadline(request, pk: int, *, rows=None) -> Deadline:
    """Return the deadline that the page is about; 404 unless it is one of ``rows``, or open."""
    found = Deadline.objects.open() if rows is None else rows
    rows = found.visible_to(request.user).select_related("case")
    deadline = get_object_or_404(rows.prefetch_related("extensions"), pk=pk)
    require(request.user, "casework.set_deadline", deadline.case)
    return deadline


def _shown(form, field: str, deadline: Deadline, moves) -> dict:
    """Return which reminders the date in ``field`` moves; nothing else is asked for yet.

    :param moves: called with ``deadline`` and the date; returns what ``casework.coming.moved`` does.
    """
    for other in form.errors.keys() - {field}:
        del form.errors[other]
    if form.errors:
        return {}
    return {"moved": coming.lines_of(deadline, moves(deadline, form.cleaned_data[field]))}


@login_required
@form_page
def deadline_extend(request, pk):
    """Draft more time for a deadline (起案), also after its date; an approver decides."""
    deadline = _deadline(request, pk)
    case = visible_case(request, deadline.case_id)
    move = next((move for move in case.moves_from_here() if move.extends), None)
    if move is None:
        raise Http404
    told = {"deadline": deadline, **({} if deadline.is_of_group else BY_NOTICE)}
    moves = partial(coming.moved, today=request.today)
    return draft_page(
        request, case, move, begins_with={"deadline": pk},
        shows=lambda form: _shown(form, "until_on", deadline, moves), can_show=True, **told,
    )  # fmt: skip


@login_required
@form_page
def deadline_set(request, pk):
    """Set the date of a deadline whose rule is not set, or whose basis changed."""
    saves = request.method == "POST" and "show" not in request.POST
    # Whoever clicks twice saves the second time for a row that has ended: they are told, not lost.
    deadline = _deadline(request, pk, rows=Deadline.objects.all() if saves else None)
    form, shown = forms.SetDateForm(request.POST or None), {}
    if "show" in request.POST:
        moves = partial(coming.replaced, today=request.today)
        shown = _shown(form, "due_on", deadline, moves)
    elif form.is_valid():
        due = Due.fixed(form.cleaned_data["due_on"], basis=timekeeping.SET_BY_OFFICE)
        try:
            timekeeping.supersede(
                deadline, due, reason=form.cleaned_data["reason"], by=request.user, at=request.now
            )
        except NotPossible as refusal:
            messages.info(request, refusal.why)
        except ValueError:
            messages.error(request, _("The case has moved on. Here is where it stands now."))
        else:
            messages.success(request, _("The date is recorded."))
        return redirect("casework:case", pk=deadline.case_id)
    return case_form(
        request, deadline.case, form,
        title=_("Set the date"),
        text=_("A new line takes the place of the one that stands; both stay on record."),
        submit=_("Set the date"),
        deadline=deadline, can_show=True, **shown,
    )  # fmt: skip
