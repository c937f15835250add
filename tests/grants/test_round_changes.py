"""A round is changed after it was opened: recorded, never against who relied on it."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Membership, Role, User
from casework import coming, ladders, timekeeping
from casework.derivation import Due
from casework.models import Access, Notice
from casework.services import advance
from grants.models import Round, RoundChange
from grants.plan import Planned
from grants.services import change_round, replaced_by_change, save_plan, start_paper
from tests import factories
from tests.casework.cases import filed, group_of, in_selection
from tests.factories import JAPAN, NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 12, 11, tzinfo=JAPAN)


@pytest.fixture(autouse=True)
def english():
    """Refusals are read in the language of the message ids."""
    with translation.override("en"):
        yield


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
@remembered
def call() -> Round:
    return factories.call()


def change(call: Round, by, *, reason: str = "周知の遅れ", at: datetime = NOON, **changes) -> Round:
    call.refresh_from_db()
    names = ("opens_at", "closes_at", "budget_yen")
    wanted = {name: getattr(call, name) for name in names} | changes
    return change_round(call, **wanted, reason=reason, by=by, at=at)


def test_budget_that_was_not_set_is_entered_and_then_the_round_can_be_decided(office, call, sender):
    Round.objects.update(budget_yen=None)
    proposal = in_selection(round=call)
    with pytest.raises(ValidationError, match="not set"):
        factories.approved(proposal, "select", assessed_yen=80_000)

    change(call, office, budget_yen=500_000, reason="予算の議決")

    assert factories.approved(proposal, "select", assessed_yen=80_000).state == "selected"
    row = call.changes.get()
    assert (row.what, row.old, row.new) == ("budget_yen", None, 500_000)
    assert (row.reason, row.by, row.at) == ("予算の議決", office, NOON)


@pytest.mark.parametrize(("budget", "possible"), [(79_999, False), (80_000, True), (None, False)])
def test_budget_is_never_less_than_what_is_selected(office, call, sender, budget, possible):
    factories.approved(in_selection(round=call), "select", assessed_yen=80_000)

    if possible:
        assert change(call, office, budget_yen=budget).left_yen() == 0
    else:
        with pytest.raises(ValidationError, match="80,000 yen"):
            change(call, office, budget_yen=budget)
        assert not RoundChange.objects.exists()


def test_budget_is_never_less_than_what_is_offered(office, call, sender):
    reserve = factories.approved(in_selection(round=call), "reserve", assessed_yen=70_000)
    advance(reserve, "offer", by=office, at=NOON)

    with pytest.raises(ValidationError, match="70,000 yen"):
        change(call, office, budget_yen=69_999)


def test_later_close_moves_the_date_of_each_draft_and_its_group_is_told(office, call):
    draft, sent = factories.draft(round=call), filed(round=call)
    before = draft.deadlines.get(kind="call")
    met = sent.deadlines.get(kind="call")

    change(call, office, closes_at=LATER)

    before.refresh_from_db()
    after = draft.deadlines.open().get(kind="call")
    assert (before.superseded_by, before.closed_because) == (after, "周知の遅れ")
    assert after.ends_on == date(2026, 12, 10)
    assert list(sent.deadlines.filter(kind="call")) == [met]
    told = Notice.objects.get(kind="call_changed")
    assert (told.recipient, told.case_id) == (group_of(draft), draft.pk)
    assert "周知の遅れ" in told.body
    assert "24:00" in told.body
    late = LATER - timedelta(seconds=1)
    group = group_of(draft).act_on(late.date())
    assert advance(draft, "submit", by=group, at=late).state == "submitted"


def set_by_hand(deadline, until: date, office) -> None:
    timekeeping.supersede(deadline, Due.fixed(until), by=office, at=NOON, reason="病気")


@remembered
def extended(deadline, until: date, _office) -> None:
    factories.extended(deadline, until=until)


@pytest.mark.parametrize(
    ("give", "until", "ends_on"),
    [
        (set_by_hand, date(2026, 12, 20), date(2026, 12, 20)),
        (set_by_hand, date(2026, 12, 5), date(2026, 12, 5)),
        (extended, date(2026, 12, 20), date(2026, 12, 20)),
        (extended, date(2026, 12, 10), date(2026, 12, 10)),
        (extended, date(2026, 12, 5), date(2026, 12, 10)),
    ],
)
def test_later_close_takes_nobody_a_day_that_was_set_or_approved(
    office, call, give, until, ends_on
):
    factories.sender()
    draft = start_paper(
        call, organization=None, new_organization="会", title="居場所", received_on=TODAY,
        by=office, at=NOON,
    )  # fmt: skip
    give(draft.deadlines.get(kind="call"), until, office)
    counted = draft.deadlines.open().get(kind="call")

    change(call, office, closes_at=LATER)

    now = draft.deadlines.open().get(kind="call")
    assert now.ends_on == ends_on
    assert (now != counted) == (until < ends_on), "and where the day stays, the row does"
    assert Notice.objects.filter(kind="call_changed").exists() == (until < ends_on)


def test_draft_of_a_group_that_nobody_writes_for_stays_unknown_to_the_office(office, call):
    draft = factories.draft(round=call)
    Membership.objects.filter(organization=draft.organization).update(valid_until=TODAY)

    change(call, office, closes_at=LATER, at=NOON + timedelta(days=1))

    assert draft.deadlines.open().get().ends_on == date(2026, 12, 10)
    assert not Notice.objects.filter(kind="call_changed").exists()


def test_call_is_not_opened_again_once_its_selection_has_begun(office, call):
    in_selection(round=call)

    with pytest.raises(ValidationError, match="selection has begun"):
        change(call, office, closes_at=LATER)


@pytest.mark.parametrize("make", [factories.draft, filed])
def test_call_does_not_close_earlier_once_somebody_relies_on_it(office, call, make):
    make(round=call)

    with pytest.raises(ValidationError, match="only close later"):
        change(call, office, closes_at=call.closes_at - timedelta(seconds=1))


def test_call_that_nobody_entered_may_close_earlier_but_not_in_the_past(office, call):
    earlier = call.closes_at - timedelta(days=2)

    assert change(call, office, closes_at=earlier).closes_at == earlier
    with pytest.raises(ValidationError, match="close in the past"):
        change(call, office, closes_at=NOON)


def test_opening_is_corrected_only_before_the_call_opens(office, call):
    with pytest.raises(ValidationError, match="has opened"):
        change(call, office, opens_at=NOON + timedelta(days=1))

    before = call.opens_at - timedelta(days=2)
    sooner = call.opens_at - timedelta(days=1)
    assert change(call, office, opens_at=sooner, at=before).opens_at == sooner
    with pytest.raises(ValidationError, match="open in the past"):
        change(call, office, opens_at=before - timedelta(days=1), at=before)


def test_close_before_the_opening_is_refused(office, call):
    before = call.opens_at - timedelta(days=2)

    with pytest.raises(ValidationError, match="close after it opens"):
        change(call, office, closes_at=call.opens_at - timedelta(days=1), at=before)


@pytest.mark.parametrize("changes", [{}, {"budget_yen": 5, "reason": "  "}])
def test_change_needs_a_reason_and_something_to_change(office, call, changes):
    with pytest.raises(ValidationError, match="say why"):
        change(call, office, **changes)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ACCOUNTING])
def test_only_the_office_changes_a_round(call, role):
    with pytest.raises(PermissionDenied):
        change(call, factories.user(role), budget_yen=5)


def test_change_of_a_round_is_never_altered(office, call):
    change(call, office, budget_yen=5)

    with pytest.raises(DatabaseError), transaction.atomic():
        call.changes.update(new_value="1")


# Pages


def sent_form(call: Round, **fields) -> dict:
    return {
        "opens_on": "2026-11-10", "opens_clock": "12:00", "closes_on": "2026-11-30",
        "closes_clock": "12:00", "budget_yen": "1,000,000", "reason": "訂正", **fields,
    }  # fmt: skip


def test_page_shows_the_round_and_changes_only_what_was_changed(as_person, office, call):
    client, url = as_person(office), reverse("grants:round-change", args=[call.pk])
    shown = client.get(url).context["form"].initial
    assert (shown["closes_on"], shown["closes_clock"]) == (date(2026, 11, 30), time(12))

    refused = client.post(url, sent_form(call, reason=""))
    unchanged = client.post(url, sent_form(call))
    answer = client.post(url, sent_form(call, closes_on="2026-12-10", closes_clock=""))

    assert (refused.status_code, unchanged.status_code, answer.status_code) == (422, 422, 302)
    assert [row.what for row in call.changes.all()] == ["closes_at"]
    page = client.get(answer["Location"]).content.decode()
    assert "Changes of this round" in page
    assert str(office) in page
    assert "訂正" in page


def test_page_shows_what_a_later_close_moves_before_it_is_saved(as_person, office, call):
    draft, _unseen = factories.draft(round=call), factories.draft(round=call)
    plan = [Planned("scores", follows="closes", period="14")]
    save_plan(call, plan, version=0, reason="年間計画", by=office, at=NOON)
    Access.objects.create(case_id=draft.pk, user=office, reason="相談")
    client, url = as_person(office), reverse("grants:round-change", args=[call.pk])
    later = sent_form(call, closes_on="2026-12-10", closes_clock="", reason="")

    page = client.post(url, {**later, "show": "1"})

    assert page.status_code == 200
    moved = {"closes": 10, "scores": 10}
    assert {shift.what: shift.days for shift in page.context["shifts"]} == moved
    assert [line[:4] for line in page.context["dates"]] == [
        ("Close of the call", date(2026, 11, 30), date(2026, 12, 10), 1)
    ]
    moved = [(line.words, line.old, line.new) for line in page.context["moved"]]
    assert moved == [
        ("Close of the call, 14 days before: Organization", None, date(2026, 11, 26)),
        ("Close of the call, 7 days before: Organization", date(2026, 11, 23), date(2026, 12, 3)),
        ("Close of the call, 2 days before: Organization", date(2026, 11, 28), date(2026, 12, 8)),
        ("Close of the call, on the day itself: Organization", date(2026, 11, 30), date(2026, 12, 10)),
    ]  # fmt: skip
    words = page.content.decode()
    assert draft.title not in words
    assert "Dates of drafts that are not filed" in words and "move too." in words
    assert not call.changes.exists()

    assert client.post(url, {**later, "reason": "周知の遅れ"}).status_code == 302
    ladders.reckon()
    assert draft.deadlines.open().get().remind_on == date(2026, 11, 26)


def test_what_a_later_close_moves_is_asked_as_often_for_three_drafts_as_for_one(call):
    asked, reader = [], factories.member(factories.organization(founded_on=date(2025, 4, 1)))
    for drafts in (1, 2):
        for _number in range(drafts):
            factories.draft(round=call, by=reader)
        read_anew, asking = Round.objects.get(pk=call.pk), User.objects.get(pk=reader.pk)
        with CaptureQueriesContext(connection) as queries:
            found = replaced_by_change(read_anew, opens_at=call.opens_at, closes_at=LATER, at=NOON)
            together = coming.replaced_together(found, reader=asking.act_on(TODAY), today=TODAY)
        asked.append((together.dates[0].number, len(queries)))

    assert asked == [(1, asked[0][1]), (3, asked[0][1])]


@pytest.mark.parametrize("closes_on", ["2026-11-19", "", "2026-11-30"])
def test_page_shows_no_move_of_a_close_that_is_refused_or_the_same(
    as_person, office, call, closes_on
):
    url = reverse("grants:round-change", args=[call.pk])

    page = as_person(office).post(url, {**sent_form(call, closes_on=closes_on), "show": "1"})

    if closes_on == "2026-11-30":
        assert (page.context["dates"], page.context["moved"]) == ([], [])
    else:
        assert page.status_code == 422 and "moved" not in page.context


def test_opening_with_seconds_that_was_not_touched_is_not_moved(as_person, office, call):
    opened = call.opens_at + timedelta(seconds=23)
    Round.objects.update(opens_at=opened)

    answer = as_person(office).post(
        reverse("grants:round-change", args=[call.pk]),
        sent_form(call, closes_on="2026-12-10", closes_clock=""),
    )

    assert answer.status_code == 302
    call.refresh_from_db()
    assert call.opens_at == opened
    assert [row.what for row in call.changes.all()] == ["closes_at"]


def test_selection_without_a_budget_leads_to_where_it_is_entered(as_person, office, call):
    link = reverse("grants:round-change", args=[call.pk])
    in_selection(round=call)
    client = as_person(office)
    pages = [reverse(f"reviews:{name}", args=[call.pk]) for name in ("selection", "decision")]
    assert all(link not in client.get(page).content.decode() for page in pages)

    Round.objects.update(budget_yen=None)

    assert all(link in client.get(page).content.decode() for page in pages)


def test_counts_of_rounds_leave_out_what_the_reader_must_not_meet(as_person, office, call):
    seen, barred = in_selection(round=call), in_selection(round=call)
    assert seen != barred
    Access.objects.create(case_id=barred.pk, user=office, barred=True, reason="利害関係")
    client = as_person(office)

    (row,) = client.get(reverse("grants:rounds")).context["page"]
    assert row.filed == 1
    (row,) = client.get(reverse("reviews:rounds")).context["page"]
    assert row.waiting == 1
