"""What adopted projects bring to measures: cases, groups and yen by fiscal year, added up another way."""

from collections import Counter
from fractions import Fraction

import pytest

from accounts.models import Role
from grants.measure_years import Tally, Yen, brought_to, by_year, counted_cases, shared
from grants.models import CourseEdition, ProjectYear, Proposal
from grants.services import Read, mark_of_measures, read_measures
from guideline.models import Crosswalk, Edition, Measure, Section
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def named(proposal) -> Measure:
    return proposal.proposal_measures.order_by("pk").first().measure


@remembered
def granted(yen: int = 80_000) -> Proposal:
    """An adopted project of which ``yen`` were granted, and which names one measure."""
    return makers.granted_year(granted_yen=yen).proposal


def read(proposal, *rows, by):
    return read_measures(proposal, rows, seen=mark_of_measures(proposal), by=by, at=NOON)


def invented() -> Edition:
    return Edition.objects.get(code="invented")


def brought(edition=None):
    return brought_to(edition or invented(), counted_cases(fictitious=False))


def later_edition(*titles: str) -> list[Measure]:
    """Measures of another edition, which follows the invented one."""
    edition = Edition.objects.create(code="later", title="次の指針", status="draft")
    section = Section.objects.create(edition=edition, number=1, title="次の章")
    return [
        Measure.objects.create(
            edition=edition, section=section, number=at, title=title, classification="I"
        )
        for at, title in enumerate(titles, 1)
    ]


def leads(origin, *targets, confirmed=True, kind="kept"):
    for target in targets:
        Crosswalk.objects.create(
            from_measure=origin, to_measure=target, kind=kind if target else "dropped",
            confirmed_at=NOON if confirmed else None,
        )  # fmt: skip


def test_yen_are_shared_by_weight_and_add_up_to_those_of_the_case(office):
    proposal, more = granted(79_999), factories.measure()
    first = named(proposal)
    read(proposal, Read(first.pk, 67, first.pk), Read(more.pk, 33), by=office)

    found = brought()

    decided = {part.measure: part.yen.decided for part in found.parts}
    assert decided == {first.pk: 53_599, more.pk: 26_400}  # 53,599.33 and 26,399.67
    assert sum(decided.values()) == 79_999
    assert found.unshared == []


def test_case_that_only_names_a_measure_counts_with_no_yen():
    proposal = granted()

    found = brought()

    (part,) = found.of(named(proposal).pk)
    assert (part.weight, part.yen) == (None, Yen())
    assert [(row.case, row.yen.decided) for row in found.unshared] == [(proposal, 80_000)]
    tally = Tally.of(found.parts)
    assert (tally.confirmed, tally.named, tally.groups) == (0, 1, 1)


def test_case_that_stands_no_more_goes_from_the_year_it_counted_in(office):
    year = makers.granted_year()
    proposal, first = year.proposal, named(year.proposal)
    read(proposal, Read(first.pk, 100, first.pk), by=office)
    before = by_year(brought().of(first.pk))
    assert [(y, t.confirmed, t.yen.decided) for y, t in before.items()] == [(2026, 1, 80_000)]
    assert [part.case for part in before[2026].parts] == [proposal]

    factories.approved(year, "revoke", reason="虚偽の申請")

    assert brought().parts == []


def test_what_is_read_anew_moves_the_yen_to_the_other_measure(office):
    proposal, other = granted(), factories.measure()
    first = named(proposal)
    read(proposal, Read(first.pk, 100, first.pk), by=office)
    read(proposal, Read(other.pk, 100, first.pk, reason="別の施策"), by=office)

    assert {part.measure: part.yen.decided for part in brought().parts} == {other.pk: 80_000}


def test_invented_projects_do_not_count_outside_a_demonstration():
    proposal = granted()
    CourseEdition.objects.filter(pk=proposal.round.edition_id).update(fictitious=True)
    assert brought().parts == []
    assert len(brought_to(invented(), counted_cases(fictitious=True)).parts) == 1


# From one edition to the next


