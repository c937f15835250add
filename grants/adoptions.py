"""How often a group was adopted before: in cases of this system and in past awards."""

from django.db.models import Q, QuerySet

from .models import PastAward, Proposal


def adoptions_before(proposal: Proposal) -> list[Proposal | PastAward]:
    """Return the adoptions of the same group in the same course that count against its limit.

    The rule may count only from a fiscal year on (``adoptions_counted_from_fiscal_year``). The
    group is known by its identity, through renames; past awards count once the office has said
    that they are of the same group.
    """
    same = Q(organization=proposal.organization) & Q(organization__isnull=False)
    cases, past = _counted(proposal)
    return [*cases.filter(same), *past.filter(same)]


def adoptions_of_others(proposal: Proposal) -> list[Proposal | PastAward]:
    """Return the adoptions that would count, were they of the same group; with their groups."""
    others = ~Q(organization=proposal.organization)
    cases, past = (
        rows.filter(others).select_related("organization")
        .prefetch_related("organization__officer_set") for rows in _counted(proposal)
    )  # fmt: skip
    known = Q(organization__isnull=False) | ~Q(group_name="")
    return [*cases.filter(organization__isnull=False).select_related("round"), *past.filter(known)]


def _counted(proposal: Proposal) -> tuple[QuerySet[Proposal], QuerySet[PastAward]]:
    """Return what was adopted in the course before, from the year on that the rule names."""
    since = proposal.rules.number("adoptions_counted_from_fiscal_year") or 0
    edition, year = proposal.round.edition, proposal.round.fiscal_year
    cases = Proposal.objects.counted().filter(
        Q(round__fiscal_year__lt=year) | Q(round__fiscal_year=year, pk__lt=proposal.pk or 0),
        round__edition__course=edition.course,
        round__edition__fictitious=edition.fictitious,
        round__fiscal_year__gte=since,
    )
    past = PastAward.objects.filter(
        course=edition.course, status="adopted", adoption_fiscal_year__gte=since,
        adoption_fiscal_year__lt=year,
    )  # fmt: skip
    return cases.order_by("pk"), past.order_by("key")


def cap_of(proposal: Proposal) -> int | None:
    """Return the most one project year of ``proposal`` may get, in yen; ``None`` if it is not set."""
    return proposal.rules.cap_yen(len(adoptions_before(proposal)) + 1)
