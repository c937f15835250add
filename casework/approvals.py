"""Drafting approvals (起案). Deciding them is a move like any other; executing is its consequence."""

import json
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.permissions import require

from . import history, locks, outbox, services, timekeeping
from .calendar import fiscal_year, japan_date
from .consequences import on
from .errors import NotPossible
from .flow import SAME, Move, Text
from .list_decisions import refuse_alone
from .models import Approval, ApprovalItem, Case
from .models.case import WAITING_DRAFT
from .parties import Party


def title_for(case: Case, move: Move, *, named: Text | None = None) -> str:
    """Name a draft by what would be decided: kind, case, and where the case would then stand.

    A move that leaves the case where it stands is named itself, and one that says ``drafted_as``
    by that.

    :param named: what is decided in words, where the move alone does not say it.

    In Japanese, whoever drafts: the title is stored, and what is stored is a document of the city.
    """
    target = move if move.target == SAME else case.flow.stages.get(move.target)
    with translation.override("ja"):
        result = named or move.drafted_as or (target.label if target else "")
        head, end = f"{case.machine.label}：", f"（{result}）" if result else ""
    return f"{head}{case.title[: 200 - len(head) - len(end)]}{end}"


@dataclass(frozen=True, slots=True)
class Wish:
    """One move a draft asks for.

    :param amount_yen: what the decision costs the city, for the limit of who may decide.
    """

    case: Case
    verb: str
    facts: dict = dataclass_field(default_factory=dict)
    amount_yen: int | None = None


@transaction.atomic
def draft(title: str, wishes: list[Wish], *, by, at: datetime) -> Approval:
    """Draft one approval for ``wishes``, if each of them could be made now.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if the list is empty or names a case twice, or a case waits in another
        draft, cannot move, or is decided on a list that does not ask for this.
    """
    by.act_on(japan_date(at))
    require(by, "casework.draft_approval")
    if not wishes:
        raise NotPossible(_("A draft needs at least one case."))
    if len({wish.case.pk for wish in wishes}) < len(wishes):
        raise NotPossible(_("A draft can name each case only once."))
    for wish in sorted(wishes, key=lambda wish: wish.case.pk):  # everyone locks in this order
        _refuse_what_cannot_move(wish, at=at)
    year = fiscal_year(japan_date(at))
    approval = Approval(title=title, drafted_by=by, internal=True, clerk=by, fiscal_year=year)
    services.open_case(approval, by=by, at=at, filed=True)
    services.file_number(approval, "A", year)
    ApprovalItem.objects.bulk_create(
        ApprovalItem(
            approval=approval,
            case_id=wish.case.pk,
            verb=wish.verb,
            facts=json.loads(history.canonical(wish.facts)),
            amount_yen=wish.amount_yen,
        )
        for wish in wishes
    )
    outbox.tell(approval, Party.APPROVER, "approval_drafted", at=at, but=by)
    return approval


def _refuse_what_cannot_move(wish: Wish, *, at: datetime) -> None:
    case = services.locked(wish.case)
    move = case.flow[wish.verb]
    if case.state not in move.source:
        raise NotPossible(
            _("%(case)s cannot be decided: it stands at “%(state)s”.")
            % {"case": case, "state": case.get_state_display()}
        )
    if why := services.refusal(case, move, at=at):
        raise NotPossible(f"{case}: {why}")
    refuse_alone(case, move, wish.facts)
    if move.extends:
        timekeeping.refuse_extension(case, **wish.facts)
    if waiting_draft(case):
        raise NotPossible(_("%(case)s already waits in another draft.") % {"case": case})


def waiting_draft(*cases: Case) -> Approval | None:
    """Return a draft that one of ``cases`` waits in, if there is one."""
    keys = [case.pk for case in cases]
    return Approval.objects.filter(items__case_id__in=keys, state__in=WAITING_DRAFT).first()


def waits_in_draft(case: Case) -> bool:
    """Return whether ``case`` waits in a draft; its row says so where it was read ``as_shown``."""
    return case.in_draft if case.in_draft is not None else bool(waiting_draft(case))


@on("approval", "approve")
def execute(approval: Approval, *, by, at: datetime, facts: dict) -> None:
    """Make every move of the draft, cases in the order of their ids, or none of them.

    :raises NotPossible: if the day of the decision has not come, or a move cannot be made now.
    """
    if approval.decided_on > japan_date(at):
        raise NotPossible(_("The decision cannot lie in the future."))
    items = list(approval.items.select_related("case").order_by("case_id"))
    locks.take([(item.case.kind, item.verb, item.case_id) for item in items])
    for item in items:
        item.approval = approval
        services.advance(item.case.specific, item.verb, by=by, at=at, item=item, **facts_of(item))
        item.executed_at = at
        item.save(update_fields=["executed_at"])


def facts_of(item: ApprovalItem) -> dict:
    """Return an item's facts with their days as dates; JSON keeps them as text."""
    return {
        name: date.fromisoformat(value) if name.endswith("_on") and value else value
        for name, value in item.facts.items()
    }


@on("approval", "approve", "send_back", "drop")
def tell_the_drafter(approval: Approval, *, by, at: datetime, facts: dict) -> None:
    outbox.tell(approval, Party.OFFICE, "approval_decided", at=at, but=by)
