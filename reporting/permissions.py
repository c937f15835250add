"""Who may do what with reports and collaboration reports."""

import rules

from accounts.permissions import (
    READ,
    is_approver,
    is_auditor,
    is_office,
    register_table_rules,
)
from casework.permissions import works_for_department
from grants.permissions import works_for, writes_for_group

rules.add_perm("reporting.write_report", writes_for_group)
rules.add_perm("reporting.handle_report", is_office)
rules.add_perm("reporting.open_collaboration", works_for)
rules.add_perm("reporting.write_collaboration", works_for_department)
rules.add_perm("reporting.handle_collaboration", is_office)
rules.add_perm("reporting.request_collaboration", is_office)
rules.add_perm("reporting.prepare_release", is_office)
rules.add_perm("reporting.read_releases", is_office | is_approver | is_auditor)
rules.add_perm("reporting.publish", is_approver)

register_table_rules("reporting", ["collaborationreport"], is_office, verbs=READ)
