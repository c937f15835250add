"""The printed summary against its own rows: listed, never reconciled."""

import csv
from collections import Counter
from datetime import date

import pytest

from guideline import reference_data
from guideline.models import Edition, Measure, PrintedCount, Progress
from guideline.summary import Mismatch, summary_mismatches

DAY = date(2023, 12, 20)


@pytest.fixture
def first(loaded) -> Edition:
    return Edition.objects.get(code="first")


def test_mismatches_are_those_of_the_document(first, office):
    assert summary_mismatches(first, DAY, office) == [
        Mismatch("I", "in_progress", None, None, 1, 6),
        Mismatch("I", "done", 5, 6, 4, 6),
        Mismatch("II-a", "in_progress", 2, 6, 1, 6),
        Mismatch("II-a", "partly", 1, 6, 2, 6),
        Mismatch("II-i", "not_started", 2, 6, 2, 9),
        Mismatch("II-i", "partly", 1, 6, 1, 9),
        Mismatch("II-i", "done", 5, 8, 6, 9),
    ]


def test_mismatches_equal_a_count_of_the_files_themselves(first, office):
    classes = {
        r["number"]: r["classification"] for r in rows("measures") if r["edition"] == "first"
    }
    counted = Counter(
        (classes[row["number"]], row["status"].replace("ongoing", "done"))
        for row in rows("progress")
    )
    sizes = Counter(classes.values())
    printed = {
        (r["classification"], r["status"]): (int(r["count"]), int(r["denominator"]))
        for r in rows("printed_counts")
    }
    expected = {
        (cell, printed.get(cell, (None, None)), (counted[cell], sizes[cell[0]]))
        for cell in counted | Counter(printed.keys())
        if printed.get(cell) != (counted[cell], sizes[cell[0]])
    }

    assert {
        ((m.classification, m.status), (m.printed, m.printed_of), (m.counted, m.counted_of))
        for m in summary_mismatches(first, DAY, office)
    } == expected


def rows(name: str) -> list[dict]:
    with (reference_data.FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_mismatch_goes_when_the_rows_agree(first, office):
    Progress.objects.filter(measure__number=22).update(status="done")

    assert "I" not in {m.classification for m in summary_mismatches(first, DAY, office)}


def test_summary_named_but_not_counted_is_a_mismatch(first, office):
    PrintedCount.objects.create(
        edition=first,
        as_of="2023-12-20",
        classification="III",
        status="done",
        count=1,
        denominator=2,
    )

    assert Mismatch("III", "done", 1, 2, 0, 2) in summary_mismatches(first, DAY, office)


def test_edition_without_a_printed_summary_has_no_mismatch(loaded, office):
    second = Edition.objects.get(code="second")
    Progress.objects.create(
        measure=Measure.objects.of("second").first(),
        fiscal_year=2026,
        as_of="2026-09-30",
        status="done",
    )

    assert summary_mismatches(second, DAY, office) == []
