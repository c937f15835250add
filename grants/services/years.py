"""Writing the application of one project year."""

from datetime import datetime

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction

from casework.calendar import japan_date
from casework.edit_numbers import take_next
from casework.services import locked
from grants.models import ProjectYear


@transaction.atomic
def save_year(
    year: ProjectYear, *, fields: dict, lines: list[dict], edit_number: int, by, at: datetime
) -> ProjectYear:
    """Save the application of a project year while its group still writes it.

    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if the application has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` does not write for the group, or it is applied for.
    """
    year = locked(year)
    by.act_on(japan_date(at))
    if not may_edit_year(year, by):
        raise PermissionDenied("grants.write")
    take_next(year, edit_number)
    for name, value in fields.items():
        setattr(year, name, value)
    year.save()
    year.budget_lines.all().delete()
    year.budget_lines.bulk_create(year.budget_lines.model(year=year, **line) for line in lines)
    return year


def may_edit_year(year: ProjectYear, user) -> bool:
    """Return whether ``user`` may change the application, in the state it is in."""
    return year.state in ("planned", "returned") and rules.has_perm("grants.write", user, year)
