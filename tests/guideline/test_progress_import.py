"""The city's progress table, taken in: what changes, what stays, all of it or nothing."""

import dataclasses
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from guideline import progress_import
from guideline.claims import disagreements, standing_claims
from guideline.management.commands import import_progress
from guideline.models import (
    Claim,
    Crosswalk,
    Edition,
    Measure,
    PrintedCount,
    Progress,
    ProgressTable,
)
from guideline.progress_reading import table_in
from guideline.progress_table import Guideline, Table
from guideline.summary import Mismatch, summary_mismatches
from tests import factories
from tests.factories import NOON
from tests.guideline import tables
from tests.guideline.tables import as_text, as_xlsx, line_of
from tests.spoken import words_of

DAY = date(2023, 12, 20)
LATER = date(2024, 12, 20)
DIGEST = "0" * 64
#: Where the city's summary and its rows disagree: class, status, printed, counted.
WRONG = [
    Mismatch("I", "in_progress", None, None, 1, 6),
    Mismatch("I", "done", 5, 6, 4, 6),
    Mismatch("II-a", "in_progress", 2, 6, 1, 6),
    Mismatch("II-a", "partly", 1, 6, 2, 6),
    Mismatch("II-i", "not_started", 2, 6, 2, 9),
    Mismatch("II-i", "partly", 1, 6, 1, 9),
    Mismatch("II-i", "done", 5, 8, 6, 9),
]


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def first(loaded) -> Edition:
    return Edition.objects.get(code="first")


def read(lines=None) -> Table:
    return table_in(as_text(lines or tables.lines()), tables.guideline())


def take(edition: Edition, table: Table, as_of: date = DAY, **more) -> progress_import.Plan:
    return progress_import.take(
        edition, table, as_of=as_of, digest=DIGEST, by=None, at=NOON, **more
    )


def everything() -> list:
    """All rows that an import may touch."""
    kinds = (Progress, PrintedCount, Claim, Crosswalk, ProgressTable)
    return [list(kind.objects.order_by("pk").values()) for kind in kinds]


def changed(number: int, column: int, words: str) -> list[list[str]]:
    lines = tables.lines()
    lines[line_of(number) - 1][column] = words
    return lines


def test_guideline_of_the_edition_is_that_of_the_files(first):
    assert Guideline.of(first) == tables.guideline()


def test_first_import_adds_what_was_done_and_why(first):
    found = take(first, read())

    rows = Progress.objects.filter(as_of=DAY).order_by("measure__number")
    assert [(r.measure.number, r.status, r.next_class, r.result, r.reason) for r in rows] == [
        (row.number, row.status, row.next_class, row.result, row.reason) for row in read().rows
    ]
    assert {change.codes[1] for change in found.changes} == {"result", "reason"}
    assert found.added == 0


def test_mismatches_are_those_of_the_citys_document(first, office):
    found = take(first, read())

    assert found.mismatches == summary_mismatches(first, DAY, office) == WRONG
    assert {mismatch.classification for mismatch in found.mismatches} == {"I", "II-a", "II-i"}


def test_summary_that_is_right_is_not_flagged(first, office):
    lines = tables.lines()
    lines[4][2:5] = ["4/6：済", "1/6：着手中", "1/6：未"]
    lines[5][2:6] = ["1/6：済", "1/6：着手中", "2/6：一部済", "2/6：未"]
    lines[6][2:5] = ["6/9：済", "1/9：一部済", "2/9：未"]

    assert take(first, read(lines)).mismatches == []
    assert summary_mismatches(first, DAY, office) == []


def test_summary_that_names_done_and_continuing_is_counted_so(first):
    lines = tables.lines()
    lines[4][2:6] = ["2/6：済", "2/6：済・継", "1/6：着手中", "1/6：未"]
    lines[5][2:6] = ["1/6：済", "1/6：着手中", "2/6：一部済", "2/6：未"]
    lines[6][2:6] = ["2/9：済", "4/9：済・継", "1/9：一部済", "2/9：未"]

    assert take(first, read(lines)).mismatches == []


