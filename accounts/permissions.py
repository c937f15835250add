"""Who is who: predicates that read only the duties of the day (see ``User.act_on``)."""

from collections.abc import Iterable

import rules
from django.core.exceptions import PermissionDenied

from accounts.models import MemberRole, OrganizationQuerySet, Role


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


@rules.predicate
def is_another_person(user, person) -> bool:
    """Whether ``person`` is neither oneself nor a system user, whom nobody logs in as."""
    return person is not None and person.pk != user.pk and not person.is_system


def require(user, permission: str, thing=None) -> None:
    """Refuse whoever may not; a superuser may no more than their duties allow.

    :raises PermissionDenied: naming the permission that is missing.
    """
    if not rules.has_perm(permission, user, thing):
        raise PermissionDenied(permission)


#: What the administration site lets one do with a table that is kept, and with one that is read.
KEEP = ("view", "add", "change")
READ = ("view",)


def register_table_rules(
    app_label: str,
    model_names: Iterable[str],
    predicate: rules.Predicate,
    *,
    verbs: Iterable[str] = KEEP,
) -> None:
    """Open tables of the administration site to those staff of whom ``predicate`` holds.

    Each app calls it from its ``permissions.py`` for the tables it keeps as reference data. A table
    nobody registered is closed to everyone but superusers. Rows are not deleted where others may
    refer to them; a table that is a mere list adds ``"delete"`` to its verbs. History (``Change``
    here, ``Event`` and the like above) takes ``verbs=READ`` or nothing.

    :param model_names: lower-case names, as in ``guideline.change_measure``.
    """
    for permission in [f"{app_label}.{verb}_{name}" for name in model_names for verb in verbs]:
        rules.add_perm(permission, predicate)
    # The app itself is listed for whoever may open one of its tables.
    if rules.perm_exists(app_label):
        predicate |= rules.permissions.permissions[app_label]
    rules.set_perm(app_label, predicate)


rules.add_perm("accounts.edit_organization", edits_organization | is_office)
rules.add_perm("accounts.manage_members", owns_organization | is_office)
rules.add_perm("accounts.see_people", belongs_to_organization | is_office | is_auditor)
rules.add_perm("accounts.confirm_organization", is_office)
rules.add_perm("accounts.see_all_groups", holds(*OrganizationQuerySet.READERS))
rules.add_perm("accounts.manage_duties", is_administrator)
# A clerk who could make a link for an approver could approve what they drafted.
rules.add_perm("accounts.make_reset_link", is_administrator | (is_office & holds_no_duty))

rules.add_perm("accounts.manage_logins", is_administrator & is_another_person)

keeps_tables = is_office | is_administrator
register_table_rules("accounts", ["department", "organization"], keeps_tables)
register_table_rules(
    "accounts", ["user", "duty", "membership", "change"], is_administrator, verbs=READ
)
