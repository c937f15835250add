"""Duties, from one day until another; somebody must always be left who can give them."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import DatedQuerySet, Department, Duty, Role, User
from accounts.permissions import require
from accounts.services.record import record
from accounts.services.terms import end

#: Duties whose holders work with the tables of the administration site.
STAFF_ROLES = (Role.OFFICE, Role.ADMINISTRATOR)


@transaction.atomic
def grant_duty(
    user: User,
    *,
    role: str,
    by: User,
    at: datetime,
    valid_from: date | None = None,
    valid_until: date | None = None,
    department: Department | None = None,
    post: str = "",
    decides_up_to_yen: int | None = None,
) -> Duty:
    """Give a person a duty from one Japan date until another, both included.

    :raises ValidationError: if the days do not fit, or a department's duty names no department.
    """
    require(by, "accounts.manage_duties")
    if role == Role.SYSTEM:
        raise ValidationError(_("No person holds this duty."), code="system")
    duty = Duty(
        user=user,
        role=role,
        valid_from=valid_from or timezone.localdate(at),
        valid_until=valid_until,
        department=department,
        post=post,
        decides_up_to_yen=decides_up_to_yen,
    )
    duty.full_clean()
    duty.save()
    open_administration_site(user, role)
    record("duty_granted", by=by, at=at, user=user, duty=duty.pk, role=role)
    return duty


def open_administration_site(user: User, role: str) -> None:
    """Show the door; what they may do inside is asked of their duties, day by day."""
    if role in STAFF_ROLES and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])


@transaction.atomic
def end_duty(duty: Duty, *, last_day: date, by: User, at: datetime) -> None:
    """Let a duty end on ``last_day`` (Japan date); before its first day takes it back altogether.

    :raises ValidationError: if nobody would be left to give duties.
    """
    require(by, "accounts.manage_duties")
    if duty.role == Role.ADMINISTRATOR:
        keep_an_administrator(last_day + timedelta(days=1), without=Q(pk=duty.pk))
    facts = {"duty": duty.pk, "role": duty.role, "last_day": last_day.isoformat()}
    record("duty_ended", by=by, at=at, user=duty.user, **facts)
    end(duty, last_day)


def administrators(day: date) -> DatedQuerySet:
    """Return the duties of those who can give duties on ``day``."""
    held = Duty.objects.valid_on(day).filter(role=Role.ADMINISTRATOR, user__is_active=True)
    return held.order_by("pk")


def keep_an_administrator(day: date, *, without: Q) -> None:
    """Refuse what would leave nobody to give duties.

    :param day: Japan date from which the duties ``without`` selects no longer count.
    :raises ValidationError: if no other administrator is there on ``day``.
    """
    # Locked first and then read afresh, so that two who act on each other wait for one another.
    list(Duty.objects.filter(role=Role.ADMINISTRATOR).order_by("pk").select_for_update())
    if not administrators(day).exclude(without).exists():
        raise ValidationError(
            _("This is the only administrator. Make another person an administrator first."),
            code="last_administrator",
        )
