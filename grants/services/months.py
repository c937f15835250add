"""Planning a project year by month, and telling what was done. What is wrong is struck out."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.services import locked
from grants.models import Activity, ActivityDone, ProjectYear
from grants.months import MONTHS


@transaction.atomic
def plan_activity(
    year: ProjectYear, *, label: str, planned: Iterable[int], by, at: datetime
) -> Activity:
    """Add an activity with the months for which it is planned.

    :raises PermissionDenied: if ``by`` neither writes for the group nor works for the department.
    :raises ValidationError: if a month is none.
    """
    year = _to_keep(year, by=by, at=at)
    wanted = set(planned)
    if not wanted <= set(MONTHS):
        raise ValidationError(_("Choose months of the year."))
    in_order = [month for month in MONTHS if month in wanted]
    return Activity.objects.create(year=year, label=label, planned=in_order, by=by, at=at)


@transaction.atomic
def tell_done(
    activity: Activity, *, month: int, note: str, participants: int | None, by, at: datetime
) -> ActivityDone:
    """Add what was done of an activity in one month.

    :raises PermissionDenied: as of :func:`plan_activity`.
    :raises ValidationError: if the month has not begun.
    """
    year = _to_keep(activity.year, by=by, at=at)
    begins_on = date(year.fiscal_year + (month < MONTHS[0]), month, 1)
    if begins_on > japan_date(at):
        words = _("This month has not begun. Tell what was done once it has.")
        raise ValidationError({"month": words})
    return activity.done.create(
        month=month, note=note, participants=participants, by=by, at=at
    )  # fmt: skip


@transaction.atomic
def strike(row: Activity | ActivityDone, *, by, at: datetime) -> None:
    """Strike out an activity, with what was done of it, or one line of what was done.

    :raises PermissionDenied: as of :func:`plan_activity`.
    """
    _to_keep(row.year if isinstance(row, Activity) else row.activity.year, by=by, at=at)
    type(row)._base_manager.filter(pk=row.pk, struck_at=None).update(struck_at=at)


def _to_keep(year: ProjectYear, *, by, at: datetime) -> ProjectYear:
    year = locked(year)
    require(by.act_on(japan_date(at)), "grants.keep_months", year)
    return year
