"""Whoever has a conflict of interest meets the case nowhere: each door by itself."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Membership, Role
from casework import files, outbox
from casework.models import Case, Notice
from casework.services import advance
from reviews import services
from reviews.decisions import Outcome, draft_decision
from tests import factories
from tests.factories import NOON, TODAY
from tests.reviews.conftest import fill

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TITLE = "川辺の秘密の花壇"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def met(scene, settings, tmp_path):
    """The first member has met a proposal with a file, a letter and a notice."""
    settings.MEDIA_ROOT = tmp_path
    proposal = factories.draft(round=scene.round, asks=70_000)
    Case.objects.filter(pk=proposal.pk).update(title=TITLE)
    group = proposal.organization.members.get()
    upload = SimpleUploadedFile("plan.pdf", PDF, "application/pdf")
    scene.file = files.store(proposal, upload, label="計画", by=group, at=NOON)
    proposal = advance(proposal.__class__.objects.get(pk=proposal.pk), "submit", by=group, at=NOON)
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=scene.office, at=NOON)
    scene.proposals.append(proposal)
    scene.member = scene.seats[0].user.act_on(TODAY)
    Notice.objects.update(state=Notice.State.SENT, sent_at=NOON)
    for p in range(3):
        for seat in range(2):
            fill(scene.sheet(p, seat), 5, 5)
    approval = draft_decision(
        scene.round, outcomes=[Outcome(p, "decline", departure="合議による") for p in scene.proposals], by=scene.office,
        at=NOON,
    )  # fmt: skip
    advance(approval, "approve", by=factories.user(Role.APPROVER), at=NOON, decided_on=TODAY)
    return scene


def declare(scene):
    services.declare_conflict(
        seat=scene.seats[0], proposal=scene.proposals[2], kind="officer", by=scene.office, at=NOON
    )


def doors(scene) -> dict[str, str]:
    proposal, sheet = scene.proposals[2], scene.sheet(2, 0)
    letter = proposal.letters.get()
    notice = Notice.objects.get(recipient=scene.member, case=sheet, kind="your_turn")
    return {
        "page": reverse("casework:case", args=[proposal.pk]),
        "sheet": reverse("casework:case", args=[sheet.pk]),
        "file": reverse("casework:file", args=[scene.file.key]),
        "letter": reverse("casework:letter", args=[letter.key]),
        "notice": reverse("casework:notice", args=[notice.pk]),
    }


LISTS = {
    "list": lambda: reverse("casework:cases"),
    "search": lambda: reverse("casework:cases") + f"?q={TITLE[:4]}",
    "desk": lambda: reverse("casework:panel"),
    "mailbox": lambda: reverse("casework:mailbox"),
    "home": lambda: "/my/",
}


@pytest.mark.parametrize("door", ["page", "sheet", "file", "letter", "notice"])
def test_direct_address_answers_before_and_is_not_found_after(client, met, door):
    client.force_login(met.member)
    address = doors(met)[door]
    page = client.get(address)
    page.close()  # a download keeps its file open until then
    assert page.status_code == 200
    declare(met)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("door", ["sheet", "conflict", "move", "upload"])
def test_forms_of_the_case_are_not_found_either(client, met, door):
    declare(met)
    client.force_login(met.member)
    sheet, proposal = met.sheet(2, 0).pk, met.proposals[2].pk
    address = {
        "sheet": reverse("reviews:sheet", args=[sheet]),
        "conflict": reverse("reviews:sheet-conflict", args=[sheet]),
        "move": reverse("casework:move", args=[sheet, "submit"]),
        "upload": reverse("casework:upload", args=[proposal]),
    }[door]
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("place", LISTS)
def test_lists_do_not_name_the_case(client, met, place):
    client.force_login(met.member)
    declare(met)
    page = client.get(LISTS[place]())
    assert page.status_code == 200
    words = page.content.decode().replace(f'value="{TITLE[:4]}"', "")
    assert TITLE not in words
    assert str(met.proposals[2].number) not in words


@pytest.mark.parametrize("place", ["list", "search", "mailbox"])
def test_lists_named_the_case_before(client, met, place):
    client.force_login(met.member)
    assert TITLE in client.get(LISTS[place]()).content.decode()


def test_counts_leave_the_case_out(met):
    seen = Case.objects.visible_to(met.member)
    notices = Notice.objects.addressed_to(met.member)
    before = seen.count(), notices.count(), Notice.objects.visible_to(met.member).count()
    declare(met)
    after = seen.count(), notices.count(), Notice.objects.visible_to(met.member).count()
    assert [a - b for a, b in zip(after, before, strict=True)] == [-2, -1, -1]


def test_notices_neither_arise_nor_leave(scene):
    member, sheet = scene.seats[0].user, scene.sheet(0, 0)
    waiting = Notice.objects.get(recipient=member, case=sheet)
    assert waiting.state == Notice.State.QUEUED
    services.declare_conflict(
        seat=scene.seats[0], proposal=scene.proposals[0], kind="other", by=scene.office, at=NOON
    )
    waiting.refresh_from_db()
    assert waiting.state == Notice.State.WITHDRAWN
    outbox.tell(scene.proposals[0], "panel", "your_turn", at=NOON, key="again")
    told = Notice.objects.filter(key__startswith="again")
    assert {n.recipient for n in told} == {scene.seats[1].user}


def test_bar_beats_what_another_role_would_open(met):
    """Also for whoever belongs to the group, or to the department in charge."""
    member = met.seats[1].user
    group = met.proposals[2].organization
    Membership.objects.create(user=member, organization=group, role="owner")
    member.__dict__.pop("duties", None)
    assert Case.objects.visible_to(member.act_on(TODAY)).filter(pk=met.proposals[2].pk).exists()
    services.declare_conflict(
        seat=met.seats[1], proposal=met.proposals[2], kind="member", by=member, at=NOON
    )
    assert not Case.objects.visible_to(member).filter(pk=met.proposals[2].pk).exists()


def test_what_waits_for_the_digest_of_a_member_is_taken_back(met):
    waits = outbox.post(
        "case_moved", to=met.member, at=NOON, key="w", case=met.proposals[2], digest=True
    )
    assert waits.held_for == "digest"

    declare(met)

    waits.refresh_from_db()
    assert (waits.state, waits.withdrawn_because) == ("withdrawn", "conflict")
