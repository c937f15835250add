"""Who may do what with reports and collaboration reports."""

import rules

from accounts.permissions import (
    READ,
    is_approver,
    is_auditor,
    is_committee_member,
    is_office,
    register_table_rules,
)
from casework.parties import is_reached
from casework.permissions import works_for_department
from grants.permissions import has_no_log_in, works_for, writes_for_group


@rules.predicate
def nobody_logs_in(user, part) -> bool:
    """Nobody who writes for the partner logs in, so that the department types in what it says."""
    return part is not None and not is_reached(part, user.acting_on)


rules.add_perm("reporting.write_report", writes_for_group)
rules.add_perm("reporting.handle_report", is_office)
rules.add_perm("reporting.open_collaboration", works_for)
rules.add_perm("reporting.write_collaboration", works_for_department)
rules.add_perm("reporting.handle_collaboration", is_office)
#: Who is shown in a photo may object at any time; then either side takes it out.
rules.add_perm("reporting.tend_photos", is_office | works_for_department)
rules.add_perm("reporting.ask_partners", is_office | works_for_department)
#: Nobody files a part: it is asked for. So the office keys in at once what a group hands in on paper.
rules.add_perm("reporting.write_part", writes_for_group | is_office & has_no_log_in)
rules.add_perm("reporting.type_in_part", works_for_department & nobody_logs_in)
rules.add_perm("reporting.request_collaboration", is_office)
rules.add_perm("reporting.prepare_release", is_office)
rules.add_perm("reporting.read_releases", is_office | is_approver | is_auditor)
rules.add_perm("reporting.change_forms", is_office)
rules.add_perm(
    "reporting.read_tablings", is_committee_member | is_office | is_approver | is_auditor
)
rules.add_perm("reporting.comment_on_tabled", is_committee_member)
rules.add_perm("reporting.read_comments", is_office | is_approver | is_auditor)
rules.add_perm("reporting.publish", is_approver)

register_table_rules("reporting", ["collaborationreport"], is_office, verbs=READ)
