"""What people do in a selection, and what follows."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django_fsm import TransitionNotAllowed

from accounts.models import Role
from casework import verification
from casework.edit_numbers import StaleDraft
from casework.errors import NotPossible
from casework.history import digest_of
from casework.models import Case, Deadline, Notice
from casework.services import advance, correct
from reviews import services
from reviews.models import Conflict, Criterion, Rubric, Score, ScoreSheet
from tests import factories
from tests.factories import NOON, TODAY
from tests.reviews.conftest import fill, refer

pytestmark = pytest.mark.django_db


def test_rubric_stays_as_it_was_when_the_first_proposal_was_referred(scene):
    rubric = Rubric.objects.get(round=scene.round)
    assert rubric.frozen_at == NOON
    assert len(rubric.digest) == 64

    with pytest.raises(ValidationError, match="."):
        services.set_rubric(scene.round, criteria=[], by=scene.office, at=NOON)
    assert rubric.criteria.count() == 2


def test_rubric_before_the_first_referral_is_replaced_as_a_whole(office):
    round = factories.call(seats=1)
    given = {"label_ja": "独創性", "max_points": 3}
    rubric = services.set_rubric(
        round, criteria=[given], pass_mark=2, pass_unit="points", by=office, at=NOON
    )

    assert [str(c) for c in rubric.criteria.all()] == ["独創性 (0–3)"]
    assert rubric.max_points == 3


def test_pass_mark_above_what_a_sheet_can_give_is_refused(office):
    round = factories.call(seats=0)
    with pytest.raises(ValidationError):
        services.set_rubric(
            round,
            criteria=[{"label_ja": "a", "max_points": 3}],
            pass_mark=4,
            pass_unit="points",
            by=office,
            at=NOON,
        )
    assert not Rubric.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"pass_mark": 3},
        {"pass_unit": "points"},
        {"pass_mark": 101, "pass_unit": "percent"},
        {"quorum": 0},
        {"quorum": 3, "assignment": "balanced", "sheets_each": 2},
        {"quorum": 2, "aggregation": "trimmed"},
        {"tie_rule": "dice"},
        {"grades": [{"label": "A", "from_percent": 0, "rate_percent": 100}]},
        {"grades": [{"label": "A", "from_percent": 0, "rate_percent": 101}], "allocation": "grade"},
        {"criteria": [{"label_ja": "a", "max_points": 3, "floor": 4}]},
        {"criteria": [{"label_ja": "a", "max_points": 3, "weight": 0}]},
    ],
)
def test_rubric_that_contradicts_itself_is_refused(office, wrong):
    round = factories.call(seats=0)
    said = {"criteria": [{"label_ja": "a", "max_points": 3}], **wrong}
    with pytest.raises(ValidationError):
        services.set_rubric(round, **said, by=office, at=NOON)
    assert not Rubric.objects.exists()


@pytest.mark.parametrize(
    "lost",
    [
        {"pass_mark": None},
        {"pass_mark": None, "pass_unit": ""},
        {"quorum": None},
        {"aggregation": ""},
        {"aggregation": "median"},
        {"cut_rule": ""},
    ],
)
def test_database_keeps_a_frozen_rubric_whole(scene, lost):
    with pytest.raises(IntegrityError), transaction.atomic():
        Rubric.objects.filter(round=scene.round).update(**lost)


def test_rubric_as_it_was_frozen_holds_every_rule(office):
    round = factories.call(seats=0, rounding_unit_yen="1000")
    grades = [{"label": "A", "from_percent": 60, "rate_percent": 100},
              {"label": "B", "from_percent": 0, "rate_percent": 50}]  # fmt: skip
    criteria = [{"label_ja": "公益性", "max_points": 10, "weight": 2, "floor": 4}]
    rules = {
        "allocation": "grade", "aggregation": "median", "recused_counts": "as_mean", "blind": True,
        "tells_comment": True,
    }  # fmt: skip
    factories.panel(round, criteria=criteria, grades=grades, **rules)
    refer(round, office)

    rubric = Rubric.objects.get(round=round)
    content = rubric.content()
    assert rubric.digest == digest_of(content)
    assert content.items() >= {**rules, "quorum": 1, "rounding_unit_yen": 1000}.items()
    assert [(c["weight"], c["floor"]) for c in content["criteria"]] == [("2.00", 4)]
    assert [(g["label"], g["from_percent"]) for g in content["grades"]] == [
        ("A", "60.00"), ("B", "0.00")
    ]  # fmt: skip
    assert content.keys() >= {*services.RULES}


def test_only_the_office_sets_up_a_selection(office):
    round = factories.call(seats=1)
    stranger, seat = factories.user(Role.PANEL), round.seats.get()
    for attempt in (
        lambda: services.set_rubric(round, criteria=[], by=stranger, at=NOON),
        lambda: services.add_seat(round, user=stranger, by=stranger, at=NOON),
        lambda: services.end_seat(seat, last_day=TODAY, by=stranger, at=NOON),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


@pytest.mark.parametrize("roles", [(), (Role.OFFICE,), (Role.PANEL, Role.APPROVER)])
def test_seat_is_for_panel_members_who_do_not_read_every_case(office, roles):
    with pytest.raises(ValidationError):
        services.add_seat(factories.call(seats=0), user=factories.user(*roles), by=office, at=NOON)


def test_seat_is_given_once(office):
    round = factories.call(seats=1)
    with pytest.raises(ValidationError):
        services.add_seat(round, user=round.seats.get().user, by=office, at=NOON)


@pytest.mark.parametrize("lacks", ["rubric", "seats", "both"])
def test_referral_without_a_rubric_or_a_member_says_what_is_missing(office, lacks):
    round = factories.call(seats=0)
    if lacks == "rubric":
        services.add_seat(round, user=factories.user(Role.PANEL), by=office, at=NOON)
    if lacks == "seats":
        services.set_rubric(
            round, criteria=factories.CRITERIA, **factories.SELECTION, by=office, at=NOON
        )

    with translation.override("en"), pytest.raises(NotPossible) as refusal:
        refer(round, office)
    words = str(refusal.value)
    assert ("the criteria" in words) == (lacks in ("rubric", "both"))
    assert ("a member on the subcommittee" in words) == (lacks in ("seats", "both"))
    assert "Selection" in words
    assert str(round) in words
    assert not round.proposals.filter(state="in_selection").exists()


def test_referral_gives_every_member_a_sheet_and_tells_only_them(scene):
    assert ScoreSheet.objects.count() == 4
    for seat in scene.seats:
        seen = set(Case.objects.visible_to(seat.user.act_on(TODAY)).values_list("pk", flat=True))
        own = {s.pk for s in seat.sheets.all()} | {p.pk for p in scene.proposals}
        assert seen == own
        told = Notice.objects.filter(recipient=seat.user)
        assert {n.case_id for n in told} == {s.pk for s in seat.sheets.all()}


def test_sheets_never_show_to_the_group(scene):
    group = scene.proposals[0].organization.members.get().act_on(TODAY)
    assert set(Case.objects.visible_to(group)) == {Case.objects.get(pk=scene.proposals[0].pk)}


def test_new_member_gets_sheets_for_what_is_in_selection(scene):
    seat = services.add_seat(scene.round, user=factories.user(Role.PANEL), by=scene.office, at=NOON)
    assert seat.sheets.count() == 2


def test_seat_that_ended_gets_no_sheet_and_reads_no_more(scene):
    seat = services.end_seat(scene.seats[0], last_day=TODAY, by=scene.office, at=NOON)
    tomorrow = NOON + timedelta(days=1)
    assert services.assign(scene.proposals[0], seat, by=scene.office, at=tomorrow) is None
    member = seat.user.act_on(TODAY + timedelta(days=1))
    assert not Case.objects.visible_to(member).exists()
    sheet = fill(scene.sheet(0, 0), 5, 5, submit=False)
    with pytest.raises(NotPossible):
        services.submit_sheet(sheet, by=seat.user, at=tomorrow)


def test_sheet_is_saved_in_parts_and_missing_is_not_zero(scene):
    sheet = fill(scene.sheet(0, 0), 0, None, submit=False, comment="よく練られている")

    assert list(sheet.points().values()) == [0, None]
    assert [c.label_ja for c in sheet.missing_criteria()] == ["実現性"]
    with pytest.raises(NotPossible):
        services.submit_sheet(sheet, by=sheet.seat.user, at=NOON)

    assert fill(sheet, 0, 0).state == "submitted"


@pytest.mark.parametrize("points", [11, -1])
def test_points_outside_the_criterion_are_refused(scene, points):
    with pytest.raises(ValidationError):
        fill(scene.sheet(0, 0), points, None, submit=False)
    assert not Score.objects.exists()


def test_database_refuses_points_above_the_most(scene):
    criterion = Criterion.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Score.objects.create(sheet=scene.sheet(0, 0), criterion=criterion, points=11, out_of=10)


def test_second_window_does_not_overwrite_the_first(scene):
    stale = scene.sheet(0, 0)
    fill(scene.sheet(0, 0), 7, None, submit=False)
    with pytest.raises(StaleDraft):
        fill(stale, 1, 1, submit=False)
    assert scene.sheet(0, 0).scores.get(criterion__position=1).points == 7


def test_nobody_scores_on_the_sheet_of_another(scene):
    sheet = scene.sheet(0, 0)
    for stranger in (scene.seats[1].user, scene.office):
        with pytest.raises(PermissionDenied):
            services.save_scores(sheet, points={}, comment="", edit_number=0, by=stranger, at=NOON)
        with pytest.raises(PermissionDenied):
            services.submit_sheet(sheet, by=stranger, at=NOON)


def test_submitted_sheet_opens_again_only_by_the_office(scene):
    sheet = fill(scene.sheet(0, 0), 7, 3)
    with pytest.raises(ValidationError):
        fill(sheet, 8, 3, submit=False)
    with pytest.raises(PermissionDenied):
        advance(sheet, "reopen", by=sheet.seat.user, at=NOON, reason="直したい")

    sheet = advance(sheet, "reopen", by=scene.office, at=NOON, reason="記入の誤り")
    assert sheet.state == "assigned"
    assert list(sheet.points().values()) == [7, 3]


def test_conflict_declared_before_referral_gives_no_sheet(office):
    round = factories.call(seats=2)
    first, second = round.seats.order_by("pk")
    proposal = factories.draft(round=round)
    group = proposal.organization.members.get()
    proposal = advance(proposal, "submit", by=group, at=NOON)
    services.declare_conflict(
        seat=first, proposal=proposal, kind="officer", by=office, at=NOON, note="役員の配偶者"
    )
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)

    assert [sheet.seat for sheet in proposal.sheets.all()] == [second]
    assert not Case.objects.visible_to(first.user.act_on(TODAY)).exists()


def test_conflict_declared_later_takes_the_sheet_out_and_says_so(scene):
    sheet = fill(scene.sheet(0, 0), 10, 5)
    conflict = services.declare_conflict(
        seat=scene.seats[0], proposal=scene.proposals[0], kind="family", note="妹が会員",
        by=scene.seats[0].user, at=NOON,
    )  # fmt: skip

    sheet.refresh_from_db()
    assert (sheet.state, conflict.declared_by_self) == ("recused", True)
    verbs = list(sheet.events.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["open", "submit", "declare_conflict", "recuse"]
    facts = sheet.events.get(verb="declare_conflict").facts
    assert facts == {"conflict": conflict.pk, "digest": conflict.digest}
    assert "妹" not in str(list(sheet.events.values_list("facts", flat=True)))
    member = scene.seats[0].user.act_on(TODAY)
    seen = set(Case.objects.visible_to(member).values_list("pk", flat=True))
    assert seen == {scene.proposals[1].pk, scene.sheet(1, 0).pk}
    # The group does not learn from the history of its own case who declared what.
    assert not scene.proposals[0].events.filter(verb="declare_conflict").exists()


def test_conflict_is_declared_by_the_member_or_the_office_only(scene):
    with pytest.raises(PermissionDenied):
        services.declare_conflict(
            seat=scene.seats[0], proposal=scene.proposals[0], kind="other",
            by=scene.seats[1].user, at=NOON,
        )  # fmt: skip


def test_conflict_stands_once_and_within_its_round(scene):
    said = {"seat": scene.seats[0], "kind": "other", "by": scene.office, "at": NOON}
    services.declare_conflict(proposal=scene.proposals[0], **said)
    with pytest.raises(ValidationError):
        services.declare_conflict(proposal=scene.proposals[0], **said)
    elsewhere = factories.draft(round=factories.call(seats=1))
    with pytest.raises(ValidationError):
        services.declare_conflict(proposal=elsewhere, **said)
    assert Conflict.objects.count() == 1


@pytest.mark.parametrize("had_a_sheet", [True, False])
def test_lifted_conflict_gives_the_proposal_back(scene, had_a_sheet):
    seat, proposal = scene.seats[0], scene.proposals[0]
    if not had_a_sheet:
        seat = services.add_seat(
            scene.round, user=factories.user(Role.PANEL), by=scene.office, at=NOON
        )
        proposal = factories.draft(round=scene.round)
        group = proposal.organization.members.get()
        proposal = advance(proposal, "submit", by=group, at=NOON)
    conflict = services.declare_conflict(
        seat=seat, proposal=proposal, kind="member", by=scene.office, at=NOON
    )
    if not had_a_sheet:
        for verb in ("accept", "refer"):
            proposal = advance(proposal, verb, by=scene.office, at=NOON)

    services.lift_conflict(conflict, reason="同姓の別人", by=scene.office, at=NOON)

    sheet = seat.sheets.get(proposal=proposal)
    assert sheet.state == "assigned"
    member = seat.user.act_on(TODAY)
    assert Case.objects.visible_to(member).filter(pk__in=[sheet.pk, proposal.pk]).count() == 2
    with pytest.raises(ValidationError):
        services.lift_conflict(conflict, reason="again", by=scene.office, at=NOON)


def test_withdrawn_proposal_drops_its_sheets(scene):
    fill(scene.sheet(0, 0), 10, 5)
    group = scene.proposals[0].organization.members.get()
    advance(scene.proposals[0], "withdraw", by=group, at=NOON)

    assert {s.state for s in scene.proposals[0].sheets.all()} == {"withdrawn"}
    assert {s.state for s in scene.proposals[1].sheets.all()} == {"assigned"}
    assert list(verification.faults()) == []


def test_referral_cannot_be_taken_back(scene):
    with pytest.raises(NotPossible):
        correct(scene.proposals[0], reason="誤り", by=scene.office, at=NOON)
    with pytest.raises(TransitionNotAllowed):
        advance(scene.proposals[0], "refer", by=scene.office, at=NOON)


# By when


def dates_of(scene) -> list:
    sheets = ScoreSheet.objects.order_by("pk")
    return [(d.due_on, d.owed_by) for s in sheets for d in s.deadlines.open().order_by("pk")]


def test_sheet_is_owed_by_the_member_without_a_date_until_one_is_set(scene):
    assert dates_of(scene) == [(None, "panel")] * 4

    services.set_scoring_date(scene.round, due_on=TODAY, by=scene.office, at=NOON)

    assert dates_of(scene) == [(TODAY, "panel")] * 4
    later = refer(scene.round, scene.office)
    assert {d.due_on for s in later.sheets.all() for d in s.deadlines.open()} == {TODAY}


def test_day_that_is_changed_replaces_the_old_one_with_the_reason(scene):
    services.set_scoring_date(scene.round, due_on=TODAY, by=scene.office, at=NOON)
    fill(scene.sheet(0, 0), 5, 5)
    later = TODAY + timedelta(days=7)

    services.set_scoring_date(scene.round, due_on=later, reason="祝日", by=scene.office, at=NOON)

    assert scene.sheet(0, 0).deadlines.get(closed_at=None).due_on == TODAY
    assert scene.sheet(0, 0).deadlines.get(closed_at=None).met_at == NOON
    rows = scene.sheet(1, 0).deadlines.order_by("pk")
    assert [d.due_on for d in rows] == [None, TODAY, later]
    assert rows[1].closed_because == "祝日" and rows[1].superseded_by == rows[2]


def test_day_that_is_saved_again_and_more_time_leave_the_sheets_as_they_are(scene):
    factories.sender()
    services.set_scoring_date(scene.round, due_on=TODAY, by=scene.office, at=NOON)
    later = TODAY + timedelta(days=30)
    factories.extended(scene.sheet(0, 0).deadlines.open().get(), until=later)
    rows = set(Deadline.objects.open().values_list("pk", flat=True))

    services.set_scoring_date(scene.round, due_on=TODAY, by=scene.office, at=NOON)

    assert set(Deadline.objects.open().values_list("pk", flat=True)) == rows
    services.set_scoring_date(scene.round, due_on=later, by=scene.office, at=NOON)
    assert scene.sheet(0, 0).deadlines.open().get().due_on == TODAY
    assert scene.sheet(1, 0).deadlines.open().get().due_on == later


def test_sheet_that_is_opened_again_is_owed_again(scene):
    services.set_scoring_date(scene.round, due_on=TODAY, by=scene.office, at=NOON)
    sheet = fill(scene.sheet(0, 0), 5, 5)
    assert not sheet.deadlines.open().exists()

    sheet = advance(sheet, "reopen", by=scene.office, at=NOON, reason="誤り")

    assert sheet.deadlines.open().get().due_on == TODAY


def test_recused_sheet_is_owed_no_more(scene):
    services.declare_conflict(
        seat=scene.seats[0], proposal=scene.proposals[0], kind="other", by=scene.office, at=NOON
    )
    assert not scene.sheet(0, 0).deadlines.open().exists()


def test_day_needs_a_rubric_and_the_office(scene):
    with pytest.raises(PermissionDenied):
        services.set_scoring_date(scene.round, due_on=TODAY, by=scene.seats[0].user, at=NOON)
    with pytest.raises(ValidationError):
        services.set_scoring_date(factories.call(seats=0), due_on=TODAY, by=scene.office, at=NOON)
