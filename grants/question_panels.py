"""Questions on calls on the page of their call, and on the desk of the office."""

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework.desk_links import desk_link
from casework.desk_panels import desk_panel
from casework.parties import Party

from .call_panels import call_panel
from .models import CallAnswer, Question, Round

#: How many published answers stand on one page of a call, and how many questions on a desk.
PER_PAGE, ON_DESK = 10, 5


def on_call(call: Round, request: HttpRequest) -> dict:
    """What the office published, newest first, and what the reader asked."""
    public = CallAnswer.objects.published().filter(question__round=call).order_by("-at", "-pk")
    mine = []
    if request.user.is_authenticated:
        mine = list(call.questions.filter(by=request.user).with_answers().order_by("-pk"))
    page = Paginator(public, PER_PAGE).get_page(request.GET.get("page"))
    return {"call": call, "page": page, "mine": mine}


def on_desk(request: HttpRequest) -> dict | None:
    """The oldest questions that nobody was answered yet."""
    rows = list(Question.objects.waiting().select_related("round").order_by("pk")[: ON_DESK + 1])
    return {"questions": rows[:ON_DESK], "more": len(rows) > ON_DESK} if rows else None


call_panel("grants/panels/questions.html", on_call)
desk_panel(Role.OFFICE, "grants/desk/questions.html", on_desk, order=6)
desk_link(Party.OFFICE, _("Questions on calls"), "grants:questions", 22)
desk_link(Role.AUDITOR, _("Questions on calls"), "grants:questions", 35)
