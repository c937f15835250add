"""Who is who: predicates that read only the duties of the day (see ``User.act_on``)."""

import rules
from django.core.exceptions import PermissionDenied

from accounts.models import MemberRole, Role


def holds(*roles: str) -> rules.Predicate:
    """Return a predicate: does the person hold any of ``roles`` today?"""

    @rules.predicate(name=f"holds:{'|'.join(roles)}")
    def predicate(user) -> bool:
        return user.is_authenticated and user.duties.holds(*roles)

    return predicate


is_office = holds(Role.OFFICE)
is_approver = holds(Role.APPROVER)
is_accounting = holds(Role.ACCOUNTING)
is_department_staff = holds(Role.DEPARTMENT)
is_panel_member = holds(Role.PANEL)
is_coordinator = holds(Role.COORDINATOR)
is_committee_member = holds(Role.COMMITTEE)
is_auditor = holds(Role.AUDITOR)
is_administrator = holds(Role.ADMINISTRATOR)
is_system = holds(Role.SYSTEM)


def _role_in(user, organization) -> str | None:
    if not user.is_authenticated:
        return None
    return user.duties.organizations.get(getattr(organization, "pk", None))


@rules.predicate
def belongs_to_organization(user, organization) -> bool:
    return _role_in(user, organization) is not None


@rules.predicate
def owns_organization(user, organization) -> bool:
    return _role_in(user, organization) == MemberRole.OWNER


@rules.predicate
def edits_organization(user, organization) -> bool:
    return user.is_authenticated and user.duties.edits(getattr(organization, "pk", None))


@rules.predicate
def holds_no_duty(user, person) -> bool:
    """Whether ``person`` works for no part of the program (ask with ``person.act_on`` said)."""
    return person is not None and not (person.duties.roles or person.is_staff)


def require(user, permission: str, thing=None) -> None:
    """Refuse whoever may not.

    :raises PermissionDenied: naming the permission that is missing.
    """
    if not user.has_perm(permission, thing):
        raise PermissionDenied(permission)


rules.add_perm("accounts.edit_organization", edits_organization | is_office)
rules.add_perm("accounts.manage_members", owns_organization | is_office)
rules.add_perm("accounts.see_people", belongs_to_organization | is_office | is_auditor)
rules.add_perm("accounts.confirm_organization", is_office)
rules.add_perm("accounts.manage_duties", is_administrator)
# A clerk who could make a link for an approver could approve what they drafted.
rules.add_perm("accounts.make_reset_link", is_administrator | (is_office & holds_no_duty))

# What the administration site asks of those whose ``is_staff`` opens it.
rules.add_perm("accounts", is_office | is_administrator)
for _model in ("department", "organization"):
    for _verb in ("view", "add", "change"):
        rules.add_perm(f"accounts.{_verb}_{_model}", is_office | is_administrator)
for _model in ("user", "duty", "membership", "change"):
    rules.add_perm(f"accounts.view_{_model}", is_administrator)
