"""Another database takes over the register from our own open data, whole or not at all."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils.translation import override

from accounts.models import Role
from casework.faulty_files import Faulty
from grants.models import PastAward, ProjectYear, Proposal
from reporting import register, register_import
from tests import factories
from tests.factories import NOON
from tests.reporting import makers
from tests.reporting.test_public import past_award

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@contextmanager
def another_database() -> Iterator[None]:
    """What is made in here is in no database afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def export(form: str) -> bytes:
    return Client().get(f"/open-data/awards.{form}").getvalue()


def register_page() -> str:
    """Return what the page says of its numbers; the names of courses belong to another table."""
    client = Client()
    client.cookies["django_language"] = "en"
    page = client.get("/register/").getvalue().decode().replace("<wbr>", "")
    return page[page.index("</form>", page.index('class="filters"')) : page.index("<table")]


def fill() -> None:
    """Every fate that the register tells of."""
    year = makers.granted_year(granted_yen=80_000)
    ProjectYear.objects.filter(pk=year.pk).update(confirmed_yen=70_000)
    makers.granted_year("collaboration", granted_yen=75_000)
    makers.ready_proposal("startup", office=factories.anyone(Role.OFFICE))
    factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")
    Proposal.objects.filter(pk=year.proposal_id).update(title="=SUM(1)")
    past_award("startup-2022-count", adoption_fiscal_year=2022, count=3)
    past_award("startup-2022-1", adoption_fiscal_year=2022, group_name='"引用", と改行\n')
    past_award("startup-2023-1", group_name="別の会", amount_yen=100_000, department="みどり課")
    past_award("unknown-year", adoption_fiscal_year=None, note="この表にはない")
    past_award("predecessor-2015-count", course="predecessor", count=11)
    past_award("startup-2023-2", status="unknown")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_another_database_shows_the_same_register_and_exports_the_same_bytes(form):
    with another_database():
        fill()
        told = {name: export(name) for name in ("csv", "json")}
        totals, page = asdict(register.totals(fictitious=False)), register_page()
    assert export("json") == b"[]\n"

    taken = register_import.take(told[form])

    assert {name: export(name) for name in told} == told
    assert asdict(register.totals(fictitious=False)) == totals
    assert register_page() == page
    assert totals["projects"] == 3 + 3 + 1 + 1
    rows = len(json.loads(told["json"]))
    assert (taken.added, taken.there) == (rows, 0) == (PastAward.objects.count(), 0)


def test_doing_it_again_changes_nothing():
    with another_database():
        fill()
        told = export("csv")
    register_import.take(told)
    before = list(PastAward.objects.order_by("pk").values())

    taken = register_import.take(told)

    assert taken.added == 0
    assert list(PastAward.objects.order_by("pk").values()) == before


def test_only_looking_takes_nothing():
    with another_database():
        fill()
        told = export("csv")

    taken = register_import.take(told, dry_run=True)

    assert taken.added > 0
    assert not PastAward.objects.exists()


def test_register_goes_on_with_projects_of_its_own():
    with another_database():
        past_award("startup-2023-1", group_name="別の会", amount_yen=100_000)
        told = export("csv")
    register_import.take(told)
    makers.granted_year(granted_yen=80_000)

    totals = register.totals(fictitious=False)

    assert (totals.projects, totals.granted_yen, totals.past) == (2, 180_000, 1)


def test_invented_rows_stay_invented(settings):
    settings.DEMO = True
    with another_database():
        edition = makers.granted_year().proposal.round.edition
        type(edition).objects.filter(pk=edition.pk).update(fictitious=True)
        told = export("csv")

    register_import.take(told)

    assert export("csv") == told
    settings.DEMO = False
    assert export("json") == b"[]\n"


@pytest.mark.parametrize("is_demo", [True, False])
def test_command_says_how_many_rows_only_a_demonstration_shows(tmp_path, settings, is_demo):
    settings.DEMO = True
    with another_database():
        past_award("startup-2023-1", group_name="一", fictitious=True)
        past_award("startup-2023-2", group_name="二", fictitious=True)
        past_award("startup-2023-3", group_name="三")
        (tmp_path / "awards.csv").write_bytes(export("csv"))
    settings.DEMO = is_demo
    told = {}
    for language in ("ja", "en"):
        with override(language), suppress(RuntimeError), transaction.atomic():
            out = StringIO()
            call_command("import_register", tmp_path, stdout=out)
            told[language] = out.getvalue()
            raise RuntimeError  # as if nothing had been taken

    assert "3行を引き継ぎました" in told["ja"] and "3 rows taken over" in told["en"]
    assert ("2行は架空" in told["ja"]) is not is_demo
    assert ("2 of the new rows are invented" in told["en"]) is not is_demo


