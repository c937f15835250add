"""The list of claims for accounting, and the file of it that the city's accounting system reads."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Change, Role
from grants import accounting
from grants.forms.claims import ColumnForm
from grants.models import AccountingColumn
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

COLUMNS = [
    ("区分", "fixed", "市民活動"), ("請求番号", "claim", ""), ("団体", "group", ""),
    ("金額", "amount_yen", ""), ("銀行", "bank_code", ""), ("口座", "account_number", ""),
    ("名義", "holder_kana", ""), ("種目", "account_kind", ""),
]  # fmt: skip


@pytest.fixture
def clerk():
    return factories.user(Role.ACCOUNTING)


@pytest.fixture
@remembered
def claim():
    return factories.claimed(makers.granted_year(), amount_yen=50_000)


def enter(clerk, columns=COLUMNS) -> None:
    wanted = [dict(zip(("header", "content", "fixed_text"), row, strict=True)) for row in columns]
    accounting.save_columns(wanted, by=clerk, at=NOON)


def file_of(client, encoding: str, **asked) -> list[list[str]]:
    answer = client.get(reverse("grants:claims-csv"), {"encoding": encoding, **asked})
    assert answer.status_code == 200
    text = answer.getvalue().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    return list(csv.reader(io.StringIO(text)))


def test_there_is_no_file_until_columns_are_entered(as_person, clerk, claim):
    client = as_person(clerk)

    page = client.get(reverse("grants:claims")).content.decode()
    answer = client.get(reverse("grants:claims-csv"))

    assert "Not set" in page and "claims.csv" not in page
    assert answer.url == reverse("grants:accounting-columns")


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_file_has_the_columns_of_the_city_and_its_taking_out_is_written_down(
    as_person, clerk, claim, encoding
):
    enter(clerk)
    claim.organization.__class__.objects.filter(pk=claim.organization_id).update(name="=会")

    header, row = file_of(as_person(clerk), encoding)

    assert header == [name for name, _content, _fixed in COLUMNS]
    assert row == [
        "市民活動", claim.number, "'=会", "50000", "9998", "7654321", "ｶｸｳﾉｶｲ", "普通",
    ]  # fmt: skip
    taken = Change.objects.get(what="bank_accounts_exported")
    assert (taken.organization, taken.by) == (claim.organization, clerk)


def test_columns_without_headings_make_a_file_without_a_first_line(as_person, clerk, claim):
    enter(clerk, [("", "amount_yen", "")])

    assert file_of(as_person(clerk), "utf-8") == [["50000"]]
    assert file_of(as_person(clerk), "cp932", stands="paid") == []


def test_cell_that_an_encoding_cannot_write_is_named_and_nothing_is_exported(
    as_person, clerk, claim
):
    enter(clerk)
    claim.organization.__class__.objects.filter(pk=claim.organization_id).update(name="𠮷野の♥会")
    client = as_person(clerk)

    answer = client.get(reverse("grants:claims-csv"), {"encoding": "cp932"})

    page = answer.content.decode()
    assert answer.status_code == 422 and "No file was made" in page
    assert "団体" in page and "𠮷♥" in page and "7654321" not in page
    assert not Change.objects.filter(what="bank_accounts_exported").exists()
    assert file_of(client, "utf-8")[1][2] == "𠮷野の♥会"


def test_account_of_another_key_makes_no_file_and_is_not_written_down(
    as_person, clerk, claim, settings
):
    enter(clerk)
    factories.claimed(makers.granted_year(), amount_yen=50_000)
    settings.BANK_KEY = "another"

    answer = as_person(clerk).get(reverse("grants:claims-csv"))

    assert answer.url == reverse("grants:claims")
    assert not Change.objects.filter(what="bank_accounts_exported").exists()


def queries(client, url: str, data: dict) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(url, data).getvalue() if "csv" in url else client.get(url, data)
    return len(found)


def test_list_and_file_ask_as_often_for_three_claims_as_for_one(as_person, clerk, claim):
    enter(clerk)
    client = as_person(clerk)
    pages = (reverse("grants:claims"), {}), (reverse("grants:claims-csv"), {"encoding": "cp932"})
    once = [queries(client, *page) for page in pages]
    for _more in range(2):
        factories.claimed(makers.granted_year(), amount_yen=50_000)

    assert [queries(client, *page) for page in pages] == once
    assert len(file_of(client, "utf-8")) == 4


def test_list_is_narrowed_by_what_is_asked(as_person, clerk, claim):
    client, url = as_person(clerk), reverse("grants:claims")

    def shown(**asked) -> int:
        return client.get(url, asked).context["page"].paginator.count

    assert (shown(), shown(stands="paid"), shown(stands="all", kind="balance")) == (1, 0, 0)
    assert (shown(fiscal_year=2026), shown(fiscal_year="x"), shown(stands="?")) == (1, 1, 1)
    factories.paid(claim.project_year)
    assert (shown(), shown(stands="paid")) == (0, 1)


def test_columns_are_entered_by_accounting_in_their_order(as_person, clerk):
    url = reverse("grants:accounting-columns")
    told = {"columns-TOTAL_FORMS": "3", "columns-INITIAL_FORMS": "0"}
    rows = [("金額", "amount_yen", ""), ("", "", ""), ("区分", "fixed", "市民活動")]
    for number, row in enumerate(rows):
        names = ("header", "content", "fixed_text")
        told |= {f"columns-{number}-{name}": value for name, value in zip(names, row, strict=True)}
    client = as_person(clerk)

    wrong = {**told, "columns-1-header": "空"}
    assert client.post(url, wrong).status_code == 422
    assert client.post(url, told).status_code == 302

    saved = AccountingColumn.objects.order_by("position").values_list("header", "content")
    assert list(saved) == [("金額", "amount_yen"), ("区分", "fixed")]
    assert as_person(factories.user(Role.OFFICE)).get(url).status_code == 403


def test_column_of_a_fixed_text_has_one():
    form = ColumnForm({"header": "区分", "content": "fixed", "fixed_text": ""})

    assert not form.is_valid() and "fixed_text" in form.errors
