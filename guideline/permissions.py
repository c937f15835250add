"""Who keeps the guideline's tables: the office and administrators; the city's own tables and the crosswalk: the office."""

import rules

from accounts.permissions import (
    is_approver,
    is_auditor,
    is_office,
    is_system,
    keeps_tables,
    register_table_rules,
)

register_table_rules(
    "guideline",
    [
        "edition",
        "section",
        "measure",
        "progress",
        "figure",
        "claim",
        "printedcount",
        "crosswalk",
    ],
    keeps_tables,
)

rules.add_perm("guideline.take_progress", is_office)
rules.add_perm("guideline.confirm_crosswalk", is_office)
#: The system takes in the file of a year that an operator names.
rules.add_perm("guideline.enter_years", is_office | is_system)
rules.add_perm("guideline.read_year_history", is_office | is_approver | is_auditor)
