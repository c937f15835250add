"""Who keeps the guideline's tables in the administration site: the office and administrators."""

from accounts.permissions import keeps_tables, register_table_rules

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
