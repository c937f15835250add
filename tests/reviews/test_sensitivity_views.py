"""What the page about the order says, and to whom it says nothing."""

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role
from casework import works
from casework.models import Access, Work
from grants.models import Round
from reviews import sensitivity_views
from reviews.decisions import Outcome, draft_decision
from reviews.models import PanelSeat
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered
from tests.reviews.conftest import approve, fill, refer
from tests.reviews.test_views import get, post, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
@remembered
def scored(office):
    """Two proposals that are close, scored by three members, and money for both or for one."""
    round = factories.call(seats=0)
    factories.panel(round, seats=3)
    Round.objects.filter(pk=round.pk).update(budget_yen=100_000)
    proposals = [refer(round, office), refer(round, office)]
    given = [[(8, 3), (8, 3)], [(8, 3), (8, 3)], [(8, 3), (7, 3)]]
    seats = PanelSeat.objects.filter(round=round).order_by("pk")
    for seat, sheets in zip(seats, given, strict=True):
        for proposal, points in zip(proposals, sheets, strict=True):
            fill(seat.sheets.get(proposal=proposal), *points)
    return round, proposals


def test_page_says_beside_the_official_order_on_what_it_depends(client, scored, office):
    round, _proposals = scored
    page = get(client, office, reverse("reviews:sensitivity", args=[round.pk]))
    said = text_of(page)
    assert "never used in its place" in said
    assert "The outcome depends on" in said
    assert "one point more for “Public benefit” (on 3 of 3 sheets)" in said
    assert "90,000" in said  # what is left with a tenth less
    link = reverse("reviews:sensitivity", args=[round.pk])
    assert (
        link in get(client, office, reverse("reviews:selection", args=[round.pk])).content.decode()
    )


def test_whoever_must_not_meet_one_proposal_sees_none_of_the_orders(client, scored, office):
    round, (first, second) = scored
    Access.objects.create(case_id=first.pk, user=office, barred=True, reason="conflict")
    said = text_of(get(client, office, reverse("reviews:sensitivity", args=[round.pk])))
    assert "a colleague reads them" in said
    assert str(second) not in said
    member = PanelSeat.objects.filter(round=round).first().user
    assert get(client, member, reverse("reviews:sensitivity", args=[round.pk])).status_code == 403
    auditor = factories.user(Role.AUDITOR)
    assert get(client, auditor, reverse("reviews:sensitivity", args=[round.pk])).status_code == 200


def reckoned(found: Work) -> Work:
    works.do(found.pk, now=lambda: NOON)
    found.refresh_from_db()
    return found


@pytest.fixture
def large(scored, monkeypatch):
    """The same round, as if so many scores were too many to reckon at once."""
    round, proposals = scored
    monkeypatch.setattr(
        sensitivity_views, "AT_ONCE", 11
    )  # two sheets of three members, two criteria
    return round, proposals


def test_large_round_is_reckoned_by_a_worker_and_says_the_same(client, large, office, monkeypatch):
    round, _proposals = large
    address = reverse("reviews:sensitivity", args=[round.pk])
    assert "This round has 12 scores" in text_of(get(client, office, address))

    answer = post(client, office, reverse("reviews:sensitivity-reckon", args=[round.pk]))
    asked = Work.objects.get()
    assert answer.url == reverse("casework:work", args=[asked.pk])
    assert get(client, office, address).url == answer.url
    assert str(round) in text_of(get(client, office, answer.url))
    assert reckoned(asked).state == "done"

    assert address in get(client, office, answer.url).content.decode()
    said = text_of(get(client, office, address))
    monkeypatch.setattr(sensitivity_views, "AT_ONCE", 12)
    assert said == text_of(get(client, office, address))
    assert "The outcome depends on" in said


def test_result_that_rests_on_other_figures_is_not_shown(client, large, office):
    round, _proposals = large
    ask = reverse("reviews:sensitivity-reckon", args=[round.pk])
    post(client, office, ask)
    old = reckoned(Work.objects.get())

    Round.objects.filter(pk=round.pk).update(budget_yen=99_999)
    said = text_of(get(client, office, reverse("reviews:sensitivity", args=[round.pk])))
    assert "The outcome depends on" not in said and "This round has 12 scores" in said
    post(client, office, ask)
    new = Work.objects.exclude(pk=old.pk).get()
    Round.objects.filter(pk=round.pk).update(budget_yen=99_998)
    assert reckoned(new).state == Work.State.FAILED
    assert new.refusal and new.result is None


def test_refused_work_is_asked_for_again_when_the_figures_are_again_what_they_were(
    client, large, office
):
    round, _proposals = large
    ask = reverse("reviews:sensitivity-reckon", args=[round.pk])
    post(client, office, ask)
    Round.objects.filter(pk=round.pk).update(budget_yen=99_999)
    refused = reckoned(Work.objects.get())
    Round.objects.filter(pk=round.pk).update(budget_yen=100_000)
    address = reverse("reviews:sensitivity", args=[round.pk])
    assert refused.refusal
    assert ask in get(client, office, address).content.decode()
    post(client, office, ask)
    assert reckoned(refused).state == "done"
    assert "The outcome depends on" in text_of(get(client, office, address))


def test_whoever_must_not_meet_one_proposal_neither_asks_for_the_work_nor_sees_it(
    client, large, office
):
    round, (first, _second) = large
    ask = reverse("reviews:sensitivity-reckon", args=[round.pk])
    post(client, office, ask)
    done = reckoned(Work.objects.get())
    Access.objects.create(case_id=first.pk, user=office, barred=True, reason="conflict")

    assert post(client, office, ask).status_code == 403
    assert get(client, office, reverse("casework:work", args=[done.pk])).status_code == 404
    said = text_of(get(client, office, reverse("reviews:sensitivity", args=[round.pk])))
    assert "a colleague reads them" in said
    approver = factories.user(Role.APPROVER)
    assert list(Work.objects.visible_to(approver)) == [done]
    assert not Work.objects.visible_to(factories.user(Role.PANEL)).exists()


def test_work_is_hidden_from_whoever_must_not_meet_what_binds_the_budget(client, large, office):
    round, (first, second) = large
    post(client, office, reverse("reviews:sensitivity-reckon", args=[round.pk]))
    asked = Work.objects.get()
    outcomes = [
        Outcome(one, verb, 80_000, departure="合議による")
        for one, verb in ((first, "select"), (second, "decline"))
    ]
    approve(draft_decision(round, outcomes=outcomes, by=office, at=NOON))
    refer(round, office)
    approver = factories.user(Role.APPROVER)
    assert list(Work.objects.visible_to(approver)) == [asked]
    Access.objects.create(case_id=first.pk, user=approver, barred=True, reason="conflict")
    assert not Work.objects.visible_to(approver).exists()


def test_page_says_without_whom_the_order_cannot_be_told(client, scored, office):
    round, (_first, second) = scored
    type(round.rubric).objects.filter(pk=round.rubric.pk).update(quorum=3)
    third = refer(round, office)
    for seat, points in zip(PanelSeat.objects.filter(round=round), [5, 5, 5], strict=True):
        fill(seat.sheets.get(proposal=third), points, 1)
    said = text_of(get(client, office, reverse("reviews:sensitivity", args=[round.pk])))
    assert "the order cannot be told, because 3 proposals would have too few sheets" in said