def test_case_follows_the_crosswalk_once_the_office_confirmed_it(office):
    proposal = granted()
    first = named(proposal)
    read(proposal, Read(first.pk, 100, first.pk), by=office)
    (next_one,) = later_edition("続く施策")
    leads(first, next_one, confirmed=False)

    waiting = brought(next_one.edition)
    assert [(part.measure, part.yen.decided) for part in waiting.parts] == [(None, 80_000)]

    Crosswalk.objects.update(confirmed_at=NOON)

    (part,) = brought(next_one.edition).parts
    assert (part.measure, part.said, part.is_carried) == (next_one.pk, first, True)
    assert part.yen.decided == 80_000
    assert [p.measure for p in brought().parts] == [first.pk]  # in its own edition it stays


def test_part_of_a_measure_that_was_split_is_shared_equally(office):
    proposal = granted(79_999)
    first = named(proposal)
    read(proposal, Read(first.pk, 100, first.pk), by=office)
    one, other = later_edition("前半", "後半")
    leads(first, one, other, kind="split")

    found = {part.measure: part.yen.decided for part in brought(one.edition).parts}

    assert found == {one.pk: 40_000, other.pk: 39_999}


def test_measure_that_is_half_confirmed_is_not_followed(office):
    proposal = granted()
    one, other = later_edition("前半", "後半")
    leads(named(proposal), one, kind="split")
    leads(named(proposal), other, kind="split", confirmed=False)

    assert {part.measure for part in brought(one.edition).parts} == {None}


def test_two_measures_that_are_merged_count_their_case_once(office):
    proposal, second = granted(), factories.measure()
    first = named(proposal)
    read(proposal, Read(first.pk, 60, first.pk), Read(second.pk, 40), by=office)
    (one,) = later_edition("まとめた施策")
    leads(first, one, kind="merged")
    leads(second, one, kind="merged")

    tally = Tally.of(brought(one.edition).of(one.pk))

    assert (tally.confirmed, tally.groups, tally.yen.decided) == (1, 1, 80_000)


def test_measure_that_was_dropped_goes_on_nowhere_and_its_yen_are_told(office):
    proposal = granted()
    first = named(proposal)
    read(proposal, Read(first.pk, 100, first.pk), by=office)
    (one,) = later_edition("別の施策")
    leads(first, None)
    leads(factories.measure(), one)

    found = brought(one.edition)

    assert [(part.measure, part.yen.decided) for part in found.parts] == [(None, 80_000)]


# Another way


def test_amounts_of_an_edition_are_those_of_its_cases_whatever_the_weights(office):
    """Held against fractions of each case, and against the sum of the project years as they stand."""
    weights = [[100], [67, 33], [34, 33, 33], [1, 99]]
    for number, of_case in enumerate(weights):
        proposal = granted(77_777 + number)
        first, more = named(proposal), [factories.measure() for _ in of_case[1:]]
        rows = [Read(m.pk, w) for m, w in zip(more, of_case[1:], strict=True)]
        read(proposal, Read(first.pk, of_case[0], first.pk), *rows, by=office)

    found = brought()

    exact: Counter = Counter()
    for reading in Proposal.measure_readings.rel.related_model.objects.all():
        year = ProjectYear.objects.get(proposal=reading.proposal)
        exact[reading.measure_id] += Fraction(year.granted_yen * reading.weight, 100)
    by_measure = {m: Tally.of(found.of(m)).yen.decided for m in exact}
    assert all(abs(by_measure[m] - exact[m]) < 1 for m in exact)
    in_all = sum(ProjectYear.objects.values_list("granted_yen", flat=True))
    assert sum(by_measure.values()) == in_all == 4 * 77_777 + 6


def test_more_cases_are_read_in_as_many_queries(office, django_assert_num_queries):
    def ask(count):
        with django_assert_num_queries(count):
            brought()

    granted()
    invented_queries = (
        8  # edition, its measures and those before, crosswalk, cases, namings, readings, years
    )
    ask(invented_queries)
    for _ in range(2):
        granted()
    ask(invented_queries)


def test_one_measure_is_told_the_same_alone_as_among_all(office):
    proposal, more = granted(), factories.measure()
    first = named(proposal)
    read(proposal, Read(first.pk, 50, first.pk), Read(more.pk, 50), by=office)
    granted()

    alone = brought_to(invented(), counted_cases(fictitious=False), measure=more).of(more.pk)

    assert alone == brought().of(more.pk)
    assert [part.yen.decided for part in alone] == [40_000]


def test_each_amount_is_shared_by_itself():
    assert shared(Yen(100, 10, 1, 0), [50, 50]) == [Yen(50, 5, 1, 0), Yen(50, 5, 0, 0)]
