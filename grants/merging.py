"""When two rows of a group become one, its awards from before this system count for the one."""

from datetime import datetime

from accounts.models import Organization, User
from accounts.services import on_merge

from .models import PastAward


@on_merge
def move_past_awards(
    duplicate: Organization, into: Organization, *, by: User, at: datetime
) -> None:
    """Say of the past awards of ``duplicate`` that they are those of ``into``."""
    PastAward.objects.filter(organization=duplicate).update(organization=into)
