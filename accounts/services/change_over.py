"""Duties that end on one day and begin on another (人事異動), several at once, entered twice or not."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import Department, Duty, User
from accounts.permissions import require
from accounts.services.duties import end_duty, grant_duty


def running_beyond(day: date):
    """Return the duties that hold on ``day`` (Japan date) and go on after it."""
    later = Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    return Duty.objects.valid_on(day).filter(later)


@transaction.atomic
def end_duties(chosen: Iterable[int], *, last_day: date, by: User, at: datetime) -> list[Duty]:
    """Let several duties end on ``last_day`` (Japan date): all of them or none.

    One that ends by then already stays as it is, so that doing it twice changes nothing.

    :param chosen: ids of duties.
    :return: those that end on another day now than before.
    :raises ValidationError: if nobody would be left to give duties.
    """
    require(by, "accounts.manage_duties")
    rows = running_beyond(last_day).filter(pk__in=list(chosen)).select_related("user")
    ended = list(rows.order_by("pk").select_for_update(of=("self",)))
    for duty in ended:
        end_duty(duty, last_day=last_day, by=by, at=at)
    return ended


@transaction.atomic
def begin_duty(
    user: User, *, role: str, valid_from: date, by: User, at: datetime,
    department: Department | None = None, post: str = "", valid_until: date | None = None,
    decides_up_to_yen: int | None = None,
) -> tuple[Duty, bool]:  # fmt: skip
    """Give a person a duty from ``valid_from`` on, unless the same one holds on that day already.

    :return: the duty, and whether it is new.
    :raises ValidationError: if the days do not fit, or a department's duty names no department.
    """
    require(by, "accounts.manage_duties")
    User.objects.select_for_update().get(pk=user.pk)
    same = Duty.objects.valid_on(valid_from).filter(user=user, role=role, department=department)
    if standing := same.order_by("pk").first():
        return standing, False
    told = {
        "department": department, "post": post, "valid_from": valid_from,
        "valid_until": valid_until, "decides_up_to_yen": decides_up_to_yen,
    }  # fmt: skip
    return grant_duty(user, role=role, by=by, at=at, **told), True
