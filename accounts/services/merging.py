"""Two rows that turn out to be one group become one."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.permissions import require
from accounts.services.groups import locked
from accounts.services.members import strengthen
from accounts.services.record import record
from accounts.services.terms import end

MergeConsequence = Callable[..., None]
_after_merge: list[MergeConsequence] = []


def on_merge(function: MergeConsequence) -> MergeConsequence:
    """Have ``function(duplicate, into, by=, at=)`` called in each merge, in its transaction.

    Cases hang on groups, and live in apps above this one: they move themselves.
    """
    _after_merge.append(function)
    return function


@transaction.atomic
def merge_organizations(
    duplicate: Organization, *, into: Organization, by: User, at: datetime
) -> Organization:
    """Move all that hangs on ``duplicate`` to ``into``; the duplicate stays as a signpost.

    Facts such as the address are not mixed: what ``into`` says stands.

    :raises ValidationError: if they are one group, or either was merged before.
    """
    require(by, "accounts.confirm_organization", into)
    duplicate, into = _both_locked(duplicate, into)
    if duplicate == into or duplicate.merged_into_id or into.merged_into_id:
        raise ValidationError(_("These two groups cannot be merged."), code="not_mergeable")
    _move_memberships(duplicate, into, timezone.localdate(at))
    _move_officers(duplicate, into)
    duplicate.invitation_set.update(organization=into)
    Organization.objects.filter(merged_into=duplicate).update(merged_into=into)
    duplicate.merged_into = into
    duplicate.save(update_fields=["merged_into"])
    into.was_called([duplicate.name, *duplicate.former_names.splitlines()])
    into.save(update_fields=["former_names"])
    for consequence in _after_merge:
        consequence(duplicate, into, by=by, at=at)
    record("merged_into", by=by, at=at, organization=duplicate, into=into.pk)
    record("merged", by=by, at=at, organization=into, duplicate=duplicate.pk)
    return into


def _both_locked(duplicate: Organization, into: Organization) -> tuple[Organization, Organization]:
    # In one order, so that two clerks who merge crosswise do not wait for each other.
    rows = {group.pk: locked(group) for group in sorted((duplicate, into), key=attrgetter("pk"))}
    return rows[duplicate.pk], rows[into.pk]


def _move_memberships(duplicate: Organization, into: Organization, today: date) -> None:
    standing = {m.user_id: m for m in into.membership_set.filter(valid_until__isnull=True)}
    for moved in duplicate.membership_set.order_by("pk"):
        kept = standing.get(moved.user_id)
        moved.organization = into
        if kept and moved.valid_until is None:
            strengthen(kept, moved.role)
            end(moved, today - timedelta(days=1), "organization")
        else:
            moved.save(update_fields=["organization"])


def _move_officers(duplicate: Organization, into: Organization) -> None:
    for officer in duplicate.officer_set.order_by("pk"):
        officer.organization = into
        if officer.is_representative and officer.other_representatives().exists():
            officer.is_representative = False
        officer.save(update_fields=["organization", "is_representative"])
