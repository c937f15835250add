"""The office asks the department for what is to be mended at each place of its report."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import Role
from casework.moves import form_for
from casework.services import advance
from reporting.collaboration_checks import check_collaboration
from reporting.line_checks import Asked
from reporting.models import FieldNote
from tests import factories
from tests.case_pages import address_of
from tests.factories import NOON, TODAY
from tests.reporting import makers
from tests.windows import window, window_of

pytestmark = pytest.mark.django_db


def sent():
    report = makers.collaboration()
    return advance(report, "submit", by=makers.department_clerk(report.department), at=NOON)


def test_department_reads_each_note_at_its_place_once_the_report_comes_back(client):
    report, office = sent(), factories.user(Role.OFFICE)
    client.force_login(office)
    check = reverse("reporting:collaboration-check", args=[report.pk])
    asked = {**window(client, check), "results-asked": "人数の根拠を書いてください。"}
    answer = client.post(check, asked)
    assert answer.status_code == 302
    begun = form_for(report, "send_back", today=TODAY)
    assert begun.initial["reason"] == "・成果：人数の根拠を書いてください。"

    clerk = makers.department_clerk(report.department)
    client.force_login(clerk)
    assert "人数の根拠" not in client.get(address_of(report)).content.decode()
    advance(report, "send_back", by=office, at=NOON, reason="直してください。")

    assert "人数の根拠" in client.get(address_of(report)).content.decode()
    edit = reverse("reporting:collaboration-edit", args=[report.pk])
    assert "人数の根拠" in client.get(edit).content.decode()


def asked_at(report) -> dict:
    return dict(report.field_notes.values_list("field", "asked"))


def test_an_older_window_leaves_what_a_colleague_asked_for_elsewhere(client):
    report = sent()
    check = reverse("reporting:collaboration-check", args=[report.pk])
    client.force_login(factories.user(Role.OFFICE))
    first, second, empty = (window(client, check) for _one in range(3))

    client.post(check, {**first, "purpose-asked": "目的を詳しく"})
    answer = client.post(check, {**second, "results-asked": "人数の根拠を"})

    assert answer.status_code == 302
    assert asked_at(report) == {"purpose": "目的を詳しく", "results": "人数の根拠を"}
    assert client.post(check, empty).status_code == 302
    assert len(asked_at(report)) == 2


def test_two_who_ask_at_one_place_read_each_other_before_one_replaces_the_other(client):
    report = sent()
    check = reverse("reporting:collaboration-check", args=[report.pk])
    client.force_login(factories.user(Role.OFFICE))
    client.cookies["django_language"] = "en"
    older = window(client, check)
    client.post(check, {**older, "purpose-asked": "目的を詳しく", "results-asked": "人数の根拠を"})

    answer = client.post(check, {**older, "purpose-asked": "期間も書いて"})

    assert answer.status_code == 422
    assert "“目的を詳しく”" in answer.content.decode()
    assert asked_at(report) == {"purpose": "目的を詳しく", "results": "人数の根拠を"}
    again = window_of(answer)
    assert (again["purpose-asked"], again["results-asked"]) == (["期間も書いて"], ["人数の根拠を"])
    assert client.post(check, again).status_code == 302
    assert asked_at(report) == {"purpose": "期間も書いて", "results": "人数の根拠を"}


def test_office_ticks_off_what_is_mended():
    report, office = sent(), factories.user(Role.OFFICE)
    check_collaboration(report, asked=[Asked("理由を", field="purpose")], by=office, at=NOON)
    advance(report, "send_back", by=office, at=NOON, reason="理由")
    report = advance(report, "resubmit", by=makers.department_clerk(report.department), at=NOON)
    note = FieldNote.objects.get()
    assert (note.given_at, note.settled_at) == (NOON, None)

    check_collaboration(report, asked=[], settled=[note.pk], by=office, at=NOON)

    note.refresh_from_db()
    assert (note.settled_at, note.settled_by) == (NOON, office)


def test_only_the_office_checks_and_only_what_is_with_it(client):
    report = sent()
    asked = [Asked("理由を", field="purpose"), Asked("何か", field="no-such-question")]
    for person in (makers.department_clerk(report.department), factories.user(Role.AUDITOR)):
        with pytest.raises(PermissionDenied):
            check_collaboration(report, asked=asked, by=person, at=NOON)
        client.force_login(person)
        address = reverse("reporting:collaboration-check", args=[report.pk])
        assert client.post(address, {}).status_code == 403
    with pytest.raises(ValidationError):
        check_collaboration(
            makers.collaboration(), asked=asked, by=factories.user(Role.OFFICE), at=NOON
        )
    check_collaboration(report, asked=asked, by=factories.user(Role.OFFICE), at=NOON)
    assert [note.field for note in FieldNote.objects.all()] == ["purpose"]
