"""All that is written about people and groups; each service checks who asks and leaves a ``Change``.

``at`` is the moment it happens, an aware datetime that the caller read from the clock; the Japan
date follows from it.
"""

from accounts.services.change_over import begin_duty, end_duties, running_beyond
from accounts.services.duties import administrators, end_duty, grant_duty
from accounts.services.groups import (
    confirm_organization,
    edit_organization,
    register_organization,
)
from accounts.services.installation import (
    SETUP_LINK_FOR,
    first_administrator_link,
    name_first_administrator,
    setup_link_is_open,
)
from accounts.services.invitations import (
    INVITED_FOR,
    accept_invitation,
    find_invitation,
    invitation_link,
    invite,
    restore_access,
    revoke_invitation,
)
from accounts.services.logins import RESET_LINK_FOR, close_login, reopen_login, reset_link
from accounts.services.members import change_member_role, end_membership
from accounts.services.merging import merge_organizations, on_merge
from accounts.services.officers import (
    add_officer,
    change_representative,
    end_officer,
    on_new_representative,
    read_officers,
)
from accounts.services.people import add_person, edit_profile
from accounts.services.record import record_reading

__all__ = [
    "INVITED_FOR",
    "RESET_LINK_FOR",
    "SETUP_LINK_FOR",
    "accept_invitation",
    "add_officer",
    "add_person",
    "administrators",
    "begin_duty",
    "change_member_role",
    "change_representative",
    "close_login",
    "confirm_organization",
    "edit_organization",
    "edit_profile",
    "end_duties",
    "end_duty",
    "end_membership",
    "end_officer",
    "find_invitation",
    "first_administrator_link",
    "grant_duty",
    "invitation_link",
    "invite",
    "merge_organizations",
    "name_first_administrator",
    "on_merge",
    "on_new_representative",
    "read_officers",
    "record_reading",
    "register_organization",
    "reopen_login",
    "reset_link",
    "restore_access",
    "revoke_invitation",
    "running_beyond",
    "setup_link_is_open",
]
