"""The officers of a group, who are personal data, and whom of them its letters are addressed to."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Officer, Organization, User
from accounts.permissions import require
from accounts.services.groups import locked
from accounts.services.record import record, record_reading


@transaction.atomic
def add_officer(organization: Organization, *, by: User, at: datetime, **fields) -> Officer:
    """Add an officer; a new representative takes the place of the one so far.

    :param fields: name, name_kana, post, is_representative, valid_from.
    :raises ValidationError: if the representative so far began later than the new one.
    """
    require(by, "accounts.edit_organization", organization)
    organization = locked(organization)
    officer = Officer(organization=organization, **fields)
    if officer.is_representative:
        starts = officer.valid_from or timezone.localdate(at)
        _end_representation(organization, starts - timedelta(days=1))
    officer.full_clean()
    officer.save()
    record("officer_added", by=by, at=at, organization=organization, officer=officer.pk)
    return officer


def _end_representation(organization: Organization, last_day: date) -> None:
    so_far = organization.officer_set.filter(is_representative=True, valid_until__isnull=True)
    for officer in so_far:
        _end_term(officer, last_day)


@transaction.atomic
def end_officer(officer: Officer, *, last_day: date, by: User, at: datetime) -> None:
    """Let an officer's term end on ``last_day`` (Japan date).

    :raises ValidationError: if the term began later.
    """
    require(by, "accounts.edit_organization", officer.organization)
    _end_term(officer, last_day)
    facts = {"officer": officer.pk, "last_day": last_day.isoformat()}
    record("officer_ended", by=by, at=at, organization=officer.organization, **facts)


def _end_term(officer: Officer, last_day: date) -> None:
    officer.valid_until = last_day
    officer.full_clean()
    officer.save(update_fields=["valid_until"])


@transaction.atomic
def read_officers(organization: Organization, *, by: User, at: datetime) -> list[Officer]:
    """Return the officers, who are personal data: what others than the group read is recorded."""
    require(by, "accounts.see_people", organization)
    record_reading("officers_read", [organization], by=by, at=at)
    return list(organization.officer_set.order_by("-is_representative", "valid_from", "pk"))
