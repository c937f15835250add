"""What adopted projects bring to the measures of an edition, by fiscal year: cases, groups and yen.

Everything is reckoned from the rows as they are now. What a row says can be told case by case: each
part names the case that it comes from.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Prefetch, Q, QuerySet

from guideline.carrying_over import Ways
from guideline.models import Edition, Measure

from .advancing import Advanced, beside
from .measure_weights import shares
from .models import MeasureReading, ProjectYear, Proposal, ProposalMeasure


class Yen(NamedTuple):
    """Whole yen of a case in a fiscal year, or of several; ``None`` while nothing is decided.

    :param paid: what the city paid and did not get back.
    :param settled: the confirmed amount (額の確定); ``None`` while none is confirmed.
    """

    asked: int | None = None
    decided: int | None = None
    paid: int | None = None
    settled: int | None = None


def shared(yen: Yen, weights: list[int]) -> list[Yen]:
    """Share each amount by weight; the shares add up to it."""
    columns = [
        [None] * len(weights) if amount is None else shares(amount, weights) for amount in yen
    ]
    return [Yen(*row) for row in zip(*columns, strict=True)]


def added(rows: Iterable[Yen]) -> Yen:
    """Return the sum, amount by amount; of what no row knows nothing is known."""
    total = Yen()
    for row in rows:
        total = Yen(*(_sum(a, b) for a, b in zip(total, row, strict=True)))
    return total


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


@dataclass(frozen=True, slots=True)
class Part:
    """What one case brings to one measure in one fiscal year.

    :param measure: the measure of the edition; ``None`` where it goes on in none of its measures.
    :param said: the measure that the case speaks of, maybe of an earlier edition.
    :param weight: percent of the case; ``None`` where it is named and not confirmed, so that no
        yen count.
    :param yen: what counts for the measure; ``whole`` that of the case in the year.
    """

    case: Proposal
    fiscal_year: int
    measure: int | None
    said: Measure
    weight: int | None
    yen: Yen
    whole: Yen

    @property
    def is_carried(self) -> bool:
        """Whether the case speaks of an earlier edition's measure, which goes on in this one."""
        return self.measure is not None and self.said.pk != self.measure


@dataclass(frozen=True, slots=True)
class Unshared:
    """A case of which no measure is confirmed, so that its yen count for none."""

    case: Proposal
    fiscal_year: int
    yen: Yen


@dataclass(frozen=True, slots=True)
class Brought:
    """What the cases bring to an edition; the yen of both lists add up to those of the cases."""

    parts: list[Part]
    unshared: list[Unshared]

    def of(self, measure: int | None) -> list[Part]:
        return [part for part in self.parts if part.measure == measure]


@dataclass(frozen=True, slots=True)
class Tally:
    """What some parts come to; a case counts once, however many years or measures it has here.

    :param confirmed: cases with a weight; ``named`` those that only name it.
    """

    parts: list[Part]
    confirmed: int
    named: int
    groups: int
    yen: Yen

    @classmethod
    def of(cls, parts: list[Part]) -> "Tally":
        weighed = {part.case.pk for part in parts if part.weight is not None}
        return cls(
            parts=parts,
            confirmed=len(weighed),
            named=len({part.case.pk for part in parts} - weighed),
            groups=len({part.case.organization_id for part in parts}),
            yen=added(part.yen for part in parts),
        )


def counted_cases(*, fictitious: bool) -> QuerySet[Proposal]:
    """Return the projects that count: adopted, and standing. The same for everybody.

    :param fictitious: whether invented projects count too; only in a demonstration.
    """
    return Proposal.objects.standing().told(fictitious=fictitious)


