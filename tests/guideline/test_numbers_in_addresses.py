"""A number in an address may be of any length: the answer is a page, or that there is none."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.converters import IntConverter

from guideline.models import Edition, Measure
from tests.doors.doors import ask, in_silence, short_refusals

pytestmark = pytest.mark.django_db

APPS = ("grants", "guideline", "reporting")
#: More than a year, than a column, than a key, and than Python turns into a number.
NUMBERS = ("0", "9999", "9" * 40, "9" * 5_000)
ANSWERS = (200, 302, 403, 404, 405)
#: All that an address of these apps asks for, or a filter of a list.
ASKED = (
    "accepted", "alone", "call", "claim", "course", "deadline", "department", "edition", "entry",
    "figure", "fiscal_year", "issue", "kind", "measure", "month", "on", "only", "page", "part_of",
    "receipt", "round", "since", "standing", "state", "year",
)  # fmt: skip


def doors() -> Iterator[tuple[str, dict]]:
    """Yield the name of each address of the apps, and what its arguments are."""
    for part in get_resolver().url_patterns:
        if getattr(part, "namespace", None) in APPS:
            for pattern in part.url_patterns:
                yield f"{part.namespace}:{pattern.name}", pattern.pattern.converters


def open_lists() -> Iterator[str]:
    """Yield the addresses that name no thing: mostly lists."""
    for name, _arguments in doors():
        with suppress(NoReverseMatch):
            yield reverse(name)


def given(arguments: dict, number: str) -> dict:
    """Return arguments of which each number is this one; an edition is one there is."""
    said = {"edition": "first", "before": "first", "after": "second"}
    return {
        name: number if isinstance(converter, IntConverter) else said.get(name, "x")
        for name, converter in arguments.items()
    }


def paths(number: str) -> Iterator[str]:
    for name, arguments in doors():
        values = given(arguments, number)
        if any(isinstance(kind, IntConverter) for kind in arguments.values()):
            marked = {key: 987654321 if value == number else value for key, value in values.items()}
            yield reverse(name, kwargs=marked).replace("987654321", number)


@pytest.fixture(autouse=True)
def quickly() -> Iterator[None]:
    with in_silence(), short_refusals():
        yield


@pytest.fixture
def office_client(client, office) -> Client:
    client.force_login(office)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("number", NUMBERS, ids=len)
def test_address_with_any_number_is_a_page_or_is_not_found(loaded, office_client, number):
    found = {path: ask(office_client, "GET", path).status_code for path in paths(number)}

    assert len(found) > 100
    assert {path: code for path, code in found.items() if code not in ANSWERS} == {}


@pytest.mark.parametrize("number", ["0", "9" * 5_000], ids=len)
def test_list_asked_for_any_number_is_a_page(loaded, office_client, number):
    of_edition = ("guideline:edition", "reporting:measure-cases")
    lists = [*open_lists(), *(reverse(name, args=["first"]) for name in of_edition)]

    asked = "&".join(f"{name}={number}" for name in ASKED)
    codes = {path: ask(office_client, "GET", f"{path}?{asked}").status_code for path in lists}

    assert {path: code for path, code in codes.items() if code not in ANSWERS} == {}


@pytest.mark.parametrize("number", ["", "x", "１２", "²", *NUMBERS], ids=len)
def test_part_of_no_figure_is_not_found(loaded, office_client, number):
    measure = Measure.objects.filter(edition=Edition.objects.get(code="first")).first()
    page = reverse("guideline:figure-add", args=["first", measure.number, 2023])

    assert office_client.get(page).status_code == 200
    assert office_client.get(page, {"part_of": number}).status_code == 404
