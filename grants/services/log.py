"""Entering the log of a project, and correcting it by a new version."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Role
from casework import messaging
from casework.calendar import japan_date
from casework.errors import NotPossible
from casework.models import Case
from casework.parties import Party
from grants.models import LogEntry

#: The kinds of case that have a log.
KINDS = ("proposal", "project_year")


def writes_log_as(user, organization: Organization, case: Case | None = None) -> str | None:
    """Return for which party ``user`` enters the log; ``None`` if they do not.

    :param case: one that ``user`` sees; ``None`` for a group that has none yet.
    """
    if case is not None:
        return messaging.writes_as(user, case) if case.kind in KINDS else None
    if user.duties.edits(organization.pk):
        return Party.ORGANIZATION
    roles = {Role.OFFICE: Party.OFFICE, Role.COORDINATOR: Party.COORDINATOR}
    return next((party for role, party in roles.items() if user.duties.holds(role)), None)


@transaction.atomic
def enter(
    organization: Organization, *, case: Case | None = None, key: UUID, by, at: datetime, **fields
) -> LogEntry:
    """Enter what took place; the same ``key`` once.

    :param fields: ``kind, on, who, text, agreed, next_step, next_by, audience``.
    :raises PermissionDenied: if ``by`` takes no part; if a group would hide an entry from itself.
    """
    by.act_on(japan_date(at))
    if case is not None:
        case = Case.objects.visible_to(by).filter(pk=case.pk).first()  # as it stands now
        if case is None:
            raise PermissionDenied("grants.write_log")
    party = _party(by, organization, case, fields["audience"])
    told = {"organization": organization, "case_id": case.pk if case else None, "party": party}
    entry, _created = LogEntry.objects.get_or_create(
        key=key, defaults={**told, "by": by, "at": at, **fields}
    )
    return entry


@transaction.atomic
def correct(entry: LogEntry, *, key: UUID, by, at: datetime, **fields) -> LogEntry:
    """Put a new version in the place of ``entry``, which stays readable below it.

    :param fields: as of :func:`enter`.
    :raises PermissionDenied: if ``by`` did not take part for the same party as who entered it.
    :raises NotPossible: if somebody else has corrected it since.
    """
    by.act_on(japan_date(at))
    if not LogEntry.objects.visible_to(by).filter(pk=entry.pk).exists():
        raise PermissionDenied("grants.write_log")
    entry = LogEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if not may_correct(by, entry):
        raise PermissionDenied("grants.write_log")
    if LogEntry.objects.filter(corrects=entry).exists():
        raise NotPossible(_("Somebody else has corrected this entry since. Look at it first."))
    party = _party(by, entry.organization, entry.case, fields["audience"])
    return LogEntry.objects.create(
        organization=entry.organization, case=entry.case, corrects=entry, key=key, party=party,
        by=by, at=at, **fields,
    )  # fmt: skip


def may_correct(user, entry: LogEntry) -> bool:
    """Return whether ``user``, who sees ``entry``, takes part for the party that entered it."""
    return writes_log_as(user, entry.organization, entry.case) == entry.party


def _party(user, organization: Organization, case: Case | None, audience: str) -> str:
    party = writes_log_as(user, organization, case)
    hides = party == Party.ORGANIZATION and audience != LogEntry.Audience.SHARED
    if party is None or hides:
        raise PermissionDenied("grants.write_log")
    return party
