"""Addresses that take only what a form sends: who comes by a link reads what happened and the way back."""

import pytest
from django.urls import reverse

from accounts.models import Role
from tests import factories

pytestmark = pytest.mark.django_db

#: Addresses that take only what a form sends, and the page to which each leads back.
ALONE = [
    ("/office/releases/185/items/8/take-out/", "/office/releases/185/items/8/"),
    ("/tablings/1/reports/1/release/", "/tablings/1/reports/1/"),
    ("/guideline/first/progress-table/take/", "/guideline/first/progress-table/"),
    ("/collaboration-reports/182/scores/", "/"),
]


@pytest.mark.parametrize(("address", "above"), ALONE)
def test_who_opens_such_an_address_reads_what_happened_and_the_way_back(client, address, above):
    client.force_login(factories.anyone(Role.OFFICE))

    page = client.get(address)

    assert (page.status_code, page["Allow"]) == (405, "POST")
    words = page.content.decode()
    assert "このアドレスは、ボタンを押したときだけ使います" in words
    assert f'<a class="button" href="{above}">' in words
    assert "no-store" in page["Cache-Control"]


def test_page_speaks_the_language_of_its_reader(client):
    client.cookies["django_language"] = "en"
    client.force_login(factories.anyone(Role.OFFICE))

    assert "This address only takes what a form sends" in client.get(ALONE[0][0]).content.decode()


def test_who_logs_in_anew_after_pressing_a_button_is_led_to_the_page(client):
    group = factories.member(factories.organization())
    client.post(ALONE[-1][0], {"process_score": 3})  # the session is over
    client.force_login(group)

    page = client.get(ALONE[-1][0])

    assert page.status_code == 405
    assert "送った内容が残っていません" in page.content.decode()


def test_program_that_sends_what_is_not_taken_gets_no_page(client):
    answer = client.post(reverse("grants:city-issues"))

    assert (answer.status_code, answer.content) == (405, b"")
