"""360Giving: every file valid against the standard's own schema, nothing guessed, nothing zero."""

import json
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from jsonschema import Draft4Validator
from referencing import Registry, Resource

from accounts.models import Role
from casework import city
from casework.models import Approval
from casework.services import advance
from grants.models import PastAward, ProjectYear
from tests import factories
from tests.factories import NOON
from tests.reporting import makers

pytestmark = pytest.mark.django_db

STANDARD = Path(django_settings.BASE_DIR) / "reporting" / "standards" / "360giving"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def schema(name: str) -> dict:
    return json.loads((STANDARD / name).read_text())


def validator() -> Draft4Validator:
    package = schema("360-giving-package-schema.json")
    grant = schema("360-giving-schema.json")
    address = package["properties"]["grants"]["items"]["$ref"]
    registry = Registry().with_resource(address, Resource.from_contents(grant))
    checker = Draft4Validator.FORMAT_CHECKER
    assert {"date-time", "uri"} <= checker.checkers.keys()
    return Draft4Validator(package, registry=registry, format_checker=checker)


def faults(package: dict) -> list[str]:
    return sorted(error.json_path for error in validator().iter_errors(package))


def set_up(**told) -> None:
    office = factories.anyone(Role.OFFICE)
    for code, value in {"city_name": "試験市", "municipality_code": "000000", **told}.items():
        city.set_value(code, value, source="試験", by=office, at=NOON)


def package() -> dict:
    response = Client().get("/open-data/360giving.json")
    assert response.status_code == 200
    return json.loads(response.getvalue())


def page() -> str:
    client = Client()
    client.cookies["django_language"] = "en"
    return client.get("/open-data/").getvalue().decode().replace("<wbr>", "")


def test_file_is_valid_against_the_schema():
    set_up(open_data_licence="https://creativecommons.org/licenses/by/4.0/deed.ja")
    year = makers.granted_year(granted_yen=80_000, advance_percent="100")
    factories.paid(year, 80_000)

    told = package()

    assert faults(told) == []
    (grant,) = told["grants"]
    asked = sum(line.amount_yen for line in year.budget_lines.all() if line.from_city)
    assert grant["id"] == f"000000-{year.proposal.number}-1"
    assert (grant["amountAppliedFor"], grant["amountAwarded"]) == (asked, 80_000)
    assert (grant["amountDisbursed"], grant["currency"]) == (80_000, "JPY")
    assert grant["awardDate"] == "2026-11-20"
    named = year.proposal.proposal_measures.get().measure
    assert [c["code"] for c in grant["classifications"]] == [f"{named.edition.code}-{named.number}"]
    assert told["license"].startswith("https://")


@pytest.mark.parametrize(
    ("tampered", "where"),
    [
        ({"awardDate": "20 November 2026"}, "$.grants[0].awardDate"),
        ({"awardDate": "2026-13-01"}, "$.grants[0].awardDate"),
        ({"amountAwarded": "80000"}, "$.grants[0].amountAwarded"),
        ({"currency": "円"}, "$.grants[0].currency"),
        ({"recipientOrganization": []}, "$.grants[0].recipientOrganization"),
        ({"fundingOrganization": [{"id": "x"}]}, "$.grants[0].fundingOrganization[0]"),
    ],
)
def test_the_schema_refuses_what_is_wrong(tampered, where):
    """Held against the file itself, so that the test above is known to be able to fail."""
    set_up()
    makers.granted_year()
    told = package()
    told["grants"][0] |= tampered

    assert faults(told) == [where]


def test_invented_grant_says_so_and_no_other_does(settings):
    set_up()
    year = makers.granted_year()
    (real,) = package()["grants"]
    assert "fictitious" not in real and "架空" not in real["title"] + real["description"]

    type(year.organization).objects.filter(pk=year.organization_id).update(fictitious=True)
    settings.DEMO = True
    told = package()
    (grant,) = told["grants"]
    assert (grant["fictitious"], faults(told)) == (True, [])
    assert grant["title"] == f"【架空】{real['title']}"
    assert grant["description"].startswith("【架空】")


def test_page_names_the_licence_and_promises_nothing_where_none_is_decided():
    set_up(open_data_licence="")
    told = page()
    assert "by the licence below" not in told and "not decided yet" in told
    set_up(open_data_licence="CC BY 4.0")
    told = page()
    assert "by the licence below" in told and "CC BY 4.0" in told and "not decided yet" not in told


def test_the_schema_refuses_a_grant_without_its_day():
    set_up()
    makers.granted_year()
    told = package()
    del told["grants"][0]["awardDate"]

    assert faults(told) == ["$.grants[0]"]