# Faults


def lines_of(told: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(told.decode("utf-8-sig"))))


def written(lines: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue().encode("utf-8-sig")


def exported() -> list[list[str]]:
    with another_database():
        past_award("startup-2022-count", adoption_fiscal_year=2022, count=3)
        past_award("startup-2022-1", adoption_fiscal_year=2022, group_name="前の会")
        past_award("startup-2022-2", adoption_fiscal_year=2022, group_name="後の会")
        return lines_of(export("csv"))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", ""),
        ("id", "a b"),
        ("course", "コース"),
        ("adopted_fiscal_year", "22"),
        ("adopted_fiscal_year", "令和4"),
        ("first_project_fiscal_year", "2022.5"),
        ("group_name", "長" * 201),
        ("granted_yen", "1,000"),
        ("granted_yen", "-1"),
        ("granted_yen", "１００"),
        ("confirmed_yen", "99999999999"),
        ("granted_yen", "2147483648"),
        ("granted_yen", "9" * 5_000),
        ("projects", "32768"),
        ("id", "a" * 51),
        ("course", "a" * 31),
        ("project_title", "長" * 201),
        ("department", "長" * 101),
        ("source", "長" * 501),
        ("group_name", "zero\0sign"),
        ("counted_projects", "9" * 5_000),
        ("status", "unknown"),
        ("status", "ended_after_adoption"),
        ("became", "revoked"),
        ("projects", ""),
        ("projects", "many"),
        ("fictitious", "perhaps"),
        ("counted_projects", "2"),
    ],
)
def test_fault_is_named_with_its_line_and_nothing_is_taken(column, value):
    lines = exported()
    at = next(i for i, line in enumerate(lines) if "startup-2022-2" in line)
    lines[at][lines[0].index(column)] = value

    with pytest.raises(Faulty) as refusal:
        register_import.take(written(lines))

    assert {fault.line for fault in refusal.value.faults} == {at + 1}
    assert not PastAward.objects.exists()


@pytest.mark.parametrize("column", ["granted_yen", "confirmed_yen"])
def test_published_number_of_projects_with_yen_of_its_own_is_refused(column):
    lines = exported()
    at = next(i for i, line in enumerate(lines) if "startup-2022-count" in line)
    lines[at][lines[0].index(column)] = "100000"

    with pytest.raises(Faulty) as refusal, override("en"):
        register_import.take(written(lines))

    assert [fault.line for fault in refusal.value.faults] == [at + 1]
    assert "has no yen of its own" in str(refusal.value.faults[0])
    assert not PastAward.objects.exists()


#: As JSON has it, what no column of the register can hold.
UNTAKEABLE = {
    "a number beyond the column": ("granted_yen", "2147483648"),
    "a number without end": ("granted_yen", "9" * 5_000),
    "a negative one": ("granted_yen", "-" + "9" * 5_000),
    "no number": ("confirmed_yen", "NaN"),
    "an infinite one": ("confirmed_yen", "-Infinity"),
    "one beyond all floats": ("confirmed_yen", "1e999"),
    "a number in place of words": ("group_name", "9" * 5_000),
    "half of a sign": ("group_name", '"\\ud800"'),
    "the other half": ("project_title", '"\\udfff"'),
    "a zero sign": ("department", '"\\u0000"'),
    "lists in lists": ("group_name", "[" * 300 + "]" * 300),
    "lists for a number": ("projects", "[" * 300 + "]" * 300),
    "lists for yes or no": ("fictitious", '{"a": [' * 100 + "]}" * 100),
    "lists for a sum": ("counted_projects", "[" * 300 + "]" * 300),
}


def in_json(column: str, spelled: str) -> bytes:
    """Return a register as JSON, in which a cell of the row on line 4 is spelled so."""
    with another_database():
        past_award("startup-2022-count", adoption_fiscal_year=2022, count=3)
        past_award("startup-2022-1", adoption_fiscal_year=2022, group_name="前の会")
        past_award("startup-2022-2", adoption_fiscal_year=2022, group_name="後の会")
        rows = json.loads(export("json"))
    rows[2][column] = "HERE"
    return json.dumps(rows, ensure_ascii=False).replace('"HERE"', spelled).encode()


