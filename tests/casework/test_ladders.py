"""Ladders as data: who is told, when next, how the office changes one, and what that moves."""

import random
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import MemberRole, Role
from casework import coming, ladders, reminders
from casework.climbing import day_of, due_rungs, mark_of, next_day
from casework.deadlines import KINDS, Audience, Pace, Rung, Tone
from casework.errors import NotPossible
from casework.models import Deadline, Ladder, Notice, Reminder
from casework.services import advance
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON, TODAY
from tests.remembering import remembered

END = date(2026, 12, 31)

rungs = st.builds(Rung, st.integers(-30, 60), st.sampled_from(Audience.values))
some_ladders = st.lists(rungs, max_size=8, unique_by=lambda r: (r.days, r.audience)).map(
    ladders.in_order
)


# The pure rules


@given(ladder=some_ladders, opened=st.integers(-10, 70), runs=st.lists(st.integers(-40, 70)))
def test_sweep_that_reads_only_the_next_day_sends_what_one_that_reads_all_does(
    ladder, opened, runs
):
    opened_on, always, lazy = END - timedelta(days=opened), [], []
    climbed, climbed_lazily = {}, {}
    for before in runs:  # also back and forth, as a clock may go
        today = END - timedelta(days=before)
        now, _passed = due_rungs(ladder, END, opened_on, climbed, today)
        always += now
        climbed |= {rung.audience: rung.days for rung in now}
        remind_on = next_day(ladder, END, opened_on, climbed_lazily)
        if remind_on is not None and remind_on <= today:
            now, _passed = due_rungs(ladder, END, opened_on, climbed_lazily, today)
            lazy += now
            climbed_lazily |= {rung.audience: rung.days for rung in now}

    assert lazy == always
    assert len(set(always)) == len(always), "no rung is sent twice"


@given(ladder=some_ladders, opened=st.integers(-10, 70))
def test_next_day_is_none_once_all_is_climbed(ladder, opened):
    opened_on, climbed = END - timedelta(days=opened), {}
    for _rung in ladder:
        day = next_day(ladder, END, opened_on, climbed)
        if day is not None:
            now, _passed = due_rungs(ladder, END, opened_on, climbed, day)
            assert now and all(day_of(rung, END) == day for rung in now)
            climbed |= {rung.audience: rung.days for rung in now}

    assert next_day(ladder, END, opened_on, climbed) is None


def test_each_audience_climbs_by_itself():
    ladder = (Rung(3), Rung(-1), Rung(-1, Audience.CLERK), Rung(-7, Audience.MANAGER))

    sent, passed = due_rungs(ladder, END, date(2026, 1, 1), {}, END + timedelta(days=30))

    assert sent == [Rung(-1), Rung(-1, Audience.CLERK), Rung(-7, Audience.MANAGER)]
    assert passed == [Rung(3)]


def test_mark_tells_ladders_apart():
    plain, firm = (Rung(3),), (Rung(3, tone=Tone.FIRM),)

    assert mark_of(plain) != mark_of(firm)
    assert mark_of(plain) == mark_of((Rung(3, "owner", "plain", "at_once"),))


# With the database


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
@remembered
def deadline(db):
    """A supplement owed in fourteen days; nobody has been reminded yet."""
    factories.sender()
    deadline = sent_back().deadlines.get(kind="supplement")
    Notice.objects.all().delete()
    return deadline


def put(kind: str, *wanted: Rung, by, reason: str = "試行") -> Ladder:
    return ladders.change(kind, wanted, reason=reason, by=by, at=NOON)


def run(deadline: Deadline, before: int) -> int:
    return reminders.remind(deadline, today=deadline.due_on - timedelta(days=before), at=NOON)


def test_latest_version_counts(deadline, office):
    assert ladders.ladder_of("supplement") == KINDS["supplement"].ladder
    put("supplement", Rung(5), by=office)
    put("supplement", Rung(4), Rung(2, Audience.CLERK, Tone.FIRM, Pace.DIGEST), by=office)

    stored = (Rung(4), Rung(2, Audience.CLERK, Tone.FIRM, Pace.DIGEST))
    assert ladders.ladder_of("supplement") == stored == ladders.all_ladders()["supplement"]
    assert ladders.ladder_of("report") == KINDS["report"].ladder

    ladders.back_to_the_programs("supplement", reason="戻す", by=office, at=NOON)

    assert ladders.ladder_of("supplement") == KINDS["supplement"].ladder
    assert list(Ladder.objects.order_by("version").values_list("version", flat=True)) == [1, 2, 3]


