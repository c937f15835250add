"""The page on which a draft is written: one address shows it, saves it by a button and by itself.

A window that was opened before somebody else saved gets both texts and chooses, part by part.
"""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import localtime

from .drafts import Draft, differences, not_chosen, saved_data, typed, with_choices
from .edit_numbers import StaleDraft
from .flow import Text
from .models import Case


def write(
    request: HttpRequest, case: Case, *, read: Callable[..., Draft], save: Callable[[Draft], Case],
    show: Callable[[Draft, int], HttpResponse], saved: Text,
    parts: Callable[[Draft], dict[str, str]] = lambda draft: {},
) -> HttpResponse:  # fmt: skip
    """Answer a request for the page on which ``case`` is written, which the caller allowed.

    :param read: makes the draft from the case and what was posted; without data, from what is saved.
    :param save: saves a valid draft; raises ``StaleDraft`` or ``ValidationError``.
    :param show: draws the page of a draft with an HTTP status.
    :param saved: what to say when a button saved it.
    :param parts: id → markup of the parts of the page that are drawn anew when it saved itself.
    """
    if request.method != "POST":
        return show(read(case), 200)
    data = with_choices(request.POST, lambda: read(case))
    draft = read(case, data)
    if not draft.is_valid():
        return _refused(request, draft, show, parts)
    if unanswered := not_chosen(request.POST):
        return _both_texts(request, draft, data, read, unanswered)
    try:
        kept = save(draft)
    except StaleDraft:
        return _stale(request, draft, data, read)
    except ValidationError as refusal:
        draft.text.add_error(None, refusal)
        return _refused(request, draft, show, parts)
    return _kept(request, kept, saved, lambda: parts(draft))


def _is_autosave(request: HttpRequest) -> bool:
    return request.headers.get("X-Autosave") == "1"


def _kept(request: HttpRequest, case: Case, saved: Text, parts: Callable[[], dict]) -> HttpResponse:
    if _is_autosave(request):
        clock = f"{localtime(request.now):%H:%M}"
        answer = {"edit_number": case.edit_number, "saved_at": clock, "parts": parts()}
        return JsonResponse(answer)
    messages.success(request, saved)
    if request.POST.get("then") == "case":
        return redirect("casework:case", pk=case.pk)
    return redirect(request.path)


def _refused(request: HttpRequest, draft: Draft, show: Callable, parts: Callable) -> HttpResponse:
    if _is_autosave(request):
        return JsonResponse({"saved": False, "parts": parts(draft)}, status=422)
    return show(draft, 422)


def _stale(request: HttpRequest, draft: Draft, data: QueryDict, read: Callable) -> HttpResponse:
    """Somebody saved meanwhile: overwrite nothing, show both texts."""
    if _is_autosave(request):
        return JsonResponse({"saved": False}, status=409)
    return _both_texts(request, draft, data, read)


def _both_texts(
    request: HttpRequest, mine: Draft, data: QueryDict, read: Callable, unanswered=()
) -> HttpResponse:
    case = type(mine.case)._base_manager.get(pk=mine.case.pk)
    saved = read(case, saved_data(read(case)))
    saved.is_valid()
    context = {
        "case": case,
        "differences": differences(mine, saved),
        "mine": typed(data),
        "unanswered": unanswered,
    }
    return render(request, "casework/both_texts.html", context, status=409)