def test_recipient_is_known_by_its_number_and_never_by_its_name():
    set_up()
    year = makers.granted_year()
    group = year.organization

    (recipient,) = package()["grants"][0]["recipientOrganization"]
    assert recipient == {"id": f"000000-org-{group.pk}", "name": group.name}

    type(group).objects.filter(pk=group.pk).update(corporate_number="1234567890123")
    assert package()["grants"][0]["recipientOrganization"][0]["id"] == "1234567890123"

    set_up(corporate_number_list="XX-LIST", giving_prefix="360G-test")
    told = package()["grants"][0]
    assert told["recipientOrganization"][0]["id"] == "XX-LIST-1234567890123"
    assert told["id"].startswith("360G-test-")
    assert faults(package()) == []


def test_what_has_no_amount_or_no_day_is_left_out_and_listed():
    set_up()
    makers.sender()
    granted = makers.granted_year()
    planned = makers.ready_proposal("startup", office=factories.anyone(Role.OFFICE))
    undated = makers.granted_year()
    Approval.objects.filter(items__case=undated, items__verb="grant").update(decided_on=None)
    fields = {
        "course": "startup",
        "adoption_fiscal_year": 2023,
        "status": "adopted",
        "source": "広報",
    }
    PastAward.objects.create(key="startup-2023-1", **fields)
    PastAward.objects.create(key="startup-2023-2", amount_yen=5, **fields)

    told = package()

    assert [g["id"] for g in told["grants"]] == [f"000000-{granted.proposal.number}-1"]
    assert [g for g in told["grants"] if not g["amountAwarded"]] == []
    listed = json.loads(Client().get("/open-data/left-out.json").getvalue())
    assert {(row["project_id"], row["reason"]) for row in listed} == {
        (planned.number, "not_decided"),
        (undated.proposal.number, "day_unknown"),
        ("startup-2023-1", "amount_and_day_unknown"),
        ("startup-2023-2", "day_unknown"),
    }
    shown = page()
    assert "4 records are left out" in shown
    for row in listed:
        assert f"<code>{row['project_id']}</code>" in shown


def test_grants_and_what_is_left_out_are_all_that_is_adopted():
    set_up()
    makers.granted_year("collaboration", years=2)
    makers.granted_year()
    factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")

    told = len(package()["grants"])
    listed = len(json.loads(Client().get("/open-data/left-out.json").getvalue()))

    ended = ProjectYear.objects.filter(state="revoked").count()
    assert told + listed == ProjectYear.objects.count() - ended
    assert told == 2


def test_adopted_project_that_has_no_year_yet_is_listed():
    set_up()
    makers.sender()
    office = factories.anyone(Role.OFFICE)
    waiting = makers.selected_proposal("startup", office=office)
    given_up = makers.selected_proposal("startup", office=office)
    given_up = advance(
        given_up, "renounce", by=makers.group_of(given_up), at=NOON, reason="辞退します"
    )

    listed = json.loads(Client().get("/open-data/left-out.json").getvalue())

    assert not waiting.project_years.exists() and given_up.state != waiting.state
    (row,) = listed
    assert (row["project_id"], row["project_year"]) == (waiting.number, None)
    assert (row["reason"], row["fictitious"]) == ("not_decided", False)


def test_revoked_grant_is_in_no_file():
    set_up()
    factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")

    assert Client().get("/open-data/360giving.json").status_code == 404
    assert "no grant has both" in page()


@pytest.mark.parametrize("missing", ["city_name", "municipality_code"])
def test_there_is_no_file_while_ids_or_name_are_not_set(missing):
    set_up(**{missing: ""})
    makers.granted_year()

    assert Client().get("/open-data/360giving.json").status_code == 404
    assert "the name of the city or the prefix of the ids is not set" in page()


def test_licence_in_words_is_not_told_as_an_address():
    set_up(open_data_licence="CC BY 4.0")
    makers.granted_year()

    assert "license" not in package()
    assert faults(package()) == []


def test_invented_grants_are_told_only_in_a_demonstration(settings):
    set_up()
    edition = makers.granted_year().proposal.round.edition
    type(edition).objects.filter(pk=edition.pk).update(fictitious=True)

    assert Client().get("/open-data/360giving.json").status_code == 404
    settings.DEMO = True
    assert faults(package()) == []


def test_day_is_that_of_the_last_decision_on_the_grant():
    set_up()
    year = makers.granted_year()
    Approval.objects.filter(items__case=year, items__verb="grant").update(
        decided_on=date(2026, 11, 2)
    )

    assert package()["grants"][0]["awardDate"] == "2026-11-02"


@pytest.mark.parametrize("count", [1, 3])
def test_file_asks_as_often_for_three_grants_as_for_one(count, django_assert_num_queries):
    set_up()
    for _ in range(count):
        makers.granted_year()
    package()

    with django_assert_num_queries(5):  # settings, is there any, grants, measures named and read
        package()
