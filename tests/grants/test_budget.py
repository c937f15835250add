"""The city's budget: entries, what became of it, and how a grant above it is refused."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Role
from casework import approvals
from casework.errors import NotPossible
from casework.services import advance
from grants import budget_table, services
from grants.bars import Row, picture
from grants.budget_limit import over_budget
from grants.models import BudgetEntry, Payment, ProgramBudget, ProjectYear
from tests import factories
from tests.doors.exports import table_of
from tests.factories import NOON, TODAY, wish
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

LAST_DAY_OF_BOOKS, DAY_AFTER = date(2027, 5, 31), date(2027, 6, 1)


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def vote(edition, office, yen: int, kind: str = "initial", **fields) -> BudgetEntry:
    told = {"fiscal_year": 2026, "voted_on": TODAY, "document": "予算書", **fields}
    return services.enter_budget(edition, kind=kind, amount_yen=yen, by=office, at=NOON, **told)


def budget_of(edition) -> ProgramBudget:
    """The budget of the course, computed alone and with all others: both are the same."""
    alone = ProgramBudget.of(edition, 2026)
    assert ProgramBudget.all()[edition.course, False, 2026] == alone
    assert ProgramBudget.all(2026)[edition.course, False, 2026] == alone
    return alone


# Entries


def enter(client, edition, **fields):
    data = {
        "edition": edition.pk, "fiscal_year": "2026", "kind": "initial", "amount_yen": "300000",
        "financed_by": "general", "voted_on": "2026-03-20", "document": "予算書", **fields,
    }  # fmt: skip
    return client.post(reverse("grants:budget-new"), data)


def test_budget_adds_up(as_person, office):
    edition, client = factories.edition(), as_person(office)
    enter(client, edition)
    enter(client, edition, financed_by="fund", amount_yen="20,000", kind="supplementary")
    enter(client, edition, kind="reduction", amount_yen="-50000")

    (row,) = client.get(reverse("grants:budget")).context["budgets"]

    assert (row.budget.planned_yen, row.budget.free_yen) == (270_000, 270_000)
    assert row.budget.planned_by_source == {"general": 250_000, "fund": 20_000}


@pytest.mark.parametrize(
    "fields",
    [
        {"amount_yen": "-1"},
        {"amount_yen": "0"},
        {"kind": "reduction"},
        {"kind": "reduction", "amount_yen": "-1"},  # nothing is planned
        {"kind": "transfer"},  # has a form of its own
        {"document": ""},
        {"financed_by": ""},
        {"voted_on": "2026-11-21"},  # tomorrow
    ],
)
def test_budget_entry_that_cannot_be(as_person, office, fields):
    assert enter(as_person(office), factories.edition(), **fields).status_code == 422
    assert not BudgetEntry.objects.exists()


def test_transfer_is_two_entries_that_add_up_to_zero(as_person, office):
    giver, taker = factories.edition(), factories.edition("revitalization")
    vote(giver, office, 100_000)
    data = {
        "giver": giver.pk, "taker": taker.pk, "fiscal_year": "2026", "financed_by": "general",
        "amount_yen": "40000", "voted_on": "2026-11-20", "document": "流用決定",
    }  # fmt: skip

    answer = as_person(office).post(reverse("grants:budget-transfer"), data)

    assert answer.status_code == 302
    given, taken = BudgetEntry.objects.filter(kind="transfer").order_by("pk")
    assert (given.amount_yen, taken.amount_yen, taken.taken_from) == (-40_000, 40_000, given)
    assert budget_of(giver).planned_yen == 60_000
    assert budget_of(taker).planned_yen == 40_000


@pytest.mark.parametrize(
    ("yen", "source", "words"),
    [(100_001, "general", "100,000 yen"), (1, "fund", "At most 0 yen")],
)
def test_transfer_of_more_than_there_is_moves_nothing(office, yen, source, words):
    giver, taker = factories.edition(), factories.edition("revitalization")
    vote(giver, office, 100_000)

    with pytest.raises(ValidationError, match=words):
        services.transfer_budget(
            giver, taker, fiscal_year=2026, amount_yen=yen, financed_by=source, voted_on=TODAY,
            document="流用決定", by=office, at=NOON,
        )  # fmt: skip
    assert BudgetEntry.objects.count() == 1


def test_transfer_within_one_course_is_none(office):
    edition = factories.edition()
    vote(edition, office, 100_000)

    with pytest.raises(ValidationError, match="between two courses"):
        services.transfer_budget(
            edition, edition, fiscal_year=2026, amount_yen=1, voted_on=TODAY, document="d",
            by=office, at=NOON,
        )  # fmt: skip


# What became of it


@pytest.fixture
@remembered
def year(sender) -> ProjectYear:
    """A year of 80,000 yen that was granted; 9,000,000 yen are planned."""
    return makers.granted_year()


def pay(year, kind: str, yen: int, on: date) -> Payment:
    """A line of the ledger, whatever the services would say of its day."""
    claim = None if kind == "repayment" else factories.claim_behind(year, kind)
    return Payment.objects.create(
        year=year, kind=kind, claim=claim, amount_yen=yen, paid_on=on, document="支出命令書",
        by=factories.anyone(Role.ACCOUNTING), at=NOON,
    )  # fmt: skip


def by_hand(edition) -> tuple[int, ...]:
    """Planned, decided, paid, returned in time and later, in plain Python over the rows."""
    entries = [entry.amount_yen for entry in BudgetEntry.objects.filter(edition=edition)]
    years = ProjectYear.objects.filter(proposal__round__edition=edition)
    lines = list(Payment.objects.filter(year__in=years))
    undone = {line.of_id for line in lines}
    standing = [line for line in lines if line.kind != "reversal" and line.pk not in undone]
    back = [line for line in standing if line.kind == "repayment"]
    return (
        sum(entries),
        sum(y.granted_yen if y.confirmed_yen is None else y.confirmed_yen for y in years),
        sum(line.amount_yen for line in standing if line not in back),
        sum(line.amount_yen for line in back if line.paid_on <= LAST_DAY_OF_BOOKS),
        sum(line.amount_yen for line in back if line.paid_on > LAST_DAY_OF_BOOKS),
    )


def sums(budget: ProgramBudget) -> tuple[int | None, ...]:
    return (
        budget.planned_yen, budget.decided_yen, budget.paid_yen, budget.returned_yen,
        budget.returned_later_yen,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("came_back_on", "freed"),
    [(None, 0), (LAST_DAY_OF_BOOKS, 5_000), (DAY_AFTER, 0)],
)
def test_money_that_comes_back_is_free_again_only_until_the_books_close(year, came_back_on, freed):
    edition = year.proposal.round.edition
    pay(year, "advance", 80_000, TODAY)
    wrong = pay(year, "advance", 1_000, TODAY)
    Payment.objects.create(
        year=year, kind="reversal", of=wrong, amount_yen=1_000, reason="誤り", paid_on=TODAY,
        document="振替", by=wrong.by, at=NOON,
    )  # fmt: skip
    ProjectYear.objects.filter(pk=year.pk).update(confirmed_yen=75_000)
    if came_back_on:
        pay(year, "repayment", 5_000, came_back_on)

    budget = budget_of(edition)

    assert sums(budget) == by_hand(edition)
    assert budget.free_yen == 9_000_000 - 80_000 + freed
    assert ProgramBudget.of(edition, 2026, leaving_out=year).free_yen == 9_000_000


def test_years_that_wait_for_a_decision_are_committed_and_take_nothing_yet(sender, office):
    proposal = makers.ready_proposal("startup", office=office)
    edition, waiting = proposal.round.edition, proposal.project_years.get()
    vote(edition, office, 100_000)
    assert budget_of(edition).committed_yen == waiting.requested_yen == 80_000

    waiting = makers.applied(waiting)

    budget = budget_of(edition)
    assert (budget.committed_yen, budget.decided_yen, budget.free_yen) == (80_000, 0, 100_000)
    (row,) = budget_table.of_courses(2026)
    assert not row.is_overasked


# A grant above it


def test_grant_above_the_budget_is_refused_with_the_numbers(sender, office):
    years = [makers.applied(makers.ready_proposal("startup", office=office).project_years.get())
             for _ in range(2)]  # fmt: skip
    vote(years[0].proposal.round.edition, office, 100_000)
    drafts = [
        approvals.draft("起案", [wish(year, "grant", granted_yen=80_000)], by=office, at=NOON)
        for year in years
    ]
    approver = factories.user(Role.APPROVER)
    advance(drafts[0], "approve", by=approver, at=NOON, decided_on=TODAY)

    with pytest.raises(NotPossible) as refused:
        advance(drafts[1], "approve", by=approver, at=NOON, decided_on=TODAY)

    words = str(refused.value.why)
    assert [f"{yen:,}" in words for yen in (80_000, 20_000, 100_000)] == [True] * 3
    late = ProjectYear.objects.get(pk=years[1].pk)
    assert late.state == "applied"
    assert over_budget(late, 20_000) == ""
    assert over_budget(late, 20_001) != ""


def test_reduction_below_what_is_decided_is_refused_with_the_numbers(year, office):
    edition = year.proposal.round.edition

    with pytest.raises(ValidationError, match="8,920,000"):
        vote(edition, office, -8_920_001, "reduction")

    assert vote(edition, office, -8_920_000, "reduction").amount_yen == -8_920_000
    assert budget_of(edition).free_yen == 0


# Pages and files


def test_page_shows_one_fiscal_year_with_its_chart(as_person, office):
    edition = factories.edition()
    vote(edition, office, 100_000)
    vote(edition, office, 7, fiscal_year=2031, document="来年度以降")
    client = as_person(office)

    this, other, none = (
        client.get(reverse("grants:budget"), {"fiscal_year": year} if year else {})
        for year in (None, 2031, 2040)
    )

    assert [row.budget.planned_yen for row in this.context["budgets"]] == [100_000]
    assert this.context["years"] == [2031, 2026]
    assert 'class="bars-general"' in this.content.decode()
    assert "来年度以降" in other.content.decode()
    assert "No entry yet" in none.content.decode()


def test_files_hold_the_budgets_and_their_entries(as_person, office, tmp_path):
    edition = factories.edition()
    vote(edition, office, 100_000, document="=1+1")
    vote(edition, office, 7, fiscal_year=2031)
    client = as_person(office)

    header, *rows = table_of(client.get(reverse("grants:budget-csv")).getvalue())
    entries = table_of(client.get(reverse("grants:budget-entries-csv")).getvalue())
    path = tmp_path / "budget.xlsx"
    answer = client.get(reverse("grants:budget-xlsx"), {"fiscal_year": 2031})
    path.write_bytes(answer.getvalue())
    book = load_workbook(path, read_only=True)

    assert header == budget_table.HEADER
    assert [(row[0], row[3], row[-1]) for row in rows] == [
        ("2031", "7", "7"), ("2026", "100000", "100000"),
    ]  # fmt: skip
    assert entries[1][5:8] == ["100000", "2026-11-20", "'=1+1"]
    assert [[len(list(sheet.rows)), sheet.title] for sheet in book] == [
        [2, "budget"],
        [2, "entries"],
    ]
    book.close()


# The picture


def test_pieces_of_a_bar_touch_and_the_longest_fills_the_picture():
    drawn = picture([
        Row("A", ([("general", 1), ("fund", 2)], [("paid", -5), ("free", 3)])),
        Row("B", ([("general", 1)],), mark_yen=2),
    ])  # fmt: skip

    first, second, free, third = [piece for row in drawn.rows for piece in row.pieces]
    assert first.x + first.width == second.x
    assert second.x + second.width == free.x + free.width == drawn.left + drawn.span
    assert (free.what, third.width) == ("free", first.width)
    assert drawn.rows[1].mark_x == second.x + first.width
    assert picture([Row("A", ([("general", 0)],))]) is None
