"""How often a group was adopted before: in cases of this system and in past awards."""

from django.db.models import Q, QuerySet, Value, prefetch_related_objects

from casework.asked_once import asked_once, is_shown

from .models import PastAward, Proposal


def adoptions_before(proposal: Proposal) -> list[Proposal | PastAward]:
    """Return the adoptions of the same group in the same course that count against its limit.

    The rule may count only from a fiscal year on (``adoptions_counted_from_fiscal_year``). The
    group is known by its identity, through renames; past awards count once the office has said
    that they are of the same group.
    """
    cases, past = _own(proposal)
    return [*cases, *past]


@asked_once
def adoptions_counted(proposal: Proposal) -> int:
    """Return how many :func:`adoptions_before` there are, in one query."""
    rows = [found.order_by().annotate(one=Value(1)).values("one") for found in _own(proposal)]
    return rows[0].union(rows[1], all=True).count()


def _own(proposal: Proposal) -> list[QuerySet]:
    same = Q(organization=proposal.organization_id) & Q(organization__isnull=False)
    return [rows.filter(same) for rows in _counted(proposal)]


Adoption = Proposal | PastAward


def adoptions_of_all(proposal: Proposal) -> tuple[list[Adoption], list[Adoption]]:
    """Return :func:`adoptions_before`, and those that would count, were they of the same group.

    The latter come with their groups and the officers of these, in one query; on a page the
    proposal's own group is read with them.
    """
    cases, past = _counted(proposal)
    found: list[Adoption] = [
        *cases.filter(organization__isnull=False).select_related("organization", "round"),
        *past.filter(Q(organization__isnull=False) | ~Q(group_name="")).select_related(
            "organization"
        ),
    ]
    own = [row for row in found if row.organization_id == proposal.organization_id]
    others = [row for row in found if row.organization_id != proposal.organization_id]
    rows = [proposal, *others] if is_shown(proposal) else others
    groups = [row.organization for row in rows if row.organization]
    prefetch_related_objects(groups, "officer_set")
    return own, others


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
    rules = proposal.rules
    if rules.cap_name(2) == rules.cap_name(1):  # every adoption has the same
        return rules.cap_yen(1)
    return rules.cap_yen(adoptions_counted(proposal) + 1)
