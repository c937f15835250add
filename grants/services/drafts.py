"""Writing a proposal: begun by its group or keyed in from paper, saved, pledged, shared."""

from datetime import date, datetime

import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Change, Organization
from accounts.permissions import require
from casework.calendar import japan_date
from casework.edit_numbers import take_next
from casework.outbox import tell
from casework.parties import Party
from casework.services import locked, open_case, record
from grants.destroyed_drafts import destroyed_on
from grants.models import BudgetLine, CityIssue, Proposal, ProposalMeasure, Round
from grants.models.city_issue import Standing


@transaction.atomic
def start_draft(
    call: Round, organization, *, title: str, by, at: datetime, received_on: date | None = None,
    issue: CityIssue | None = None,
) -> Proposal:  # fmt: skip
    """Begin a proposal. A paper one is keyed in by the office and is filed from the start.

    :param received_on: the day a paper was received (収受日); ``None`` for a proposal made here.
    :param issue: the city issue that it answers; its department is the one the group wishes for.
    :raises PermissionDenied: if ``by`` does not write for the group, or for paper is not the office.
    :raises ValidationError: if the call is not open.
    """
    by.act_on(japan_date(at))
    if received_on is None:
        allowed, is_open = by.duties.edits(organization.pk), call.is_open(at)
    else:
        allowed, is_open = rules.has_perm("grants.handle", by), call.was_open_on(received_on)
    if not allowed:
        raise PermissionDenied("grants.write")
    if not is_open:
        raise ValidationError(_("This call is not open on that day."))
    if issue is not None:
        _refuse_closed(issue, call, today=japan_date(at))
    draft = Proposal(
        round=call,
        city_issue=issue,
        wished_department=issue.department if issue else None,
        organization=organization,
        title=title,
        fiscal_year=call.fiscal_year,
        received_on=received_on,
        on_paper=received_on is not None,
    )
    return open_case(draft, by=by, at=at, filed=received_on is not None, opens=("call",))


def _refuse_closed(issue: CityIssue, call: Round, *, today: date) -> None:
    issue = CityIssue.objects.with_standing().get(pk=issue.pk)
    if issue.standing_on(today) != Standing.OPEN:
        raise ValidationError(_("The city issue is not open any more."))
    if not call.rules.is_yes("matches_department"):
        raise ValidationError(_("Departments take no part in the projects of this call."))


@transaction.atomic
def start_paper(
    call: Round, *, organization: Organization | None, new_organization: str = "", title: str,
    received_on: date, by, at: datetime,
) -> Proposal:  # fmt: skip
    """Begin to key in a paper proposal, and the name of its group where it is not here yet.

    :param new_organization: the name of a group that has no log-in and no row yet.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the call was not open on ``received_on``.
    """
    require(by.act_on(japan_date(at)), "grants.handle")
    if organization is None:
        organization = Organization.objects.create(name=new_organization)
        Change.objects.create(what="registered", organization=organization, by=by, at=at)
    return start_draft(call, organization, title=title, by=by, at=at, received_on=received_on)


@transaction.atomic
def save_draft(
    proposal: Proposal, *, fields: dict, lines: list[dict], measures: list[dict],
    edit_number: int, by, at: datetime,
) -> Proposal:  # fmt: skip
    """Save what a group wrote, if nobody saved since the page was loaded.

    :param lines: budget lines as dicts of ``side, label, detail, amount_yen, from_city``.
    :param measures: dicts of ``measure, how``.
    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if the draft has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` may not write, or the proposal is not being written.
    """
    proposal = locked(proposal)
    if not may_edit(proposal, by.act_on(japan_date(at))):
        raise PermissionDenied("grants.edit_proposal")
    take_next(proposal, edit_number)
    for name, value in fields.items():
        setattr(proposal, name, value)
    proposal.save()
    proposal.budget_lines.all().delete()
    BudgetLine.objects.bulk_create(BudgetLine(proposal=proposal, **line) for line in lines)
    proposal.proposal_measures.all().delete()
    ProposalMeasure.objects.bulk_create(
        ProposalMeasure(proposal=proposal, **measure) for measure in measures
    )
    return proposal


def may_edit(proposal: Proposal, user) -> bool:
    """Return whether ``user`` may change what the proposal says, in the state it is in."""
    return (
        proposal.state in ("draft", "returned")
        and rules.has_perm("grants.edit_proposal", user, proposal)
        and destroyed_on(proposal) is None
    )


@transaction.atomic
def pledge(proposal: Proposal, *, name: str, by, at: datetime) -> Proposal:
    """Accept the pledges (誓約事項) by name; the moment is kept.

    :raises PermissionDenied: if ``by`` may not write in the proposal now.
    """
    proposal = locked(proposal)
    if not may_edit(proposal, by.act_on(japan_date(at))):
        raise PermissionDenied("grants.edit_proposal")
    line = record(proposal, "pledge", by=by, at=at, person_name=name)
    proposal.pledged_as_id, proposal.pledged_at = line.facts["person_name"]["remark"], at
    proposal.save()
    return proposal


@transaction.atomic
def share_with_coordinators(proposal: Proposal, *, by, at: datetime) -> None:
    """Let the coordinators read a draft that only its group can see so far, and tell them once.

    :raises PermissionDenied: if ``by`` does not write for the group.
    """
    proposal = locked(proposal)
    require(by.act_on(japan_date(at)), "grants.write", proposal)
    proposal.access.get_or_create(role="coordinator", reason="shared by the group")
    record(proposal, "share", by=by, at=at)
    tell(proposal, Party.COORDINATOR, "draft_shared", at=at, key=f"shared-{proposal.pk}")
