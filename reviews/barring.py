"""Who meets a case nowhere because of a conflict of interest, recorded or only possible."""

from accounts.models import User
from casework import outbox
from casework.models import Access, Case
from grants.models import Proposal

#: Why a person is barred: a conflict is recorded, or may be there and waits for an answer.
RECORDED = "conflict"
POSSIBLE = "possible conflict"


def bar(case: Case, user: User, *, reason: str = RECORDED) -> None:
    """Let ``user`` meet ``case`` nowhere, whatever else opens it; notices that wait do not leave."""
    Access.objects.get_or_create(case_id=case.pk, user=user, barred=True, reason=reason)
    outbox.withdraw_for(case, user)


def bar_everywhere(proposal: Proposal, user: User, *, reason: str = RECORDED) -> None:
    """Bar ``user`` from a proposal and from each of its sheets, which bear the same title."""
    for case in (proposal, *proposal.sheets.order_by("pk")):
        bar(case, user, reason=reason)


def unbar_everywhere(proposal: Proposal, user: User, *, reason: str = RECORDED) -> None:
    """Take back what :func:`bar_everywhere` did for ``reason``; other reasons still hold."""
    barred = [proposal.pk, *proposal.sheets.values_list("pk", flat=True)]
    Access.objects.filter(user=user, case__in=barred, barred=True, reason=reason).delete()
