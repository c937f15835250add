"""Files and letters reach whoever may see the case, and nobody else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import MemberRole, Role
from casework.models import Case, Letter, StoredFile
from casework.services import advance
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

PDF = b"%PDF-1.7 a plan"


def upload(client, case, content: bytes = PDF, name: str = "計画.pdf", **fields):
    path = reverse("casework:upload", args=[case.pk])
    data = {"file": SimpleUploadedFile(name, content), "label": "事業計画", **fields}
    return client.post(path, data, follow=True)


@pytest.fixture
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
    assert "Take out" not in client.get(f"/cases/{case.pk}/").content.decode()


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/my/", "/my/"),
        ("https://elsewhere.example/", "/cases/{pk}/#files"),
        ("//elsewhere.example/", "/cases/{pk}/#files"),
        ("", "/cases/{pk}/#files"),
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

    assert "Add a file" not in enter(group).get(f"/cases/{case.pk}/").content.decode()


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
