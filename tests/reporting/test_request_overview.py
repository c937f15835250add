"""The office sees who answered its request, who is missing and late, and asks again."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from casework.errors import NotPossible
from casework.models import Event, Notice
from casework.services import advance, correct
from reporting import services
from reporting.models import CollaborationReport
from reporting.request_overview import answers, ask_again, without_request
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers

pytestmark = pytest.mark.django_db

DUE = date(2027, 1, 15)


def requested(number: int) -> list[CollaborationReport]:
    for _n in range(number):
        makers.department_clerk(factories.department())
    return services.request_collaboration_reports(
        fiscal_year=2025, due_on=DUE, by=factories.user(Role.OFFICE), at=NOON
    )


def clerk_of(report):
    return makers.department_clerk(report.department)


def test_answers_are_counted_by_department():
    none, sent, late, waiting = requested(4)
    advance(none, "answer_none", by=clerk_of(none), at=NOON)
    written = services.save_collaboration_report(
        sent, fields=makers.WORDS, measures=[], edit_number=0, by=clerk_of(sent), at=NOON
    )
    advance(written, "submit", by=clerk_of(sent), at=NOON)
    makers.collaboration(waiting.department)  # a second report of a department that owes its first
    late.deadlines.update(due_on=TODAY)

    before, after = answers(2025, today=TODAY), answers(2025, today=TODAY + timedelta(days=1))

    assert (before.asked, before.answered, before.missing, before.none) == (4, 2, 2, 1)
    assert (before.late, after.late) == (0, 1)
    assert answers(2024, today=TODAY).asked == 0


def test_date_by_which_the_office_publishes_makes_no_department_late(client):
    answered, report = requested(1)[0], makers.collaboration()
    advance(answered, "answer_none", by=clerk_of(answered), at=NOON)
    year = makers.granted_year(publication_days="30")
    CollaborationReport.objects.filter(pk=report.pk).update(project_year=year)
    report = advance(report, "submit", by=clerk_of(report), at=NOON)
    report = advance(report, "accept", by=factories.user(Role.OFFICE), at=NOON)
    assert report.deadlines.open().get().kind == "publication"
    overdue = NOON + timedelta(days=60)

    counted = answers(2025, today=overdue.date())

    assert (counted.asked, counted.answered, counted.missing, counted.late) == (2, 2, 0, 0)
    with time_machine.travel(overdue, tick=False):
        client.force_login(factories.user(Role.OFFICE))
        late, every = (
            client.get(reverse("reporting:requests"), {"year": 2025, "shown": shown})
            for shown in ("late", "")
        )
    assert list(late.context["page"].object_list) == []
    assert [one.owed for one in every.context["page"].object_list] == [None, None]


def test_report_that_was_returned_is_late_after_the_day_named_then():
    (report,) = requested(1)
    report = services.save_collaboration_report(
        report, fields=makers.WORDS, measures=[], edit_number=0, by=clerk_of(report), at=NOON
    )
    report = advance(report, "submit", by=clerk_of(report), at=NOON)
    returned = {"due_on": TODAY + timedelta(days=5), "reason": "数字がない"}
    advance(report, "send_back", by=factories.user(Role.OFFICE), at=NOON, **returned)

    late = [answers(2025, today=TODAY + timedelta(days=days)).late for days in (5, 6)]

    assert late == [0, 1]


def dropped(report):
    return advance(report, "drop", by=clerk_of(report), at=NOON, reason="誤り")


def test_report_begun_by_mistake_is_withdrawn_and_answers_nothing(client):
    (asked,) = requested(1)
    second = makers.collaboration(asked.department)
    alone = makers.collaboration()
    with pytest.raises(NotPossible, match="begun by mistake"):
        advance(second, "answer_none", by=clerk_of(second), at=NOON)

    second, alone = dropped(second), dropped(alone)

    counted = answers(2025, today=TODAY)
    assert (counted.asked, counted.answered, counted.missing, counted.none) == (1, 0, 1, 0)
    client.force_login(factories.user(Role.OFFICE))
    page = client.get(reverse("reporting:requests"), {"year": 2025, "shown": "answered"})
    assert list(page.context["page"].object_list) == []
    back = correct(alone, reason="誤りではない", by=factories.user(Role.OFFICE), at=NOON)
    assert (back.state, answers(2025, today=TODAY).asked) == ("drafting", 2)


def test_none_that_rests_on_a_report_keeps_it_from_being_withdrawn():
    (asked,) = requested(1)
    own = makers.collaboration(asked.department)
    asked = advance(asked, "answer_none", by=clerk_of(asked), at=NOON)
    with pytest.raises(NotPossible, match="take that answer back"):
        dropped(own)

    correct(asked, reason="報告はまだ", by=factories.user(Role.OFFICE), at=NOON)
    dropped(own)

    assert answers(2025, today=TODAY).missing == 1


def test_what_was_begun_after_none_can_be_withdrawn():
    (asked,) = requested(1)
    advance(asked, "answer_none", by=clerk_of(asked), at=NOON)

    dropped(makers.collaboration(asked.department))

    assert (answers(2025, today=TODAY).none, answers(2025, today=TODAY).missing) == (1, 0)


def test_report_that_somebody_else_waits_for_is_not_withdrawn():
    (asked,) = requested(1)
    asked = services.save_collaboration_report(
        asked, fields=makers.WORDS, measures=[], edit_number=0, by=clerk_of(asked), at=NOON
    )
    with pytest.raises(NotPossible, match="asked for this report"):
        dropped(asked)


def test_department_that_said_none_and_reported_later_is_counted_as_reporting():
    (none,) = requested(1)
    advance(none, "answer_none", by=clerk_of(none), at=NOON)
    more = makers.collaboration(none.department)

    assert (answers(2025, today=TODAY).none, answers(2025, today=TODAY).missing) == (0, 1)
    advance(more, "submit", by=clerk_of(more), at=NOON)
    assert answers(2025, today=TODAY).missing == 0


def test_departments_that_the_request_did_not_reach_are_named_with_what_can_be_done(client):
    gone = factories.department(valid_until=date(2026, 3, 31))
    assert without_request(2025, today=TODAY) == []  # nobody was asked yet
    requested(1)
    new = factories.department()

    left = without_request(2025, today=TODAY)

    assert [(one.department, one.answers) for one in left] == [(gone, None), (new, new)]
    client.force_login(factories.user(Role.OFFICE))
    page = client.get(reverse("reporting:requests"), {"year": 2025, "shown": "not-asked"})
    text = page.content.decode()
    assert gone.name in text and new.name in text
    gone.successor = new
    gone.save()
    assert len(requested(0)) == 2
    assert without_request(2025, today=TODAY) == []


def test_asking_again_sends_one_notice_a_day_and_is_remembered():
    (report,) = requested(1)
    office = factories.user(Role.OFFICE)
    before = Notice.objects.filter(case=report).count()
    people = report.department.duty_set.count()

    ask_again(report, by=office, at=NOON)

    assert Notice.objects.filter(case=report).count() == before + people
    assert Event.objects.filter(case=report, verb="ask_again", by=office).count() == 1
    with pytest.raises(ValidationError):
        ask_again(report, by=office, at=NOON + timedelta(hours=1))
    ask_again(report, by=office, at=NOON + timedelta(days=1))
    assert Event.objects.filter(case=report, verb="ask_again").count() == 2


def test_only_who_owes_is_asked_again_and_only_by_the_office(client):
    (report,) = requested(1)
    address = reverse("reporting:ask-again", args=[report.pk])
    for person in (clerk_of(report), factories.user(Role.AUDITOR), factories.user(Role.APPROVER)):
        with pytest.raises(PermissionDenied):
            ask_again(report, by=person, at=NOON)
        client.force_login(person)
        assert client.post(address).status_code == 403
    advance(report, "answer_none", by=clerk_of(report), at=NOON)
    with pytest.raises(ValidationError):
        ask_again(report, by=factories.user(Role.OFFICE), at=NOON)


def test_page_shows_one_year_narrows_and_asks_as_often_for_three_as_for_one(client):
    client.force_login(factories.user(Role.OFFICE))
    address = reverse("reporting:requests")
    counts = set()
    for _round in range(2):
        reports = requested(2)
        ask_again(reports[0], by=factories.user(Role.OFFICE), at=NOON)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address, {"year": "2025"}).content.decode()
        counts.add(len(queries))
    assert len(counts) == 1
    for report in reports:
        assert report.department.name in page
    advance(reports[1], "answer_none", by=clerk_of(reports[1]), at=NOON)
    missing = client.get(address, {"year": "2025", "shown": "missing"}).content.decode()
    assert reports[1].title not in missing and reports[0].title in missing
    assert reports[0].title not in client.get(address, {"year": "2024"}).content.decode()

    answer = client.post(reverse("reporting:ask-again", args=[reports[1].pk]), follow=True)
    assert answer.status_code == 200


def test_no_department_is_asked_until_a_day_that_has_passed(client):
    office, past = factories.user(Role.OFFICE), TODAY - timedelta(days=1)
    factories.department()
    with pytest.raises(ValidationError):
        services.request_collaboration_reports(fiscal_year=2026, due_on=past, by=office, at=NOON)
    client.force_login(office)
    said = {"fiscal_year": 2026, "due_on": past.isoformat()}
    with time_machine.travel(NOON, tick=False):
        for page in ("reporting:requests", "grants:office-city-issues"):
            assert client.post(reverse(page), said).status_code == 422
        assert not CollaborationReport.objects.exists()
        today = {**said, "due_on": TODAY.isoformat()}
        assert client.post(reverse("reporting:requests"), today).status_code == 302


def test_who_was_asked_keeps_the_day_and_the_page_says_where_it_is_changed(client):
    (report, _other) = requested(2)
    client.force_login(factories.anyone(Role.OFFICE))
    client.cookies["django_language"] = "en"
    said = {"fiscal_year": 2025, "due_on": DUE.isoformat()}
    with time_machine.travel(NOON, tick=False):
        same = client.post(reverse("reporting:requests"), said, follow=True).content.decode()
        later = {**said, "due_on": "2027-02-01"}
        again = client.post(reverse("reporting:requests"), later, follow=True).content.decode()

    assert "keep their own days" not in same
    assert "2 reports asked for before keep their own days" in again
    owed = report.deadlines.open().get()
    assert owed.due_on == DUE
    assert reverse("casework:set-date", args=[owed.pk]) in again
