"""Whether a project goes on in its next year: what there is to weigh, and who decided what."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import require
from casework.calendar import first_day
from casework.models import Case
from casework.next_moves import next_moves
from casework.retention import families
from casework.views.finding import trail_to
from grants.continuation import earlier_years
from grants.models import ProjectYear
from grants.parameters import rule_in_words

#: Cases that are kept with a project and tell how a year of it went.
TELL = ("report", "interim_report", "collaboration_report")


@login_required
@require_safe
def review(request, pk):
    """The sheet of a later project year: the years before, the rules, the budget, the decision."""
    seen = ProjectYear.objects.visible_to(request.user)
    rows = seen.select_related("proposal__round__edition", "organization", "department")
    year = get_object_or_404(rows, pk=pk)
    require(request.user, "grants.read_plans")
    if year.position == 1:
        raise Http404(pk)
    decided = year.events.filter(verb="plan").select_related("by").order_by("-pk").first()
    told = Case.objects.visible_to(request.user).filter(
        kind__in=TELL, pk__in=families([year.proposal_id])
    )
    context = {
        "year": year,
        "rules": [_rule(year, name) for name in ("continuation_review", "earlier_year_blocks")],
        "earlier": earlier_years(year),
        "reports": told.order_by("fiscal_year", "pk"),
        "budget": year.program_budget(),
        "begins_on": first_day(year.fiscal_year),
        "decided": decided if year.continuation_decided_on else None,
        "reasons": year.remarks.order_by("pk"),
        "next": next_moves(year, request.user, at=request.now),
        "plans": request.user.has_perm("grants.plan"),
        "terms": reverse("casework:case", args=[year.proposal_id]),
        "trail": trail_to(year, request.user, _("Review of the continuation")),
    }
    return render(request, "grants/continuation.html", context)


def _rule(year: ProjectYear, name: str):
    stored = year.rules.values.get(name, {})
    return rule_in_words(name, stored.get("status", "not_set"), stored.get("value", ""))
