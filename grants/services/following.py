"""Which open dates follow when a call closes on another day, and what date each of them gets."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q

from casework.deadlines import KINDS
from casework.derivation import Due
from casework.models import Case, Deadline
from casework.timekeeping import stays
from grants.models import Proposal, Round
from grants.processing import PROCESSING, counted_anew

#: The date by which a draft is filed: the close itself.
CALL = "call"


def follow_close(call: Round, *, at: datetime) -> Iterator[tuple[Proposal, Deadline, Due]]:
    """Yield the open deadlines that another close of ``call`` moves, by case, each with its new date.

    Those are the dates of drafts, and the clocks of the office that count from the close. A day that
    the office set, and more time that was approved, stay as :func:`casework.timekeeping.stays` says.

    :param call: closes when it would, whether that is saved or only tried out.
    """
    owed = Deadline.objects.open().filter(kind__in=(CALL, PROCESSING))
    owed = owed.filter(case__in=call.proposals.values("pk")).prefetch_related("extensions")
    rows = list(owed.order_by("case"))
    proposals = call.proposals.in_bulk([deadline.case_id for deadline in rows])
    for deadline in rows:
        proposal = proposals[deadline.case_id]
        due = _anew(proposal, deadline, at=at)
        if due is not None and not stays(deadline, due):
            yield proposal, deadline, due


def _anew(proposal: Proposal, deadline: Deadline, *, at: datetime) -> Due | None:
    if deadline.kind == CALL:
        return KINDS[CALL].rule(proposal, at=at, facts={})
    return counted_anew(proposal, deadline)


def lock_cases(call: Round, others: Iterable[int]) -> None:
    """Lock the open proposals of ``call``, which is locked itself, so that none moves on meanwhile.

    :param others: keys of the cases of higher apps that move too; all are locked in one order.
    """
    proposals = Q(pk__in=call.proposals.values("pk"), closed_at=None)
    cases = Case.objects.filter(proposals | Q(pk__in=list(others)))
    list(cases.select_for_update().order_by("pk").values_list("pk"))
