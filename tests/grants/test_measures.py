"""The office confirms, corrects, adds, takes out and weighs the measures that a group named."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from casework import verification
from casework.models import Version
from casework.services import advance
from grants.advancing import advanced, carried
from grants.measure_weights import equal_weights, shares
from grants.models import MeasureReading, Proposal
from grants.services import Read, mark_of_measures, read_measures
from tests import factories
from tests.case_pages import part_of, whole_page
from tests.casework.cases import group_of, in_selection
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@remembered
def filed(*more) -> Proposal:
    """A filed proposal that names one measure, and ``more``."""
    proposal = factories.draft()
    for measure in more:
        proposal.proposal_measures.create(measure=measure, how="こちらも進める")
    return advance(proposal, "submit", by=group_of(proposal), at=NOON)


def named(proposal) -> list[int]:
    return list(proposal.proposal_measures.order_by("pk").values_list("measure", flat=True))


def read(proposal, *rows, by, at=NOON):
    return read_measures(proposal, rows, seen=mark_of_measures(proposal), by=by, at=at)


def standing(proposal) -> dict[int, int]:
    return dict(
        MeasureReading.objects.standing().filter(proposal=proposal).values_list("measure", "weight")
    )


# Sharing


@given(
    st.integers(min_value=0, max_value=10**9),
    st.lists(st.integers(min_value=0, max_value=100), min_size=1, max_size=12).filter(any),
)
def test_shares_are_whole_add_up_and_miss_the_exact_part_by_less_than_one(amount, weights):
    found = shares(amount, weights)

    assert sum(found) == amount
    whole = sum(weights)
    for share, weight in zip(found, weights, strict=True):
        assert abs(share * whole - amount * weight) < whole


@pytest.mark.parametrize(
    ("amount", "weights", "found"),
    [
        (100_000, [60, 40], [60_000, 40_000]),
        (100, [1, 1, 1], [34, 33, 33]),
        (10, [34, 33, 33], [4, 3, 3]),  # 3.4, 3.3, 3.3: the first lost most
        (1, [1, 99], [0, 1]),
        (0, [50, 50], [0, 0]),
        (7, [0, 0], [0, 0]),
    ],
)
def test_yen_left_over_goes_to_whoever_lost_most_and_then_to_whoever_stands_first(
    amount, weights, found
):
    assert shares(amount, weights) == found


@pytest.mark.parametrize("count", range(1, 13))
def test_equal_weights_are_a_hundred_and_differ_by_one_at_most(count):
    found = equal_weights(count)
    assert sum(found) == 100
    assert max(found) - min(found) <= 1


# Reading


def test_office_confirms_corrects_adds_and_takes_out_in_one_reading(office):
    right, wrong, other, added = (factories.measure() for _ in range(4))
    proposal = filed(wrong, other)
    first = named(proposal)[0]

    read(
        proposal,
        Read(first, 50, first),
        Read(right.pk, 30, wrong.pk, how="相談の窓口をつくる", reason="内容は相談の施策に当たる"),
        Read(other.pk, 0, other.pk, reason="直接の関係がない"),
        Read(added.pk, 20, how="会場を開く"),
        by=office,
    )

    assert standing(proposal) == {first: 50, right.pk: 30, added.pk: 20}
    rows = {row.measure.pk: row for row in advanced(proposal)}
    assert rows[first].how == "活動の場をつくる"  # the group's words stand
    assert rows[right.pk].how == "相談の窓口をつくる"
    assert rows[other.pk].is_taken_out
    assert {row.measure.pk for row in carried(proposal)} == {first, right.pk, added.pk}
    words = {str(row.reading.in_words) for row in rows.values()}
    assert words == {"Confirmed", "Measure corrected", "Taken out", "Added by the office"}
    assert {(row.reading.by, row.reading.on) for row in rows.values()} == {
        (office, factories.TODAY)
    }


def test_what_the_group_wrote_stays_as_filed(office):
    wrong, right = factories.measure(), factories.measure()
    proposal = filed(wrong)
    first = named(proposal)[0]
    before = Version.objects.get(case=proposal).content
    read(
        proposal, Read(first, 50, first, how="市の言葉"),
        Read(right.pk, 50, wrong.pk, reason="別の施策"), by=office,
    )  # fmt: skip

    assert named(proposal) == [first, wrong.pk]
    assert Version.objects.get(case=proposal).content == before
    assert list(verification.faults()) == []


def test_newer_reading_counts_as_a_whole_and_the_same_one_leaves_no_trace(office):
    added = factories.measure()
    proposal = filed()
    first = named(proposal)[0]
    read(proposal, Read(first, 70, first), Read(added.pk, 30), by=office)
    read(proposal, Read(first, 100, first), by=office)
    read(proposal, Read(first, 100, first), by=office)

    assert standing(proposal) == {first: 100}
    assert proposal.events.filter(verb="read_measures").count() == 2
    assert proposal.measure_readings.count() == 3


def test_what_the_group_names_anew_is_open_again(office):
    proposal = filed()
    first = named(proposal)[0]
    assert proposal.has_unread_measures()
    read(proposal, Read(first, 100, first), by=office)
    assert not proposal.has_unread_measures()
    assert not Proposal.objects.with_figures().get(pk=proposal.pk).has_unread_measures()

    later = factories.measure()
    proposal.proposal_measures.create(measure=later, how="補正で加えた")

    assert proposal.has_unread_measures()
    assert Proposal.objects.with_figures().get(pk=proposal.pk).has_unread_measures()
    assert [row.weight for row in advanced(proposal)] == [100, None]


@pytest.mark.parametrize(
    ("weights", "reason"),
    [((60, 30), ""), ((101, -1), ""), ((100, 0), ""), ((50,), "")],
    ids=["less than 100", "no percent", "taken out without a reason", "one is passed over"],
)
def test_reading_that_is_not_whole_is_refused(office, weights, reason):
    proposal = filed(factories.measure())
    rows = [Read(m, w, m, reason=reason) for m, w in zip(named(proposal), weights, strict=False)]

    with pytest.raises(ValidationError):
        read(proposal, *rows, by=office)

    assert not proposal.measure_readings.exists()


def test_other_measure_without_a_reason_and_one_measure_twice_are_refused(office):
    other = factories.measure()
    proposal = filed()
    first = named(proposal)[0]
    with pytest.raises(ValidationError, match="Say why"):
        read(proposal, Read(other.pk, 100, first), by=office)
    with pytest.raises(ValidationError, match="two rows"):
        read(proposal, Read(first, 50, first), Read(first, 50), by=office)


def test_reading_of_a_page_that_is_overtaken_is_refused(office):
    proposal = filed()
    first, seen = named(proposal)[0], mark_of_measures(proposal)
    read(proposal, Read(first, 100, first), by=office)

    with pytest.raises(ValidationError, match="meanwhile"):
        read_measures(proposal, [Read(first, 100, first, how="x")], seen=seen, by=office, at=NOON)


def test_only_the_office_reads_and_only_what_is_filed(office):
    proposal = filed()
    first = named(proposal)[0]
    others = [group_of(proposal), *(factories.user(r) for r in Role.values if r != Role.OFFICE)]
    for person in others:
        with pytest.raises(PermissionDenied):
            read(proposal, Read(first, 100, first), by=person)
    draft = factories.draft()
    with pytest.raises(ValidationError):
        read(draft, Read(named(draft)[0], 100, named(draft)[0]), by=office)


def test_database_lets_no_reading_be_changed(office):
    proposal = filed()
    read(proposal, Read(named(proposal)[0], 100, named(proposal)[0]), by=office)
    for change in (
        lambda: MeasureReading.objects.update(weight=1),
        lambda: MeasureReading.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_report_of_the_department_begins_with_what_the_office_confirmed(office):
    right = factories.measure()
    year = makers.granted_year("collaboration")
    proposal = year.proposal
    first = named(proposal)[0]
    read(proposal, Read(right.pk, 100, first, how="市の言葉", reason="別の施策"), by=office)

    advance(makers.written_report(year), "submit", by=group_of(year), at=makers.LATER)

    told = year.collaboration_report.advanced_measures.values_list("measure", "how")
    assert list(told) == [(right.pk, "市の言葉")]


# The page


def posted(proposal, **fields) -> dict:
    """What the browser sends for a page with one named measure that is confirmed."""
    first = named(proposal)[0]
    empty = {f"added-{n}-{name}": "" for n in range(2) for name in ("measure", "weight", "how")}
    own = {"measure": first, "weight": 100, "how": "", "reason": ""}
    return {
        "seen": mark_of_measures(proposal), **empty,
        **{f"named-{first}-{name}": value for name, value in own.items()}, **fields,
    }  # fmt: skip


def test_page_keeps_what_is_confirmed_and_leads_back_to_the_case(client, office):
    proposal = filed()
    address = reverse("grants:proposal-measures", args=[proposal.pk])
    client.force_login(office)
    assert b'value="100"' in client.get(address).content  # the weight of the only one

    answer = client.post(address, posted(proposal))

    assert answer.status_code == 302
    assert standing(proposal) == {named(proposal)[0]: 100}
    assert "100%" in part_of(client, proposal, "content")


def test_page_says_what_the_weights_add_up_to(client, office):
    proposal = filed()
    added = factories.measure()
    client.force_login(office)
    said = posted(proposal, **{"added-0-measure": added.pk, "added-0-weight": 20})

    answer = client.post(reverse("grants:proposal-measures", args=[proposal.pk]), said)

    assert answer.status_code == 422
    assert "120" in answer.content.decode()
    assert not proposal.measure_readings.exists()


def test_page_asks_why_a_measure_is_taken_out(client, office):
    proposal, first = (made := filed()), named(made)[0]
    client.force_login(office)
    address = reverse("grants:proposal-measures", args=[proposal.pk])
    out = posted(proposal, **{f"named-{first}-out": "on"})
    assert client.post(address, out).status_code == 422

    assert client.post(address, {**out, f"named-{first}-reason": "関係がない"}).status_code == 302

    assert standing(proposal) == {}
    assert [row.is_taken_out for row in advanced(proposal)] == [True]


@pytest.mark.parametrize("role", [r for r in Role.values if r != Role.OFFICE])
def test_nobody_else_opens_the_page(client, role):
    proposal = filed()
    client.force_login(factories.user(role))
    address = reverse("grants:proposal-measures", args=[proposal.pk])
    assert client.get(address).status_code in (403, 404)
    assert client.post(address, posted(proposal)).status_code in (403, 404)
    assert not proposal.measure_readings.exists()


def test_group_reads_how_the_office_reads_and_why_but_no_form(client, office):
    proposal, first = (made := filed()), named(made)[0]
    read(proposal, Read(first, 0, first, reason="関係がないため"), by=office)
    client.force_login(group_of(proposal))

    page = part_of(client, proposal, "content")

    assert "関係がないため" in page
    assert reverse("grants:proposal-measures", args=[proposal.pk]) not in page


def test_case_that_was_adopted_leads_the_office_to_the_measures_until_they_are_confirmed(
    client, office
):
    proposal = factories.approved(in_selection(), "select", assessed_yen=80_000)
    address = f'href="{reverse("grants:proposal-measures", args=[proposal.pk])}"'
    client.force_login(office)
    assert address in part_of(client, proposal)

    read(proposal, Read(named(proposal)[0], 100, named(proposal)[0]), by=office)

    assert address not in part_of(client, proposal)
    assert address in whole_page(client, proposal)
