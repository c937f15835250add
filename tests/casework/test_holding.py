"""Notices that are held back: written like all others, and sent by nobody until they are released."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Role
from casework import delivery, holding, outbox, outbox_keeping
from casework.errors import NotPossible
from casework.models import Access, Notice
from tests import factories
from tests.casework.cases import filed
from tests.factories import NOON
from tests.remembering import remembered

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
@remembered
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

    outbox_keeping.release(notice, by=clerk, at=NOON)

    assert delivery.deliver(notice.pk, at=NOON)
    event = notice.case.events.order_by("-pk").first()
    assert (event.verb, event.by, event.facts["notice"]) == ("release_notice", clerk, notice.pk)


def test_second_release_is_refused(notice):
    clerk = factories.user(Role.OFFICE)
    outbox_keeping.release(notice, by=clerk, at=NOON)

    with pytest.raises(NotPossible):
        outbox_keeping.release(notice, by=clerk, at=NOON)


def test_held_notice_can_be_withdrawn(notice):
    outbox_keeping.withdraw(notice, by=factories.user(Role.OFFICE), at=NOON)

    notice.refresh_from_db()
    assert (notice.state, notice.held_for) == ("withdrawn", "")


def test_nobody_outside_the_office_releases(notice):
    with pytest.raises(PermissionDenied):
        outbox_keeping.release(notice, by=factories.user(Role.APPROVER), at=NOON)

    notice.refresh_from_db()
    assert notice.state == "held"


def test_page_says_why_it_waits_and_releases_it(enter, notice):
    client = enter(factories.user(Role.OFFICE))
    page = client.get(reverse("casework:outbox-notice", args=[notice.pk])).content.decode()
    assert "a person reads it before it leaves" in page

    client.post(reverse("casework:outbox-release", args=[notice.pk]))

    notice.refresh_from_db()
    assert notice.state in ("queued", "sent")


# A reader who must not meet the case any more


def bar(notice: Notice) -> None:
    Access.objects.create(case=notice.case, user=notice.recipient, barred=True, reason="conflict")


def why(notice: Notice) -> tuple[str, str, str]:
    notice.refresh_from_db()
    return notice.state, notice.held_for, notice.withdrawn_because


@pytest.mark.parametrize("state", ["held", "queued", "failed"])
def test_what_waits_for_a_person_about_a_case_is_taken_back(notice, state):
    other = outbox.post("case_moved", to=factories.user(), at=NOON, key="o", case=notice.case)
    Notice.objects.filter(pk=notice.pk).update(
        state=state, held_for="digest" if state == "held" else ""
    )

    assert outbox.withdraw_for(notice.case, notice.recipient) == 1

    assert why(notice) == ("withdrawn", "", "conflict")
    assert why(other) == ("held", "approval", "")


def test_held_notice_to_somebody_with_a_conflict_is_withdrawn_when_it_is_released(notice):
    clerk = factories.user(Role.OFFICE)
    bar(notice)

    assert not outbox_keeping.release(notice, by=clerk, at=NOON)

    assert why(notice) == ("withdrawn", "", "conflict")
    assert notice.case.events.order_by("-pk").first().verb == "withdraw_notice"


def test_of_several_those_to_somebody_with_a_conflict_are_withdrawn(notice):
    other = outbox.post("case_moved", to=factories.user(), at=NOON, key="o", case=notice.case)
    bar(notice)

    both = Notice.objects.filter(pk__in=[notice.pk, other.pk])
    assert outbox_keeping.release_several(both, by=factories.user(Role.OFFICE), at=NOON) == 1

    assert why(notice) == ("withdrawn", "", "conflict")
    assert why(other) == ("queued", "", "")


def test_failed_notice_to_somebody_with_a_conflict_is_not_sent_again(notice):
    Notice.objects.filter(pk=notice.pk).update(state="failed", held_for="", attempts=8)
    bar(notice)

    assert not outbox_keeping.retry(notice, by=factories.user(Role.OFFICE), at=NOON)

    assert why(notice) == ("withdrawn", "", "conflict")


def test_page_says_that_it_was_withdrawn(enter, notice):
    bar(notice)
    client = enter(factories.user(Role.OFFICE))

    page = client.post(reverse("casework:outbox-release", args=[notice.pk]), follow=True)

    assert "has a conflict of interest in its case" in page.content.decode()
    assert why(notice)[0] == "withdrawn"
