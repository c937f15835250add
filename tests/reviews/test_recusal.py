"""Whoever has a conflict of interest meets the case at no address of the whole program."""

import io
import zipfile
from collections.abc import Iterator
from itertools import product

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts.models import Duty, Officer, Role, User
from casework import files
from casework.models import Approval, ApprovalItem, Case, Deadline, Letter, Notice
from casework.panels import PARTS
from casework.services import advance
from grants.models import Proposal
from reviews import meetings, possible_conflicts, services
from reviews.decisions import Outcome, draft_decision
from reviews.models import AgendaItem, Conflict, Meeting, PossibleConflict, ScoreSheet
from tests import factories
from tests.factories import NOON, TODAY
from tests.reviews.conftest import fill
from tests.reviews.test_conflicts import PDF

pytestmark = pytest.mark.django_db

TITLE = "川辺の秘密の花壇"
GROUP = "花壇をまもる仲間たち"
#: Libraries' own addresses, at which no case can stand.
LIBRARIES = ("account_", "mfa_", "usersessions_", "admin:")
#: What a list is asked for; no answer says one of the words looked for back whole.
QUERIES = ("?q=秘密", "?q=S-2026", "?kind=all&q=秘密", "?kind=score_sheet", "?only=open&page=1")


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def secret(scene, settings, tmp_path) -> Proposal:
    """A proposal with a file, a letter, notices and scores, whose decision is drafted."""
    settings.MEDIA_ROOT = tmp_path
    group = factories.member(factories.organization(name=GROUP))
    proposal = factories.draft(round=scene.round, by=group, asks=70_000)
    Case.objects.filter(pk=proposal.pk).update(title=TITLE)
    upload = SimpleUploadedFile("plan.pdf", PDF, "application/pdf")
    scene.file = files.store(proposal, upload, label="計画", by=group, at=NOON)
    proposal = Proposal.objects.get(pk=proposal.pk)
    for verb, by in (
        ("submit", group), ("send_back", scene.office), ("resubmit", group),
        ("accept", scene.office), ("refer", scene.office),
    ):  # fmt: skip
        proposal = advance(proposal, verb, by=by, at=NOON)
    scene.proposals.append(proposal)
    Notice.objects.update(state=Notice.State.SENT, sent_at=NOON)
    for p, s in product(range(3), range(2)):
        fill(scene.sheet(p, s), 5, 5)
    outcomes = [
        Outcome(p, "decline", reason=f"{p.title}より", departure="合議による")
        for p in scene.proposals
    ]
    draft_decision(scene.round, outcomes=outcomes, by=scene.office, at=NOON)
    _bring_before_the_room(scene, proposal)
    return proposal


def _bring_before_the_room(scene, proposal) -> None:
    """Let the case be discussed in a meeting, with all members there."""
    meeting = meetings.plan(scene.round, held_on=TODAY, by=scene.office, at=NOON)
    meetings.open_meeting(meeting, by=scene.office, at=NOON)
    for seat in scene.seats:
        meetings.arrive(meeting, seat=seat, by=scene.office, at=NOON)
    item = meeting.items.get(proposal=proposal.pk)
    meetings.begin_item(item, by=scene.office, at=NOON)


def recuse(scene, proposal):
    """Take the first member out of the case; return them as they act from then on."""
    services.declare_conflict(
        seat=scene.seats[0], proposal=proposal, kind="officer", by=scene.office, at=NOON
    )
    return scene.seats[0].user


def suspect(scene, proposal):
    """Let a ground be found between the first member and the group; return the member."""
    member = scene.seats[0].user
    Officer.objects.create(organization=proposal.organization, name=member.name, post="会計")
    possible_conflicts.find(scene.round, at=NOON)
    return member


def addresses(things: dict[str, list]) -> Iterator[str]:
    """Return every address of the program with each of ``things`` that fits it."""
    for name, arguments in _patterns(get_resolver()):
        if not name.startswith(LIBRARIES):
            fitting = (things.get(a) or things[f"{name.partition(':')[0]}:{a}"] for a in arguments)
            for values in product(*fitting):
                yield from _address(name, dict(zip(arguments, values, strict=True)))


def _patterns(resolver, prefix: str = "", outer: tuple[str, ...] = ()) -> Iterator[tuple]:
    for pattern in resolver.url_patterns:
        arguments = (*outer, *pattern.pattern.regex.groupindex)
        if hasattr(pattern, "url_patterns"):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _patterns(pattern, inner, arguments)
        else:
            yield f"{prefix}{pattern.name}", arguments


def _address(name: str, arguments: dict) -> Iterator[str]:
    try:
        yield reverse(name, kwargs=arguments)
    except NoReverseMatch:  # of an argument that takes only some words, such as a format
        return


