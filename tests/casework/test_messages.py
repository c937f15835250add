"""Messages on a case: who writes, who reads, who is told, and that what is written stays."""

from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import MemberRole, Role
from casework import history, messaging, retention, verification
from casework.models import Access, Case, Message, MessageWords, Notice, StoredFile
from casework.parties import Party
from casework.preferences import choose
from grants.models import Proposal
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import filed, group_of
from tests.casework.test_files import PDF
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@remembered
def in_talks() -> Proposal:
    """A filed proposal with a department in charge, which its group shared with the coordinators."""
    proposal = filed()
    Case.objects.filter(pk=proposal.pk).update(department=factories.department())
    Access.objects.create(case=proposal, role=Role.COORDINATOR, reason="shared by the group")
    return Proposal.objects.get(pk=proposal.pk)


def people(case) -> dict:
    """One person of each kind, by a name for the tests."""
    department = factories.user()
    department.duty_set.create(role=Role.DEPARTMENT, department=case.department)
    barred = factories.user(Role.OFFICE)
    Access.objects.create(case=case, user=barred, barred=True, reason="conflict")
    panel = factories.user(Role.PANEL)
    Access.objects.create(case=case, user=panel, reason="seat")
    found = {
        "group": group_of(case),
        "viewer": factories.member(case.organization, MemberRole.VIEWER),
        "office": factories.user(Role.OFFICE),
        "department": department,
        "coordinator": factories.user(Role.COORDINATOR),
        "auditor": factories.user(Role.AUDITOR),
        "barred": barred,
        "panel": panel,
        "approver": factories.user(Role.APPROVER),
        "accounting": factories.user(Role.ACCOUNTING),
        "other department": factories.user(Role.DEPARTMENT),
        "other group": factories.member(factories.organization()),
        "committee": factories.user(Role.COMMITTEE),
        "administrator": factories.user(Role.ADMINISTRATOR),
    }
    return {name: person.act_on(factories.TODAY) for name, person in found.items()}


READ = {"group", "viewer", "office", "department", "coordinator", "auditor"}
WRITE = {"group", "office", "department", "coordinator"}


def write(case, by, text="会場はどこですか。", **kwargs) -> Message:
    kwargs = {"key": uuid4(), "at": NOON, **kwargs}
    return messaging.write(case, text=text, by=by, **kwargs)


def test_each_role_reads_or_does_not_in_rows_and_on_the_page(enter, at_noon):
    case = in_talks()
    message = write(case, group_of(case))
    everyone = people(case)

    rows = {n for n, p in everyone.items() if message in Message.objects.visible_to(p)}
    pages = {
        n: enter(p).get(f"/cases/{case.pk}/messages/").status_code for n, p in everyone.items()
    }

    assert rows == READ == {name for name, status in pages.items() if status == 200}
    assert {pages[n] for n in ("panel", "approver", "accounting")} == {403}
    assert {pages[n] for n in ("barred", "other department", "other group", "committee")} == {404}


def test_each_role_writes_or_is_refused(enter, at_noon):
    case, wrote = in_talks(), set()
    for name, person in people(case).items():
        told = {"key": str(uuid4()), "text": "こんにちは", "asks": ""}
        status = enter(person).post(f"/cases/{case.pk}/messages/", told).status_code
        wrote |= {name} if status == 302 else set()

    assert wrote == WRITE
    parties = set(case.messages.values_list("party", flat=True))
    assert parties == {"organization", "office", "department", "coordinator"}


def test_service_refuses_whoever_has_no_part():
    case = in_talks()
    refused = {name: p for name, p in people(case).items() if name not in WRITE}

    for person in refused.values():
        with pytest.raises(PermissionDenied):
            write(case, person)
    assert not case.messages.exists()


def test_note_is_read_by_the_office_and_the_auditor_alone_and_tells_nobody():
    case = in_talks()
    everyone = people(case)
    told = Notice.objects.count()

    note = write(case, everyone["office"], for_office=True)

    seen = {n for n, p in everyone.items() if note in Message.objects.visible_to(p)}
    assert seen == {"office", "auditor"}
    assert Notice.objects.count() == told
    with pytest.raises(PermissionDenied):
        write(case, everyone["group"], for_office=True)
    with pytest.raises(PermissionDenied):
        write(case, everyone["office"], for_office=True, asks=Party.ORGANIZATION)