def test_versions_are_only_added(deadline, office):
    row = put("supplement", Rung(5), by=office)

    for change in (lambda: row.rungs.update(days=1), row.rungs.all().delete, row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert ladders.ladder_of("supplement") == (Rung(5),)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_only_the_office_changes_a_ladder(role):
    with pytest.raises(PermissionDenied):
        put("call", Rung(5), by=factories.user(role))
    assert not Ladder.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("supplement", ()),
        ("supplement", (Rung(3, Audience.CLERK),)),
        ("supplement", (Rung(3, channel=Pace.DIGEST),)),
        ("supplement", (Rung(-1),)),
        ("withdrawal", (Rung(3),)),
        ("call", (Rung(3), Rung(3, tone=Tone.FIRM))),
    ],
)
def test_ladder_that_leaves_out_what_must_be_told_is_refused(kind, wanted, office):
    with pytest.raises(NotPossible):
        put(kind, *wanted, by=office)
    assert not Ladder.objects.exists()


def test_group_members_who_only_read_are_told_by_their_own_rung(deadline, office):
    reader = factories.member(deadline.case.organization, role=MemberRole.VIEWER)
    put("supplement", Rung(3), Rung(3, Audience.MEMBERS), by=office)

    assert run(deadline, 3) == 2

    group = group_of_writers(deadline)
    assert sorted(Notice.objects.values_list("recipient", flat=True)) == sorted(
        [group.pk, reader.pk]
    )
    again = Reminder.objects.get(recipient=group.email, audience=Audience.MEMBERS)
    assert again.outcome == Reminder.Outcome.PASSED_OVER, "told once, as who owes it"


def group_of_writers(deadline: Deadline):
    return deadline.case.organization.members.get(membership__role=MemberRole.OWNER)


def test_shared_mailbox_of_the_department_is_told_though_nobody_logs_in_there(deadline, office):
    department = factories.department(name="環境課", mailbox="kankyo@city.example.jp")
    type(deadline.case).objects.filter(pk=deadline.case_id).update(department=department)
    put("supplement", Rung(3), Rung(3, Audience.DEPARTMENT), by=office)

    assert run(deadline, 3) == 2

    notice = Notice.objects.get(to="kankyo@city.example.jp")
    assert notice.recipient is None and notice.body.startswith("環境課 御中")
    assert run(deadline, 3) == 0


def test_audience_of_nobody_is_recorded_and_not_tried_for_ever(deadline, office):
    put(
        "supplement",
        Rung(3),
        Rung(3, Audience.COORDINATOR),
        Rung(3, Audience.DEPARTMENT),
        by=office,
    )

    assert run(deadline, 3) == 1

    nobody = Reminder.objects.filter(outcome=Reminder.Outcome.NOBODY)
    assert sorted(nobody.values_list("audience", flat=True)) == ["coordinator", "department"]
    deadline.refresh_from_db()
    assert deadline.remind_on is None
    assert not reminders.due(deadline.due_on + timedelta(days=99)).exists()


def test_what_is_late_for_a_week_goes_to_the_manager(deadline):
    manager, clerk = factories.user(Role.APPROVER), factories.user(Role.OFFICE)
    run(deadline, -1)
    assert not Notice.objects.filter(recipient=manager).exists()

    run(deadline, -7)

    notice = Notice.objects.get(recipient=manager)
    assert notice.kind == "deadline_overdue" and "7日" in notice.body
    assert Notice.objects.filter(recipient=clerk).count() == 1


def test_firm_reminder_says_what_follows(deadline, office):
    put("supplement", Rung(3), Rung(1, tone=Tone.FIRM), by=office)
    run(deadline, 3)
    run(deadline, 1)

    plain, firm = Notice.objects.order_by("pk").values_list("body", flat=True)
    assert "期限後の扱い" in firm and "期限後の扱い" not in plain


