"""The department's report: asked for once, written, returned, accepted, published, corrected."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django_fsm import TransitionNotAllowed

from accounts.models import Role
from casework import city, verification
from casework.edit_numbers import StaleDraft
from casework.errors import NotPossible
from casework.models import Deadline
from casework.services import advance
from reporting import services
from reporting.models import CollaborationReport, Publication
from reporting.publishing import releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text
from tests.reporting import makers

pytestmark = pytest.mark.django_db

DUE = date(2027, 1, 15)


def ask(*, by=None, due_on=DUE, at=NOON):
    return services.request_collaboration_reports(
        fiscal_year=2025, due_on=due_on, by=by or factories.user(Role.OFFICE), at=at
    )


def test_request_asks_every_department_of_the_day_once():
    factories.department(valid_until=TODAY - timedelta(days=1))  # nobody succeeds it
    there = [factories.department(), factories.department(valid_until=TODAY)]

    opened = ask()

    assert [report.department for report in opened] == there
    assert {report.state for report in opened} == {"requested"}
    assert set(Deadline.objects.values_list("due_on", flat=True)) == {DUE}
    assert ask() == []
    assert CollaborationReport.objects.count() == 2
    factories.department()
    assert len(ask()) == 1


def test_request_gives_the_date_to_what_a_project_opened_and_asks_for_all_else():
    year = makers.granted_year("collaboration")
    makers.sent_report(year)
    report = CollaborationReport.objects.get()

    opened = services.request_collaboration_reports(
        fiscal_year=2026, due_on=DUE, by=factories.user(Role.OFFICE), at=NOON
    )

    (more,) = [one for one in opened if one.department == report.department]
    assert (more.state, more.project_year) == ("requested", None)
    assert report.deadlines.open().get().due_on == DUE
    assert list(verification.faults()) == []


def test_department_that_began_a_report_of_its_own_accord_is_asked_for_the_others():
    own = makers.collaboration(fiscal_year=2025)

    assert [one.department for one in ask()] == [own.department]
    assert ask() == []


def test_successor_answers_for_a_department_that_has_closed_since():
    closed, opened = date(2026, 3, 31), date(2026, 4, 1)
    today = factories.department(valid_from=opened)
    old = factories.department(valid_until=closed, successor=today)
    gone = factories.department(valid_until=date(2025, 3, 31), successor=today)

    asked = {one.request_key: one for one in ask()}

    assert list(asked) == [
        f"{old.pk}-2025"
    ]  # the new one did nothing in that year, nor did the last
    report = asked[f"{old.pk}-2025"]
    assert (report.department, old.name in report.title) == (today, True)
    assert gone.name not in report.title
    assert ask() == []
    # Of the year that runs, the new one is asked for itself, and nobody for the old one.
    later = services.request_collaboration_reports(
        fiscal_year=2026, due_on=None, by=factories.user(Role.OFFICE), at=NOON
    )
    assert [one.request_key for one in later] == [f"{today.pk}-2026"]


def test_department_of_which_nothing_is_known_before_it_stood_is_asked_all_the_same():
    """An office that entered its departments as they are this year still asks them about the last."""
    new = factories.department(valid_from=date(2026, 4, 1))

    assert [one.department for one in ask()] == [new]


def test_request_is_for_the_office():
    factories.department()

    for role in (Role.APPROVER, Role.ACCOUNTING, Role.AUDITOR):
        with pytest.raises(PermissionDenied):
            ask(by=factories.user(role))


def test_department_answers_a_request_and_the_first_save_starts_it():
    department = factories.department()
    (report,) = ask()
    clerk = makers.department_clerk(department)
    measure = factories.measure()

    report = services.save_collaboration_report(
        report, fields=makers.WORDS, measures=[{"measure": measure, "how": "場"}],
        edit_number=0, by=clerk, at=NOON,
    )  # fmt: skip

    assert (report.state, list(report.measures.all())) == ("drafting", [measure])
    report = advance(report, "submit", by=clerk, at=NOON)
    assert report.deadlines.get().met_at == NOON
    assert report.versions.get().content["measures"][0]["number"] == measure.number


def test_department_answers_that_there_was_none():
    department = factories.department()
    (report,) = ask()

    report = advance(report, "answer_none", by=makers.department_clerk(department), at=NOON)

    assert (report.state, report.closed_at) == ("none", NOON)
    assert ask() == []


def test_department_writes_only_its_own():
    report = makers.collaboration()
    other = makers.department_clerk(factories.department())

    with pytest.raises(PermissionDenied):
        services.open_collaboration_report(
            report.department, fiscal_year=2025, title="他課", by=other, at=NOON
        )
    for person in (other, factories.user(Role.OFFICE), factories.member(factories.organization())):
        with pytest.raises(PermissionDenied):
            services.save_collaboration_report(
                report, fields={}, measures=[], edit_number=1, by=person, at=NOON
            )
        with pytest.raises(PermissionDenied):
            advance(report, "submit", by=person, at=NOON)


def test_save_refuses_a_stale_page():
    report = makers.collaboration()

    with pytest.raises(StaleDraft):
        services.save_collaboration_report(
            report, fields={"title": "古い"}, measures=[], edit_number=0,
            by=makers.department_clerk(report.department), at=NOON,
        )  # fmt: skip


def test_submit_names_what_is_missing():
    report = makers.collaboration(results="", form="")

    assert len(report.missing_parts()) == 2
    with pytest.raises(NotPossible):
        advance(report, "submit", by=makers.department_clerk(report.department), at=NOON)


def test_office_returns_with_a_date_and_accepts():
    report = makers.collaboration()
    clerk, office = makers.department_clerk(report.department), factories.user(Role.OFFICE)
    report = advance(report, "submit", by=clerk, at=NOON)

    report = advance(report, "send_back", by=office, at=NOON, reason="費用", due_on=DUE)
    assert report.deadlines.open().get().due_on == DUE
    report = advance(report, "resubmit", by=clerk, at=NOON)
    report = advance(report, "accept", by=office, at=NOON)

    assert report.state == "accepted"
    assert report.versions.count() == 2


def test_publish_needs_an_approval_and_freezes_the_text():
    report = makers.accepted_collaboration()
    with pytest.raises(PermissionDenied):
        advance(report, "publish", by=factories.user(Role.APPROVER), at=NOON)
    assert not CollaborationReport.objects.published().exists()

    report = factories.approved(report, "publish")

    assert list(CollaborationReport.objects.published()) == [report]
    publication = report.publication
    assert (publication.number, publication.version.content["title"]) == (1, "川の自然観察会")
    assert "川を守る会" in pdf_text(bytes(publication.pdf))


def test_correction_is_public_only_when_it_is_approved():
    report = makers.published_collaboration()
    office = factories.user(Role.OFFICE)

    report = services.save_collaboration_report(
        report, fields={"results": "のべ61人が参加した。"}, measures=[],
        edit_number=report.edit_number, by=office, at=NOON,
    )  # fmt: skip
    assert report.publication.version.content["results"] == "のべ60人が参加した。"

    report = factories.approved(report, "correct", note="参加者の数を直した。")

    assert (report.state, report.publication.number) == ("corrected", 2)
    assert report.publication.version.content["results"] == "のべ61人が参加した。"
    assert report.publication.note == "参加者の数を直した。"
    assert report.publications.count() == 2
    with pytest.raises(PermissionDenied):
        services.save_collaboration_report(
            report, fields={}, measures=[], edit_number=report.edit_number,
            by=makers.department_clerk(report.department), at=NOON,
        )  # fmt: skip


def test_correction_cannot_change_while_it_waits_for_approval():
    report = makers.published_collaboration()
    office = factories.user(Role.OFFICE)
    CollaborationReport.objects.update(results="61人")
    releases.propose(releases.begin_with(report, note="数", by=office, at=NOON), by=office, at=NOON)

    with pytest.raises(ValidationError):
        services.save_collaboration_report(
            report, fields={"results": "すり替え"}, measures=[],
            edit_number=report.edit_number, by=office, at=NOON,
        )  # fmt: skip


def test_tabling_is_a_dated_fact_whose_order_is_a_setting():
    office = factories.user(Role.OFFICE)
    report = makers.collaboration()
    with pytest.raises(ValidationError):
        services.record_tabling(report, tabled_on=TODAY, by=office, at=NOON)
    report = makers.accepted_collaboration(received=False)
    with pytest.raises(ValidationError):
        services.record_tabling(report, tabled_on=TODAY + timedelta(days=1), by=office, at=NOON)
    with pytest.raises(PermissionDenied):
        services.record_tabling(
            report, tabled_on=TODAY, by=makers.department_clerk(report.department), at=NOON
        )

    city.set_value("tabling_order", "before_publication", source="試験", by=office, at=NOON)
    with pytest.raises(NotPossible):
        factories.approved(report, "publish")
    report = services.record_tabling(report, tabled_on=TODAY, by=office, at=NOON)
    assert factories.approved(report, "publish").state == "published"


def test_published_report_cannot_be_returned():
    report = makers.published_collaboration()

    with pytest.raises(TransitionNotAllowed):
        advance(report, "send_back", by=factories.user(Role.OFFICE), at=NOON, reason="")


def test_publication_cannot_be_changed_or_deleted():
    report = makers.published_collaboration()

    for change in (
        lambda: Publication.objects.filter(report=report).update(note="x"),
        lambda: connection.cursor().execute("DELETE FROM reporting_publication"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
