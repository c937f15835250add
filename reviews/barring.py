"""Who meets a case nowhere because of a conflict of interest, recorded or only possible."""

from collections import defaultdict
from collections.abc import Collection

from django.core.exceptions import PermissionDenied

from accounts.models import User
from casework import outbox
from casework.models import Access, Case
from grants.models import Proposal

from .models import Conflict, PossibleConflict

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


def refuse_hidden(cases: Collection[Case], by) -> None:
    """Let nobody of the office deal with a list who must not meet one of its cases.

    :raises PermissionDenied: if ``by`` must not meet one.
    """
    keys = [case.pk for case in cases]
    if Case.objects.visible_to(by).filter(pk__in=keys).count() < len(keys):
        raise PermissionDenied("reviews.run_selection")


def barred_members(proposals: Collection[int]) -> dict[int, set[int]]:
    """Return proposal id → ids of the users who must not meet it: by a conflict that stands, by one
    that waits for an answer, or by whatever else bars them.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for rows in (
        Conflict.objects.standing().filter(proposal__in=proposals),
        PossibleConflict.objects.waiting().filter(proposal__in=proposals),
    ):
        for proposal, user in rows.values_list("proposal_id", "seat__user_id"):
            found[proposal].add(user)
    barred = Access.objects.filter(case__in=proposals, barred=True, user__isnull=False)
    for proposal, user in barred.values_list("case_id", "user_id"):
        found[proposal].add(user)
    return found