def test_new_ladder_does_not_climb_up_again(deadline, office):
    run(deadline, 3)
    put("supplement", Rung(10), Rung(5), Rung(1), by=office)

    assert run(deadline, 2) == 0
    assert run(deadline, 1) == 1


# The next day of each deadline


def in_step() -> bool:
    counting = ladders.all_ladders()
    rows = Deadline.objects.open().prefetch_related("extensions", "reminders")
    return all(
        row.remind_on == ladders.next_day_of(row, counting[row.kind])
        and row.reckoned_by == mark_of(counting[row.kind])
        for row in rows
    )


@pytest.mark.parametrize("seed", range(6))
def test_next_day_is_what_the_rule_says_whatever_happened(deadline, office, seed):
    """Play months in which dates, ladders and reminders change in any order."""
    chance, today, case = random.Random(seed), TODAY, deadline.case.specific

    def extend():
        owed = case.deadlines.open().filter(kind="supplement").first()
        if owed:
            factories.extended(owed, until=max(owed.ends_on, today) + timedelta(days=9))

    def relabel():
        wanted = [Rung(chance.randint(0, 20)), Rung(-chance.randint(1, 9), Audience.CLERK)]
        put("supplement", *wanted, by=office)

    def answer():
        fresh = type(case).objects.get(pk=case.pk)
        verb = "resubmit" if fresh.state == "returned" else "send_back"
        by = group_of(fresh) if verb == "resubmit" else office
        advance(fresh, verb, by=by, at=NOON + (today - TODAY))

    def sweep():
        reminders.sweep(reminders.in_batches(reminders.due(today)), today=today, at=NOON)

    for _step in range(12):
        today += timedelta(days=chance.randint(0, 4))
        chance.choice([extend, relabel, answer, sweep, sweep])()
        ladders.reckon()
        assert in_step()
    assert ladders.reckon() == 0, "and then there is nothing more to do"


def test_sweep_reads_the_rows_that_are_due_and_no_others(office):
    factories.sender()
    soon = sent_back(due_on=TODAY + timedelta(days=3)).deadlines.get(kind="supplement")
    for days in (30, 60):
        sent_back(filed(), due_on=TODAY + timedelta(days=days))
    ladders.reckon()

    assert [row.pk for row in reminders.in_batches(reminders.due(TODAY))] == [soon.pk]

    reminders.sweep(reminders.in_batches(reminders.due(TODAY)), today=TODAY, at=NOON)

    assert not reminders.due(TODAY).exists()


def test_many_rows_are_reckoned_in_batches(deadline, office, monkeypatch):
    monkeypatch.setattr(ladders, "BATCH", 1)
    sent_back(filed())
    sent_back(filed())
    open_rows = Deadline.objects.open().count()

    assert ladders.reckon() == open_rows >= 3
    assert in_step()


def test_asking_for_all_ladders_costs_as_much_for_three_as_for_one(
    office, db, django_assert_num_queries
):
    for kind in ("call", "offer", "matching"):
        put(kind, Rung(5), by=office)
        with django_assert_num_queries(2):
            ladders.all_ladders()


# What moves


def test_moved_date_shows_which_reminders_move(deadline):
    until = deadline.due_on + timedelta(days=10)

    found = coming.moved(deadline, until, today=TODAY)

    ten = timedelta(days=10)
    assert [rung.days for rung, _old, _new in found] == [14, 3, 0, -1, -1, -7]
    assert all(new - old == ten for _rung, old, new in found)


def test_moved_date_sends_again_what_was_sent_for_the_old_one(deadline):
    run(deadline, 3)
    until = deadline.due_on + timedelta(days=30)

    found = coming.moved(deadline, until, today=deadline.due_on)

    first = found[0]
    assert (first[0].days, first[1]) == (14, None)
    assert first[2] == until - timedelta(days=14)


def test_what_is_to_come_by_stored_ladders_is_what_the_sweeps_send(deadline, office):
    reader = factories.member(deadline.case.organization, role=MemberRole.VIEWER)
    put("supplement", Rung(10), Rung(5, Audience.MEMBERS), Rung(-2, Audience.CLERK), by=office)
    listed = coming.coming(Deadline.objects.all(), today=TODAY)
    predicted = [(i.on, i.rung.days, i.rung.audience) for i in listed if i.deadline == deadline]

    for day in range(coming.AHEAD + 1):
        at = NOON + timedelta(days=day)
        ladders.reckon()
        reminders.sweep(reminders.due(at.date()), today=at.date(), at=at)

    sent = deadline.reminders.filter(outcome=Reminder.Outcome.SENT)
    assert predicted == sorted({(row.at.date(), row.rung, row.audience) for row in sent})
    assert Notice.objects.filter(recipient=reader).count() == 1


