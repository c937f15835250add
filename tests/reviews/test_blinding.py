"""In a blind round a member learns nowhere who applies: every door is tried, with every planted row."""

from collections.abc import Iterator
from itertools import product
from types import SimpleNamespace

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse

from accounts.models import Officer, Role
from accounts.services.tokens import digest
from casework import files
from casework.models import CalendarFeed, Notice, StoredFile
from casework.services import advance
from grants.models import Proposal
from reviews.models import Conflict, ScoreSheet
from tests import factories
from tests.doors import doors
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text
from tests.reviews.conftest import fill

pytestmark = pytest.mark.django_db

#: What must not be read: who applies, in every field that is made for it.
PLANTED = {
    "name": "ヒミツノモリ保存会",
    "name_kana": "ひみつのもりほぞんかい",
    "corporate_number": "1234567890123",
    "address": "架空市秘密町7-7-7",
    "phone": "0467-00-7777",
    "email": "himitsu@group.example.jp",
    "website": "https://himitsu.example.jp/",
    "officer": "秘密野 花子",
    "person": "秘密川 次郎",
    "login": "jiro.himitsu@example.jp",
}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(scope="module", params=[True, False], ids=["blind", "open"])
def world(request, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator:
    """A round with two members and one proposal, scored and still in selection; tests only read it."""
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOON, tick=False):
        with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("uploads")):
            yield play(blind=request.param)
        transaction.set_rollback(True)


def play(*, blind: bool) -> SimpleNamespace:
    factories.sender()
    office = factories.anyone(Role.OFFICE)
    round = factories.call(seats=0)
    seats = factories.panel(round, seats=2, blind=blind)
    proposal = filed(round, office)
    member = seats[0].user.act_on(TODAY)
    CalendarFeed.objects.create(user=member, token_digest=digest("feed"), made_at=NOON)
    sheet = ScoreSheet.objects.get(proposal=proposal, seat=seats[0])
    fill(ScoreSheet.objects.get(proposal=proposal, seat=seats[1]), 7, 3, comment="他人の講評")
    return SimpleNamespace(
        blind=blind, office=office, round=round, seats=seats, proposal=proposal, member=member,
        sheet=sheet, file=proposal.files.get(), letters=list(proposal.letters.all()),
    )  # fmt: skip


def filed(round, office) -> Proposal:
    kept = ("name", "name_kana", "corporate_number", "address", "phone", "email", "website")
    group = factories.organization(**{field: PLANTED[field] for field in kept})
    Officer.objects.create(
        organization=group, name=PLANTED["officer"], post="代表", is_representative=True
    )
    by = factories.member(group, name=PLANTED["person"], email=PLANTED["login"])
    proposal = factories.draft(round=round, by=by)
    upload = SimpleUploadedFile("計画.pdf", PDF, "application/pdf")
    files.store(proposal, upload, label="計画", by=by, at=NOON)
    proposal = advance(Proposal.objects.get(pk=proposal.pk), "submit", by=by, at=NOON)
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    return proposal


def knocked(world) -> Iterator[str]:
    """Every address of a door that is read, with each planted row in the place of its argument."""
    notice = Notice.objects.filter(recipient=world.member).earliest("pk")
    rows = (world.proposal, world.sheet, world.round, world.proposal.organization, notice)
    things = {
        "pk": sorted({row.pk for row in rows}), "number": [1], "token": ["feed"],
        "key": [world.file.key, *(letter.key for letter in world.letters)],
    }  # fmt: skip
    given = set()
    for row in doors.TABLE.rows():
        pairs = dict(doors._pairs(row))
        if row["method"] != "GET" or any(name.isupper() for name in pairs):
            continue
        for values in product(*(things.get(name, [value]) for name, value in pairs.items())):
            try:
                address = reverse(row["door"], kwargs=dict(zip(pairs, values, strict=True)))
            except NoReverseMatch:
                continue  # an argument of another part of the program
            if address not in given:
                given.add(address)
                yield address


def said_in(answer) -> str:
    """Return the words of an answer, also those of a PDF."""
    if answer["Content-Type"].startswith("application/pdf"):
        return pdf_text(answer.body)
    return answer.body.decode(errors="replace")


