"""What is kept of what was done: one ``Change`` a deed."""

from datetime import datetime

from accounts.models import Change, Organization, User


def record(
    what: str,
    *,
    by: User,
    at: datetime,
    organization: Organization | None = None,
    user: User | None = None,
    **facts: object,
) -> None:
    """Write down one deed; ``facts`` are ids and codes, never names."""
    Change.objects.create(
        what=what, by=by, at=at, organization=organization, user=user, facts=facts
    )
