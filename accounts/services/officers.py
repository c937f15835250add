"""The officers of a group, who are personal data, and whom of them its letters are addressed to."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Officer, Organization, User
from accounts.permissions import require
from accounts.services.groups import locked
from accounts.services.record import record, record_reading

NewRepresentative = Callable[..., None]
_on_new_representative: list[NewRepresentative] = []


def on_new_representative(function: NewRepresentative) -> NewRepresentative:
    """Have ``function(officer, before, by=, at=)`` called when another represents a group.

    In the transaction of the change; ``before`` is who represented the group until then. The cases
    of a group, and those who are told, live in apps above this one.
    """
    _on_new_representative.append(function)
    return function


@transaction.atomic
def add_officer(organization: Organization, *, by: User, at: datetime, **fields) -> Officer:
    """Add an officer; a new representative takes the place of the one so far.

    :param fields: name, name_kana, post, is_representative, valid_from.
    :raises ValidationError: if somebody else represents the group on the first day of the new
        representative or later.
    """
    require(by, "accounts.edit_organization", organization)
    organization = locked(organization)
    officer, before = Officer(organization=organization, **fields), None
    if officer.is_representative:
        officer.valid_from = officer.valid_from or _first_day(organization, timezone.localdate(at))
        before = _end_representation(organization, officer.valid_from)
    officer.full_clean()
    officer.save()
    record("officer_added", by=by, at=at, organization=organization, officer=officer.pk)
    if before:
        for tell in _on_new_representative:
            tell(officer, before, by=by, at=at)
    return officer


def _first_day(organization: Organization, today: date) -> date | None:
    """Return from when a representative counts of whom no day is said: today, or the first always."""
    return today if organization.officer_set.representatives().exists() else None


@transaction.atomic
def change_representative(
    organization: Organization, *, officer: Officer | None = None, name: str = "",
    name_kana: str = "", post: str, valid_from: date, by: User, at: datetime,
) -> Officer:  # fmt: skip
    """Let somebody else represent the group from ``valid_from`` on (代表者変更).

    :param officer: who it is, if they are an officer already; their term in the post so far ends
        the day before.
    :param valid_from: Japan date from which it holds; it may have passed, or lie in the future.
    :raises ValidationError: if the officer represents the group already, or began later.
    """
    require(by, "accounts.edit_organization", organization)
    organization = locked(organization)
    if officer:
        officer = organization.officer_set.select_for_update().get(pk=officer.pk)
        if officer.is_representative:
            raise ValidationError(_("This person represents the group already."))
        name, name_kana = officer.name, officer.name_kana
        _end_term(officer, valid_from - timedelta(days=1))
    return add_officer(
        organization, name=name, name_kana=name_kana, post=post, is_representative=True,
        valid_from=valid_from, by=by, at=at,
    )  # fmt: skip


def _end_representation(organization: Organization, starts: date | None) -> Officer | None:
    """End the term of whoever represents the group so far, the day before ``starts``.

    :return: who represented the group last before that day, if anybody did.
    :raises ValidationError: if the term began on that day or later.
    """
    if starts is None:
        return None
    terms = organization.officer_set.representatives()
    from_then_on = list(terms.overlapping(starts, None))
    if not from_then_on:
        return terms.order_by("-valid_until").first()
    begun = [officer.valid_from for officer in from_then_on if officer.valid_from]
    if begun and max(begun) >= starts:
        words = _("The representative so far began on %(day)s. The new one begins later.")
        raise ValidationError(words % {"day": max(begun).isoformat()})
    (so_far,) = from_then_on
    _end_term(so_far, starts - timedelta(days=1))
    return so_far


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
