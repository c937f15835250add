"""Who holds a case and who owes a duty: the parties, and the people behind each."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import Duties, MemberRole, User


class Party(models.TextChoices):
    ORGANIZATION = "organization", _("Organization")
    OFFICE = "office", _("Office")
    APPROVER = "approver", _("Approver")
    ACCOUNTING = "accounting", _("Accounting")
    DEPARTMENT = "department", _("Department")
    PANEL = "panel", _("Selection subcommittee")
    COORDINATOR = "coordinator", _("Coordinator")


def in_words(parties: Iterable[str]) -> str:
    """Name several parties in one line."""
    return pgettext("between the names of parties", ", ").join(
        str(Party(party).label) for party in parties
    )


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


def _holders(case, party: str, day) -> list[User]:
    held = Q(duty__role=party)
    if party == Party.DEPARTMENT:
        held &= Q(duty__department=case.department_id)
    started = Q(duty__valid_from__isnull=True) | Q(duty__valid_from__lte=day)
    standing = Q(duty__valid_until__isnull=True) | Q(duty__valid_until__gte=day)
    people = User.objects.filter(held & started & standing, is_active=True)
    return list(people.distinct().order_by("pk"))


def is_reached(case, *, day) -> bool:
    """Return whether notices reach the group of ``case``: somebody who writes for it logs in."""
    return _writers(case, day).exists()


def _members(case, day) -> list[User]:
    return list(_writers(case, day).order_by("pk"))


def _writers(case, day):
    if case.organization is None:
        return User.objects.none()
    writes = case.organization.membership_set.valid_on(day).exclude(role=MemberRole.VIEWER)
    return User.objects.filter(pk__in=writes.values("user"), is_active=True)