def brought_to(
    edition: Edition, cases: QuerySet[Proposal], *, measure: Measure | None = None
) -> Brought:
    """Return what ``cases`` bring to the measures of an edition, in as many queries for any number.

    A case that speaks of an earlier edition's measure follows the confirmed crosswalk; where that
    measure was split, its part is shared equally.

    :param measure: of the edition: only cases that speak of it, or of one that leads to it, are read.
    """
    own = set(Measure.objects.filter(edition=edition).values_list("pk", flat=True))
    ways = Ways.read()
    into = _of_same_editions(ways.lead_into(own))
    parts: list[Part] = []
    unshared: list[Unshared] = []
    focus = ways.lead_into({measure.pk}) if measure else into
    for case in _with_measures(_about(cases, focus)):
        rows = _numbered(row for row in beside(case.named, case.read) if not row.is_taken_out)
        for fiscal_year, yen in _yen_by_year(case):
            parts += _parts(case, fiscal_year, yen, rows, own, ways, into)
            is_about = any(row.measure.pk in into for row in rows)
            if is_about and all(row.weight is None for row in rows):
                unshared.append(Unshared(case, fiscal_year, yen))
    return Brought(parts, unshared)


def _numbered(rows: Iterable[Advanced]) -> list[Advanced]:
    """Put measures in the order of the guideline: of those who lost equally the lower number gets more."""
    return sorted(rows, key=lambda row: (row.measure.edition.code, row.measure.number))


def _of_same_editions(measures: set[int]) -> set[int]:
    """Return all measures of the editions of ``measures``: also those that were dropped on the way."""
    editions = Measure.objects.filter(pk__in=measures).values("edition")
    return set(Measure.objects.filter(edition__in=editions).values_list("pk", flat=True))


def _about(cases: QuerySet[Proposal], measures: set[int]) -> QuerySet[Proposal]:
    """Keep the cases that name one of ``measures``, or that were ever read as about one."""
    named = ProposalMeasure.objects.filter(measure__in=measures).values("proposal")
    read = MeasureReading.objects.filter(measure__in=measures).values("proposal")
    return cases.filter(Q(pk__in=named) | Q(pk__in=read))


def _with_measures(cases: QuerySet[Proposal]) -> Iterable[Proposal]:
    named = ProposalMeasure.objects.select_related("measure__edition").order_by("pk")
    read = MeasureReading.objects.newest().select_related("measure__edition").order_by("pk")
    # A year that is not decided to follow is no year yet; one that ended without a grant is none.
    years = ProjectYear.objects.but_without_grant().exclude(state="expected").with_figures()
    return (
        cases.select_related("organization", "round__edition")
        .prefetch_related(
            Prefetch("proposal_measures", named, to_attr="named"),
            Prefetch("measure_readings", read, to_attr="read"),
            Prefetch("project_years", years.order_by("position"), to_attr="counted_years"),
        )
        .order_by("pk")
    )


def _yen_by_year(case: Proposal) -> list[tuple[int, Yen]]:
    """Return the yen of each fiscal year of a case; none before the grant of the year is decided.

    The public reads the sums, and an application is nobody's business before its decision: what a
    group asks for counts from then on, as in the open data.
    """
    if not case.counted_years:
        return [(case.fiscal_year, Yen())]
    return [(year.fiscal_year, _yen_of(year)) for year in case.counted_years]


def _yen_of(year: ProjectYear) -> Yen:
    if year.granted_yen is None:
        return Yen()
    return Yen(year.asked_yen, year.granted_yen, year.paid_yen, year.confirmed_yen)


def _parts(
    case: Proposal, fiscal_year: int, yen: Yen, rows: list[Advanced], own: set[int], ways: Ways,
    into: set[int],
) -> Iterable[Part]:  # fmt: skip
    """Yield what a case brings to each measure in one of its years; its yen by weight."""
    of_rows = shared(yen, [row.weight or 0 for row in rows])
    for row, share in zip(rows, of_rows, strict=True):
        if row.measure.pk not in into:
            continue  # it is of an edition that does not lead here
        if row.weight is None:
            share = Yen()  # how much of the case is of this measure is not decided
        ends: list[int | None] = [*ways.carried_to(row.measure.pk, own)] or [None]
        for end, part in zip(ends, shared(share, [1] * len(ends)), strict=True):
            yield Part(case, fiscal_year, end, row.measure, row.weight, part, yen)


def by_year(parts: Iterable[Part]) -> dict[int, Tally]:
    """Return fiscal year → what the parts of that year come to."""
    found: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        found[part.fiscal_year].append(part)
    return {year: Tally.of(rows) for year, rows in found.items()}
