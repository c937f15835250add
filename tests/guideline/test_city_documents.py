"""The city's own table, where its documents are at hand (``CITY_DOCUMENTS``, a folder).

The documents are the city's and no part of the project; their facts are in the reference files.
"""

import os
from pathlib import Path

import pytest

from casework.faulty_files import Faulty
from guideline import progress_import
from guideline.models import Claim, Edition, Measure, Progress, ProgressTable
from guideline.progress_reading import table_in
from tests.factories import NOON
from tests.guideline import tables
from tests.guideline.test_progress_import import DAY, DIGEST, WRONG

FOLDER = os.environ.get("CITY_DOCUMENTS", "")

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="CITY_DOCUMENTS does not say where the city's documents are"
)


@pytest.fixture(scope="module")
def content() -> bytes:
    """The one document of the folder that begins with the title of the table."""
    found = [
        path.read_bytes()
        for path in sorted(Path(FOLDER).glob("*.txt"))
        if path.read_text(encoding="utf-8").lstrip().startswith(tables.TITLE)
    ]
    assert len(found) == 1, f"{tables.TITLE} is not in CITY_DOCUMENTS, or there twice"
    return found[0]


@pytest.fixture
def first(loaded) -> Edition:
    return Edition.objects.get(code="first")


def read(content: bytes):
    return table_in(content, tables.guideline())


def test_rows_and_counts_are_those_of_the_reference_files(content):
    table = read(content)
    ours = read(tables.as_text(tables.lines()))

    assert [(r.line, r.number, r.status, r.next_class) for r in table.rows] == [
        (r.line, r.number, r.status, r.next_class) for r in ours.rows
    ]
    assert (table.title, table.counts) == (ours.title, ours.counts)
    assert [note.what for note in table.notes] == [note.what for note in ours.notes]


def test_document_changes_words_alone_and_its_summary_is_flagged_where_it_is_wrong(content, first):
    claims = list(Claim.objects.order_by("pk").values())

    found = progress_import.take(first, read(content), as_of=DAY, digest=DIGEST, by=None, at=NOON)

    assert {change.codes[1] for change in found.changes} == {"result", "reason"}
    assert found.mismatches == WRONG
    assert list(Claim.objects.order_by("pk").values()) == claims
    assert Progress.objects.filter(as_of=DAY).exclude(reason="").count() == 23


def test_document_taken_twice_in_any_encoding_changes_nothing(content, first):
    progress_import.take(first, read(content), as_of=DAY, digest=DIGEST, by=None, at=NOON)
    text = content.decode()

    for encoding in ("utf-8", "utf-8-sig", "cp932"):
        again = read(text.encode(encoding))
        found = progress_import.take(first, again, as_of=DAY, digest=DIGEST, by=None, at=NOON)
        assert found.changes == []
    assert ProgressTable.objects.count() == 1
    assert Measure.objects.of("first").count() == 23


@pytest.mark.parametrize("number", range(1, 24))
def test_document_with_any_measure_missing_or_cut_off_is_refused(content, number):
    lines = content.decode().split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{number}\t"))

    for damaged in (lines[:at] + lines[at + 1 :], [*lines[:at], lines[at][:8], *lines[at + 1 :]]):
        with pytest.raises(Faulty):
            read("\n".join(damaged).encode())
