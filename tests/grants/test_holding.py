"""Rounds whose notices of letters wait until a person has read them."""

import pytest
from django.urls import reverse

from accounts.models import Role
from casework import outbox_keeping
from casework.models import Notice
from grants import services
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return factories.user(Role.OFFICE)


@remembered
def holding_round():
    call = factories.call()
    call.holds_notices = True
    call.save(update_fields=["holds_notices"])
    return call


@remembered
def with_letter(call=None):
    """A proposal to which a letter has left."""
    factories.sender()
    return sent_back(filed(round=call or holding_round()))


def letters_told(case) -> list[tuple[str, str]]:
    rows = case.notices.filter(kind="letter_sent")
    return list(rows.values_list("state", "held_for"))


def test_notice_of_a_letter_waits_for_a_person_where_its_round_says_so():
    case = with_letter()

    assert letters_told(case) == [("held", "approval")]
    assert set(case.notices.exclude(kind="letter_sent").values_list("state", flat=True)) == {
        "queued"
    }


def test_notice_of_a_letter_of_another_round_leaves_at_once():
    holding_round()

    assert letters_told(with_letter(factories.call())) == [("queued", "")]


def test_office_decides_it_when_it_opens_or_changes_a_round(clerk):
    call = factories.call()

    changed = services.change_round(
        call, opens_at=call.opens_at, closes_at=call.closes_at, budget_yen=call.budget_yen,
        holds_notices=True, reason="初年度は読んでから", by=clerk, at=NOON,
    )  # fmt: skip

    change = call.changes.get()
    assert changed.holds_notices
    assert (change.what, change.old, change.new) == ("holds_notices", False, True)


def test_change_of_other_things_leaves_it_as_it_is(clerk):
    call = holding_round()

    changed = services.change_round(
        call, opens_at=call.opens_at, closes_at=call.closes_at, budget_yen=9_000_000,
        reason="予算", by=clerk, at=NOON,
    )  # fmt: skip

    assert changed.holds_notices


def test_desk_and_case_page_say_how_many_wait(as_person, clerk):
    case = with_letter()
    client = as_person(clerk)

    assert 'id="held"' in client.get(reverse("casework:office")).content.decode()
    page = whole_page(client, case)
    assert f"?state=held&amp;q={case.number}" in page


def test_desk_says_nothing_where_nothing_waits(as_person, clerk):
    filed()

    assert 'id="held"' not in as_person(clerk).get(reverse("casework:office")).content.decode()


def test_group_does_not_see_a_notice_before_it_is_released(as_person):
    case = with_letter()
    subject = case.notices.get(kind="letter_sent").subject

    assert subject not in whole_page(as_person(group_of(case)), case)


def test_several_are_released_at_once_and_each_once(as_person, clerk):
    call = holding_round()
    cases = [with_letter(call), sent_back(filed(round=call))]
    held = list(Notice.objects.filter(state="held"))
    client = as_person(clerk)
    page = client.get(reverse("casework:outbox"), {"state": "held"}).content.decode()
    assert page.count('name="notice"') == 2

    client.post(
        reverse("casework:outbox-release-chosen"), {"notice": [row.pk for row in held] + [10**9]}
    )

    assert [letters_told(case) for case in cases] == [[("queued", "")]] * 2
    assert outbox_keeping.release_several(held, by=clerk, at=NOON) == 0
    released = [case.events.filter(verb="release_notice").count() for case in cases]
    assert released == [1, 1]


def test_outbox_is_searched_by_the_number_of_a_case(as_person, clerk):
    case, other = with_letter(), filed()

    page = as_person(clerk).get(reverse("casework:outbox"), {"q": case.number}).content.decode()

    numbers = set(Notice.objects.filter(case=case).values_list("pk", flat=True))
    others = set(Notice.objects.filter(case=other).values_list("pk", flat=True))
    assert all(f"/office/outbox/{pk}/" in page for pk in numbers)
    assert not any(f'"/office/outbox/{pk}/"' in page for pk in others)
