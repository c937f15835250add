"""The crosswalk, confirmed row by row by the office."""

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import Role
from guideline import services
from guideline.carrying_over import Ways
from guideline.crosswalk import (
    KEPT_BUT_RECLASSED,
    KEPT_BUT_RENAMED,
    NOT_RECLASSED,
    NOT_RENAMED,
    doubts,
)
from guideline.models import Crosswalk, Measure
from tests import factories
from tests.factories import NOON


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office(client, loaded):
    person = factories.user(Role.OFFICE)
    client.force_login(person)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return person


def row(number: int, kind: str) -> Crosswalk:
    return Crosswalk.objects.get(
        from_measure__edition__code="first", from_measure__number=number, kind=kind
    )


def address(of: Crosswalk) -> str:
    return reverse("guideline:crosswalk-item", args=[of.pk])


def posted(of: Crosswalk, **values) -> dict:
    told = {name: getattr(of, name) for name in ("kind", "reason", "reason_en", "source")}
    return {**told, "seen": services.mark(of), **values}


def test_no_row_of_the_files_contradicts_its_measures(loaded):
    rows = Crosswalk.objects.select_related("from_measure", "to_measure")

    assert [str(one) for one in rows if doubts(one)] == []


@pytest.mark.parametrize(
    ("number", "kind", "said", "expected"),
    [
        (1, "renamed", "kept", [KEPT_BUT_RENAMED, KEPT_BUT_RECLASSED]),
        (5, "renamed", "kept", [KEPT_BUT_RENAMED]),
        (8, "kept", "renamed", [NOT_RENAMED]),
        (8, "kept", "reclassed", [NOT_RECLASSED]),
        (16, "merged", "merged", []),
    ],
)
def test_kind_that_contradicts_the_measures_is_doubted(loaded, number, kind, said, expected):
    found = row(number, kind)
    found.kind = said

    assert doubts(found) == expected


def test_office_sees_both_measures_and_what_documents_say(client, office):
    text = client.get(address(row(1, "renamed"))).content.decode()

    for words in ("Building cooperation for the use", "Information about private facilities"):
        assert words in text
    assert "printed as “Ⅲに降格”" in text
    assert "0 of 29 rows are confirmed." in text


def test_confirming_leads_to_the_next_row_until_none_is_open(client, office):
    rows = list(Crosswalk.objects.order_by("pk"))

    for current, following in zip(rows, [*rows[1:], None], strict=True):
        answer = client.post(address(current), posted(current))
        assert answer.url == (address(following) if following else reverse("guideline:crosswalk"))

    assert not Crosswalk.objects.filter(confirmed_at=None).exists()
    assert set(Crosswalk.objects.values_list("confirmed_by", "confirmed_at")) == {(office.pk, NOON)}


def test_correction_is_confirmed_with_it_and_can_be_made_again(client, office):
    found = row(16, "merged")
    client.post(address(found), posted(found, kind="split", reason="二つに分けた"))
    found.refresh_from_db()
    assert (found.kind, found.reason, found.confirmed_by) == ("split", "二つに分けた", office)

    other = factories.user(Role.OFFICE)
    client.force_login(other)
    page = client.get(address(found)).content.decode()
    assert str(office) in page and "Correct it, and confirm it anew" in page
    client.post(address(found), posted(found, kind="merged"))

    found.refresh_from_db()
    assert (found.kind, found.confirmed_by) == ("merged", other)


@pytest.mark.parametrize(
    ("number", "kind", "values"),
    [
        (16, "merged", {"kind": "new"}),
        (16, "merged", {"kind": "dropped"}),
        (4, "dropped", {"kind": "kept"}),
        (16, "merged", {"source": ""}),
        (1, "renamed", {"kind": "reclassed"}),  # which the pair has already
    ],
)
def test_what_makes_no_sense_is_refused(client, office, number, kind, values):
    found = row(number, kind)
    before = Crosswalk.objects.values().get(pk=found.pk)

    assert client.post(address(found), posted(found, **values)).status_code == 422
    assert Crosswalk.objects.values().get(pk=found.pk) == before


def test_row_that_somebody_else_changed_is_shown_again(client, office):
    found = row(16, "merged")
    seen = posted(found)
    Crosswalk.objects.filter(pk=found.pk).update(reason="先に直した")

    answer = client.post(address(found), seen, follow=True)

    assert "Somebody else changed this row" in answer.content.decode()
    assert "先に直した" in answer.content.decode()
    found.refresh_from_db()
    assert found.confirmed_at is None


def test_service_refuses_a_kind_that_does_not_fit_its_ends(loaded):
    found = row(4, "dropped")

    with pytest.raises(ValidationError):
        services.confirm_as(
            found.pk, {"kind": "kept"}, seen=services.mark(found),
            by=factories.user(Role.OFFICE), at=NOON,
        )  # fmt: skip


def test_list_leads_the_office_to_the_first_open_row(client, office):
    first, second = Crosswalk.objects.order_by("pk")[:2]
    client.post(address(first), posted(first))

    text = client.get(reverse("guideline:crosswalk")).content.decode()

    assert f'href="{address(second)}">Confirm row by row' in text
    assert "Look or correct" in text


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.OFFICE, Role.SYSTEM)])
def test_only_the_office_confirms(client, loaded, role):
    client.force_login(factories.user(role))
    found = row(16, "merged")

    assert client.get(address(found)).status_code == 403
    assert client.post(address(found), posted(found)).status_code == 403
    text = client.get(reverse("guideline:crosswalk")).content.decode()
    assert address(found) not in text


def test_measure_that_is_new_has_no_measure_before_it(client, office):
    found = Crosswalk.objects.get(kind="new")

    page = client.get(address(found))

    assert page.status_code == 200
    assert [end for _label, end in page.context["ends"]] == [None, found.to_measure]
    assert Measure.objects.filter(pk=found.to_measure_id).exists()


def test_crosswalk_that_leads_back_to_itself_ends():
    ways = Ways({1: [2], 2: [1, 3]}, frozenset())

    assert ways.carried_to(1, {3}) == [3]
    assert ways.carried_to(1, {4}) == []


def test_pages_whose_words_are_public_at_once_say_so_beside_the_button(client, loaded, office):
    client.force_login(office)
    row = Crosswalk.objects.first()
    measure = Measure.objects.first()
    text = reverse("guideline:measure-text", args=[measure.edition.code, measure.number])

    for address in (reverse("guideline:crosswalk-item", args=[row.pk]), text):
        shown = (
            client.get(address, headers={"accept-language": "ja"})
            .content.decode()
            .partition('<main id="main"')[2]
        )
        assert (
            "保存すると、すぐに公開されます"
            in shown.partition('type="submit"')[2].partition("</form>")[0]
        )
