"""What the office settles about the guideline."""

from datetime import datetime

from django.db.models import QuerySet

from guideline.models import Crosswalk


def confirm(rows: QuerySet[Crosswalk], *, by, at: datetime) -> int:
    """Confirm crosswalk rows as the office's own reading; return how many were open.

    A row confirmed before keeps who confirmed it and when.
    """
    return rows.filter(confirmed_at=None).update(confirmed_by=by, confirmed_at=at)
