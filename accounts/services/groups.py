"""Groups: their registration, their facts, and the office's word that they are who they say."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import MemberRole, Membership, Organization, User
from accounts.permissions import require
from accounts.services.record import record


def locked(organization: Organization) -> Organization:
    """Read the group afresh; others who lock it wait until this transaction ends."""
    return Organization.objects.select_for_update().get(pk=organization.pk)


@transaction.atomic
def register_organization(*, name: str, by: User, at: datetime) -> Organization:
    """Add a group that its first member signs up; that person owns it, the office confirms later."""
    organization = Organization.objects.create(name=name)
    Membership.objects.create(
        user=by,
        organization=organization,
        role=MemberRole.OWNER,
        valid_from=timezone.localdate(at),
    )
    record("registered", by=by, at=at, organization=organization)
    return organization


@transaction.atomic
def edit_organization(organization: Organization, *, fields: list[str], by: User, at: datetime):
    """Save the ``fields`` of a group that a form has filled in."""
    require(by, "accounts.edit_organization", organization)
    organization.save(update_fields=fields)
    record("edited", by=by, at=at, organization=organization, fields=sorted(fields))


@transaction.atomic
def confirm_organization(organization: Organization, *, by: User, at: datetime) -> Organization:
    """Say, as the office, that the group is who it says it is.

    :raises ValidationError: if it was confirmed before or merged into another.
    """
    require(by, "accounts.confirm_organization", organization)
    organization = locked(organization)
    if organization.merged_into_id or organization.confirmed_at:
        raise ValidationError(_("This group was already confirmed or merged."), code="moved_on")
    organization.confirmed_at = at
    organization.confirmed_by = by
    organization.save(update_fields=["confirmed_at", "confirmed_by"])
    record("confirmed", by=by, at=at, organization=organization)
    return organization
