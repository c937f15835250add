"""A draft that saves itself, in a real browser: one tab, then two."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from grants.models import Proposal
from tests import factories

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft():
    return factories.draft(by=factories.member(factories.organization()))


@pytest.fixture
def opened(page, live_server, draft):
    """Open the draft in one tab; returns a function that opens further ones."""
    client = Client()
    client.force_login(draft.organization.members.get())
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url},
         {"name": "django_language", "value": "en", "url": live_server.url}]
    )  # fmt: skip

    def open_tab():
        tab = page.context.new_page()
        tab.goto(reverse("grants:proposal-edit", args=[draft.pk]))
        return tab

    return open_tab


def write(tab, words: str) -> None:
    tab.get_by_label("Purpose").fill(words)
    tab.get_by_label("Schedule").focus()


def test_leaving_a_field_saves_twice_in_a_row(opened, draft):
    tab = opened()

    write(tab, "first")
    tab.get_by_text("Saved at 12:00").wait_for()
    write(tab, "second")
    expect(tab.locator("[name=edit_number]")).to_have_value("3")

    assert Proposal.objects.get(pk=draft.pk).purpose == "second"


def test_second_tab_is_told_and_gets_both_texts(opened, draft):
    one, two = opened(), opened()
    write(one, "theirs")
    one.get_by_text("Saved at 12:00").wait_for()

    write(two, "mine")
    two.get_by_text("This draft was changed in another window").wait_for()
    two.get_by_role("button", name="Save the draft").click()
    two.get_by_label("Keep my text").check()
    two.get_by_role("button", name="Save what I chose").click()
    two.get_by_text("The draft is saved.").wait_for()

    assert Proposal.objects.get(pk=draft.pk).purpose == "mine"


def test_field_left_while_a_save_is_under_way_is_saved_next(opened, draft):
    tab = opened()
    held = []
    tab.route("**/edit/", lambda r: r.continue_() if held else held.append(r))  # a slow server

    with tab.expect_request("**/edit/"):
        write(tab, "first")
    write(tab, "second")
    expect(tab.get_by_text("Not saved yet")).to_be_visible()
    held[0].continue_()
    tab.get_by_text("Saved at 12:00").wait_for()

    assert Proposal.objects.get(pk=draft.pk).purpose == "second"


@pytest.mark.parametrize("typed", ["85,000", "８５，０００円", "¥85、000"])
def test_totals_follow_what_is_typed(opened, typed):
    tab = opened()

    tab.locator("[name=income-0-amount_yen]").fill(typed)

    assert tab.locator("output").first.inner_text() == "¥105,000"
    assert "Income is ¥5,000 more than expenditure." in tab.locator(".balance").inner_text()
