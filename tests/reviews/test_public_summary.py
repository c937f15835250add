"""The result of a selection for the public: published by the office, told by frozen decisions alone."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import Organization, Role
from casework.models import Access, Case, LetterToNumber
from casework.services import advance
from grants.models import Proposal, Round
from reviews import corrections, public_summary, verifying
from reviews.models import DecisionSnapshot, Publication, Rubric
from tests import factories
from tests.factories import NOON, TODAY
from tests.reviews.conftest import approve, draft, fill

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=3)


@pytest.fixture
def decided(scored):
    """The first is selected, the second is not; both bear names of their own."""
    for n, proposal in enumerate(scored.proposals):
        Case.objects.filter(pk=proposal.pk).update(title=f"事業{n}番")
        Organization.objects.filter(pk=proposal.organization_id).update(name=f"団体{n}番")
    Round.objects.filter(pk=scored.round.pk).update(budget_yen=100_000)
    scored.proposals = list(Proposal.objects.order_by("pk"))
    scored.approval = draft(scored, "select", "decline")
    scored.snapshot = DecisionSnapshot.objects.get()
    return scored


def publish(scene, snapshot=None, *, at=NOON):
    return public_summary.publish(snapshot or scene.snapshot, by=scene.office, at=at)


def page_of(client, scene) -> str:
    client.logout()
    with time_machine.travel(LATER, tick=False):
        page = client.get(
            reverse("grants:call", args=[scene.round.pk]), headers={"accept-language": "en"}
        )
    (result,) = re.findall(
        r'<section class="panel" id="result">.*?</section>', page.text, re.S
    ) or [""]
    return " ".join(re.sub(r"<[^>]+>", " ", result).split())


def test_public_reads_the_frozen_result_whatever_the_rows_say_later(client, decided):
    with pytest.raises(ValidationError, match="承認|approved"):
        publish(decided)
    approve(decided.approval)
    assert page_of(client, decided) == ""
    with pytest.raises(PermissionDenied):
        public_summary.publish(decided.snapshot, by=decided.seats[0].user, at=NOON)
    publish(decided)
    with pytest.raises(ValidationError):
        publish(decided)

    said = page_of(client, decided)
    for words in (
        "judged 2 Selected 1 Reserve 0 Not selected 1", "事業0番 団体0番 ¥80,000", "¥100,000",
        "Mean of the sheets", "Published on",
    ):  # fmt: skip
        assert words in said, words
    hidden = ["事業1番", "団体1番", "12.5", "Corrected", *(s.user.name for s in decided.seats)]
    assert not [words for words in hidden if words in said]
    assert list(verifying.faults(decided.snapshot)) == []

    first = decided.proposals[0]
    Case.objects.filter(pk=first.pk).update(title="別の名前")
    Organization.objects.filter(pk=first.organization_id).update(name="別の団体")
    Proposal.objects.filter(pk=first.pk).update(assessed_yen=1)
    Rubric.objects.update(aggregation="median", recused_counts="left_out", pass_mark=9)
    Round.objects.filter(pk=decided.round.pk).update(budget_yen=1)
    assert page_of(client, decided) == said


def test_correction_takes_the_place_of_what_was_published(client, decided):
    approve(decided.approval)
    publish(decided)
    again = corrections.draft_reconsideration(
        decided.snapshot, reason="写し誤り", by=decided.office, at=NOON
    )
    approve(again)
    assert "is being selected anew" in page_of(client, decided)
    sheet = advance(decided.sheet(1, 0), "reopen", by=decided.office, at=NOON, reason="写し誤り")
    fill(sheet, 10, 5)
    Round.objects.filter(pk=decided.round.pk).update(budget_yen=140_000)
    approve(draft(decided, "select", "select", correction_reason="写し誤り"))
    assert "団体1番" not in page_of(client, decided)

    new = DecisionSnapshot.objects.get(corrects=decided.snapshot)
    publish(decided, new, at=LATER)
    said = page_of(client, decided)
    assert "judged 2 Selected 2" in said and "事業1番 団体1番" in said and "Corrected on" in said
    assert "anew" not in said
    assert [*verifying.faults(new), *verifying.faults(decided.snapshot)] == []


def test_result_waits_for_its_letters_and_is_that_of_what_counts(decided):
    approve(decided.approval)
    waiting = LetterToNumber.objects.create(
        case=decided.proposals[1], kind="declined", content={}, at=NOON
    )
    with pytest.raises(ValidationError, match=decided.proposals[1].number):
        publish(decided)
    waiting.delete()
    approve(
        corrections.draft_reconsideration(
            decided.snapshot, reason="写し誤り", by=decided.office, at=NOON
        )
    )
    with pytest.raises(ValidationError, match="taken up again"):
        publish(decided)
    assert not Publication.objects.exists()


def test_office_publishes_by_a_button_and_whoever_must_not_meet_a_case_does_not(client, decided):
    approve(decided.approval)
    round, address = decided.round, reverse("reviews:publish", args=[decided.snapshot.pk])
    with time_machine.travel(NOON, tick=False):
        barred = factories.user(Role.OFFICE)
        Access.objects.create(
            case=decided.proposals[0], user=barred, barred=True, reason="conflict"
        )
        client.force_login(barred)
        assert client.get(address).status_code == client.post(address).status_code == 403
        selection = reverse("reviews:selection", args=[round.pk])
        assert address not in client.get(selection).text

        client.force_login(decided.office)
        assert address in client.get(selection).text
        assert client.get(address).status_code == 200 and not Publication.objects.exists()
        assert client.post(address).status_code == 302
        assert client.post(address).status_code == 422
        assert address not in client.get(selection).text
    events = decided.proposals[0].events.filter(verb="publish_result")
    assert Publication.objects.get().by == events.get().by == decided.office


def test_published_result_that_the_history_does_not_tell_is_named(decided):
    approve(decided.approval)
    Publication.objects.create(snapshot=decided.snapshot, by=decided.office, published_at=NOON)
    (fault,) = verifying.faults(decided.snapshot)
    assert str(decided.proposals[0].pk) in fault


def test_what_was_withdrawn_after_it_was_taken_up_is_told_no_more(client, decided):
    approve(decided.approval)
    publish(decided)
    approve(
        corrections.draft_reconsideration(
            decided.snapshot, reason="写し誤り", by=decided.office, at=NOON
        )
    )
    first = decided.proposals[0]
    writer = first.organization.members.first().act_on(TODAY)
    advance(first, "withdraw", by=writer, at=NOON)
    said = page_of(client, decided)
    assert "judged 1 Selected 0 Reserve 0 Not selected 1" in said and "anew" in said
    assert "事業0番" not in said

    decided.proposals = decided.proposals[1:]
    approve(draft(decided, "decline", correction_reason="写し誤り"))
    publish(decided, DecisionSnapshot.objects.get(corrects=decided.snapshot), at=LATER)
    said = page_of(client, decided)
    assert "judged 1 Selected 0" in said and "Corrected on" in said
    assert "anew" not in said and "事業0番" not in said
