"""What leaves the system as a file: every format of every export, and what each person finds in it.

``exports.csv`` is the declaration: for each person the rows of the file, the pages of the PDF, or
the status that refuses. A door whose answer is no page is found in the table of doors, an export
of the administration site among the registered tables; either fails until it is declared.
"""

import csv
import io
import json
import re
from collections import Counter

import yaml
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from docx import Document
from icalendar import Calendar
from import_export.admin import ExportMixin
from openpyxl import load_workbook

from casework.models import Case
from casework.word import DOCX
from grants.models import Proposal
from tests.doors import doors
from tests.doors.tables import Row, Table
from tests.doors.world import PEOPLE, World

TABLE = Table("exports.csv", key=("door", "args"), columns=("door", "args", "formats", *PEOPLE))

#: Doors whose file lists cases, one a row under its number → the cases it is about.
OF_CASES = {"grants:ledger-csv": Proposal, "grants:ledger-xlsx": Proposal}
#: Doors whose file tells cases apart by their ids, for they have no numbers.
WITHOUT_NUMBERS = {"admin:reporting_collaborationreport_export"}
#: Doors whose file names rows by their class and id only, and no case.
OF_IDS = {"casework:retention-record"}
#: Doors whose file is about one round; tests of reviews hold it against what one sees there.
OF_A_ROUND = {"reviews:scores-csv", "reviews:scores-xlsx"}
#: Doors whose file holds sums and entries of the budget, and names no case: all who read plans.
OF_MONEY = {"grants:budget-csv", "grants:budget-entries-csv", "grants:budget-xlsx"}
#: Doors whose file is what is to be paid now; tests of grants hold it against what one sees.
OF_PAYMENTS = {"grants:claims-csv"}
#: Doors whose file is the log of projects; tests of grants hold it against what one sees.
OF_LOG = {"grants:log-csv"}
#: Doors whose file is the city issues; tests of grants hold it against what one sees.
OF_ISSUES = {"grants:city-issues-csv", "grants:city-issues-xlsx"}
#: Doors whose file is what the guideline's measures planned and did in a year; tests of guideline hold it so.
OF_MEASURES = {"guideline:year-file", "guideline:year-begun"}
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Doors whose workbook is one form, which its own group fills in; tests of grants read it back.
OF_ONE_FORM = {
    "grants:proposal-xlsx",
    "grants:year-xlsx",
    "grants:claim-xlsx",
    "reporting:report-xlsx",
    "reporting:interim-xlsx",
}
#: Media type → how many rows, pages or paragraphs a file of it holds.
READERS = {
    CSV: lambda body: len(table_of(body)) - 1,
    "text/tab-separated-values": lambda body: len(table_of(body, "\t")) - 1,
    "application/json": lambda body: len(json.loads(body)),
    "text/yaml": lambda body: len(yaml.safe_load(body) or []),
    "text/html": lambda body: body.count(b"<tr>") - 1,
    XLSX: lambda body: len(sheet_of(body)) - 1,
    DOCX: lambda body: len(Document(io.BytesIO(body)).paragraphs),
    "text/calendar": lambda body: len(Calendar.from_ical(body).events),
    "image/jpeg": lambda body: 1,
    "application/pdf": lambda body: len(re.findall(rb"/Type ?/Page\b", body)),
}


def table_of(body: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=delimiter))


def sheet_of(body: bytes) -> list[list]:
    sheet = load_workbook(io.BytesIO(body), read_only=True).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def count(answer) -> str:
    """Return how much a file holds, or the status of what is no file."""
    if answer.status_code != 200:
        return str(answer.status_code)
    return str(READERS[media_type(answer)](answer.body))


def media_type(answer) -> str:
    return answer["Content-Type"].partition(";")[0]


# Doors of the program


def file_rows() -> list[Row]:
    """Return the doors behind which somebody finds a file."""
    return [row for row in doors.TABLE.rows() if row["answer"] not in ("", "page")]


def of_what_few_may_read() -> set[str]:
    """Return the doors of tables that not everyone may read: those hold what concerns somebody."""
    return {
        row["door"]
        for row in file_rows()
        if row["answer"] in (CSV, XLSX) and row["anonymous"] != "200"
    }


def of_door(world: World, row: Row) -> Row:
    """Return what each person finds in the file behind a door."""
    path = doors.address(row, world.things)
    answers = {c: doors.ask(world.clients[c], "GET", path) for c in PEOPLE}
    return {
        "door": row["door"], "args": row["args"], "formats": row["answer"],
        **{column: count(answer) for column, answer in answers.items()},
    }  # fmt: skip


# The administration site


def exported_models() -> list[type[Model]]:
    found = [m for m, site in admin.site._registry.items() if isinstance(site, ExportMixin)]
    return sorted(found, key=lambda model: model._meta.label_lower)


def of_model(world: World, model: type[Model]) -> Row:
    """Return what each person finds in the exports of a table; every format holds the same."""
    formats = admin.site._registry[model].get_export_formats()
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    return {
        "door": f"admin:{name}_export", "args": "",
        "formats": " ".join(sorted(form().get_title() for form in formats)),
        **{c: _in_all_formats(world.clients[c], name, len(formats)) for c in PEOPLE},
    }  # fmt: skip


def _in_all_formats(client: Client, name: str, formats: int) -> str:
    path = reverse(f"admin:{name}_export")
    page = doors.ask(client, "GET", path)
    if page.status_code != 200:
        return str(page.status_code)
    found = {count(export(client, path, page, number)) for number in range(formats)}
    return " or ".join(sorted(found))


def export(client: Client, path: str, page, number: int):
    """Send the form of the export page with every column, in the format of that number."""
    fields = page.context["form"].fields
    chosen = {name: "on" for name in fields if name not in ("format", "resource", "export_items")}
    return doors.ask(client, "POST", path, {**chosen, "format": str(number), "resource": ""})


def walk(world: World) -> list[Row]:
    return [
        *(of_door(world, row) for row in file_rows()),
        *(of_model(world, model) for model in exported_models()),
    ]


# Only what one may see


def case_exports() -> list[tuple[str, type[Case]]]:
    """Return the doors of files that list cases, with the cases they are about."""
    models = [model for model in exported_models() if issubclass(model, Case)]
    labels = [f"{m._meta.app_label}_{m._meta.model_name}" for m in models]
    in_admin = [
        (f"admin:{label}_export", model) for label, model in zip(labels, models, strict=True)
    ]
    return [*OF_CASES.items(), *in_admin]


def cases_in(client: Client, door: str) -> Counter[str] | None:
    """Return id or number of each case that a file lists; ``None`` if the person gets no file."""
    path = reverse(door)
    answer = doors.ask(client, "GET", path)
    if answer.status_code != 200:
        return None
    if door.startswith("admin:"):
        answer = export(client, path, answer, 0)
    heads, *rows = table_of(answer.body) if media_type(answer) == CSV else sheet_of(answer.body)
    return Counter(row[heads.index(_name(heads))] or "" for row in rows)


def _name(heads: list[str]) -> str:
    """Return the column by which a file tells one case from another."""
    return "number" if "id" not in heads else "id"


def cases_seen(person, door: str, model: type[Case]) -> Counter[str]:
    seen = model.objects.visible_to(person).values_list("pk", "number")
    return Counter(str(pk) if door in WITHOUT_NUMBERS else number or "" for pk, number in seen)