def things_of(scene, proposal) -> dict[str, list]:
    """Return what there is about the case, by the argument (or app and key) that leads to it."""
    group, member = proposal.organization, scene.seats[0].user
    sheet, item = scene.sheet(2, 0), ApprovalItem.objects.get(case=proposal.pk)
    deadlines = Deadline.objects.filter(case=proposal.pk)
    notices = Notice.objects.filter(recipient=member, case=sheet)
    letters = Letter.objects.filter(case=proposal.pk)
    keys = {
        "accounts": [group, member],
        "casework": [proposal, sheet, item, item.approval, notices.last(), deadlines.last()],
        "grants": [proposal, scene.round],
        "reviews": [
            sheet,
            scene.sheet(2, 1),
            scene.round,
            *Conflict.objects.all(),
            *PossibleConflict.objects.all(),
            *Meeting.objects.all(),
            *AgendaItem.objects.all(),
        ],
        "reporting": [proposal],
    }
    return {
        **{f"{app}:pk": sorted({row.pk for row in rows}) for app, rows in keys.items()},
        "guideline:pk": [1],
        "day": ["2026-10-01"],
        "number": [1, proposal.proposal_measures.get().measure.number],
        "edition": ["invented"],
        "name": ["cap_yen"],
        "signature": [1],
        "payment": [1],
        "told": [1],
        "year": [2026],
        "fiscal_year": [2026],
        "before": ["invented"],
        "after": ["invented"],
        "place": [1],
        "item": [1],
        "language": ["ja"],
        "path": ["index.html", "register/index.html", "data/awards.csv", "feed.xml"],
        "size": ["small", "large"],
        "notice_pk": [1],
        "entry": [1],
        "line": [1],
        "verb": ["decline", "submit"],
        "part": [part.code for part in PARTS if part.code],
        "kind": ["scoring", "supplement"],
        "variant": ["ja"],
        "act": ["release"],
        "key": [scene.file.key, letters.get().key],
        "code": ["awards", "measures", "reports", "letter_symbol", "your_turn", "files"],
        "form": ["csv", "json", "pdf", "docx"],
        "document": ["agenda", "comments", "minutes", "score-forms"],
        "token": ["nothing"],
        "officer_pk": [1],
        "member_pk": list(group.membership_set.values_list("pk", flat=True)),
        "invitation_pk": [1],
        "duty_pk": list(member.duty_set.values_list("pk", flat=True)),
    }


def naming(client, addresses, words: set[str]) -> list[str]:
    """Return the addresses whose answer holds one of ``words``."""
    answers = ((place, read(client, place)) for place in addresses)
    return [place for place, answer in answers if any(word in answer for word in words)]


def read(client, address: str) -> str:
    """Return all that an address answers with: its words, where it leads, the text of a table."""
    response = client.get(address)
    body = b"".join(response) if response.streaming else response.content
    response.close()
    if "spreadsheet" in response.headers.get("Content-Type", ""):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body.decode(errors="replace") + response.headers.get("Location", "")


def words_of(proposal) -> set[str]:
    return {TITLE, GROUP, proposal.number}


def places(scene, proposal) -> list[str]:
    return list(dict.fromkeys(addresses(things_of(scene, proposal))))


def test_member_met_the_case_before(client, scene, secret):
    """The walk is no proof unless it finds what is there."""
    member = scene.seats[0].user
    client.force_login(member)
    sheet, notice = scene.sheet(2, 0), Notice.objects.filter(kind="your_turn", case__title=TITLE)
    met_at = {
        reverse("casework:cases"),
        reverse("casework:case", args=[secret.pk]),
        reverse("casework:case", args=[sheet.pk]),
        reverse("casework:mailbox"),
        reverse("casework:notice", args=[notice.get(recipient=member).pk]),
    }

    walked = places(scene, secret)

    assert met_at <= set(walked)
    assert set(naming(client, met_at, words_of(secret))) == met_at


def test_recused_member_meets_the_case_at_no_address(client, scene, secret):
    member = recuse(scene, secret)
    client.force_login(member)
    assert naming(client, places(scene, secret), words_of(secret)) == []


def test_member_who_is_not_answered_for_meets_the_case_at_no_address(client, scene, secret):
    """Neither by an address nor by a query, while a possible conflict waits."""
    client.force_login(suspect(scene, secret))
    asked = [reverse("casework:cases") + query for query in QUERIES]
    assert PossibleConflict.objects.waiting().get().proposal == secret
    assert naming(client, [*places(scene, secret), *asked], words_of(secret)) == []


def test_recused_member_finds_the_case_by_no_query(client, scene, secret):
    member = recuse(scene, secret)
    client.force_login(member)
    lists = [reverse(f"casework:{name}") for name in ("cases", "panel", "mailbox")]
    asked = [place + query for place, query in product([*lists, "/register/"], QUERIES)]
    assert naming(client, asked, words_of(secret)) == []


@pytest.mark.long
def test_recused_member_meets_the_case_in_no_other_role(client, scene, secret):
    """The bar beats what duties given later would open; that the group exists is no secret there."""
    member = recuse(scene, secret)
    others = (Role.OFFICE, Role.APPROVER, Role.AUDITOR, Role.ACCOUNTING, Role.ADMINISTRATOR)
    for role in others:
        Duty.objects.create(user=member, role=role)
    client.force_login(member)
    asked = [reverse("casework:cases") + query for query in QUERIES]
    found = naming(client, [*places(scene, secret), *asked], words_of(secret) - {GROUP})
    assert found == []


def test_sheet_that_is_handed_out_later_is_kept_from_the_recused(scene, secret):
    """It bears the title of the case."""
    member = recuse(scene, scene.proposals[0])
    advance(Approval.objects.get(), "drop", by=scene.office, at=NOON)  # or no seat can be given
    Duty.objects.create(user=member, role=Role.OFFICE)
    seat = services.add_seat(scene.round, user=factories.user(Role.PANEL), by=scene.office, at=NOON)
    fresh = User.objects.get(pk=member.pk).act_on(TODAY)
    theirs = ScoreSheet.objects.visible_to(fresh).filter(seat=seat)
    assert {sheet.proposal for sheet in theirs} == set(scene.proposals[1:])
