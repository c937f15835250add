"""How often a group was adopted before: in cases of this system and in past awards."""

from dataclasses import dataclass
from operator import itemgetter

from django.db.models import (
    CharField,
    Expression,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    prefetch_related_objects,
)
from django.db.models.functions import Cast, Coalesce, Concat

from accounts.models import Organization
from casework.asked_once import asked_once, is_shown
from casework.models import Event

from .models import PastAward, Proposal

#: The moves by which a proposal is adopted.
ADOPTS = ("select", "take")
#: Later than every line of the history: when what is not adopted yet would be.
NOT_YET = 2**62


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


#: What is read of the group of an adoption: what it may be known again by.
OF_GROUP = tuple(
    f"organization__{name}" for name in ("name", "name_kana", "former_names", "address")
)


@dataclass(frozen=True, slots=True)
class Adoption:
    """One earlier adoption in a course: of a case of this system, or of a past award.

    :param ref: names it: kind and key.
    :param name: what a past award calls the group; empty of a case.
    :param group: its entry here with what it may be known again by; ``None`` if it has none.
    """

    ref: str
    fiscal_year: int
    name: str
    group: Organization | None


@asked_once
def adoptions_of_all(proposal: Proposal) -> tuple[list[Adoption], list[Adoption]]:
    """Return :func:`adoptions_before`, and those that would count, were they of the same group.

    All of them in one query, with the officers of their groups in another; on a page the
    proposal's own group is read with them.
    """
    cases, past = _counted(proposal)
    known = past.filter(Q(organization__isnull=False) | ~Q(group_name=""))
    rows = _rows(cases.filter(organization__isnull=False), "case:", "pk", "round__fiscal_year", _NO)
    more = _rows(known, "award:", "key", "adoption_fiscal_year", F("group_name"))
    groups: dict[int, Organization] = {}
    own, others = [], []
    for ref, year, name, pk, *told in sorted(rows.union(more, all=True), key=itemgetter(1, 0)):
        adoption = Adoption(ref, year, name, _group(groups, pk, *told))
        (own if pk == proposal.organization_id else others).append(adoption)
    read = [group for pk, group in groups.items() if pk != proposal.organization_id]
    if is_shown(proposal) and proposal.organization:
        read.append(proposal.organization)
    prefetch_related_objects(read, "officer_set")
    return own, others


_NO = Value("", output_field=CharField())


def _rows(found: QuerySet, kind: str, key: str, year: str, name: Expression) -> QuerySet:
    """Read each row of ``found`` as ref, fiscal year, name and group, so that two kinds are one list."""
    ref = Concat(Value(kind), Cast(key, CharField()), output_field=CharField())
    return found.order_by().values_list(ref, year, name, "organization", *OF_GROUP)


def _group(groups: dict[int, Organization], pk: int | None, *told: str) -> Organization | None:
    """Return the group of a row, one object for all its adoptions."""
    if pk is None:
        return None
    if pk not in groups:
        name, name_kana, former_names, address = told
        groups[pk] = Organization(
            pk=pk, name=name, name_kana=name_kana, former_names=former_names, address=address
        )
    return groups[pk]


def _counted(proposal: Proposal) -> tuple[QuerySet[Proposal], QuerySet[PastAward]]:
    """Return what was adopted in the course before, from the year on that the rule names."""
    since = proposal.rules.number("adoptions_counted_from_fiscal_year") or 0
    edition, year = proposal.round.edition, proposal.round.fiscal_year
    before = Q(round__fiscal_year__lt=year)
    before |= Q(round__fiscal_year=year, adopted_with__lt=_adopted_with(proposal.pk, NOT_YET))
    counted = Proposal.objects.counted().alias(adopted_with=_adopted_with(OuterRef("pk"), 0))
    cases = counted.exclude(pk=proposal.pk).filter(
        before,
        round__edition__course=edition.course,
        round__edition__fictitious=edition.fictitious,
        round__fiscal_year__gte=since,
    )
    past = PastAward.objects.filter(
        course=edition.course, status="adopted", adoption_fiscal_year__gte=since,
        adoption_fiscal_year__lt=year, fictitious__in=(False, edition.fictitious),
    )  # fmt: skip
    return cases.order_by("pk"), past.order_by("key")


def _adopted_with(case: OuterRef | int | None, without: int) -> Coalesce:
    """Return the line of the history with which a proposal was last adopted, by its id.

    Of two proposals of one group in one fiscal year the one that was adopted first is the first,
    whichever was begun first.
    """
    lines = Event.objects.filter(case=case, verb__in=ADOPTS).order_by("-pk").values("pk")
    return Coalesce(Subquery(lines[:1]), Value(without))


def cap_of(proposal: Proposal) -> int | None:
    """Return the most one project year of ``proposal`` may get, in yen; ``None`` if it is not set."""
    rules = proposal.rules
    if rules.cap_name(2) == rules.cap_name(1):  # every adoption has the same
        return rules.cap_yen(1)
    return rules.cap_yen(adoptions_counted(proposal) + 1)