@pytest.mark.parametrize("what", UNTAKEABLE)
def test_command_names_what_no_column_can_hold(tmp_path, what):
    file = tmp_path / "awards.json"
    file.write_bytes(in_json(*UNTAKEABLE[what]))

    with pytest.raises(CommandError) as refusal:
        call_command("import_register", file)

    told = str(refusal.value)
    assert "4行目" in told and "line 4" in told
    assert len(told) < 1_000
    told.encode()
    assert not PastAward.objects.exists()


@pytest.mark.parametrize("content", [b"[" * 100_000, b'[{"a":' * 50_000], ids=["lists", "objects"])
def test_command_refuses_a_file_that_is_nested_without_end(tmp_path, content):
    file = tmp_path / "awards.json"
    file.write_bytes(content)

    with pytest.raises(CommandError, match="too deep"):
        call_command("import_register", file)


def test_number_in_a_column_that_is_not_carried_may_be_anything():
    told = in_json("fictitious", "false, " + '"more": ' + "9" * 5_000)

    assert register_import.take(told).added == 3


def test_all_faults_are_named_at_once():
    lines = exported()
    for line in lines[1:]:
        line[lines[0].index("granted_yen")] = "x"
        line[lines[0].index("fictitious")] = "x"

    with pytest.raises(Faulty) as refusal:
        register_import.take(written(lines))

    assert [fault.line for fault in refusal.value.faults] == [2, 2, 3, 3, 4, 4]


def test_row_that_is_missing_shows_in_what_the_others_add():
    lines = exported()
    del lines[next(i for i, line in enumerate(lines) if "startup-2022-1" in line)]

    with pytest.raises(Faulty, match="counted_projects"):
        register_import.take(written(lines))


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (lambda lines: [*lines, lines[1]], 5),
        (lambda lines: [line[:-1] for line in lines], 1),
        (lambda lines: [*lines[:2], lines[2][:5], *lines[3:]], 3),
        (lambda lines: lines[:1], 0),
    ],
)
def test_damaged_table_is_refused(damage, line):
    with pytest.raises(Faulty) as refusal:
        register_import.take(written(damage(exported())))

    assert line in [fault.line for fault in refusal.value.faults]
    assert not PastAward.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93\xfa\x96\x7b",
        b"name,amount\r\nx,1\r\n",
        b"[\n{}\n]\n",
        b'[\n{"id": "x",\n',
        b"[1]",
    ],
)
def test_foreign_file_is_refused(content):
    with pytest.raises(Faulty):
        register_import.take(content)


def test_row_that_differs_from_what_is_on_record_is_refused():
    told = written(exported())
    register_import.take(told)
    PastAward.objects.filter(key="startup-2022-2").update(group_name="別の名前")

    with pytest.raises(Faulty, match="startup-2022-2.*group_name.*別の名前.*後の会"):
        register_import.take(told)


def test_row_with_the_number_of_a_project_here_is_refused():
    makers.granted_year()
    told = export("csv")

    with pytest.raises(Faulty) as refusal:
        register_import.take(told)

    assert [fault.line for fault in refusal.value.faults] == [2]


# The command


def test_command_takes_a_folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "awards.csv").write_bytes(written(exported()))
    out = StringIO()

    call_command("import_register", tmp_path, stdout=out)

    assert PastAward.objects.count() == 3
    assert "3" in out.getvalue()


def test_command_names_every_fault_in_both_languages(tmp_path):
    lines = exported()
    lines[2][lines[0].index("granted_yen")] = "x"
    file = tmp_path / "awards.csv"
    file.write_bytes(written(lines))

    with pytest.raises(CommandError) as refusal:
        call_command("import_register", file)

    told = str(refusal.value)
    assert "3行目" in told and "line 3" in told
    assert not PastAward.objects.exists()


@pytest.mark.parametrize("place", ["nowhere.csv", "."])
def test_command_says_where_nothing_is(tmp_path, place):
    with pytest.raises(CommandError):
        call_command("import_register", tmp_path / place)


def test_command_tells_a_missing_file_in_both_languages(tmp_path):
    for place in (tmp_path, tmp_path / "awards.csv"):
        with pytest.raises(CommandError) as refused:
            call_command("import_register", str(place))

        japanese, english = str(refused.value).splitlines()
        assert str(tmp_path) in japanese and str(tmp_path) in english
        assert japanese != english