def test_second_import_changes_nothing_and_leaves_no_trace(first):
    take(first, read())
    before = everything()

    assert take(first, read()).changes == []
    assert everything() == before


@pytest.mark.parametrize("form", tables.FORMS)
def test_every_form_of_the_table_changes_the_same(first, form):
    take(first, read())
    table = table_in(tables.FORMS[form](tables.lines()), tables.guideline())

    assert progress_import.plan(first, table, as_of=DAY).changes == []


def test_looking_writes_nothing(first):
    before = everything()

    assert progress_import.plan(first, read(), as_of=DAY).changes
    assert everything() == before


@pytest.mark.parametrize(
    ("column", "words", "name", "value"),
    [
        (3, "着手中", "status", "in_progress"),
        (4, "別の実績", "result", "別の実績"),
        (5, "○→Ⅱ-ア", "next_class", "○→Ⅱ-ア"),
        (6, "別の理由。", "reason", "別の理由。"),
    ],
)
def test_changed_cell_changes_its_value_alone(first, column, words, name, value):
    take(first, read())

    found = take(first, read(changed(14, column, words)))

    progress = Progress.objects.get(measure__edition=first, measure__number=14, as_of=DAY)
    assert getattr(progress, name) == value
    assert {change.codes[1] for change in found.changes} <= {name, "claim in column"}
    assert [str(row) for row in ProgressTable.objects.order_by("pk")] == [
        f"{tables.TITLE} 2023-12-20"
    ] * 2


def test_count_that_the_summary_no_longer_prints_goes(first):
    lines = tables.lines()
    lines[4][2:4] = ["6/6：済", ""]
    take(first, read())

    take(first, read(lines))

    counts = PrintedCount.objects.filter(edition=first, classification="I")
    assert [(c.status, c.count, c.denominator) for c in counts] == [("done", 6, 6)]


def test_table_of_another_day_adds_rows_and_keeps_those_there(first):
    before = list(Progress.objects.order_by("pk").values())

    found = take(first, read(changed(6, 3, "着手中")), LATER)

    assert found.added == 23
    assert list(Progress.objects.filter(as_of=DAY).order_by("pk").values()) == before
    added = Progress.objects.get(measure__edition=first, measure__number=6, as_of=LATER)
    assert (added.fiscal_year, added.status, added.source) == (2024, "in_progress", first.source)
    assert PrintedCount.objects.filter(as_of=LATER).count() == 10


def test_claims_of_each_day_stay_and_the_latest_table_stands(first):
    take(first, read(changed(10, 5, "Ⅲ")), LATER)

    found = take(first, read())

    claims = Claim.objects.filter(measure__edition=first, measure__number=10, place="column")
    assert list(claims.order_by("as_of").values_list("as_of", "as_printed", "value")) == [
        (DAY, "Ⅱ-イ", "II-i"),
        (LATER, "Ⅲ", "III"),
    ]
    assert not [change for change in found.changes if str(change.codes[1]).startswith("claim")]
    measure = Measure.objects.of("first").with_standing(factories.user(Role.OFFICE)).get(number=10)
    assert [claim.as_printed for claim in standing_claims(measure)] == ["Ⅲ"]


def test_claims_of_a_day_that_is_not_public_are_not_told_the_public(first):
    take(first, read(changed(10, 5, "Ⅲ")), LATER)

    measure = Measure.objects.of("first").with_standing(AnonymousUser()).get(number=10)
    successor = Measure.objects.of("second").with_standing(AnonymousUser()).get(number=10)

    assert [claim.as_printed for claim in standing_claims(measure)] == ["Ⅱ-イ"]
    assert disagreements(measure) == disagreements(successor) == []


def test_class_that_a_reason_names_is_claimed_and_flagged(first):
    take(first, read(changed(10, 6, "利用が減ったため、Ⅲに降格する。")))

    measure = Measure.objects.of("first").with_standing(factories.user(Role.OFFICE)).get(number=10)
    assert ("reason", "Ⅲに降格", "III") in [
        (claim.place, claim.as_printed, claim.value) for claim in disagreements(measure)
    ]


