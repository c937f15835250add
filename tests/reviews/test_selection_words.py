"""What pages of a selection say where somebody could take it for something else."""

import pytest
import time_machine
from django.urls import reverse

from grants.models import Round
from reviews import corrections, meetings
from reviews.chart import NAME, spread
from reviews.models import DecisionSnapshot, Meeting
from reviews.selection import rules_of, standings
from tests import factories
from tests.factories import NOON, TODAY
from tests.reviews.conftest import approve, draft, fill, refer
from tests.reviews.test_views import get, post, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def selection(client, scene) -> str:
    return text_of(get(client, scene.office, reverse("reviews:selection", args=[scene.round.pk])))


def test_page_says_that_a_draft_of_a_correction_waits_and_then_what_comes(client, scored):
    approve(draft(scored, "select", "decline"))
    assert "Correct this decision" in selection(client, scored)
    waiting = corrections.draft_reconsideration(
        DecisionSnapshot.objects.get(), reason="誤記", by=scored.office, at=NOON
    )
    said = selection(client, scored)
    assert "A draft waits to take this decision up again" in said
    assert "Correct this decision" not in said and "No proposal waits" not in said
    approve(waiting)
    assert "Open the sheets that were wrong again" in selection(client, scored)


def test_decision_names_the_proposal_of_a_wrong_amount(client, scored):
    page = post(
        client, scored.office, reverse("reviews:decision", args=[scored.round.pk]),
        {f"p{scored.proposals[1].pk}-assessed_yen": "many"},
    )  # fmt: skip
    assert f"{scored.proposals[1]}: Enter a whole number." in text_of(page)


def test_draft_is_not_offered_before_a_sheet_is_handed_out(client, office):
    round = factories.call(seats=0)
    seats = factories.panel(round, seats=2, assignment="by_hand")
    refer(round, office)
    address = reverse("reviews:selection", args=[round.pk])
    draft_address = reverse("reviews:decision", args=[round.pk])
    page = get(client, office, address)
    assert draft_address not in page.content.decode()
    assert "no score sheet is handed out yet" in text_of(page) and seats


def test_outcome_without_an_assessed_amount_is_not_called_stable(client, office):
    round = factories.call(seats=0)
    seats = factories.panel(round, seats=3, allocation="assessed")
    Round.objects.filter(pk=round.pk).update(budget_yen=1_000_000)
    for points in ((9, 4), (1, 1)):
        proposal = refer(round, office)
        for seat in seats:
            fill(seat.sheets.get(proposal=proposal), *points)
    said = text_of(get(client, office, reverse("reviews:sensitivity", args=[round.pk])))
    assert "Cannot be told: the assessed amount is not entered yet" in said
    official = said.partition("How firm it is")[2]
    assert "Stable" not in official


def test_member_reads_of_a_planned_meeting_and_how_to_change_a_sheet(client, scored):
    meetings.plan(scored.round, held_on=TODAY, place="市役所", by=scored.office, at=NOON)
    member = scored.seats[0].user
    desk = text_of(get(client, member, reverse("casework:panel")))
    assert "A meeting is planned" in desk and "市役所" in desk
    own = get(client, member, reverse("casework:case", args=[scored.sheet(0, 0).pk]))
    assert "ask the office to open it again" in text_of(own)
    Meeting.objects.update(held_on="2020-01-01")
    assert "A meeting is planned" not in text_of(get(client, member, reverse("casework:panel")))


def test_chart_says_that_a_name_goes_on(scored):
    rows = standings(scored.round)
    rows[0].proposal.title = "あ" * 40
    names = [line.label for line in spread(rows, rules_of(scored.round)).lines]
    assert names[0].endswith("…") and len(names[0]) == NAME and not names[1].endswith("…")
