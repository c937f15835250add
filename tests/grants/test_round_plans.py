"""A plan of a round on its page: tried out without writing, saved with a reason, followed by the sheets."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import Role
from casework.deadlines import USUAL_LADDER
from grants.models import RoundPlan
from grants.plan import Planned, Shift
from grants.plan_dates import planned_days
from grants.services import change_round, plan_of, save_plan, shifts_by_plan
from reviews.models import Rubric
from reviews.services import set_scoring_date
from tests import factories
from tests.casework.cases import in_selection
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

PLAN = [
    Planned("meeting", on=date(2027, 1, 20)),
    Planned("scores", follows="meeting", period="5 open_days_before"),
    Planned("result", follows="meeting", period="14"),
]


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
@remembered
def call():
    return factories.call()


def save(call, by, plan=PLAN, *, version=0, reason="年間計画"):
    return save_plan(call, plan, version=version, reason=reason, by=by, at=NOON)


def typed(call, plan=PLAN, **said) -> dict:
    """Return what the form sends for ``plan``."""
    sent = {"version": call.plans.count(), "reason": "", **said}
    for planned in plan:
        if planned.on:
            sent[f"{planned.what}-on"] = planned.on.isoformat()
        else:
            count, unit = (*planned.period.split(), "days")[:2]
            sent |= {
                f"{planned.what}-count": count,
                f"{planned.what}-unit": unit,
                f"{planned.what}-follows": planned.follows,
            }
    return sent


def page_of(call) -> str:
    return reverse("grants:round-plan", args=[call.pk])


def test_saved_plan_is_the_plan(office, call):
    assert plan_of(call) == []
    save(call, office)
    assert plan_of(call) == PLAN


def test_each_change_is_a_version_that_stays(office, call):
    save(call, office)
    later = [Planned("meeting", on=date(2027, 1, 27)), *PLAN[1:]]
    save(call, office, later, version=1, reason="委員の都合")

    assert list(call.plans.values_list("version", "reason").order_by("version")) == [
        (1, "年間計画"),
        (2, "委員の都合"),
    ]
    assert plan_of(call) == later


@pytest.mark.parametrize("change", [{"reason": " "}, {"plan": []}, {"version": 1}])
def test_plan_without_reason_or_change_or_from_a_stale_page_is_refused(office, call, change):
    with pytest.raises(ValidationError):
        save(call, office, **change)
    assert not call.plans.exists()


def test_second_of_two_who_plan_at_once_is_refused(office, call):
    save(call, office)
    with pytest.raises(ValidationError):
        save(call, office, PLAN[:1])
    assert plan_of(call) == PLAN


def test_plan_that_rests_on_nothing_is_refused(office, call):
    with pytest.raises(ValidationError):
        save(call, office, PLAN[1:])
    assert not call.plans.exists()


def test_only_the_office_plans(call):
    with pytest.raises(PermissionDenied):
        save(call, factories.user(Role.AUDITOR))
    assert not call.plans.exists()


def test_version_never_changes(office, call):
    save(call, office)
    with pytest.raises(DatabaseError), transaction.atomic():
        RoundPlan.objects.update(reason="別の理由")
    assert call.plans.get().reason == "年間計画"


def test_sheets_are_due_on_the_planned_day(office, call):
    by_hand, then = date(2027, 1, 20), date(2027, 1, 13)
    set_scoring_date(call, due_on=by_hand, by=office, at=NOON)
    assert [shift for shift in shifts_by_plan(call, PLAN) if shift.what == "scores"] == [
        Shift("scores", by_hand, then)
    ]
    save(call, office)

    assert Rubric.objects.get(round=call).scores_due_on == then
    set_scoring_date(call, due_on=by_hand, reason="祝日", by=office, at=NOON)
    assert Planned("scores", on=by_hand) in plan_of(call) and call.plans.count() == 2
    assert Rubric.objects.get(round=call).scores_due_on == by_hand


def test_sheets_follow_when_the_call_closes_later(office, call):
    save(call, office, [Planned("scores", follows="closes", period="20")])
    before = Rubric.objects.get(round=call).scores_due_on

    change_round(
        call, opens_at=call.opens_at, closes_at=call.closes_at + timedelta(days=3),
        budget_yen=call.budget_yen, reason="周知の遅れ", by=office, at=NOON,
    )  # fmt: skip

    assert Rubric.objects.get(round=call).scores_due_on == before + timedelta(days=3)
    entry = next(entry for entry in planned_days(NOON) if entry.key.endswith("scores"))
    assert (entry.on, entry.sequence) == (before + timedelta(days=3), 2)


def test_rubric_that_comes_later_takes_the_planned_day(office):
    call = factories.call(seats=0)
    save(call, office)

    factories.panel(call)

    assert Rubric.objects.get(round=call).scores_due_on == date(2027, 1, 13)


def test_round_without_a_rubric_is_planned_all_the_same(office):
    call = factories.call(seats=0)
    save(call, office)
    assert not Rubric.objects.filter(round=call).exists()
    assert call.plans.count() == 1


def test_trying_out_shows_what_moves_and_writes_nothing(client, office, call):
    save(call, office)
    due_on = Rubric.objects.get(round=call).scores_due_on
    in_selection(round=call)
    client.force_login(office)
    moved = [Planned("meeting", on=date(2027, 1, 27)), *PLAN[1:]]

    page = client.post(page_of(call), {**typed(call, moved), "do": "try"})

    assert page.status_code == 200
    assert [(shift.what, shift.days) for shift in page.context["shifts"]] == [
        ("scores", 7),
        ("meeting", 7),
        ("result", 7),
    ]
    week = timedelta(days=7)
    assert [line[1:4] for line in page.context["dates"]] == [(due_on, due_on + week, 1)]
    assert len(page.context["moved"]) == len(USUAL_LADDER)
    assert all((line.new - line.old, line.number) == (week, 1) for line in page.context["moved"])
    assert plan_of(call) == PLAN
    assert Rubric.objects.get(round=call).scores_due_on == due_on


def test_page_saves_with_a_reason(client, office, call):
    client.force_login(office)
    sent = {**typed(call), "do": "save"}

    assert client.post(page_of(call), sent).status_code == 422
    assert not call.plans.exists()
    answer = client.post(page_of(call), {**sent, "reason": "年間計画"})

    assert answer.status_code == 302
    assert sorted(plan_of(call), key=PLAN.index) == PLAN


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ({"meeting-on": "2027-01-32"}, "on"),
        (
            {"meeting-on": "2027-01-20", "meeting-count": "3", "meeting-follows": "closes"},
            "on",
        ),
        ({"meeting-count": "3"}, "follows"),
        ({"result-count": "14", "result-follows": "meeting"}, "follows"),
    ],
)
def test_fault_is_said_at_its_milestone(client, office, call, said, at):
    client.force_login(office)

    page = client.post(page_of(call), {"version": 0, "do": "try", **said})

    assert page.status_code == 422
    assert {fault for form in page.context["forms"] for fault in form.errors} == {at}
    words = page.content.decode()
    assert (
        words.count('class="error-summary"') == 1
        and f'<a href="#id_{next(iter(said))[:6]}' in words
    )
    assert "only tried out" not in words
    assert not call.plans.exists()


def test_auditor_reads_the_plan_and_changes_nothing(client, office, call):
    save(call, office)
    client.force_login(factories.user(Role.AUDITOR))

    assert b"<form method" not in client.get(page_of(call)).content.split(b"<main")[1]
    assert client.post(page_of(call), {**typed(call, []), "do": "try"}).status_code == 403


@pytest.mark.parametrize("rounds", [1, 3])
def test_year_asks_the_same_number_of_queries_however_many_rounds(
    client, office, django_assert_num_queries, rounds
):
    for _number in range(rounds):
        save(factories.call(), office)
    client.force_login(office)
    client.get(reverse("grants:year-plan"))

    with django_assert_num_queries(8):
        page = client.get(reverse("grants:year-plan") + "?year=2026")

    charts, html = page.context["charts"], page.content.decode()
    assert len(charts) == rounds
    for row in charts:  # a narrow screen begins in April: a link leads to the month of today
        assert row["chart"].today_x - 62 < row["chart"].from_x <= row["chart"].today_x
        link = f"chart-{row['call'].pk}-today"
        assert html.count(f'href="#{link}"') == html.count(f'id="{link}"') == 1


def test_chart_shows_where_a_day_was_before(client, office, call):
    save(call, office)
    client.force_login(office)
    moved = [Planned("meeting", on=date(2027, 1, 27)), *PLAN[1:]]

    chart = client.post(page_of(call), {**typed(call, moved), "do": "try"}).context["chart"]

    meeting = next(bar for bar in chart.bars if bar.on == date(2027, 1, 27))
    assert meeting.x - meeting.before_x == 14  # seven days, two units each
    assert chart.width > meeting.end
