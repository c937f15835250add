"""Who may do what with proposals, project years and the city's money."""

import rules

from accounts.permissions import (
    belongs_to_organization,
    is_accounting,
    is_administrator,
    is_approver,
    is_auditor,
    is_coordinator,
    is_office,
    owns_organization,
)
from casework.parties import uses_paper
from casework.permissions import edits_for_organization, is_open, works_for_department


def proposal_of(case):
    """Return the proposal that ``case`` is, or that its project year belongs to."""
    year = getattr(case, "project_year", case)
    return getattr(year, "proposal", year)


@rules.predicate
def came_on_paper(user, case) -> bool:
    """The proposal came on paper, so the office keys in what the group hands in."""
    return case is not None and case.on_paper


@rules.predicate
def has_no_log_in(user, case) -> bool:
    """Nobody who writes for the case's group logs in any more, so it hands in paper from now on."""
    return case is not None and uses_paper(case, day=user.acting_on)


@rules.predicate
def is_filed(user, case) -> bool:
    """The proposal was filed; until then the office files it with the day of the paper."""
    return getattr(proposal_of(case), "submitted_at", None) is not None


@rules.predicate
def works_for(user, department) -> bool:
    """The person works for ``department``."""
    return user.is_authenticated and department is not None and (
        department.pk in user.duties.departments
    )  # fmt: skip


#: The office, for a group that uses paper. What its members have not filed here is theirs alone.
enters_paper = is_office & (came_on_paper | is_filed & has_no_log_in)
#: Who hands in what a group writes: the group itself, or the office for one that uses paper.
writes_for_group = edits_for_organization | enters_paper & is_filed

rules.add_perm("grants.write", writes_for_group)
rules.add_perm("grants.withdraw", edits_for_organization | enters_paper)
rules.add_perm("grants.edit_proposal", edits_for_organization | enters_paper)
rules.add_perm("grants.handle", is_office)
rules.add_perm("grants.match", is_office | works_for_department)
rules.add_perm("grants.decide", is_approver)
rules.add_perm("grants.agree", writes_for_group | works_for_department)
rules.add_perm("grants.keep_months", (writes_for_group | works_for_department) & is_open)
keeps_pictures = (writes_for_group | works_for_department) & is_open
rules.add_perm("grants.keep_pictures", keeps_pictures)
#: Who is shown in one may object at any time; then the office takes it out.
rules.add_perm("grants.remove_picture", keeps_pictures | is_office)
rules.add_perm("grants.propose_terms", is_office | works_for_department | edits_for_organization)
rules.add_perm("grants.settle", is_office | is_accounting)
rules.add_perm("grants.record_payment", is_accounting)
rules.add_perm("grants.read_payments", is_accounting | is_office | is_auditor)
rules.add_perm("grants.export_payments", is_accounting)
#: Accounting enters the account of a group that claims on paper; asked of the group.
rules.add_perm("grants.enter_bank_account", owns_organization | is_accounting)
rules.add_perm("grants.read_bank_account", is_accounting)
rules.add_perm("grants.open_city_issue", works_for)
rules.add_perm("grants.write_city_issue", works_for_department)
rules.add_perm("grants.keep_city_issues", is_office)
rules.add_perm("grants.close_city_issue", is_office | works_for_department)
rules.add_perm("grants.read_city_issues", is_office | is_approver | is_auditor)
rules.add_perm("grants.plan", is_office)
#: Asked of the group; who reads the log of a case is told by its case.
rules.add_perm("grants.read_log", is_office | is_auditor | is_coordinator | belongs_to_organization)
rules.add_perm("grants.answer_questions", is_office)
rules.add_perm("grants.read_questions", is_office | is_auditor)
rules.add_perm("grants.read_plans", is_office | is_approver | is_auditor)
rules.add_perm("grants.read_ledger", is_office | is_auditor)

# What the administration site asks of those whose ``is_staff`` opens it.
rules.add_perm("grants", is_office | is_administrator)
for _model in ("courseedition", "editionparameter", "linecategory", "pastaward"):
    for _verb in ("view", "add", "change"):
        rules.add_perm(f"grants.{_verb}_{_model}", is_office | is_administrator)
rules.add_perm("grants.view_proposal", is_office | is_auditor)
