"""When two rows of a group become one, the cases of the duplicate go to the group that stays."""

from datetime import datetime

from accounts.models import Organization, User
from accounts.services import on_merge

from . import history
from .services import locked


@on_merge
def move_cases(duplicate: Organization, into: Organization, *, by: User, at: datetime) -> None:
    """Give each case of ``duplicate`` to ``into``, with a line of history that names both ids."""
    for case in map(locked, duplicate.cases.order_by("pk")):
        case.organization = into
        case.save(update_fields=["organization"])
        history.append(
            case, "merge_group", source=case.state, target=case.state, by=by, at=at,
            facts={"duplicate": duplicate.pk, "into": into.pk},
        )  # fmt: skip