def test_what_was_written_on_a_draft_stays_with_group_and_coordinator():
    draft = factories.draft()
    Access.objects.create(case=draft, role=Role.COORDINATOR, reason="shared by the group")
    write(draft, group_of(draft), text="相談です", asks=Party.COORDINATOR)
    Case.objects.filter(pk=draft.pk).update(filed_at=NOON)

    everyone = [factories.user(role) for role in (Role.OFFICE, Role.AUDITOR, Role.COORDINATOR)]

    assert [draft.messages.visible_to(p).count() for p in everyone] == [0, 0, 1]
    assert not Notice.objects.filter(recipient=everyone[0]).exists()


def test_others_with_a_part_are_told_and_the_one_who_is_asked_is_told_so():
    case = in_talks()
    everyone = people(case)
    Notice.objects.all().delete()

    message = write(case, everyone["department"], asks=Party.ORGANIZATION)

    told = {n.recipient: n for n in Notice.objects.filter(kind="message_received")}
    assert everyone["group"] in told and everyone["coordinator"] in told
    assert everyone["office"] in told
    assert not told.keys() & {everyone[n] for n in ("department", "panel", "barred", "viewer")}
    assert told[everyone["group"]].subject == f"返事をお願いします: {case.title}"
    assert told[everyone["office"]].subject == f"メッセージが届きました: {case.title}"
    assert {n.path for n in told.values()} == {f"/cases/{case.pk}/messages/"}
    assert all(message.text not in n.body for n in told.values())


def test_notice_waits_for_the_digest_of_whoever_wants_that():
    case = in_talks()
    choose(group_of(case), {"messages": "digest"})

    write(case, factories.user(Role.OFFICE))

    notice = Notice.objects.get(kind="message_received", recipient=group_of(case))
    assert (notice.state, notice.held_for) == ("held", "digest")


def test_question_waits_until_its_party_has_written():
    case = in_talks()
    everyone = people(case)
    asked = write(case, everyone["office"], asks=Party.ORGANIZATION)
    write(case, everyone["coordinator"], text="私も知りたいです")
    assert list(case.messages.unanswered()) == [asked]

    write(case, everyone["group"], text="公民館です")

    assert not case.messages.unanswered().exists()


def test_message_asks_only_another_party_that_has_a_part():
    case = filed()
    with pytest.raises(PermissionDenied):
        write(case, group_of(case), asks=Party.DEPARTMENT)
    with pytest.raises(PermissionDenied):
        write(case, group_of(case), asks=Party.ORGANIZATION)
    assert not case.messages.exists()


def test_message_sent_twice_is_one():
    case, key = in_talks(), UUID(int=7)

    assert write(case, group_of(case), key=key) == write(case, group_of(case), key=key)
    assert Notice.objects.filter(key__startswith="message-").count() <= 3


@pytest.mark.parametrize("act", ["update", "delete"])
def test_database_refuses_to_change_a_message(act):
    message = write(in_talks(), factories.user(Role.OFFICE))
    rows = Message.objects.filter(pk=message.pk)

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(party="organization") if act == "update" else rows._raw_delete("default")
    assert rows.get().party == "office"


def test_database_refuses_a_note_of_a_group():
    case = in_talks()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(
            case=case, party="organization", for_office=True, digest="", by=group_of(case), at=NOON
        )
    assert not case.messages.exists()


def test_changed_words_are_found():
    message = write(in_talks(), factories.user(Role.OFFICE))
    before = list(verification.faults())

    MessageWords.objects.filter(message=message).update(text="別の言葉")

    (fault,) = (f for f in verification.faults() if f not in before)
    assert fault.case == message.case_id
    assert message.digest != history.digest_of(["", "別の言葉"])


def test_opening_the_page_marks_what_was_read_and_its_notice(enter, at_noon):
    case = in_talks()
    group = group_of(case)
    message = write(case, factories.user(Role.OFFICE), asks=Party.ORGANIZATION)
    assert message in case.messages.unread_by(group)
    desk = enter(group).get("/my/").content.decode()

    page = enter(group).get(f"/cases/{case.pk}/messages/").content.decode()

    assert "You are asked to answer" in desk
    assert "会場はどこですか。" in page and "Waits for an answer from: Organization" in page
    assert not case.messages.unread_by(group).exists()
    assert Notice.objects.get(kind="message_received", recipient=group).read_at == NOON
    assert "You are asked to answer" in enter(group).get("/my/").content.decode()