def test_class_that_a_reason_no_longer_names_is_claimed_no_more(first):
    assert Claim.objects.filter(measure__number=1, place="reason").exists()

    take(first, read(changed(1, 6, "様子を見る。")))

    assert not Claim.objects.filter(measure__number=1, place="reason").exists()
    assert Claim.objects.filter(measure__number=2, place="reason").exists()


def test_edition_that_leads_nowhere_gets_no_claims(first):
    Crosswalk.objects.all().delete()
    Claim.objects.all().delete()

    take(first, read())

    assert not Claim.objects.exists()


def test_plan_that_is_not_what_was_shown_is_refused(first):
    seen = progress_import.plan(first, read(), as_of=DAY).digest
    Progress.objects.filter(measure__number=9).update(result="先に書いた")
    before = everything()

    with pytest.raises(progress_import.OutOfDate):
        take(first, read(), shown=seen)

    assert everything() == before


def test_plan_has_one_digest_in_both_languages(first):
    digests = set()
    for language in ("ja", "en"):
        with translation.override(language):
            digests.add(progress_import.plan(first, read(), as_of=DAY).digest)

    assert len(digests) == 1


def test_table_is_refused_once_the_edition_has_another_measure(first):
    table = read()
    Measure.objects.filter(edition=first, number=23).update(number=24)

    with pytest.raises(progress_import.OutOfDate):
        take(first, table)


def test_table_survives_being_kept(first):
    table = read()

    again = progress_import.restored(progress_import.kept(table))

    assert again == dataclasses.replace(table, notes=())


def test_row_that_cannot_stand_in_the_database_stops_all(first):
    before = everything()
    row = dataclasses.replace(read().rows[22], next_class="長" * 21)
    table = dataclasses.replace(read(), rows=(*read().rows[:22], row))

    with pytest.raises(ValidationError):
        take(first, table)

    assert everything() == before


# The command


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "table.txt"
    path.write_bytes(as_text(tables.lines()))
    return path


