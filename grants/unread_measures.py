"""The adopted projects whose measures the office has still to confirm; what is quickly done first."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Exists, IntegerField, Max, OuterRef, Prefetch, QuerySet, When

from .measure_weights import equal_weights
from .models import MeasureReading, Proposal, ProposalMeasure
from .services.measures import mark_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of these projects, as the list shows it.

    :param rows: each measure with the weight that it has once it is taken as named.
    :param seen: what marks the measures as they are shown.
    :param takeable: whether it can be taken as named; otherwise somebody opens its page.
    :param was_read: whether the office read it before the group named something else.
    """

    case: Proposal
    rows: list[tuple[ProposalMeasure, int]]
    seen: str
    takeable: bool
    was_read: bool


def unread_cases(user) -> QuerySet[Proposal]:
    """Return those that ``user`` sees: what can be taken as named first, and of these the oldest."""
    named = ProposalMeasure.objects.filter(proposal=OuterRef("pk"))
    read = MeasureReading.objects.filter(proposal=OuterRef("pk"))
    found = Proposal.objects.visible_to(user).selected().filter(Exists(named.unread()))
    opened = Exists(read) | Exists(named.exclude(how__regex=r"\S"))
    return found.alias(
        is_opened=Case(When(opened, then=1), default=0, output_field=IntegerField())
    ).order_by("is_opened", "fiscal_year", "number", "pk")  # fmt: skip


def as_listed(cases: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Fetch with each what its row in the list shows, in as many queries for many as for one."""
    named = ProposalMeasure.objects.select_related("measure__edition").order_by("pk")
    return (
        cases.annotate(last_reading=Max("measure_readings__event"))
        .select_related("organization", "round")
        .prefetch_related(Prefetch("proposal_measures", named, to_attr="named"))
    )


def waiting(cases: Iterable[Proposal]) -> list[Waiting]:
    """Return the rows of the list.

    :param cases: fetched :func:`as_listed`.
    """
    return [
        Waiting(
            case=case,
            rows=list(zip(case.named, equal_weights(len(case.named)), strict=True)),
            seen=mark_of(case.edit_number, case.last_reading),
            takeable=case.last_reading is None and all(one.how.strip() for one in case.named),
            was_read=case.last_reading is not None,
        )
        for case in cases
    ]
