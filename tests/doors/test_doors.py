"""Every address has a declared expectation for every role, and keeps it; so do its queries."""

from collections import Counter
from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction

from casework import outbox
from casework.models import Access
from tests.casework import smtp_server
from tests.doors import admin, doors, exports, jobs, moves, world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker) -> Iterator[world.World]:
    """The world, built once for all tables and taken down after them.

    One file holds all the tests that need it, so that no second process builds it again.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def standing_still() -> Iterator[None]:
    """The clock stands at the moment at which the doors are knocked at."""
    with time_machine.travel(world.NOW, tick=False), doors.in_silence(), doors.short_refusals():
        yield


# Addresses


def test_every_address_is_in_the_table():
    assert {row["door"] for row in doors.TABLE.rows()} == doors.own_names()


def test_each_door_opens_to_whom_it_should_at_the_same_cost_for_one_row_and_three(played):
    assert doors.TABLE.differences(doors.walk(played, doors.TABLE.rows())) == {}


def test_no_page_asks_row_by_row():
    grows = {row["door"]: row["queries"] for row in doors.TABLE.rows() if " " in row["queries"]}

    assert grows == {}


def test_no_page_of_a_case_asks_more_than_twelve_times_whoever_reads_it(played):
    assert doors.asking_too_often(played, doors.TABLE.rows()) == {}


# The administration site


def test_every_door_of_the_administration_site_opens_to_whom_it_should(played):
    assert admin.TABLE.differences(admin.walk(played)) == {}


def test_no_list_of_the_administration_site_asks_row_by_row():
    grows = {row["door"]: row["queries"] for row in admin.TABLE.rows() if " " in row["queries"]}

    assert grows == {}


# Files


def test_every_file_holds_for_each_person_what_is_declared(played):
    assert exports.TABLE.differences(exports.walk(played)) == {}


def test_every_format_of_an_export_holds_the_same():
    assert [row["door"] for row in exports.TABLE.rows() if " or " in "".join(row.values())] == []


def test_every_table_that_not_everyone_may_read_is_held_against_what_one_sees():
    assert exports.of_what_few_may_read() == {
        *exports.OF_CASES,
        *exports.OF_IDS,
        *exports.OF_A_ROUND,
        *exports.OF_MONEY,
        *exports.OF_PAYMENTS,
        *exports.OF_ONE_FORM,
        *exports.OF_LOG | exports.OF_ISSUES | exports.OF_MEASURES,
    }


@pytest.mark.parametrize(("door", "model"), exports.case_exports())
def test_file_lists_the_cases_that_the_person_sees_and_no_other(played, door, model):
    found = {c: exports.cases_in(played.clients[c], door) for c in world.PEOPLE}
    files = {column: cases for column, cases in found.items() if cases is not None}

    assert files
    for column, cases in files.items():
        assert cases == exports.cases_seen(played.person(column), door, model), column


@pytest.mark.parametrize(("door", "model"), exports.case_exports())
def test_file_leaves_out_a_case_that_is_barred_to_the_person(played, door, model):
    office = played.person("office")
    case = model.objects.visible_to(office).last()
    before = exports.cases_in(played.clients["office"], door)
    Access.objects.create(case=case, user=office, barred=True, reason="conflict")

    left_out = before - exports.cases_in(played.clients["office"], door)

    told = str(case.pk) if door in exports.WITHOUT_NUMBERS else case.number or ""
    assert left_out == Counter([told])


# Tasks and commands


def test_every_job_does_twice_what_it_should_without_a_broker(
    played, django_capture_on_commit_callbacks
):
    def run(name: str) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            return jobs.run(name)

    assert jobs.TABLE.differences([jobs.twice(name, run) for name in jobs.names()]) == {}


def test_no_job_doubles_anything_when_it_runs_again():
    again = {row["job"]: row["second_run"] for row in jobs.TABLE.rows()}

    assert {job: run for job, run in again.items() if run not in ("nothing", "refused")} == {}


def test_mail_leaves_once_whichever_jobs_run_how_often(played, settings):
    with doors.rolled_back(), smtp_server.running() as server:
        settings.EMAIL_URL_SET = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        outbox.enqueue(
            "receipt", to="real@example.jp", at=world.NOW, key="door", subject="一度", body="だけ"
        )
        for name in jobs.names() * 2:
            if "deliver" in name or "send_due" in name:
                jobs.run(name)

    assert [mail["To"] for mail in server.received] == ["real@example.jp"]


# Moves


def test_every_move_is_made_by_whom_it_should(played):
    assert moves.TABLE.differences(moves.walk(played)) == {}


def test_post_of_a_person_who_may_not_move_writes_nothing_down():
    """A draft of a move that needs an approval is the office's; any other is whose the rule says."""
    rows = {(row["kind"], row["verb"], row["through"]): row for row in moves.TABLE.rows()}
    wrong = [
        (kind, verb, through, column)
        for (kind, verb, through), row in rows.items()
        for column in world.PEOPLE
        if through != "service" and row[column].endswith("+")
        if (
            column != "office"
            if through == "draft"
            else rows[kind, verb, "service"][column] != "yes"
        )
    ]

    assert wrong == []