def run(file, *more, edition="first", as_of="2023-12-20") -> str:
    out = StringIO()
    call_command("import_progress", str(file), *more, edition=edition, as_of=as_of, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_command_names_every_mismatch_and_every_change(first, file, language):
    with translation.override(language):
        told = run(file)

    assert len([line for line in told.splitlines() if "/" in line or " of " in line]) >= 7
    assert "Ⅱ-イ" in told and "理由14。" in told
    assert ProgressTable.objects.get().taken_by is None


def test_command_twice_changes_nothing(first, file):
    run(file)
    before = everything()

    with translation.override("en"):
        assert "23 rows read. Nothing changes." in run(file)
    assert everything() == before


def test_command_only_looks_when_told_so(first, file):
    before = everything()

    with translation.override("en"):
        assert "nothing was written (--dry-run)" in run(file, "--dry-run")
    assert everything() == before


def test_command_refuses_a_damaged_file_in_both_languages(first, file):
    before = everything()
    lines = changed(9, 3, "忘")
    lines[line_of(20) - 1][2] = "【Ⅳ】"
    file.write_bytes(as_text(lines))

    with pytest.raises(CommandError) as refused:
        run(file)

    words = str(refused.value)
    assert refused.value.returncode == 1
    for place in (f"{line_of(9)}行目", f"Line {line_of(9)},", f"Line {line_of(20)},"):
        assert place in words
    assert "実施状況ではありません" in words and "is no status" in words
    assert everything() == before


def test_command_tells_where_a_file_was_cut_within_a_character(first, file):
    before, content = everything(), as_text(tables.lines())
    end = content.rindex("市民".encode()) + 1
    file.write_bytes(content[:end])

    with pytest.raises(CommandError) as refused:
        run(file)

    line, words = content[:end].count(b"\n") + 1, str(refused.value)
    assert refused.value.returncode == 1
    assert f"Line {line}: A character of the line is neither UTF-8 nor CP932." in words
    assert f"{line}行目" in words and "UTF-8でもCP932でもない文字" in words
    assert everything() == before


@pytest.mark.parametrize("role", [None, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_the_office_takes_a_table(first, role):
    before, person = everything(), factories.user(*filter(None, [role]))

    with pytest.raises(PermissionDenied):
        progress_import.take(
            first, read(changed(9, 3, "未")), as_of=DAY, digest="0" * 64, by=person, at=NOON
        )

    assert everything() == before


@pytest.mark.parametrize(
    ("more", "english", "japanese"),
    [
        ({"edition": "third"}, "Name one of these: first, second", "版「third」はありません"),
        ({"as_of": "20.12.2023"}, "is no day", "日付ではありません"),
        ({"as_of": "2099-01-01"}, "cannot lie in the future", "未来の日にはできません"),
        ({"as_of": "0001-01-01"}, "before 2000-04-01", "2000-04-01"),
    ],
)
def test_command_refuses_what_makes_no_sense(first, file, more, english, japanese):
    with pytest.raises(CommandError) as refused:
        run(file, **more)

    assert english in str(refused.value) and japanese in str(refused.value)


def test_day_of_a_table_lies_in_no_year_before_the_edition(first, client, office, file):
    Edition.objects.filter(pk=first.pk).update(valid_from=date(2019, 10, 1))

    with pytest.raises(CommandError, match="before 2019-04-01"):
        run(file, as_of="2019-03-31")
    page = upload(client, as_text(tables.lines()), as_of="2019-03-31")
    assert page.status_code == 422 and "2019-04-01" in page.context["form"].errors["as_of"][0]

    assert not Progress.objects.filter(as_of__year=2019).exists()
    run(file, as_of="2019-04-01")
    assert Progress.objects.filter(as_of=date(2019, 4, 1)).exists()


def test_damaged_bytes_are_refused_with_their_line(first, file):
    lines = as_text(tables.lines()).decode().encode("cp932").split(b"\n")
    lines[9] = lines[9][:-4] + b"\xfd\xff" + lines[9][-4:]
    file.write_bytes(b"\n".join(lines))
    before = everything()

    with pytest.raises(CommandError, match="Line 10"):
        run(file)

    assert everything() == before


def test_command_refuses_a_file_that_is_not_there(first, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "nothing.txt")


# The page


@pytest.fixture
def office(client, first):
    person = factories.user(Role.OFFICE)
    client.force_login(person)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return person


def upload(client, content: bytes, as_of="2023-12-20", name="table.txt"):
    url = reverse("guideline:progress-table", args=["first"])
    return client.post(url, {"file": SimpleUploadedFile(name, content), "as_of": as_of})


def press(client, page):
    url = reverse("guideline:progress-table-take", args=["first"])
    return client.post(url, {"shown": page.context["token"]})


def test_page_shows_what_changes_and_writes_nothing(client, office):
    before = everything()

    page = upload(client, as_xlsx(tables.lines()), name="table.xlsx")

    text = page.content.decode()
    assert page.status_code == 200
    assert "理由14。" in text and "5 of 8" in text and "6 of 9" in text
    assert text.count("Take in all of this") == 1
    assert everything() == before


def test_page_takes_what_was_shown(client, office):
    page = press(client, upload(client, as_text(tables.lines())))

    assert page.url == reverse("guideline:edition", args=["first"])
    taken = ProgressTable.objects.get()
    assert (taken.taken_by, taken.taken_at, taken.as_of) == (office, NOON, DAY)
    assert Progress.objects.get(measure__number=14, as_of=DAY).result == "実績14"
    again = upload(client, as_text(tables.lines()))
    assert "Nothing changes." in again.content.decode()
    assert "Take in all of this" not in again.content.decode()


def test_page_names_each_fault_by_line(client, office):
    before = everything()

    page = upload(client, as_text(changed(9, 3, "忘")))

    assert page.status_code == 422
    assert f"Line {line_of(9)}, column “施策の実施”: “忘” is no status." in page.content.decode()
    assert everything() == before


def too_long() -> dict[str, list[list[str]]]:
    """Tables with words that are longer than the column that would keep them."""
    titled = tables.lines()
    titled[2][0] = tables.TITLE + "長" * 300
    return {"title": titled, "next class": changed(9, 5, "Ⅱ" + " " * 30 + "-イ")}


@pytest.mark.parametrize("form", ["text", "xlsx"])
@pytest.mark.parametrize(("what", "line"), [("title", 3), ("next class", line_of(9))])
def test_words_that_no_column_takes_are_a_fault_with_its_line(client, office, what, line, form):
    before = everything()

    page = upload(client, tables.FORMS[form](too_long()[what]), name="table")

    assert page.status_code == 422
    assert [fault.line for fault in page.context["faults"]] == [line]
    assert "The words are longer than" in page.content.decode()
    assert everything() == before


@pytest.mark.parametrize(("what", "line"), [("title", 3), ("next class", line_of(9))])
def test_command_says_so_in_both_languages(first, file, what, line):
    file.write_bytes(as_text(too_long()[what]))
    before = everything()

    with pytest.raises(CommandError) as refusal:
        run(file)

    assert f"Line {line}" in str(refusal.value) and f"{line}行目" in str(refusal.value)
    assert everything() == before


@pytest.mark.parametrize("as_of", ["0001-01-01", "1872-12-31", "1873-01-01", "9" * 5_000])
def test_page_answers_for_any_day(client, office, as_of):
    page = upload(client, as_text(tables.lines()), as_of=as_of)

    assert page.status_code in (200, 422)


def test_page_refuses_a_day_to_come_and_a_form_without_a_file(client, office):
    page = upload(client, as_text(tables.lines()), as_of="2099-01-01")
    empty = client.post(reverse("guideline:progress-table", args=["first"]), {})

    assert (page.status_code, empty.status_code) == (422, 422)
    assert set(page.context["form"].errors) == {"as_of"}
    assert set(empty.context["form"].errors) == {"file", "as_of"}


def test_page_refuses_what_has_changed_since(client, office):
    page = upload(client, as_text(tables.lines()))
    Progress.objects.filter(measure__number=9).update(result="先に書いた")
    before = everything()

    answer = press(client, page)

    assert answer.status_code == 422
    assert "has changed since this was shown" in answer.content.decode()
    assert everything() == before


def test_page_refuses_what_was_shown_to_somebody_else(client, office):
    page = upload(client, as_text(tables.lines()))
    client.force_login(factories.user(Role.OFFICE))

    answer = press(client, page)

    assert answer.status_code == 422
    assert "no longer there" in answer.content.decode()
    assert not ProgressTable.objects.exists()


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.OFFICE, Role.SYSTEM)])
def test_page_is_of_the_office_alone(client, first, role):
    client.force_login(factories.user(role))

    assert client.get(reverse("guideline:progress-table", args=["first"])).status_code == 403
    assert upload(client, as_text(tables.lines())).status_code == 403
    index = client.get(reverse("guideline:index"), headers={"accept-language": "en"})
    assert "Take in the city’s progress table" not in index.content.decode()


def test_page_is_found_from_the_edition(client, office):
    page = client.get(reverse("guideline:edition", args=["first"]))

    assert reverse("guideline:progress-table", args=["first"]) in page.content.decode()
    assert client.get(reverse("guideline:progress-table", args=["third"])).status_code == 404


def test_measure_shows_what_was_done_and_why(client, first, office):
    client.force_login(office)
    take(first, read())

    page = client.get(reverse("guideline:measure", args=["first", 14]))

    words = words_of(page.content.decode())
    assert "実績14" in words and "理由14。" in words


def test_command_refuses_a_guideline_that_changes_meanwhile(loaded, tmp_path, monkeypatch):
    file = tmp_path / "table.csv"
    file.write_bytes(tables.as_csv(tables.lines()))
    read = import_progress.table_in

    def read_and_renumber(*args):
        table = read(*args)
        Measure.objects.filter(edition__code="first", number=1).update(number=999)
        return table

    monkeypatch.setattr(import_progress, "table_in", read_and_renumber)
    with pytest.raises(CommandError) as refused:
        call_command("import_progress", str(file), edition="first", as_of="2023-12-20")

    assert "The guideline changed meanwhile" in str(refused.value)
    assert "その間に指針が変わりました" in str(refused.value)
