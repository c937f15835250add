"""What a member may do, and how a membership ends: a group is never left without an owner."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import MemberRole, Membership, Organization, User
from accounts.permissions import require
from accounts.services.groups import locked
from accounts.services.record import record
from accounts.services.terms import end

#: Of two memberships of one person, the one that stays: the later in this row.
STRENGTH = (MemberRole.VIEWER, MemberRole.EDITOR, MemberRole.OWNER)


def join(organization: Organization, role: str, user: User, today: date) -> Membership:
    """Make ``user`` a member from ``today`` (Japan date); who is one already keeps the row."""
    standing = organization.membership_set.filter(user=user, valid_until__isnull=True).first()
    if standing is None:
        return Membership.objects.create(
            user=user, organization=organization, role=role, valid_from=today
        )
    strengthen(standing, role)
    return standing


def strengthen(membership: Membership, role: str) -> None:
    """Let a member do what ``role`` may, unless they may do more already."""
    membership.role = max(membership.role, role, key=STRENGTH.index)
    membership.save(update_fields=["role"])


@transaction.atomic
def change_member_role(membership: Membership, *, role: str, by: User, at: datetime) -> Membership:
    """Change what a member may do.

    :raises ValidationError: if the group would be left without an owner.
    """
    require(by, "accounts.manage_members", membership.organization)
    today = timezone.localdate(at)
    membership = _standing(membership, today)
    if MemberRole(role) != MemberRole.OWNER:
        _refuse_to_lose_last_owner(membership, today)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    _record("role_changed", membership, by=by, at=at, **{"from": before, "to": role})
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: User, at: datetime) -> None:
    """End a membership at once: yesterday was its last day. Members may leave by themselves.

    :raises ValidationError: if the group would be left without an owner.
    """
    if by != membership.user:
        require(by, "accounts.manage_members", membership.organization)
    today = timezone.localdate(at)
    membership = _standing(membership, today)
    _refuse_to_lose_last_owner(membership, today)
    _record("left", membership, by=by, at=at, role=membership.role)
    end(membership, today - timedelta(days=1))


def _record(what: str, membership: Membership, **deed) -> None:
    record(what, organization=membership.organization, user=membership.user, **deed)


def _standing(membership: Membership, today: date) -> Membership:
    """Lock the group and read the membership afresh."""
    organization = locked(membership.organization)
    standing = organization.membership_set.valid_on(today).select_related("user")
    found = standing.filter(pk=membership.pk).first()
    if found is None:
        raise ValidationError(_("This membership has already ended."), code="moved_on")
    return found


def _refuse_to_lose_last_owner(membership: Membership, today: date) -> None:
    if membership.role != MemberRole.OWNER:
        return
    owners = membership.organization.membership_set.valid_on(today).filter(
        role=MemberRole.OWNER, user__is_active=True
    )
    if not owners.exclude(user=membership.user).exists():
        raise ValidationError(
            _("This is the group's only owner. Make another member an owner first."),
            code="last_owner",
        )
