"""Setting the rules of a course."""

from datetime import datetime

from django.db import transaction

from accounts.permissions import require
from casework.calendar import japan_date
from grants.models import CourseEdition, EditionParameter, ParameterChange


@transaction.atomic
def set_parameter(
    edition: CourseEdition, name: str, *, by, at: datetime, **fields
) -> EditionParameter:
    """Set one rule of an edition. Rounds that are open keep the rules they froze.

    :param fields: ``status, value, source, confirmed_years, note``.
    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    before = edition.parameters.select_for_update().filter(name=name).first()
    parameter, _created = EditionParameter.objects.update_or_create(
        edition=edition, name=name, defaults=fields
    )
    keep_change(before, parameter, by=by, at=at)
    return parameter


def keep_change(
    before: EditionParameter | None, after: EditionParameter, *, by, at: datetime
) -> None:
    """Record that a rule was changed, if it was: what it said, what it says, and whence."""
    kept = ("status", "value", "unit", "source", "level", "confirmed_years", "note")
    if before and all(getattr(before, name) == getattr(after, name) for name in kept):
        return
    ParameterChange.objects.create(
        edition=after.edition,
        name=after.name,
        old_status=before.status if before else "",
        old_value=before.value if before else "",
        new_status=after.status,
        new_value=after.value,
        source=after.source,
        by=by,
        at=at,
    )