def test_desk_shows_a_clerk_no_news_of_the_cases_of_another(enter, at_noon):
    case, clerk = in_talks(), factories.user(Role.OFFICE)
    Case.objects.filter(pk=case.pk).update(clerk=clerk)
    write(case, group_of(case))

    assert "messages/" in enter(clerk).get("/office/").content.decode()
    assert "messages/" not in enter(factories.user(Role.OFFICE)).get("/office/").content.decode()


def test_case_page_shows_the_newest_to_who_has_a_part_and_nothing_to_the_panel(enter, at_noon):
    case = in_talks()
    write(case, group_of(case))
    everyone = people(case)

    def shows(name):
        return "会場はどこですか。" in whole_page(enter(everyone[name]), case)

    assert {name for name in ("office", "department", "panel", "approver") if shows(name)} == {
        "office", "department",
    }  # fmt: skip


def test_file_of_a_message_is_read_with_it_and_belongs_to_no_version(
    settings, tmp_path, enter, at_noon
):
    settings.MEDIA_ROOT = tmp_path
    case = in_talks()
    everyone = people(case)

    write(case, everyone["office"], uploads=[SimpleUploadedFile("地図.pdf", PDF)])

    stored = StoredFile.objects.get()
    seen = {n for n, p in everyone.items() if stored in StoredFile.objects.visible_to(p)}
    assert seen == READ
    assert not case.files.standing().exists()
    download = enter(everyone["group"]).get(f"/files/{stored.key}/")
    assert b"".join(download.streaming_content) == PDF
    assert enter(everyone["panel"]).get(f"/files/{stored.key}/").status_code == 404


def test_every_party_sends_a_file_whosever_turn_it_is(settings, tmp_path, enter, at_noon):
    """A question of the office is answered with a paper although the case waits for the office."""
    settings.MEDIA_ROOT = tmp_path
    case = in_talks()
    everyone = people(case)
    assert case.stage.holders == (Party.OFFICE,)

    for name in sorted(WRITE):
        upload = SimpleUploadedFile(f"{name}.pdf", PDF)
        told = {"key": str(uuid4()), "text": "図面です。", "file": upload}
        assert enter(everyone[name]).post(f"/cases/{case.pk}/messages/", told).status_code == 302

    sent = StoredFile.objects.filter(attachment__isnull=False)
    assert set(sent.values_list("name", flat=True)) == {f"{name}.pdf" for name in WRITE}
    assert not case.files.standing().exists()
    assert list(verification.faults()) == []


def test_no_file_comes_with_a_message_on_a_case_that_is_closed(settings, tmp_path, enter, at_noon):
    settings.MEDIA_ROOT = tmp_path
    case = in_talks()
    Case.objects.filter(pk=case.pk).update(closed_at=NOON)
    group = group_of(case)

    page = enter(group).get(f"/cases/{case.pk}/messages/").content.decode()
    assert "<textarea" in page and 'type="file"' not in page
    with pytest.raises(PermissionDenied):
        write(
            Proposal.objects.get(), group.act_on(factories.TODAY),
            uploads=[SimpleUploadedFile("地図.pdf", PDF)],
        )  # fmt: skip


def test_form_says_in_words_what_is_wrong(enter, at_noon):
    case = in_talks()
    office = enter(factories.user(Role.OFFICE))
    told = {"key": str(uuid4()), "text": "", "asks": "organization", "for_office": "on"}

    page = office.post(f"/cases/{case.pk}/messages/", told)

    assert page.status_code == 422
    assert "nobody can answer it" in page.content.decode()


def test_draft_that_nobody_else_reads_offers_no_form(enter, at_noon):
    draft = factories.draft()

    page = enter(group_of(draft)).get(f"/cases/{draft.pk}/messages/").content.decode()

    assert "Nobody else reads here yet" in page and "<textarea" not in page


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_the_database_as_often_for_three_messages_as_for_one(
    enter, at_noon, django_assert_max_num_queries, number
):
    case, office = in_talks(), factories.user(Role.OFFICE)
    for _time in range(number):
        write(case, group_of(case))
    client = enter(office)

    with django_assert_max_num_queries(23):
        page = client.get(f"/cases/{case.pk}/messages/")

    assert page.content.decode().count("<blockquote>") == number


def test_words_are_destroyed_once_the_case_is_over_long_enough():
    case = in_talks()
    message = write(case, group_of(case))
    kept = retention.classes()["messages"]
    Case.objects.filter(pk=case.pk).update(closed_at=NOON)

    rows = kept.due(factories.TODAY.replace(year=2040))
    kept.destroy(rows, by=factories.user(Role.OFFICE), at=NOON)

    assert Message.objects.get(pk=message.pk).text is None
