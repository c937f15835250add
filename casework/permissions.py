"""Who may make which move of a case: predicates over the duties of the day."""

import rules

from accounts.permissions import is_administrator, is_approver, is_auditor, is_office, is_system

from .asked_once import asked_once
from .models import Case
from .parties import Party


@rules.predicate
def edits_for_organization(user, case) -> bool:
    """The person writes for the case's organization."""
    return user.is_authenticated and case is not None and user.duties.edits(case.organization_id)


@rules.predicate
def works_for_department(user, case) -> bool:
    """The person works for the department in charge of the case."""
    return (
        user.is_authenticated
        and case is not None
        and case.department_id is not None
        and case.department_id in user.duties.departments
    )


@rules.predicate
def is_their_turn(user, case) -> bool:
    """The case waits for the person's group or department: what they add belongs to their turn."""
    mine = {Party.ORGANIZATION: edits_for_organization, Party.DEPARTMENT: works_for_department}
    return case is not None and any(
        party in case.stage.holders and acts(user, case) for party, acts in mine.items()
    )


@rules.predicate
def is_open(user, case) -> bool:
    return case is None or case.closed_at is None


@rules.predicate
def sees_every_case(user, approval) -> bool:
    """No item concerns a case that is barred to the person: a bar beats everything."""
    return not _hides_a_case(approval, user)


@asked_once
def _hides_a_case(approval, user) -> bool:
    hidden = Case.objects.filter(pk__in=approval.items.values("case"))
    return hidden.exclude(pk__in=Case.objects.visible_to(user).values("pk")).exists()


@rules.predicate
def did_not_draft(user, approval) -> bool:
    """Another person drafted it, and another one submitted it again when it had come back."""
    if approval is None or approval.drafted_by_id == user.pk:
        return False
    return not _redrafted_by(approval, user)


@asked_once
def _redrafted_by(approval, user) -> bool:
    return approval.events.filter(verb="redraft", by=user).exists()


@rules.predicate
def decides_that_much(user, approval) -> bool:
    """The draft's largest amount is within what the approver's post decides."""
    limit = user.duties.decides_up_to_yen
    return limit is None or approval.largest_yen <= limit


rules.add_perm("casework.draft_approval", is_office)
rules.add_perm(
    "casework.decide_approval", is_approver & did_not_draft & decides_that_much & sees_every_case
)
rules.add_perm("casework.correct_case", is_office)
rules.add_perm("casework.handle_case", is_office)
rules.add_perm("casework.set_deadline", is_office)
rules.add_perm("casework.extend_deadline", is_approver)
rules.add_perm("casework.sweep", is_system)
rules.add_perm("casework.read_office_calendar", is_office)
rules.add_perm("casework.read_outbox", is_office | is_auditor)
rules.add_perm("casework.keep_outbox", is_office)
rules.add_perm("casework.read_notice_texts", is_office | is_auditor | is_administrator)
rules.add_perm("casework.read_ladders", is_office | is_auditor | is_administrator)
rules.add_perm("casework.keep_ladders", is_office)
rules.add_perm("casework.read_retention", is_office | is_auditor | is_administrator)
rules.add_perm("casework.keep_retention", is_office)
rules.add_perm("casework.destroy", is_approver)
rules.add_perm("casework.read_destruction", is_office | is_approver | is_auditor)
rules.add_perm("casework.read_engine", is_office | is_auditor | is_administrator)
rules.add_perm("casework.retry_task", is_office | is_administrator)
rules.add_perm("casework.reissue_letter", is_office)
rules.add_perm("casework.number_letters", is_office)
rules.add_perm("casework.move_series_on", is_office | is_administrator)
rules.add_perm("casework.read_settings", is_office | is_auditor)
rules.add_perm("casework.change_settings", is_office)
rules.add_perm("casework.verify_history", is_auditor | is_administrator)
rules.add_perm("casework.add_file", (is_office | is_their_turn) & is_open)

# What the administration site asks of those whose ``is_staff`` opens it.
rules.add_perm("casework", is_office | is_administrator)
for _verb in ("view", "add", "change", "delete"):
    rules.add_perm(f"casework.{_verb}_closedday", is_office | is_administrator)
for _model in ("citysetting", "sender"):
    rules.add_perm(f"casework.view_{_model}", is_office | is_administrator)
