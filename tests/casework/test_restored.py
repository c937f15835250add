"""After a backup was restored nothing is sent again until a person releases it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from accounts import mail
from accounts.models import Role
from casework import city, delivery, engine, outbox, preferences, restored, watching
from casework.errors import NotPossible
from casework.models import (
    Access,
    BackupRun,
    Job,
    Notice,
    NumberSeries,
    Restoration,
    RestoreDrill,
)
from casework.views import finding
from tests import factories
from tests.casework.cases import filed, sent_back
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

PAGE = "/office/engine/restored/"
HOUR = timedelta(hours=1)


@remembered
def notice(key: str, **fields) -> Notice:
    """One notice about a case, which has no other."""
    case = filed()
    case.notices.all().delete()
    made = outbox.post("your_turn", to=factories.user(), at=NOON, key=key, case=case)
    Notice.objects.filter(pk=made.pk).update(**fields)
    return made


def begin() -> Restoration:
    return restored.begin(backup_at=NOON - HOUR, at=NOON, folder="yell-1")


def states(*notices: Notice) -> list[tuple[str, str]]:
    rows = Notice.objects.in_bulk([row.pk for row in notices])
    return [(rows[row.pk].state, rows[row.pk].held_for) for row in notices]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "queued"},
        {"state": "queued", "attempts": 3, "lease_until": NOON - HOUR},
        {"state": "in_flight", "attempts": 1, "lease_until": NOON - HOUR},
        {"state": "failed", "attempts": 8},
        {"state": "held", "held_for": "digest"},
    ],
)
def test_whatever_waited_in_the_backup_is_held(fields):
    waited = notice("k", **fields)

    begin()

    assert states(waited) == [("held", "restored")]
    assert not delivery.deliver(waited.pk, at=NOON + HOUR)
    assert waited.pk not in delivery.pending(at=NOON + HOUR)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "sent", "sent_at": NOON},
        {"state": "withdrawn", "withdrawn_because": "by_office"},
        {"state": "held", "held_for": "approval"},
    ],
)
def test_what_no_worker_would_send_stays_as_it_was(fields):
    other = notice("k", **fields)

    begin()

    assert states(other) == [(fields["state"], fields.get("held_for", ""))]


def test_notice_by_post_is_held_likewise():
    factories.sender()
    case = sent_back()
    letter = case.letters.get()
    paper = outbox.post_on_paper("letter_sent", case=case, at=NOON, key="p", letter=letter)

    begin()

    assert states(paper) == [("held", "restored")]


def test_what_a_sweep_writes_is_held_until_the_site_is_released():
    office = factories.user(Role.OFFICE)
    case = filed()
    case.notices.all().delete()
    begin()

    outbox.tell(case, "organization", "case_moved", at=NOON, key="sweep")

    [held] = Notice.objects.filter(key__startswith="sweep")
    assert (held.state, held.held_for) == ("held", "restored")
    restored.release(restored.held(), by=office, at=NOON)
    restored.end(by=office, at=NOON, now=NOON)
    outbox.tell(case, "organization", "case_moved", at=NOON, key="later")
    assert Notice.objects.get(key__startswith="later").state == "queued"


def test_reminders_of_a_restored_site_are_written_and_held():
    factories.sender()
    sent_back()
    begin()
    Notice.objects.all().delete()

    call_command("send_due", "--today", "2026-12-03", "--no-deliver", stdout=StringIO())

    reminded = Notice.objects.filter(kind__startswith="deadline_")
    assert set(reminded.values_list("state", "held_for")) == {("held", "restored")}


def test_mail_about_log_ins_and_receipts_leave_at_once():
    begin()

    mail.send(to="a@example.jp", kind="account_reset", subject="s", body="b", key="m", at=NOON)
    outbox.enqueue("receipt", to="a@example.jp", at=NOON, key="r", subject="s", body="b")

    assert set(Notice.objects.values_list("key", "state")) == {("m", "queued"), ("r", "queued")}


def test_backup_of_a_site_that_was_not_released_is_held_since_the_earlier_one():
    begin()

    restored.begin(backup_at=NOON + HOUR, at=NOON + 2 * HOUR)

    row = Restoration.objects.get()
    assert (row.backup_at, row.restored_at) == (NOON - HOUR, NOON + 2 * HOUR)


# Letting it go


def test_office_releases_and_the_history_says_who():
    waited = notice("k")
    begin()
    person = factories.user(Role.OFFICE)

    assert restored.release(restored.held(), by=person, at=NOON) == 1

    assert states(waited) == [("queued", "")]
    event = waited.case.events.order_by("-pk").first()
    assert (event.verb, event.by, event.facts["notice"]) == ("release_notice", person, waited.pk)
    assert restored.release(Notice.objects.filter(pk=waited.pk), by=person, at=NOON) == 0


def release(*notices: Notice) -> int:
    chosen = restored.held().filter(pk__in=[row.pk for row in notices])
    return restored.release(chosen, by=factories.user(Role.OFFICE), at=NOON)


def test_letter_of_a_round_that_holds_notices_waits_for_a_person_again():
    factories.sender()
    call = factories.call()
    call.holds_notices = True
    call.save(update_fields=["holds_notices"])
    begin()
    told = sent_back(filed(round=call)).notices.get(kind="letter_sent")
    assert states(told) == [("held", "restored")]

    assert release(told) == 1

    assert states(told) == [("held", "approval")]


def test_part_of_a_digest_waits_for_the_digest_again():
    waited = notice("k", state="held", held_for="digest")
    preferences.choose(waited.recipient, {"turn": "digest"})
    begin()

    release(waited)

    assert states(waited) == [("held", "digest")]


def test_what_its_rung_sends_with_the_digest_waits_for_it_again():
    reader = factories.user()
    waited = outbox.post("your_turn", to=reader, at=NOON, key="k", case=filed(), digest=True)
    begin()

    release(waited)

    assert states(waited) == [("held", "digest")]


def test_what_would_leave_at_night_waits_until_morning(settings):
    settings.EMAIL_URL_SET = True
    city.set_value(
        "quiet_hours", "11:00-13:00", source="申合せ", by=factories.user(Role.OFFICE), at=NOON
    )
    waited = notice("k")
    begin()

    release(waited)

    assert states(waited) == [("queued", "")]
    assert Notice.objects.get(pk=waited.pk).lease_until == NOON + HOUR


def test_what_is_released_to_somebody_with_a_conflict_is_withdrawn():
    waited = notice("k")
    begin()
    Access.objects.create(case=waited.case, user=waited.recipient, barred=True, reason="conflict")

    release(waited)

    assert states(waited) == [("withdrawn", "")]
    assert Notice.objects.get(pk=waited.pk).withdrawn_because == "conflict"


@pytest.mark.parametrize("kind", ["engine_late", "engine_back", "backup_late"])
def test_what_tells_of_the_machine_itself_leaves_at_once(kind):
    begin()

    outbox.enqueue(kind, to="a@example.jp", at=NOON, key="e", subject="s", body="b")

    assert Notice.objects.get(key="e").state == "queued"


def test_what_is_withdrawn_never_leaves():
    waited = notice("k")
    begin()

    restored.withdraw(restored.held(), by=factories.user(Role.OFFICE), at=NOON)

    assert states(waited) == [("withdrawn", "")]
    assert not delivery.deliver(waited.pk, at=NOON)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.APPROVER])
def test_others_release_nothing(role):
    waited = notice("k")
    begin()
    person = factories.user(role)

    for act in (restored.release, restored.withdraw):
        with pytest.raises(PermissionDenied):
            act(restored.held(), by=person, at=NOON)
    with pytest.raises(PermissionDenied):
        restored.end(by=person, at=NOON, now=NOON)

    assert states(waited) == [("held", "restored")]


def test_site_is_not_released_while_something_is_held():
    notice("k")
    begin()
    office = factories.user(Role.OFFICE)

    with pytest.raises(NotPossible, match="still held"):
        restored.end(by=office, at=NOON, now=NOON)

    assert restored.standing() is not None


def test_site_is_released_once():
    begin()
    office = factories.user(Role.OFFICE)

    restored.end(by=office, at=NOON, now=NOON + HOUR)
    with pytest.raises(NotPossible):
        restored.end(by=office, at=NOON, now=NOON + 2 * HOUR)

    row = Restoration.objects.get()
    assert (row.released_by, row.released_at) == (office, NOON + HOUR)


# The page


def test_page_names_what_is_held_and_what_may_have_gone_out(enter, at_noon):
    waited = notice("k")
    begin()

    page = enter(factories.user(Role.OFFICE)).get(PAGE).content.decode()

    assert "What may have gone out already" in page
    assert "11:00" in page and "12:00" in page
    assert waited.subject in page and str(waited.recipient) in page


def test_all_are_released_with_the_site_at_one_press(enter, at_noon):
    waited = notice("k")
    begin()
    client = enter(factories.user(Role.OFFICE))
    newest = client.get(PAGE).context["newest"]

    page = client.post(f"{PAGE}release/", {"which": "all", "newest": newest}, follow=True)

    assert "The site is released." in page.content.decode()
    assert states(waited) == [("queued", "")]
    assert restored.standing() is None


def test_what_was_written_after_the_page_was_read_stays_held(enter, at_noon):
    waited = notice("k")
    begin()
    client = enter(factories.user(Role.OFFICE))
    newest = client.get(PAGE).context["newest"]
    later = notice("later")

    client.post(f"{PAGE}withdraw/", {"which": "all", "newest": newest})

    assert states(waited, later) == [("withdrawn", ""), ("held", "restored")]
    assert restored.standing() is not None


def test_only_the_chosen_ones_are_let_go_then_the_rest_and_the_site(enter, at_noon):
    first, second = notice("a"), notice("b")
    begin()
    client = enter(factories.user(Role.OFFICE))
    newest = client.get(PAGE).context["newest"]

    client.post(f"{PAGE}release/", {"which": "chosen", "notice": [first.pk], "newest": newest})
    assert states(first, second) == [("queued", ""), ("held", "restored")]
    client.post(f"{PAGE}withdraw/", {"which": "chosen", "notice": [second.pk], "newest": newest})
    assert "Release the site" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}end/")

    assert states(second) == [("withdrawn", "")]
    assert restored.standing() is None


def test_nothing_chosen_is_said(enter, at_noon):
    notice("k")
    begin()
    client = enter(factories.user(Role.OFFICE))

    page = client.post(f"{PAGE}release/", {"which": "chosen", "newest": "9" * 17}, follow=True)

    assert "Choose at least one notice" in page.content.decode()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_auditor_and_administrator_read_who_can_release_and_cannot(enter, at_noon, role):
    waited = notice("k")
    begin()
    client = enter(factories.user(role))

    page = client.get(PAGE).content.decode()
    assert "The office lets notices go" in page and "<button" not in page.split("What is held")[1]
    answers = [client.post(f"{PAGE}{act}/", {"which": "all"}) for act in ("release", "end")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert states(waited) == [("held", "restored")]


def test_unknown_act_is_not_there(enter, at_noon):
    assert enter(factories.user(Role.OFFICE)).post(f"{PAGE}burn/").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMINISTRATOR])
def test_desk_and_engine_room_lead_to_it_until_the_site_is_released(enter, at_noon, role):
    client = enter(factories.user(role))
    addresses = [reverse("casework:engine"), reverse(f"casework:{desk_of(role)}")]
    assert all(PAGE not in client.get(path).content.decode() for path in addresses)

    begin()

    assert all(PAGE in client.get(path).content.decode() for path in addresses)


def desk_of(role: str) -> str:
    return {Role.OFFICE: "office", Role.ADMINISTRATOR: "administration"}[role]


@pytest.mark.parametrize("act", ["release", "withdraw"])
def test_all_are_those_that_one_sees_and_the_rest_stays_held(enter, at_noon, act):
    seen, draft, barred = notice("k"), notice("d"), notice("b")
    Notice.objects.filter(pk=draft.pk).update(case=factories.draft(), subject="秘密の題名")
    clerk, other = factories.user(Role.OFFICE), factories.user(Role.OFFICE)
    Access.objects.create(case=barred.case, user=clerk, barred=True, reason="conflict")
    begin()
    client = enter(clerk)
    page = client.get(PAGE)
    assert page.context["unseen"] == 2
    assert "秘密の題名" not in page.content.decode()

    chosen = {"which": "chosen", "notice": [draft.pk, barred.pk], "newest": "9" * 17}
    client.post(f"{PAGE}{act}/", chosen)
    assert states(seen, draft, barred) == [("held", "restored")] * 3
    client.post(f"{PAGE}{act}/", {"which": "all", "newest": "9" * 17})

    assert states(draft, barred) == [("held", "restored")] * 2
    assert states(seen) != [("held", "restored")]
    assert restored.standing() is None
    assert PAGE in enter(other).get(reverse("casework:office")).content.decode()
    enter(other).post(f"{PAGE}{act}/", {"which": "all", "newest": "9" * 17})
    assert states(draft) == [("held", "restored")] != states(barred)


def test_last_numbers_are_named_in_words_in_both_years(enter, at_noon):
    case = filed()
    year = case.number.split("-")[1]
    NumberSeries.objects.create(name="letter", fiscal_year=int(year) - 1, last=12)
    begin()

    told = {(str(row.label), row.number) for row in restored.last_numbers()}

    assert told == {("Proposal", case.number), (f"Letters (fiscal year {int(year) - 1})", "12")}
    assert case.number in enter(factories.user(Role.OFFICE)).get(PAGE).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_as_often_for_three_as_for_one(
    enter, at_noon, count, django_assert_max_num_queries
):
    for number in range(count):
        notice(f"k{number}")
    begin()
    client = enter(factories.user(Role.OFFICE))
    assert count < finding.PER_PAGE

    with django_assert_max_num_queries(16):
        assert client.get(PAGE).status_code == 200


# Whether a backup is overdue


def backup(at) -> BackupRun:
    return BackupRun.objects.create(at=at, folder="yell", size=1, digest=at.isoformat())


@pytest.mark.parametrize(
    ("hours", "age", "late"),
    [(0, None, False), (0, 1000, False), (24, None, True), (24, 24, False), (24, 25, True)],
)
def test_backup_is_late_only_where_somebody_said_how_often(settings, hours, age, late):
    settings.BACKUP_EVERY_HOURS = hours
    if age is not None:
        backup(NOON - age * HOUR)

    assert engine.backup_is_late(engine.last_backup(), now=NOON) is late


def test_administrators_are_told_once_of_each_backup_that_is_overdue(settings):
    settings.BACKUP_EVERY_HOURS = 24
    administrator = factories.user(Role.ADMINISTRATOR, language="en")
    watching.watch(now=NOON, at=NOON)
    watching.watch(now=NOON + HOUR, at=NOON + HOUR)
    [first] = Notice.objects.filter(kind="backup_late")
    assert first.to == administrator.email and "None has been made yet" in first.body

    backup(NOON + HOUR)
    watching.watch(now=NOON + 2 * HOUR, at=NOON + 2 * HOUR)
    assert Notice.objects.filter(kind="backup_late").count() == 1
    engine_on_time(NOON + 30 * HOUR)
    watching.watch(now=NOON + 30 * HOUR, at=NOON + 30 * HOUR)

    assert Notice.objects.filter(kind="backup_late").count() == 2


def engine_on_time(at) -> None:
    Job.objects.update(done_at=at)


def test_engine_room_tells_of_the_last_backup_and_drill(enter, at_noon, settings):
    settings.BACKUP_EVERY_HOURS = 24
    backup(NOON - 1000 * HOUR)
    RestoreDrill.objects.create(at=NOON, backup_at=NOON - HOUR, folder="yell")

    page = enter(factories.user(Role.ADMINISTRATOR)).get(reverse("casework:engine"))

    assert "A backup is overdue." in page.content.decode()
    assert "Not set up yet" not in page.content.decode()
    assert "Restored from a backup" not in page.content.decode()


@pytest.mark.parametrize("drilled", [False, True])
def test_engine_room_tells_of_the_restoring_and_that_later_drills_are_forgotten(
    enter, at_noon, drilled
):
    if drilled:
        RestoreDrill.objects.create(at=NOON - 2 * HOUR, backup_at=NOON - 3 * HOUR, folder="yell")
    begin()
    address, client = reverse("casework:engine"), enter(factories.user(Role.ADMINISTRATOR))

    page = client.get(address).content.decode()
    assert "Restored from a backup" in page and "yell-1" in page
    assert "is not known any more" in page
    assert ("Unknown since the site was restored" in page) is not drilled
    RestoreDrill.objects.create(at=NOON + HOUR, backup_at=NOON, folder="yell")
    assert "is not known any more" not in client.get(address).content.decode()
