"""The log of a project: who enters, who reads, and that a correction keeps what stood before."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import Role
from casework import retention
from casework.errors import NotPossible
from casework.models import Access
from grants.models import LogEntry
from grants.services import log
from tests import factories
from tests.casework.test_messages import in_talks, people
from tests.factories import NOON, TODAY
from tests.grants import papers

pytestmark = pytest.mark.django_db
Audience = LogEntry.Audience

FIELDS = {
    "kind": "meeting", "on": TODAY, "who": "会長、公園課", "text": "会場を下見しました。",
    "agreed": "管理棟を使う", "next_step": "鍵を借りる", "next_by": TODAY + timedelta(days=7),
    "audience": Audience.SHARED,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_noon():
    """The pages are asked for at noon of the day of the tests."""
    with time_machine.travel(NOON, tick=False):
        yield


def enter(by, case=None, organization=None, **fields) -> LogEntry:
    told = {**FIELDS, "key": uuid4(), **fields}
    return log.enter(organization or case.organization, case=case, **told, by=by, at=NOON)


def browser(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("audience", "read_by"),
    [
        (Audience.SHARED, {"group", "viewer", "office", "department", "coordinator", "auditor"}),
        (Audience.INSIDE, {"office", "department", "coordinator", "auditor"}),
    ],
)
def test_each_role_reads_what_is_for_it_in_rows_and_on_pages(audience, read_by):
    case = in_talks()
    everyone = people(case)
    entry = enter(everyone["coordinator"], case, audience=audience)
    shown = f"/cases/{case.pk}/log/"

    rows = {n for n, p in everyone.items() if entry in LogEntry.objects.visible_to(p)}
    pages = {n: browser(p).get(shown) for n, p in everyone.items()}

    assert rows == read_by
    assert {n for n, page in pages.items() if entry.text in page.content.decode()} == read_by
    assert {pages[n].status_code for n in ("panel", "approver", "accounting")} == {403}
    assert {pages[n].status_code for n in ("barred", "other group", "other department")} == {404}


def test_those_who_take_part_enter_on_the_page_and_nobody_else():
    case, entered = in_talks(), set()
    told = {**FIELDS, "on": "2026-11-20", "next_by": "2026-11-27"}
    for name, person in people(case).items():
        answer = browser(person).post(f"/cases/{case.pk}/log/", told | {"key": str(uuid4())})
        entered |= {name} if answer.status_code == 302 else set()

    assert entered == {"group", "office", "department", "coordinator"}
    assert LogEntry.objects.count() == 4


def test_group_hides_nothing_from_itself():
    case = in_talks()
    with pytest.raises(PermissionDenied):
        enter(people(case)["group"], case, audience=Audience.INSIDE)
    assert not LogEntry.objects.exists()


def test_consultation_is_kept_with_a_group_that_has_no_case_yet():
    group, coordinator = factories.organization(), factories.user(Role.COORDINATOR)
    member, other = factories.member(group), factories.member(factories.organization())

    entry = enter(coordinator, organization=group, kind="consultation")

    readers = [member, factories.user(Role.OFFICE), coordinator]
    assert all(entry in LogEntry.objects.visible_to(person) for person in readers)
    others = [other, *(factories.user(r) for r in (Role.DEPARTMENT, Role.PANEL, Role.ACCOUNTING))]
    assert not any(entry in LogEntry.objects.visible_to(person) for person in others)
    page = f"/organizations/{group.pk}/log/"
    assert browser(other).get(page).status_code == 404
    assert browser(factories.user(Role.ACCOUNTING)).get(page).status_code == 403
    with pytest.raises(PermissionDenied):
        enter(factories.user(Role.DEPARTMENT), organization=group)


def test_correction_stands_and_the_old_words_stay_below_it():
    case = in_talks()
    group = people(case)["group"]
    entry = enter(group, case)

    browser(group).post(
        f"/log/{entry.pk}/correct/",
        {**FIELDS, "key": str(uuid4()), "on": "2026-11-20", "next_by": "", "text": "下見は延期。"},
    )

    newest = LogEntry.objects.visible_to(group).standing().get()
    assert (newest.text, newest.corrects) == ("下見は延期。", entry)
    page = browser(group).get(f"/cases/{case.pk}/log/").content.decode()
    assert page.index("下見は延期。") < page.index("会場を下見しました。")


def test_earlier_version_that_was_not_for_the_group_stays_hidden():
    case = in_talks()
    everyone = people(case)
    entry = enter(everyone["office"], case, audience=Audience.INSIDE, text="内緒の話")
    fields = {**FIELDS, "key": uuid4(), "text": "公開の話"}

    log.correct(entry, **fields, by=everyone["office"], at=NOON)

    page = browser(everyone["group"]).get(f"/cases/{case.pk}/log/").content.decode()
    assert "公開の話" in page and "内緒の話" not in page


def test_entry_is_corrected_once_and_by_its_own_party():
    case = in_talks()
    everyone = people(case)
    entry = enter(everyone["office"], case)
    with pytest.raises(PermissionDenied):
        log.correct(entry, **FIELDS, key=uuid4(), by=everyone["group"], at=NOON)

    log.correct(entry, **FIELDS, key=uuid4(), by=everyone["office"], at=NOON)

    with pytest.raises(NotPossible):
        log.correct(entry, **FIELDS, key=uuid4(), by=everyone["office"], at=NOON)
    assert browser(everyone["group"]).get(f"/log/{entry.pk}/correct/").status_code == 404


def test_form_says_what_cannot_be():
    case = in_talks()
    told = {
        **FIELDS,
        "key": str(uuid4()),
        "on": "2026-11-21",
        "next_step": "",
        "next_by": "2026-12-01",
    }

    page = browser(people(case)["office"]).post(f"/cases/{case.pk}/log/", told)

    assert page.status_code == 422
    assert "Enter it once it has taken place." in page.content.decode()
    assert "Say what is to be done by that day." in page.content.decode()


def test_entry_sent_twice_is_one():
    case, key = in_talks(), uuid4()
    group = people(case)["group"]

    assert enter(group, case, key=key) == enter(group, case, key=key)


def test_table_holds_what_its_reader_sees_with_no_formula():
    case = in_talks()
    everyone = people(case)
    first = enter(everyone["office"], case, text="=1+1")
    log.correct(first, **FIELDS | {"text": "=2+2"}, key=uuid4(), by=everyone["office"], at=NOON)
    hidden = in_talks()
    enter(people(hidden)["office"], hidden)
    Access.objects.create(case=hidden, user=everyone["office"], barred=True, reason="conflict")

    answer = browser(everyone["office"]).get("/office/log.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))

    assert [(row["case_number"], row["text"]) for row in rows] == [(case.number, "'=2+2")]
    for name in ("group", "coordinator", "department", "approver"):
        assert browser(everyone[name]).get("/office/log.csv").status_code == 403


def test_coordinators_go_on_with_the_years_of_a_project():
    factories.sender()
    office = factories.user(Role.OFFICE)
    proposal = papers.selected(office)
    Access.objects.create(case=proposal, role=Role.COORDINATOR, reason="shared by the group")

    year = papers.walk(proposal, "prepare", by=office).project_years.get()

    assert LogEntry.objects.count() == 0
    assert year in type(year).objects.visible_to(factories.user(Role.COORDINATOR))


def test_entries_go_when_their_time_is_over():
    case = in_talks()
    enter(people(case)["group"], case)
    loose = enter(factories.user(Role.OFFICE), organization=factories.organization())
    kept = retention.classes()["log"]

    kept.destroy(kept.due(TODAY), by=factories.user(Role.OFFICE), at=NOON)

    assert loose not in LogEntry.objects.all()
    assert LogEntry.objects.get().case_id == case.pk


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_as_often_for_three_entries_as_for_one(number, django_assert_max_num_queries):
    case = in_talks()
    office = people(case)["office"]
    for _time in range(number):
        entry = enter(office, case)
        log.correct(entry, **FIELDS, key=uuid4(), by=office, at=NOON)
    client = browser(office)

    with django_assert_max_num_queries(16):
        page = client.get(f"/cases/{case.pk}/log/")
    assert page.content.decode().count("Earlier versions") == number
