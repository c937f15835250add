"""Who is who: predicates that read only the duties of the day (see ``User.act_on``)."""

import rules

from .models import Role


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


@rules.predicate
def owns_organization(user, organization) -> bool:
    return (
        user.is_authenticated
        and user.duties.organizations.get(getattr(organization, "pk", None)) == "owner"
    )


@rules.predicate
def edits_organization(user, organization) -> bool:
    return user.is_authenticated and user.duties.edits(getattr(organization, "pk", None))


rules.add_perm("accounts.edit_organization", edits_organization | is_office)
rules.add_perm("accounts.manage_members", owns_organization | is_office)
rules.add_perm("accounts.confirm_organization", is_office)
rules.add_perm("accounts.manage_duties", is_administrator)
