"""Notices that are held back: written like all others, and sent by nobody until they are released."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Role
from casework import delivery, holding, outbox
from casework.errors import NotPossible
from casework.models import Notice
from tests import factories
from tests.casework.cases import filed
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def held_back():
    """Hold back every notice of one kind while the test lasts."""

    def ask(kind, *, case, recipient):
        return Notice.Hold.APPROVAL if kind == "case_moved" else ""

    holding.holder(ask)
    yield
    holding._HOLDERS.remove(ask)


@pytest.fixture
def notice(held_back):
    to = factories.user()
    return outbox.post("case_moved", to=to, at=NOON, key="k", case=filed())


def test_notice_that_is_held_back_is_no_workers(notice):
    assert (notice.state, notice.held_for) == ("held", "approval")
    assert not delivery.deliver(notice.pk, at=NOON)
    assert notice.pk not in delivery.pending(at=NOON)


def test_other_kinds_leave_at_once(held_back):
    to = factories.user()

    notice = outbox.post("your_turn", to=to, at=NOON, key="k", case=filed())

    assert (notice.state, notice.held_for) == ("queued", "")


def test_released_notice_is_sent_and_the_history_says_who_let_it_go(notice):
    clerk = factories.user(Role.OFFICE)

    outbox.release(notice, by=clerk, at=NOON)

    assert delivery.deliver(notice.pk, at=NOON)
    event = notice.case.events.order_by("-pk").first()
    assert (event.verb, event.by, event.facts["notice"]) == ("release_notice", clerk, notice.pk)


def test_second_release_is_refused(notice):
    clerk = factories.user(Role.OFFICE)
    outbox.release(notice, by=clerk, at=NOON)

    with pytest.raises(NotPossible):
        outbox.release(notice, by=clerk, at=NOON)


def test_held_notice_can_be_withdrawn(notice):
    outbox.withdraw(notice, by=factories.user(Role.OFFICE), at=NOON)

    notice.refresh_from_db()
    assert (notice.state, notice.held_for) == ("withdrawn", "")


def test_nobody_outside_the_office_releases(notice):
    with pytest.raises(PermissionDenied):
        outbox.release(notice, by=factories.user(Role.APPROVER), at=NOON)

    notice.refresh_from_db()
    assert notice.state == "held"


def test_page_says_why_it_waits_and_releases_it(client, notice):
    client.force_login(factories.user(Role.OFFICE))
    page = client.get(reverse("casework:outbox-notice", args=[notice.pk])).content.decode()
    assert "a person reads it before it leaves" in page

    client.post(reverse("casework:outbox-release", args=[notice.pk]))

    notice.refresh_from_db()
    assert notice.state in ("queued", "sent")
