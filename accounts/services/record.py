"""What is kept of what was done: one ``Change`` a deed."""

from collections.abc import Iterable
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


def record_reading(
    what: str, groups: Iterable[Organization], *, by: User, at: datetime, own_too: bool = False
) -> None:
    """Write down that ``by`` read personal rows of groups.

    :param own_too: also of one's own groups, of which else nothing is written.
    """
    read = {group.pk for group in groups}
    read -= set() if own_too else by.duties.organizations.keys()
    Change.objects.bulk_create(
        Change(what=what, organization_id=pk, by=by, at=at) for pk in sorted(read)
    )
