"""Files and letters reach whoever may see the case, and nobody else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import MemberRole, Role
from casework.models import Case, Letter, Sender, StoredFile
from casework.services import advance
from tests import factories
from tests.case_pages import part_of, whole_page
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

PDF = b"%PDF-1.7 a plan"


def upload(client, case, content: bytes = PDF, name: str = "計画.pdf", **fields):
    path = reverse("casework:upload", args=[case.pk])
    data = {"file": SimpleUploadedFile(name, content), "label": "事業計画", **fields}
    return client.post(path, data, follow=True)


@pytest.fixture
@remembered
def draft():
    return factories.draft()


def test_group_adds_a_file_and_gets_it_back(enter, draft):
    client = enter(group_of(draft))

    page = upload(client, draft).content.decode()

    stored = StoredFile.objects.get()
    assert "事業計画 (計画.pdf)" in page
    answer = client.get(reverse("casework:file", args=[stored.key]))
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert draft.events.filter(verb="add_file").count() == 1


def test_file_of_another_kind_is_refused_in_words(enter, draft):
    page = upload(enter(group_of(draft)), draft, b"MZ", "run.exe").content.decode()

    assert "Files of this kind are not accepted." in page
    assert not StoredFile.objects.exists()


def test_form_without_a_file_is_a_message(enter, draft):
    answer = enter(group_of(draft)).post(
        reverse("casework:upload", args=[draft.pk]), {}, follow=True
    )

    assert "Choose a file first." in answer.content.decode()


def test_stranger_gets_neither_the_file_nor_a_word_of_it(enter, draft):
    upload(enter(group_of(draft)), draft)
    path = reverse("casework:file", args=[StoredFile.objects.get().key])

    assert enter(factories.user(Role.OFFICE)).get(path).status_code == 404
    assert enter(factories.member(factories.organization())).get(path).status_code == 404
    assert enter().get(path).status_code == 302


def test_who_may_read_may_not_therefore_write(enter, draft):
    viewer = factories.member(draft.organization, MemberRole.VIEWER)

    assert upload(enter(viewer), draft).status_code == 403
    assert upload(enter(factories.user()), draft).status_code == 404


def test_file_is_taken_out_while_the_draft_is_written(enter, draft):
    client = enter(group_of(draft))
    upload(client, draft)
    stored = StoredFile.objects.get()

    client.post(reverse("casework:remove-file", args=[stored.key]))

    assert not StoredFile.objects.standing().exists()
    assert client.get(reverse("casework:file", args=[stored.key])).status_code == 404


def test_file_of_a_filed_case_stays(enter):
    case = factories.draft()
    client = enter(group_of(case))
    upload(client, case)
    stored = StoredFile.objects.get()
    advance(case, "submit", by=group_of(case), at=NOON)

    answer = client.post(reverse("casework:remove-file", args=[stored.key]))

    assert answer.status_code == 403
    assert StoredFile.objects.standing().count() == 1
    assert "Take out" not in whole_page(client, case)


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/my/", "/my/"),
        ("https://elsewhere.example/", "/cases/{pk}/papers/#files"),
        ("//elsewhere.example/", "/cases/{pk}/papers/#files"),
        ("", "/cases/{pk}/papers/#files"),
    ],
)
def test_upload_leads_back_within_this_site_only(enter, draft, wanted, leads_to):
    path = reverse("casework:upload", args=[draft.pk])
    data = {"file": SimpleUploadedFile("a.pdf", PDF), "next": wanted}

    answer = enter(group_of(draft)).post(path, data)

    assert answer.headers["Location"] == leads_to.format(pk=draft.pk)


def test_closed_case_takes_no_more_files_on_its_page(enter):
    case, group = filed(), None
    group = group_of(case)
    enter(group).post(reverse("casework:move", args=[case.pk, "withdraw"]), {"confirm": "on"})
    assert Case.objects.get(pk=case.pk).closed_at

    assert "Add a file" not in whole_page(enter(group), case)


def test_letter_is_read_by_the_group_and_the_city_and_nobody_else(enter):
    factories.sender()
    case = sent_back(filed())
    path = reverse("casework:letter", args=[Letter.objects.get().key])

    for reader in (group_of(case), factories.user(Role.OFFICE), factories.user(Role.AUDITOR)):
        answer = enter(reader).get(path)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
    for stranger in (factories.user(), factories.member(factories.organization())):
        assert enter(stranger).get(path).status_code == 404


# New versions of letters


@pytest.fixture
@remembered
def wrong() -> Letter:
    """A letter that left in the name of somebody who is not the sender."""
    factories.sender()
    letter = sent_back(filed()).letters.get()
    Sender.objects.update(name="正しい 三郎")
    return letter


def reissue_page(letter: Letter) -> str:
    return reverse("casework:letter-reissue", args=[letter.key])


def test_office_is_shown_what_a_new_version_changes(enter, wrong):
    page = enter(factories.user(Role.OFFICE)).get(reissue_page(wrong)).content.decode()

    assert "架空市長 架空 太郎" in page and "架空市長 正しい 三郎" in page


def test_new_version_is_looked_at_first_and_leaves_nothing(enter, wrong):
    data = {"reason": "誤り", "remark": "", "preview": "1"}

    answer = enter(factories.user(Role.OFFICE)).post(reissue_page(wrong), data)

    assert answer.content.startswith(b"%PDF-")
    assert Letter.objects.count() == 1


def test_both_versions_stand_on_the_page_of_the_case(enter, wrong):
    client = enter(factories.user(Role.OFFICE))

    page = client.post(
        reissue_page(wrong), {"reason": "発信者の誤り"}, follow=True
    ).content.decode()

    assert "Replaced by version 2 (発信者の誤り)" in page
    assert "New version of a letter" in part_of(client, wrong.case, "records"), "a line of history"
    new = Letter.objects.get(version=2)
    assert reissue_page(new) in page and reissue_page(wrong) not in page
    group = enter(group_of(wrong.case))
    for letter in (wrong, new):
        path = reverse("casework:letter", args=[letter.key])
        assert client.get(path).content.startswith(b"%PDF-")
        assert group.get(path).content.startswith(b"%PDF-")
    assert "Replaced by version 2" in whole_page(group, wrong.case)


def test_new_version_needs_a_reason(enter, wrong):
    answer = enter(factories.user(Role.OFFICE)).post(reissue_page(wrong), {"reason": ""})

    assert answer.status_code == 422
    assert Letter.objects.count() == 1


def test_letter_that_was_replaced_says_so_in_place_of_the_form(enter, wrong):
    client = enter(factories.user(Role.OFFICE))
    client.post(reissue_page(wrong), {"reason": "誤り"})

    assert "Version 2 has replaced this letter" in client.get(reissue_page(wrong)).content.decode()
    assert client.post(reissue_page(wrong), {"reason": "また"}).status_code == 422
    assert Letter.objects.count() == 2


def test_new_version_without_a_sender_says_what_is_missing(enter, wrong):
    Sender.objects.all().delete()

    page = enter(factories.user(Role.OFFICE)).get(reissue_page(wrong)).content.decode()

    assert "in whose name letters leave" in page


def test_agreement_offers_no_new_version(enter, wrong):
    Letter.objects.update(data={**wrong.data, "template": "agreement"})
    client = enter(factories.user(Role.OFFICE))

    assert reissue_page(wrong) not in client.get(f"/cases/{wrong.case_id}/").content.decode()
    assert "Several parties signed this" in client.get(reissue_page(wrong)).content.decode()


def test_new_version_is_the_offices_alone(enter, wrong):
    for role in (Role.AUDITOR, Role.APPROVER):
        client = enter(factories.user(role))
        assert client.get(reissue_page(wrong)).status_code == 403
        assert reissue_page(wrong) not in client.get(f"/cases/{wrong.case_id}/").content.decode()
    assert enter(group_of(wrong.case)).get(reissue_page(wrong)).status_code == 403
    assert enter(factories.user()).get(reissue_page(wrong)).status_code == 404
