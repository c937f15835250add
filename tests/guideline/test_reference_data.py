"""The guideline's files: added once, compared afterwards, refused whole when damaged."""

import csv
import shutil
from pathlib import Path

import pytest

from casework.reference import DamagedFile, Difference
from guideline import reference_data
from guideline.models import (
    Claim,
    Classification,
    Crosswalk,
    Edition,
    Figure,
    Measure,
    PrintedCount,
    Progress,
    PublicDay,
    Section,
    Status,
)
from tests.factories import NOON

TABLES = {
    "editions": Edition,
    "sections": Section,
    "measures": Measure,
    "printed_counts": PrintedCount,
    "progress": Progress,
    "public_days": PublicDay,
    "figures": Figure,
    "claims": Claim,
    "crosswalk": Crosswalk,
}


def lines_of(name: str) -> list[dict]:
    with (reference_data.FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the files that a test may damage."""
    return shutil.copytree(reference_data.FOLDER, tmp_path / "reference")


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults_of(folder: Path) -> list[tuple[int, str]]:
    with pytest.raises(DamagedFile) as caught:
        reference_data.load(at=NOON, folder=folder)
    return [(fault.line, fault.message) for fault in caught.value.faults]


def test_load_adds_every_line_of_every_file(db):
    assert reference_data.load(at=NOON) == []

    for name, model in TABLES.items():
        assert model.objects.count() == len(lines_of(name)), name


def test_load_twice_adds_nothing_and_reports_nothing(loaded):
    before = {name: set(model.objects.values_list("pk")) for name, model in TABLES.items()}

    assert reference_data.load(at=NOON) == []
    assert {n: set(m.objects.values_list("pk")) for n, m in TABLES.items()} == before


def test_load_reports_what_the_office_changed_and_keeps_it(loaded):
    Measure.objects.of("first").filter(number=5).update(classification="I", title="改めた名称")

    differences = reference_data.load(at=NOON)

    assert differences == [
        Difference("measures.csv", "first 5", "classification", "II-i", "I"),
        Difference("measures.csv", "first 5", "title", "市民活動補償制度", "改めた名称"),
    ]
    assert Measure.objects.of("first").get(number=5).title == "改めた名称"


def test_load_names_the_row_a_reference_points_to(loaded):
    other = Section.objects.get(edition__code="first", number=3, place=2)
    Measure.objects.of("first").filter(number=7).update(section=other)

    [difference] = reference_data.load(at=NOON)

    assert (difference.field, difference.in_file, difference.in_database) == (
        "section",
        "(3)ア 市の事業についての情報提供",
        "(3)イ 市民活動団体等の情報の収集と提供",
    )


def test_load_leaves_alone_what_the_office_added(loaded):
    section = Section.objects.get(edition__code="second", number=7, place=4)
    Measure.objects.create(
        edition=section.edition, section=section, number=22, classification="III", title="追加"
    )

    assert reference_data.load(at=NOON) == []
    assert Measure.objects.of("second").count() == 22


def test_load_takes_a_file_that_excel_saved_with_a_byte_order_mark(db, folder):
    path = folder / "editions.csv"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")

    assert reference_data.load(at=NOON, folder=folder) == []


def test_load_with_unknown_classes_names_each_line_and_adds_nothing(db, folder):
    edit(folder, "measures", "first,2,1,1,I,", "first,2,1,1,IV,")
    edit(folder, "measures", "first,9,3,2,II-i,", "first,9,3,2,重点,")

    faults = faults_of(folder)

    assert [line for line, _message in faults] == [3, 10]
    assert all("classification" in message for _line, message in faults)
    assert not Edition.objects.exists()


def test_load_with_a_damaged_line_of_a_row_already_there_is_refused_too(loaded, folder):
    edit(folder, "progress", ",ongoing,", ",forgotten,")

    assert [line for line, _message in faults_of(folder)] == [2]


def test_load_with_a_missing_column_says_which(db, folder):
    edit(folder, "printed_counts", "denominator", "out_of")

    [(line, message)] = faults_of(folder)

    assert line == 1
    assert "denominator" in message


def test_load_with_a_key_twice_names_both_lines(db, folder):
    edit(folder, "measures", "\nfirst,3,", "\nfirst,2,")

    [(line, message)] = faults_of(folder)

    assert line == 4
    assert "first 2" in message
    assert "3" in message


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("progress", "first,1,2023,2023-12-20", "first,1,2023,20.12.2023", 2),
        ("progress", "first,1,2023,2023-12-20", "first,99,2023,2023-12-20", 2),
        ("figures", "first,2,", "third,2,", 2),
        ("figures", ",1,回／週", ",一,回／週", 2),
        ("measures", "first,1,1,1,", "first,1,1,9,", 2),
        ("crosswalk", "first,4,,,dropped", "first,4,,,kept", 7),
        ("claims", "first,1,second,class,II-i", "first,1,second,class,done", 2),
        ("editions", ",in_force,1,", ",in_force,1,1,", 2),
        ("editions", ",in_force,1,,,", ",in_force,1", 2),
    ],
)
def test_load_with_a_faulty_line_names_it_and_adds_nothing(db, folder, name, old, new, line):
    edit(folder, name, old, new)

    assert [number for number, _message in faults_of(folder)] == [line]
    assert not Edition.objects.exists()


# What the files say, checked against what is publicly known of both editions.


def test_first_edition_has_seven_sections_and_23_measures():
    sections = [row for row in lines_of("sections") if row["edition"] == "first"]
    measures = [row for row in lines_of("measures") if row["edition"] == "first"]

    assert [int(row["section"]) for row in sections if row["place"] == "0"] == [*range(1, 8)]
    assert [int(row["number"]) for row in measures] == [*range(1, 24)]
    by_class = {
        c: [int(m["number"]) for m in measures if m["classification"] == c] for c in Classification
    }
    assert by_class == {
        "I": [1, 2, 3, 18, 20, 22],
        "II-a": [4, 6, 7, 13, 16, 21],
        "II-i": [5, 8, 9, 10, 11, 12, 14, 19, 23],
        "III": [15, 17],
    }


def test_statuses_are_those_of_the_progress_table():
    rows = lines_of("progress")
    by_status = {s: [int(r["number"]) for r in rows if r["status"] == s] for s in Status}

    assert by_status == {
        "not_started": [6, 7, 8, 15, 17, 20, 23],
        "in_progress": [16, 22],
        "partly": [4, 9, 13],
        "done": [3, 14, 18, 19, 21],
        "ongoing": [1, 2, 5, 10, 11, 12],
    }
    assert {row["as_of"] for row in rows} == {"2023-12-20"}


def test_every_measure_of_both_editions_is_in_the_crosswalk():
    rows, measures = lines_of("crosswalk"), lines_of("measures")

    for edition, column in (("first", "from_number"), ("second", "to_number")):
        numbers = {row["number"] for row in measures if row["edition"] == edition}
        assert {row[column] for row in rows if row[column]} == numbers


def test_crosswalk_says_what_was_dropped_merged_and_new():
    rows = lines_of("crosswalk")
    ends = {
        kind: [(r["from_number"], r["to_number"]) for r in rows if r["kind"] == kind]
        for kind in ("dropped", "merged", "new", "kept")
    }

    assert ends["dropped"] == [("4", ""), ("11", "")]
    assert ends["merged"] == [("16", "14")]
    assert ends["new"] == [("", "4")]
    assert [n for n, _to in ends["kept"]] == ["8", "9", "10", "14", "17", "19", "20", "22"]


def test_crosswalk_marks_as_reclassed_exactly_what_changed_class(loaded):
    rows = Crosswalk.objects.exclude(from_measure=None).exclude(to_measure=None)
    changed = {
        (row.from_measure_id, row.to_measure_id)
        for row in rows.exclude(kind="merged").select_related("from_measure", "to_measure")
        if row.from_measure.classification != row.to_measure.classification
    }

    marked = rows.filter(kind="reclassed").values_list("from_measure", "to_measure")
    assert set(marked) == changed


def test_crosswalk_marks_as_renamed_exactly_what_changed_title(loaded):
    rows = Crosswalk.objects.exclude(from_measure=None).exclude(to_measure=None)
    changed = {
        (row.from_measure_id, row.to_measure_id)
        for row in rows.exclude(kind="merged").select_related("from_measure", "to_measure")
        if row.from_measure.title != row.to_measure.title
    }

    marked = rows.filter(kind="renamed").values_list("from_measure", "to_measure")
    assert set(marked) == changed


def test_inquiries_about_the_compensation_scheme(loaded):
    figures = Figure.objects.filter(measure__edition__code="first", measure__number=5)

    assert sorted(figures.values_list("fiscal_year", "value")) == [
        (2022, 7),
        (2022, 12),
        (2023, 10),
        (2023, 20),
    ]


def test_every_row_names_its_source():
    for name in TABLES:
        assert all(row["source"] and row["level"] in "KSI" for row in lines_of(name)), name
