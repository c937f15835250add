"""What the decisions on a grant and on its change rest on: requirements, overrides, the calculation."""

from datetime import date, datetime

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from casework.beside_decisions import beside
from casework.calendar import japan_date
from casework.parties import listed
from casework.refusals import refuses

from .changes import changes
from .eligibility import Outcome
from .forms.rule_words import what_is_open
from .models import ChangeRequest, ProjectYear
from .reckoning import changed_amount, grantable
from .standing import rule_standings


@refuses(ProjectYear.KIND, "grant")
def requirement_not_met(year: ProjectYear, *, at: datetime) -> str | None:
    """Say which requirements are not met now and were not overridden; nothing is granted before."""
    rows = rule_standings(year.proposal, on=japan_date(at), year=year)
    names = [str(row.check.label) for row in rows if row.outcome == Outcome.FAILS]
    if not names:
        return None
    words = _("Not met: %(rules)s. Answer the requirements of the proposal first, with the reason why this counts as met, or draft that nothing is granted.")  # fmt: skip
    return words % {"rules": listed(names)}


@beside(ProjectYear.KIND, "grant")
def what_the_grant_rests_on(year: ProjectYear, *, facts: dict, today: date) -> str:
    """Draw what is open, what was overridden by whom and why, and what nobody could judge."""
    rows = rule_standings(year.proposal, on=today, year=year)
    return render_to_string(
        "grants/_grant_rests_on.html",
        {
            "year": year,
            "amount": grantable(year) if facts else None,
            "open": what_is_open(year, today=today),
            "overridden": [row for row in rows if row.is_overridden],
            "not_judged": [
                row for row in rows if row.outcome in (Outcome.NOT_SET, Outcome.NEEDS_PERSON)
            ],
        },
    )


@beside(ChangeRequest.KIND, "approve")
def what_the_change_rests_on(change: ChangeRequest, *, facts: dict, today: date) -> str:
    """Draw why the change is decided, and how the grant after it is reckoned."""
    if not change.changes_the_plan:
        return ""
    year = change.project_year
    after = facts.get("granted_yen")
    back = max(year.paid_yen - after, 0) if after is not None else 0
    return render_to_string(
        "grants/_change_rests_on.html",
        {
            "year": year,
            "verdict": change.weighed(),
            "changes": changes(*change.before_and_after()),
            "amount": changed_amount(change) if facts else None,
            "paid_yen": year.paid_yen,
            "back_yen": back,
        },
    )
