"""The file for the bank (全銀 総合振込): its bytes read back, and who takes it out."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Change, Role
from casework.city import SETTINGS, set_value
from grants import services
from grants.bank_transfer import RECORD, Payer, Transfer, transfer_file
from grants.city_settings import LINE_END, OF_PAYER
from grants.models import Claim
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers

pytestmark = pytest.mark.django_db

#: An invented payer; bank 9999 does not exist.
PAYER = Payer("0000012345", "ｶｸｳｼ", "9999", "ｶｸｳｷﾞﾝｺｳ", "998", "ﾎﾝﾃﾝ", "1", "0000001")
ON = date(2026, 12, 4)


def transfer(yen: int = 30_000, **account) -> Transfer:
    return Transfer(factories.account(**account), yen, reference=7)


def records(made: bytes, line_end: bytes = b"") -> list[bytes]:
    size = RECORD + len(line_end)
    assert len(made) % size == 0
    found = [made[start : start + size] for start in range(0, len(made), size)]
    assert all(record.endswith(line_end) for record in found)
    return [record[:RECORD] for record in found]


def read(record: bytes, *lengths: int) -> list[str]:
    text, found = record.decode("cp932"), []
    for length in lengths:
        found, text = [*found, text[:length]], text[length:]
    return found


@pytest.mark.parametrize("line_end", [b"", b"\r\n"])
def test_bytes_say_who_pays_whom_how_much(line_end):
    made = transfer_file(
        PAYER, [transfer(), transfer(45_000, account_kind="current", holder_kana="ﾐﾅﾄﾉｶｲ")],
        on=ON, line_end=line_end,
    )  # fmt: skip
    head, first, second, trailer, end = records(made, line_end)

    assert read(head, 1, 2, 1, 10, 40, 4, 4, 15, 3, 15, 1, 7, 17) == [
        "1", "21", "0", "0000012345", "ｶｸｳｼ".ljust(40), "1204", "9999", "ｶｸｳｷﾞﾝｺｳ".ljust(15), "998",
        "ﾎﾝﾃﾝ".ljust(15), "1", "0000001", " " * 17,
    ]  # fmt: skip
    assert read(first, 1, 4, 15, 3, 15, 4, 1, 7, 30, 10, 1, 10, 10, 1, 1, 7) == [
        "2", "9998", " " * 15, "997", " " * 15, "0000", "1", "7654321", "ｶｸｳﾉｶｲ".ljust(30),
        "0000030000", "0", "0000000007", "0" * 10, "7", " ", " " * 7,
    ]  # fmt: skip
    assert (second[42:43], second[50:56].decode("cp932")) == (b"2", "ﾐﾅﾄﾉｶｲ")
    assert read(trailer, 1, 6, 12, 101) == ["8", "000002", "000000075000", " " * 101]
    assert end == b"9" + b" " * 119


@given(st.lists(st.integers(1, 9_999_999_999), min_size=1, max_size=40))
def test_trailer_counts_and_adds_up_what_the_records_say(amounts):
    found = records(transfer_file(PAYER, map(transfer, amounts), on=ON))
    data = [record for record in found if record[:1] == b"2"]

    assert [int(record[80:90]) for record in data] == amounts
    assert int(found[-2][1:7]) == len(amounts)
    assert int(found[-2][7:19]) == sum(amounts)
    assert {len(record) for record in found} == {RECORD}


@pytest.mark.parametrize(
    "account", [{"holder_kana": "漢字"}, {"bank_code": "x"}, {"account_number": "12345678"}]
)
def test_account_that_does_not_fit_makes_no_file(account):
    with pytest.raises(ValueError, match="digits|half-width"):
        transfer_file(PAYER, [transfer(**account)], on=ON)


@pytest.mark.parametrize("amounts", [[], [0], [10**10]])
def test_amount_that_does_not_fit_makes_no_file(amounts):
    with pytest.raises(ValueError, match="transfer"):
        transfer_file(PAYER, map(transfer, amounts), on=ON)


# In the program


def enter_settings() -> None:
    told = {
        **{OF_PAYER[name].code: getattr(PAYER, name) for name in OF_PAYER},
        LINE_END.code: "crlf",
    }
    for code, value in told.items():
        set_value(code, value, source="試験", by=factories.anyone(Role.OFFICE), at=NOON)


@pytest.fixture
def accounting():
    return factories.user(Role.ACCOUNTING)


def test_page_says_what_is_not_set_and_gives_no_file(as_person, accounting):
    factories.claimed(makers.granted_year(advance_percent="70"))
    client = as_person(accounting)

    shown = client.get(reverse("grants:claims")).text
    assert "There is no file before these settings are entered." in shown
    assert all(escape(str(setting.label)) in shown for setting in (*OF_PAYER.values(), LINE_END))
    answer = client.get(reverse("grants:bank-file"), follow=True)
    assert "Not set yet: Bank transfers: code of the payer" in answer.text
    assert not Change.objects.filter(what="bank_accounts_exported").exists()


def test_accounting_takes_out_the_file_and_that_is_written_down(as_person, accounting):
    claim = factories.claimed(makers.granted_year(advance_percent="70"), amount_yen=30_000)
    enter_settings()
    client = as_person(accounting)
    assert "1 transfer" in client.get(reverse("grants:claims")).text

    answer = client.get(reverse("grants:bank-file"), {"on": "2026-12-04"})

    head, data, trailer, _end = records(answer.content, b"\r\n")
    assert head[54:58] == b"1204" and int(data[80:90]) == int(trailer[7:19]) == 30_000
    assert "no-store" in answer["Cache-Control"]
    kept = Change.objects.get(what="bank_accounts_exported")
    assert (kept.organization, kept.by) == (claim.organization, accounting)
    assert type(claim).objects.get().state == "accepted"  # nothing is paid by it


def test_claim_that_a_file_held_already_is_named_before_a_second_one(as_person, accounting):
    claim = factories.claimed(makers.granted_year(advance_percent="70"), amount_yen=30_000)
    enter_settings()
    client = as_person(accounting)
    warning = "or the money goes out twice"
    assert warning not in client.get(reverse("grants:claims")).text

    client.get(reverse("grants:bank-file"), {"on": "2026-12-04"})
    assert warning in client.get(reverse("grants:claims")).text
    line = claim.events.get(verb="put_into_transfer")
    assert (line.by, line.facts) == (accounting, {"on": "2026-12-04"})
    year = claim.project_year
    payment = factories.paid(year, by=accounting)
    assert warning not in client.get(reverse("grants:claims")).text
    services.reverse_payment(
        payment, reason="振込不能", paid_on=TODAY, document="更正", by=accounting, at=NOON
    )

    shown = client.get(reverse("grants:claims")).text
    assert "1 transfer" in shown and warning not in shown


def test_part_about_the_bank_names_the_first_claims_and_counts_the_rest(
    as_person, accounting, monkeypatch
):
    monkeypatch.setattr("grants.views.claims.NAMED", 1)
    enter_settings()
    for _number in range(3):
        factories.claimed(makers.granted_year(advance_percent="70"), amount_yen=30_000)
    client = as_person(accounting)
    assert "3 transfers" in client.get(reverse("grants:claims")).text
    Claim.objects.update(bank_account=None)

    shown = client.get(reverse("grants:claims")).text
    assert "and 2 more" in shown and "Nothing of this list is to be paid by transfer" in shown


def test_day_that_has_passed_and_a_claim_without_an_account_are_said(as_person, accounting):
    year = makers.granted_year(advance_percent="70")
    claim = factories.claimed(year)
    enter_settings()
    client = as_person(accounting)
    past = {"on": (TODAY - timedelta(days=1)).isoformat()}
    assert "has passed" in client.get(reverse("grants:bank-file"), past, follow=True).text
    type(claim).objects.update(bank_account=None)

    assert "since no bank account is registered" in client.get(reverse("grants:claims")).text
    assert "cannot be made" in client.get(reverse("grants:bank-file"), follow=True).text


@pytest.mark.parametrize("role", [Role.OFFICE, Role.AUDITOR, Role.APPROVER])
def test_nobody_else_takes_it_out(as_person, role):
    assert as_person(factories.user(role)).get(reverse("grants:bank-file")).status_code == 403


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("transfer_payer_code", "12"),
        ("transfer_payer_name", "架空市"),
        ("transfer_bank_code", "x999"),
    ],
)
def test_settings_are_checked(code, wrong):
    with pytest.raises(Exception, match="Write"):
        SETTINGS[code].check(wrong)
    SETTINGS[code].check("")
