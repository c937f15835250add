"""The reminder ladders that the office keeps, and how people choose to get what may wait."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import coming, ladders, preferences
from casework.climbing import mark_of
from casework.deadlines import KINDS
from casework.errors import NotPossible
from casework.ladder_forms import LadderReasonForm, NoticeChoicesForm, RungFormSet, lines_of
from casework.models import Deadline, Ladder

from .finding import holds, page_of, require_office

LADDERS = gettext_lazy("Reminder ladders")

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def ladder_list(request):
    """Every kind of deadline with the rungs of its ladder."""
    require_office(request.user, "casework.read_ladders")
    versions = ladders.versions()
    counting = ladders.counting(versions)
    context = {
        "kinds": [
            (kind, coming.in_words_of(counting[code]), versions.get(code))
            for code, kind in KINDS.items()
        ],
        "keeps": holds(request.user, "casework.keep_ladders"),
    }
    return render(request, "casework/ladders.html", context)


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise Http404(kind)
    return kind


@login_required
@form_page
def ladder_page(request, kind):
    """The ladder of one kind; a change is shown with what it moves before it is saved."""
    require_office(request.user, "casework.read_ladders")
    counting = ladders.ladder_of(_known(kind))
    if request.method == "POST":
        require_office(request.user, "casework.keep_ladders")
    form = LadderReasonForm(request.POST or None)
    lines = RungFormSet(
        request.POST or None, initial=lines_of(counting), form_kwargs={"kind": kind}
    )
    shown = None
    if form.is_valid() and lines.is_valid():
        wanted = lines.rungs()
        try:
            ladders.check(kind, wanted)
        except NotPossible as error:
            form.add_error(None, error.why)
        else:
            shown = mark_of(wanted)
            if request.POST.get("shown") == shown:
                reason = form.cleaned_data["reason"]
                ladders.change(kind, wanted, reason=reason, by=request.user, at=request.now)
                messages.success(request, _("The ladder is changed."))
                return redirect("casework:ladder", kind=kind)
    changes = _changes(request, kind, lines.rungs()) if shown else None
    return _ladder(request, kind, counting, form, lines, shown=shown, changes=changes)


def _changes(request, kind: str, wanted) -> dict:
    """Return what a new ladder would move within the days ahead."""
    seen = Deadline.objects.visible_to(request.user)
    added, dropped = coming.changes(seen, kind, wanted, today=request.today)
    all_open, later = coming.open_and_later(seen, kind, today=request.today)
    return {
        "open": all_open,
        "later": later,
        "added": added,
        "dropped": dropped,
        "items": page_of(request, sorted(added + dropped, key=lambda item: item.on)),
        "is_new": set(added),
    }


def _ladder(request, kind: str, counting, form, lines, **context):
    wrong = form.errors or lines.total_error_count()
    context |= {
        "kind": KINDS[kind],
        "rungs": coming.in_words_of(counting),
        "own": coming.in_words_of(KINDS[kind].ladder),
        "form": form,
        "back": LadderReasonForm(prefix="back"),
        "lines": lines,
        "ahead": coming.AHEAD,
        "versions": _versions(kind),
        "keeps": holds(request.user, "casework.keep_ladders"),
        "trail": [(reverse("casework:ladders"), LADDERS), ("", KINDS[kind].label)],
    }
    status = 422 if request.method == "POST" and wrong else 200
    return render(request, "casework/ladder.html", context, status=status)


def _versions(kind: str) -> list[tuple[Ladder, list[str]]]:
    rows = Ladder.objects.filter(kind=kind).select_related("by").prefetch_related("rungs")
    return [(row, coming.in_words_of(ladders.rungs_of(row))) for row in rows.order_by("-version")]


@login_required
@require_POST
def ladder_back(request, kind):
    """Let the program's own ladder count again."""
    require_office(request.user, "casework.keep_ladders")
    code = _known(kind)
    form = LadderReasonForm(request.POST, prefix="back")
    if not form.is_valid():
        messages.error(request, _("Please say why."))
    else:
        reason = form.cleaned_data["reason"]
        ladders.back_to_the_programs(code, reason=reason, by=request.user, at=request.now)
        messages.success(request, _("The program’s own ladder counts again."))
    return redirect("casework:ladder", kind=code)


@login_required
@form_page
def notice_choices(request):
    """How a person wants to hear of what may wait, and what always comes at once."""
    form = NoticeChoicesForm(request.POST or None, initial=preferences.of(request.user))
    if form.is_valid():
        preferences.choose(request.user, form.cleaned_data)
        messages.success(request, _("Your choice is saved."))
        return redirect("casework:notice-choices")
    status = 422 if form.errors else 200
    return render(request, "casework/notice_choices.html", {"form": form}, status=status)
