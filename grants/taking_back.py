"""Why a withdrawn change or claim cannot come back (訂正): another took its place, or its time is over."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from casework.flow import TAKE_BACK, Text
from casework.refusals import refuses

from .models import ChangeRequest, Claim
from .services.changes import why_no_change

ANOTHER_CLAIM = _("Another claim of the project year is open already. It is paid or closed first.")


@refuses(ChangeRequest.KIND, TAKE_BACK)
def another_change(change: ChangeRequest, *, at: datetime) -> Text | None:
    """Refuse to open a request again beside another one, or once the report is filed."""
    if change.is_open:
        return None
    return why_no_change(change.project_year) or None


@refuses(Claim.KIND, TAKE_BACK)
def another_claim(claim: Claim, *, at: datetime) -> Text | None:
    """Refuse to open a claim again beside another one."""
    if not claim.stage.final:
        return None
    others = claim.project_year.claims.filter(closed_at=None).exclude(pk=claim.pk)
    return ANOTHER_CLAIM if others.exists() else None
