"""Who holds a case and who owes a duty: the parties, and the people behind each."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import DatedQuerySet, Duties, Duty, MemberRole, Membership, User

from .asked_once import asked_once


class Party(models.TextChoices):
    ORGANIZATION = "organization", _("Organization")
    OFFICE = "office", _("Office")
    APPROVER = "approver", _("Approver")
    ACCOUNTING = "accounting", _("Accounting")
    DEPARTMENT = "department", _("Department")
    PANEL = "panel", _("Selection subcommittee")
    COORDINATOR = "coordinator", _("Coordinator")


#: The group, where nobody there logs in or its case came on paper.
ORGANIZATION_ON_PAPER = _("Organization (by paper: the office enters what it hands in)")


def in_words(parties: Iterable[str], *, by_paper: bool = False) -> str:
    """Name several parties in one line.

    :param by_paper: whether the office enters what the group hands in; then this says so.
    """
    return listed(_label(party, by_paper) for party in parties)


def listed(things: Iterable) -> str:
    """Name several things in one line: 「団体、窓口」, in English with commas."""
    return pgettext("between the names of parties", ", ").join(str(thing) for thing in things)


def _label(party: str, by_paper: bool):
    on_paper = by_paper and party == Party.ORGANIZATION
    return ORGANIZATION_ON_PAPER if on_paper else Party(party).label


def parties_of(duties: Duties) -> list[str]:
    """Return the parties a person acts for."""
    own = [Party.ORGANIZATION] if duties.organizations else []
    return own + [role for role in Party.values if role in duties.roles]


def people_behind(case, party: str, *, day) -> list[User]:
    """Return who receives what ``party`` is told about ``case``, as of ``day`` (Japan date).

    The office is the case's clerk, or everyone in the office while the case has none who is still
    there. Whoever may not see the case, such as one with a conflict of interest, is not told.
    """
    people = _members(case, day) if party == Party.ORGANIZATION else _holders(case, party, day)
    if party == Party.OFFICE and case.clerk in people:
        people = [case.clerk]
    rows = type(case).objects.filter(pk=case.pk)
    return [person for person in people if rows.visible_to(person.act_on(day)).exists()]


def everyone_of(case, *, day: date) -> list[User]:
    """Return all who belong to the group of ``case`` and log in, also those who only read."""
    members = Membership.objects.valid_on(day).filter(organization=case.organization_id)
    people = User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("pk")
    rows = type(case).objects.filter(pk=case.pk)
    return [person for person in people if rows.visible_to(person.act_on(day)).exists()]


def people_holding(role: str, *, day: date) -> list[User]:
    """Return who logs in and holds ``role`` on ``day`` (Japan date)."""
    standing = Duty.objects.valid_on(day).filter(role=role)
    people = User.objects.filter(duty__in=standing, is_active=True)
    return list(people.distinct().order_by("pk"))


def is_held(role: str, *, day: date) -> bool:
    """Return whether anybody who logs in holds ``role`` on ``day`` (Japan date)."""
    return Duty.objects.valid_on(day).filter(role=role, user__is_active=True).exists()


def _holders(case, party: str, day) -> list[User]:
    held = Q(duty__role=party)
    if party == Party.DEPARTMENT:
        held &= Q(duty__department=case.department_id)
    started = Q(duty__valid_from__isnull=True) | Q(duty__valid_from__lte=day)
    standing = Q(duty__valid_until__isnull=True) | Q(duty__valid_until__gte=day)
    people = User.objects.filter(held & started & standing, is_active=True)
    return list(people.distinct().order_by("pk"))


def writers_on(day: date) -> DatedQuerySet:
    """Return the memberships of ``day`` (Japan date) whose people log in and write for a group."""
    standing = Membership.objects.valid_on(day).filter(user__is_active=True)
    return standing.exclude(role=MemberRole.VIEWER)


@asked_once
def is_reached(case, day: date) -> bool:
    """Return whether notices reach the group of ``case``: somebody who writes for it logs in."""
    return writers_on(day).filter(organization=case.organization_id).exists()


def uses_paper(case, *, day: date) -> bool:
    """Return whether the office enters what the group of ``case`` hands in.

    It came on paper, or nobody who writes for the group logs in. A list or a page has asked it with
    the rows themselves, see ``CaseQuerySet.with_paper``.
    """
    if "by_paper" in case.__dict__:
        return case.by_paper
    if case.organization_id is None or case.internal:
        return False
    return case.on_paper or not is_reached(case, day)


def _members(case, day: date) -> list[User]:
    writers = writers_on(day).filter(organization=case.organization_id)
    return list(User.objects.filter(pk__in=writers.values("user")).order_by("pk"))
