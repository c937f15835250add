"""Starting before the decision, on the page of a project year and on the desk of the office."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework.desk_panels import desk_panel
from casework.panels import MONEY, panel
from casework.verbs import name_verbs

from . import services
from .early_starts import BY_NOTICE, RULE
from .models import EarlyStart, ProjectYear
from .parameters import CODES

#: How many notices stand on a desk.
ON_DESK = 5


def may_be_told(year: ProjectYear, user) -> bool:
    """Return whether a start before the decision can be told of, or could be before it."""
    return year.state in services.UNDECIDED or year.rules.text(RULE) == BY_NOTICE


def early_start_panel(year: ProjectYear, request: HttpRequest) -> dict | None:
    """The rule with its source until the decision, and what was told and answered."""
    told = list(year.early_starts.select_related("decided_by").order_by("pk"))
    undecided = year.state in services.UNDECIDED
    if not told and not undecided:
        return None
    rule, user = year.rules.text(RULE), request.user
    may_tell = user.has_perm("grants.write", year) and not services.why_no_early_start(year)
    return {
        "case": year,
        "rule": CODES[rule] if rule else "",
        "source": year.rules.source(RULE),
        "told": told,
        "undecided": undecided,
        "may_tell": may_tell,
        "may_answer": user.has_perm("grants.handle", year),
    }


def on_desk(request: HttpRequest) -> dict | None:
    """The oldest notices that the office has not answered."""
    waiting = EarlyStart.objects.filter(accepted=None).select_related("year").order_by("pk")
    rows = list(waiting[:ON_DESK])
    return {"told": rows} if rows else None


panel(
    ProjectYear.KIND, "grants/panels/early_start.html", early_start_panel, 24,
    part=MONEY, offered=may_be_told,
)  # fmt: skip
desk_panel(Role.OFFICE, "grants/desk/early_starts.html", on_desk, order=22)
name_verbs(
    tell_early_start=_("Start before the decision told (交付決定前着手届)"),
    accept_early_start=_("Start before the decision accepted"),
    refuse_early_start=_("Start before the decision refused"),
)
