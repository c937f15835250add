"""Tables in and out: the ledger of proposals, editions, rules, past awards."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from tablib import Dataset

from accounts.models import Role
from casework.services import advance
from grants import reference_data, resources
from grants.models import CourseEdition, EditionParameter, PastAward, Proposal
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

CSV, XLSX = reverse("grants:ledger-csv"), reverse("grants:ledger-xlsx")


@pytest.fixture
@remembered
def filed() -> Proposal:
    proposal = factories.draft()
    Proposal.objects.filter(pk=proposal.pk).update(title='=HYPERLINK("x")')
    group = proposal.organization.members.get()
    return advance(Proposal.objects.get(pk=proposal.pk), "submit", by=group, at=NOON)


def lines(answer) -> list[dict]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_says_what_was_filed(as_person, filed):
    factories.draft()  # a draft is its group's alone
    answer = as_person(factories.user(Role.OFFICE)).get(CSV)

    (row,) = lines(answer)
    assert answer.streaming
    assert row["number"] == filed.number
    assert row["requested_yen"] == "80000"
    assert row["submitted_at"] == "2026-11-20T12:00:00+09:00"
    assert (row["state"], row["assessed_yen"]) == ("submitted", "")


def test_csv_begins_with_a_mark_for_spreadsheets(as_person):
    answer = as_person(factories.user(Role.OFFICE)).get(CSV)

    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbfnumber,")


@pytest.mark.parametrize("count", [1, 3])
def test_export_of_proposals_asks_once_however_many_rows(count, django_assert_num_queries):
    for _ in range(count):
        factories.draft("collaboration", asks=70_000)

    with django_assert_num_queries(1):
        table = resources.ProposalResource().export(Proposal.objects.order_by("pk"))

    assert table["requested_yen"] == ["70000"] * count
    assert table["course"] == ["collaboration"] * count


def test_no_cell_is_a_formula(as_person, filed):
    client = as_person(factories.user(Role.OFFICE))

    (row,) = lines(client.get(CSV))
    content = b"".join(client.get(XLSX).streaming_content)
    sheet = load_workbook(io.BytesIO(content)).active

    assert row["title"].startswith("'=")
    assert sheet["E2"].value.startswith("'=") and sheet["E2"].data_type == "s"
    assert sheet["J2"].value == 80_000


def test_ledger_of_one_round(as_person, filed):
    client = as_person(factories.user(Role.AUDITOR))
    other = factories.call()

    assert len(lines(client.get(f"{CSV}?round={filed.round_id}"))) == 1
    assert lines(client.get(f"{CSV}?round={other.pk}")) == []


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.PANEL, Role.ACCOUNTING, Role.COORDINATOR])
def test_ledger_is_for_office_and_auditor(as_person, role):
    client = as_person(factories.user(role))

    assert [client.get(url).status_code for url in (CSV, XLSX)] == [403, 403]


def test_ledger_asks_as_often_for_three_rows_as_for_one(
    as_person, filed, django_assert_max_num_queries
):
    client = as_person(factories.user(Role.OFFICE))
    asked = []
    for _time in range(2):
        with django_assert_max_num_queries(50) as queries:
            lines(client.get(CSV))
        asked.append(len(queries))
        for _row in range(2):
            more = factories.draft()
            advance(more, "submit", by=more.organization.members.get(), at=NOON)

    assert asked[0] == asked[1]


# Reference data


def test_reference_data_are_added_once_and_never_overwrite():
    assert reference_data.load(at=NOON) == []
    counts = [m.objects.count() for m in (CourseEdition, EditionParameter, PastAward)]
    EditionParameter.objects.filter(
        edition__course="startup", edition__first_fiscal_year=2022, name="supplement_days"
    ).update(status="set", value="14", source="要綱")

    differences = reference_data.load(at=NOON)

    assert [m.objects.count() for m in (CourseEdition, EditionParameter, PastAward)] == counts
    assert {row.field for row in differences} == {"status", "value", "source"}
    parameter = EditionParameter.objects.get(
        edition__course="startup", edition__first_fiscal_year=2022, name="supplement_days"
    )
    assert parameter.value == "14"


@pytest.mark.parametrize(
    "resource",
    [
        resources.CourseEditionResource,
        resources.EditionParameterResource,
        resources.PastAwardResource,
    ],
)
def test_table_goes_out_and_comes_in_unchanged(resource):
    reference_data.load(at=NOON)
    before = resource().export().csv

    result = resource().import_data(Dataset().load(before, format="csv"), raise_errors=True)

    assert not result.has_errors() and not result.has_validation_errors()
    assert (result.totals["new"], result.totals["update"]) == (0, 0)
    assert resource().export().csv == before


def test_fictitious_editions_stay_out_of_the_tables():
    edition = factories.edition()
    CourseEdition.objects.update(fictitious=True)

    assert len(resources.CourseEditionResource().export()) == 0
    assert len(resources.EditionParameterResource().export()) == 0
    assert edition.parameters.exists()


# The administration site


def clerk():
    return factories.user(Role.OFFICE, is_staff=True)


@pytest.mark.parametrize("table", ["courseedition", "editionparameter", "pastaward"])
def test_table_lists_imports_and_exports(as_person, table):
    client = as_person(clerk())

    for page in ("changelist", "import", "export"):
        assert client.get(reverse(f"admin:grants_{table}_{page}")).status_code == 200


def test_proposals_are_only_read_there(as_person, filed):
    draft = factories.draft()
    client = as_person(clerk())

    page = client.get(reverse("admin:grants_proposal_changelist")).content.decode()
    assert filed.number in page and draft.organization.name not in page
    assert client.get(reverse("admin:grants_proposal_export")).status_code == 200
    assert client.get(reverse("admin:grants_proposal_add")).status_code == 403
    change = reverse("admin:grants_proposal_change", args=[filed.pk])
    assert client.post(change, {"title": "x"}).status_code == 403
    assert client.post(
        reverse("admin:grants_proposal_delete", args=[filed.pk]), {"post": "yes"}
    ).status_code == 403  # fmt: skip


def test_member_does_not_enter(as_person):
    member = factories.member(factories.organization())

    answer = as_person(member).get(reverse("admin:grants_proposal_changelist"))

    assert answer.status_code == 302
