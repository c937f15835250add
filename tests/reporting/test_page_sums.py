"""Live pages that are no tables of figures are held against the open data: each number, by name."""

import csv
import io

import pytest
import time_machine

from guideline.models import Crosswalk, Edition, Measure, Section
from reporting.figures.verification import read_live
from reporting.publishing import page_sums
from tests import factories
from tests.factories import NOON
from tests.reporting.test_figures import everything, weigh

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def found(change=None) -> set[tuple[str, str, str]]:
    """Return table, row and column of each difference; ``change``: (file, column, from, to)."""
    live = read_live(fictitious=False, at=NOON)

    def read(path: str) -> bytes:
        body = live(path)
        if change and path == f"data/{change[0]}.csv":
            _file, column, was, becomes = change
            rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
            row = next(row for row in rows if row[column] == was)
            row[column] = becomes
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            return text.getvalue().encode()
        return body

    return {(d.table, d.row, d.column) for d in page_sums.differences(read)}


def shared():
    """Projects that are read and not, and one measure that goes on as two of a later edition."""
    proposal = everything().proposal
    named, other = proposal.proposal_measures.get().measure, factories.measure()
    weigh(proposal, {named: 67, other: 33})
    later = Edition.objects.create(code="later", title="後の指針", status="draft")
    section = Section.objects.create(edition=later, number=1, title="章")
    ends = [
        Measure.objects.create(
            edition=later, section=section, number=n, title="施策", classification="I"
        )
        for n in (1, 2)
    ]
    for end in ends:
        Crosswalk.objects.create(
            from_measure=named, to_measure=end, kind="split", reason="理由", confirmed_at=NOON
        )
    return named, other, ends


def test_pages_are_what_the_files_give_over_the_crosswalk_too():
    _named, _other, ends = shared()

    assert found() == set()
    cells = page_sums._cases(ends[0].edition)
    assert [cells[str(end.number)]["decided"] for end in ends] == [26_800, 26_800]
    assert sum(row["decided"] or 0 for row in cells.values()) == 80_000 + 75_000


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (("amounts", "granted_yen", "80000", "80002"), ("cases", "decided")),
        (("amounts", "paid_yen", "80000", "1"), ("cases", "paid")),
        (("project-measures", "weight_percent", "67", "66"), ("cases", "decided")),
        (("project-measures", "weight_percent", "33", ""), ("cases", "confirmed")),
        (("crosswalk", "confirmed", "true", "false"), ("cases", "confirmed")),
        (("progress", "status", "partly", "done"), ("statuses", "done")),
        (("progress", "fiscal_year", "2025", "2024"), ("statuses", "partly")),
        (("fund", "used_yen", "2000", "1"), ("fund", "used_yen")),
    ],
)
def test_number_that_the_files_do_not_give_is_named(change, column):
    shared()

    assert column in {(table, column) for table, _row, column in found(change)}
