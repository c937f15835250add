"""Where a case shows which measures it advances, and where case and desk lead the office to confirm them."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework.desk_links import desk_link
from casework.desk_panels import desk_panel
from casework.panels import CONTENT, panel
from casework.parties import Party
from casework.verbs import name_verbs
from casework.work_pages import work_page

from . import services
from .advancing import advanced
from .case_panels import is_party, is_written
from .models import Proposal
from .models.proposal import SELECTED
from .unread_measures import as_listed, unread_cases, waiting

#: How many of the projects that wait stand on the desk itself.
ON_DESK = 5


def reads_readings(proposal: Proposal, user) -> bool:
    """Return whether ``user`` reads how the office reads the measures: group, city, department."""
    in_charge = proposal.department_id in user.duties.departments
    is_filed = proposal.filed_at is not None and is_written(proposal, user)
    return is_filed and (in_charge or is_party(user, proposal))


def measures_panel(proposal: Proposal, request) -> dict:
    """What the group named, and beside it how the office reads it."""
    rows = advanced(proposal)
    return {
        "case": proposal,
        "rows": rows,
        "unread": sum(row.reading is None for row in rows),
        "is_weighed": any(row.weight for row in rows),
        "may_read": services.may_read_measures(proposal, request.user),
    }


def _has_measures_to_confirm(proposal: Proposal, user) -> bool:
    """Return whether ``user`` is to confirm what an adopted project names."""
    is_adopted = proposal.state in SELECTED
    return is_adopted and services.may_read_measures(proposal, user) and proposal.has_unread_measures()  # fmt: skip


def on_desk(request: HttpRequest) -> dict | None:
    """How many adopted projects wait for their measures to be confirmed, and the first of them."""
    found = unread_cases(request.user)
    rows = waiting(as_listed(found)[:ON_DESK])
    if not rows:
        return None
    number = found.count() if len(rows) == ON_DESK else len(rows)
    return {"unread": rows, "number": number}


panel(
    Proposal.KIND, "grants/panels/measures.html", measures_panel, 75,
    part=CONTENT, offered=reads_readings,
)  # fmt: skip
work_page(
    Proposal.KIND, _("Confirm and weigh the measures"), "grants:proposal-measures",
    _has_measures_to_confirm, order=200,
)  # fmt: skip
desk_panel(Role.OFFICE, "grants/desk/measures.html", on_desk, order=24)
desk_link(Party.OFFICE, _("Measures to confirm"), "grants:unread-measures", 24)
name_verbs(read_measures=_("Measures confirmed and weighed"))