def read_by(person, addresses) -> dict[str, set[str]]:
    """Return what of the planted each address tells ``person``, where it tells something."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    found = {}
    with doors.in_silence(), doors.short_refusals():
        for address in sorted(set(addresses)):
            answer = doors.ask(client, "GET", address)
            if answer.status_code == 200 and (told := told_in(said_in(answer))):
                found[address] = told
    return found


def told_in(words: str) -> set[str]:
    solid = words.replace(" ", "")  # as the text of a PDF comes
    return {field for field, planted in PLANTED.items() if planted.replace(" ", "") in solid}


def test_no_door_tells_a_member_of_a_blind_round_who_applies(world):
    found = read_by(world.member, knocked(world))
    page = reverse("casework:case", args=[world.proposal.pk])
    if world.blind:
        assert found == {}
    else:  # so that the walk can fail: the very same doors tell it
        of_case = [told for address, told in found.items() if address.startswith(page)]
        assert {"name", "person"} <= set().union(*of_case)
        assert {name for told in found.values() for name in told} >= {"name", "person"}
        assert len(found) >= 4


def test_search_and_filter_do_not_find_by_the_hidden_name(world):
    client = Client()
    client.force_login(world.member)
    page = client.get(reverse("casework:cases"), {"q": "ヒミツノモリ"}).content.decode()
    assert (world.proposal.title in page) is not world.blind
    titles = client.get(reverse("casework:cases"), {"q": world.proposal.title}).content.decode()
    assert str(world.sheet.number or world.sheet.title) in titles


def test_mails_and_notices_to_a_member_do_not_name_the_group(world):
    sent = Notice.objects.filter(recipient__in=[seat.user for seat in world.seats])
    assert sent.filter(kind="your_turn").exists()
    assert told_in("".join(f"{n.subject}{n.body}" for n in sent)) == set()


def test_member_of_a_blind_round_reads_what_was_filed_and_its_files_by_the_sheet(world):
    client = Client()
    client.force_login(world.member)
    for address in (
        reverse("reviews:sheet", args=[world.sheet.pk]),
        reverse("casework:case-part", args=[world.sheet.pk, "content"]),
    ):
        page = client.get(address, headers={"accept-language": "en"}).content.decode()
        assert "活動の場をつくる" in page and "計画.pdf" in page
        assert ("Names are hidden in this round" in page) is world.blind
    door = "reviews:sheet-file" if world.blind else "casework:file"
    address = reverse(door, args=[world.sheet.pk, world.file.key][not world.blind :])
    assert address in page
    assert doors.ask(client, "GET", address).body == PDF
    at_the_case = doors.ask(client, "GET", reverse("casework:file", args=[world.file.key]))
    assert (at_the_case.status_code == 404) is world.blind


def test_file_of_a_sheet_is_for_its_member_alone(world):
    address = reverse("reviews:sheet-file", args=[world.sheet.pk, world.file.key])
    wanted = {
        world.seats[1].user: 404,
        world.office: 403,
        world.proposal.organization.members.get(): 404,
    }
    for person, status in wanted.items():
        client = Client()
        client.force_login(person)
        assert doors.ask(client, "GET", address).status_code == status


def test_file_that_waits_for_the_scanner_is_closed_at_the_sheet_too(world):
    client = Client()
    client.force_login(world.member)
    with doors.rolled_back():
        StoredFile.objects.filter(pk=world.file.pk).update(scan=StoredFile.Scan.WAITING)
        sent = doors.ask(
            client, "GET", reverse("reviews:sheet-file", args=[world.sheet.pk, world.file.key])
        )
        page = client.get(reverse("reviews:sheet", args=[world.sheet.pk])).content.decode()

    assert sent.status_code == 409 and PDF not in sent.body
    assert told_in(sent.body.decode()) == set() or not world.blind
    assert "計画.pdf" in page and str(world.file.key) not in page


def test_member_who_recognises_the_group_declares_it_and_meets_the_sheet_nowhere(world):
    client = Client()
    client.force_login(world.member)
    with doors.rolled_back():
        address = reverse("reviews:sheet-conflict", args=[world.sheet.pk])
        assert client.get(address).status_code == 200
        assert client.post(address, {"kind": "member", "note": ""}).status_code == 302
        assert Conflict.objects.get().declared_by_self
        for door in ("reviews:sheet", "casework:case"):
            assert client.get(reverse(door, args=[world.sheet.pk])).status_code == 404
        sent = client.get(reverse("reviews:sheet-file", args=[world.sheet.pk, world.file.key]))
        assert sent.status_code == 404


def test_withdrawal_does_not_name_who_withdrew_on_the_sheet(world):
    with doors.rolled_back():
        by = world.proposal.organization.members.get()
        advance(world.proposal, "withdraw", by=by, at=NOON)
        sheet = ScoreSheet.objects.get(pk=world.sheet.pk)
        assert sheet.state == "withdrawn"
        said = sheet.events.order_by("-pk").first().by
        assert said.name == "団体" if world.blind else said == by
        found = read_by(world.member, [reverse("casework:case-part", args=[sheet.pk, "records"])])
        assert (found == {}) is world.blind


def test_office_sees_who_applies_in_a_blind_round(world):
    found = read_by(world.office, [reverse("reviews:selection", args=[world.round.pk])])
    assert "name" in next(iter(found.values()))


@pytest.mark.parametrize("door", ["case", "sheet", "own", "list", "search", "desk", "feed"])
def test_no_member_reads_the_sheet_of_another(world, door):
    other = ScoreSheet.objects.get(proposal=world.proposal, seat=world.seats[1])
    client = Client()
    client.force_login(world.member)
    closed = {
        "case": reverse("casework:case", args=[other.pk]),
        "sheet": reverse("reviews:sheet", args=[other.pk]),
    }
    if door in closed:
        assert client.get(closed[door]).status_code == 404
        return
    address = {
        "own": reverse("reviews:own-sheets", args=[world.round.pk]),
        "list": reverse("casework:cases"),
        "search": reverse("casework:cases") + "?q=他人の",
        "desk": reverse("casework:panel"),
        "feed": reverse("casework:feed", args=["feed"]),
    }[door]
    words = said_in(doors.ask(client, "GET", address))
    assert f"/{other.pk}/" not in words and "他人の講評" not in words
    assert str(world.seats[1].user) not in words
