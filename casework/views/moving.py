"""Making a move, and drafting one that an approver decides."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_fsm import TransitionNotAllowed

from casework import approvals, effects, forms, letters, moves, services
from casework.beside_decisions import shown_beside
from casework.case_panels import items_to_decide
from casework.errors import NotPossible
from casework.flow import Move
from casework.list_decisions import NOT_ALONE
from casework.models import Approval, Case
from casework.next_links import next_address

from .finding import holds, require_office, trail_to, visible_case
from .papers import pdf_response

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _move_of(case: Case, verb: str) -> Move:
    move = case.flow.get(verb)
    if move is None or move.only_follows or move.extends:
        raise Http404(verb)
    return move


def _form_of(request, case: Case, verb: str, **begins_with) -> moves.MoveForm:
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = moves.form_for(case, verb, *data, today=request.today, by=request.user)
    form.initial |= begins_with
    return form


def _moved_on(request, case: Case):
    messages.error(request, _("The case has moved on. Here is where it stands now."))
    return redirect("casework:case", pk=case.pk)


@login_required
@form_page
def case_move(request, pk, verb):
    """Ask what a move needs, and make it; a refusal is a message, not an error."""
    case = visible_case(request, pk)
    move = _move_of(case, verb)
    if move.by_approval and holds(request.user, "casework.draft_approval"):
        return redirect("casework:draft", pk=pk, verb=verb)
    if not services.may(request.user, move, case):
        raise PermissionDenied(move.who)
    if case.state not in move.source:
        return _moved_on(request, case)
    form = _form_of(request, case, verb)
    if request.method == "POST" and form.is_valid():
        done = _make(request, case, move, form)
        if done is not None:
            return done
    refused = services.NEEDS_APPROVAL if move.by_approval else None
    context = {
        "case": case,
        "move": move,
        "form": form,
        "effects": effects.of_move(case, move),
        "refused": refused or services.refusal(case, move, at=request.now, by=request.user),
        "items": _items(request, case) if isinstance(case, Approval) else None,
        "trail": trail_to(case, request.user, move.label),
    }
    return render(request, "casework/move.html", context, status=422 if form.errors else 200)


def _items(request, approval: Approval) -> list:
    return items_to_decide(approval, request.user, today=request.today)


def _make(request, case: Case, move: Move, form: moves.MoveForm):
    """Make the move and lead back to the case; ``None`` if the form has to be shown again."""
    try:
        moves.make(form, move.verb, by=request.user, at=request.now)
    except TransitionNotAllowed:
        return _moved_on(request, case)
    except NotPossible as error:
        if form.fields and not move.by_approval:  # what was written is not lost
            form.add_error(None, str(error.why))
            return None
        messages.error(request, error.why)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    else:
        messages.success(request, _("Done: %(move)s.") % {"move": move.label})
    return redirect("casework:case", pk=case.pk)


@login_required
@require_safe
def case_next(request, pk):
    """Lead from a notice to exactly what its reader can do now, or to the case where that is open."""
    case = visible_case(request, pk)
    return redirect(
        next_address(case, request.user, at=request.now, deadline=request.GET.get("deadline", ""))
    )


@login_required
@form_page
def case_draft(request, pk, verb):
    """Draft a decision on one case (起案), with the letter it sends to look at first."""
    case = visible_case(request, pk)
    move = _move_of(case, verb)
    require_office(request.user, "casework.draft_approval")
    if not move.by_approval:
        raise Http404(verb)
    if not move.alone:
        messages.error(request, NOT_ALONE)
        return redirect("casework:case", pk=case.pk)
    if case.state not in move.source:
        return _moved_on(request, case)
    return draft_page(request, case, move)


def draft_page(
    request, case: Case, move: Move, *, begins_with: dict | None = None, shows=None, **context
):
    """Answer with the page on which ``move`` is drafted, its letter, or the way to the draft.

    :param begins_with: field of the move's form → what stands in it first.
    :param shows: called with the form when the person asks to be shown what would follow, in place
        of drafting; returns more context.
    :param context: what the page shows besides, such as the deadline that is extended, or in
        the place of what it shows of the move.
    """
    form = _form_of(request, case, move.verb, **(begins_with or {}))
    title_form = forms.DraftForm(
        request.POST or None, initial={"title": approvals.title_for(case, move)}
    )
    if shows and "show" in request.POST:
        context |= shows(form)
    elif request.method == "POST" and form.is_valid():
        answer = _preview_or_draft(request, case, move, form, title_form)
        if answer is not None:
            return answer
    context = {
        "case": case,
        "move": move,
        "form": form,
        "title_form": title_form,
        "beside": shown_beside(case, move.verb, facts={}, today=request.today),
        "effects": effects.of_move(case, move),
        "letter_kind": letters.sent_by(case, move.verb),
        "refused": services.refusal(case, move, at=request.now),
        "waiting": approvals.waiting_draft(case),
        "trail": trail_to(case, request.user, _("Draft a decision (起案)")),
        **context,
    }
    wrong = form.errors or title_form.errors
    return render(request, "casework/draft.html", context, status=422 if wrong else 200)


def _preview_or_draft(request, case: Case, move: Move, form, title_form):
    """Answer with the letter or lead to the draft; ``None`` if the form has to be shown again."""
    try:
        if "preview" in request.POST:
            return _preview(request, case, move, form)
        if title_form.is_valid():
            approval = _draft(request, case, move, form, title_form.cleaned_data["title"])
            messages.success(request, _("The draft is with the approver now."))
            return redirect("casework:case", pk=approval.pk)
    except NotPossible as error:
        form.add_error(None, str(error.why))
    except ValidationError as error:
        form.add_error(None, error)
    return None


def _preview(request, case: Case, move: Move, form):
    kind = letters.sent_by(case, move.verb)
    if kind is None:
        raise Http404
    return pdf_response(
        letters.preview(kind, case, form.cleaned_data, today=request.today), f"preview-{case.pk}"
    )


@transaction.atomic
def _draft(request, case: Case, move: Move, form, title: str) -> Approval:
    facts = moves.facts_of(form, by=request.user, at=request.now)
    wish = approvals.Wish(case, move.verb, facts, amount_yen=form.amount_yen)
    return approvals.draft(title, [wish], by=request.user, at=request.now)