# The pages


def data(*rungs: Rung, **more) -> dict:
    lines = {
        f"form-{n}-{name}": value
        for n, rung in enumerate(rungs)
        for name, value in {
            "days": abs(rung.days),
            "side": "after" if rung.days < 0 else "before",
            "audience": rung.audience,
            "tone": rung.tone,
            "channel": rung.channel,
        }.items()
    }
    return {"form-TOTAL_FORMS": len(rungs), "form-INITIAL_FORMS": 0, **lines, **more}


def test_change_is_shown_before_it_is_saved(deadline, office, enter, at_noon):
    client, url = enter(office), reverse("casework:ladder", args=["supplement"])
    wanted = data(Rung(10), Rung(1), reason="早めに知らせる")

    page = client.post(url, wanted)

    assert page.status_code == 200 and not Ladder.objects.exists()
    words = page.content.decode()
    assert "1 date of this kind is open." in words
    assert "2 reminders are added and 6 are left out" in words
    assert "No open date lies further ahead than 60 days." in words

    answer = client.post(url, {**wanted, "shown": page.context["shown"]})

    assert answer.status_code == 302
    assert ladders.ladder_of("supplement") == (Rung(10), Rung(1))
    assert "早めに知らせる" in client.get(url).content.decode()


def test_dates_beyond_the_days_ahead_are_said_to_follow(deadline, office, enter, at_noon):
    Deadline.objects.filter(pk=deadline.pk).update(due_on=TODAY + timedelta(days=90))
    url = reverse("casework:ladder", args=["supplement"])

    words = enter(office).post(url, data(Rung(10), reason="x")).content.decode()

    assert "0 reminders are added and 0 are left out" in words
    assert "follows the new ladder too: 1 of the open dates" in words


def test_change_after_the_preview_is_shown_anew(deadline, office, enter, at_noon):
    client, url = enter(office), reverse("casework:ladder", args=["supplement"])
    shown = client.post(url, data(Rung(10), reason="x")).context["shown"]

    page = client.post(url, data(Rung(9), reason="x", shown=shown))

    assert page.status_code == 200 and not Ladder.objects.exists()


def test_refused_ladder_says_why(deadline, office, enter, at_noon):
    page = enter(office).post(
        reverse("casework:ladder", args=["supplement"]), data(Rung(-3), reason="x")
    )

    assert page.status_code == 422
    assert "legal effect" in page.content.decode()


def test_way_back_to_the_programs_own_ladder(deadline, office, enter, at_noon):
    put("supplement", Rung(5), by=office)
    url = reverse("casework:ladder-back", args=["supplement"])

    enter(office).post(url, {"back-reason": ""})
    assert ladders.ladder_of("supplement") == (Rung(5),)
    enter(office).post(url, {"back-reason": "元に戻す"})

    assert ladders.ladder_of("supplement") == KINDS["supplement"].ladder


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_auditor_and_administrator_read_ladders(role, enter, at_noon):
    client = enter(factories.user(role))

    page = client.get(reverse("casework:ladders"))
    one = client.get(reverse("casework:ladder", args=["supplement"]))

    assert page.status_code == one.status_code == 200
    assert "Legal effect" in page.content.decode()
    assert "csrfmiddlewaretoken" not in one.content.decode().partition("<main")[2]
    assert client.post(reverse("casework:ladder", args=["supplement"]), {}).status_code == 403
    assert client.post(reverse("casework:ladder-back", args=["supplement"])).status_code == 403


@pytest.mark.django_db
def test_ladder_of_no_kind_is_not_found(office, enter, at_noon):
    client = enter(office)

    assert client.get(reverse("casework:ladder", args=["nothing"])).status_code == 404
    assert client.post(reverse("casework:ladder-back", args=["nothing"])).status_code == 404
