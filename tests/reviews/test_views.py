"""The pages of a selection: who may open them, what they show, what they do."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from casework.models import Access, Approval, Version
from casework.services import advance
from casework.views.finding import PER_PAGE
from grants.models import Round
from grants.plan import Shift
from guideline.models import Edition
from reviews import services
from reviews.case_panels import decision_panel
from reviews.decisions import Outcome, draft_decision
from reviews.models import (
    Assessment,
    ChairRuling,
    Conflict,
    DecisionSnapshot,
    Rubric,
    ScoreSheet,
)
from reviews.presets import HACHINOHE
from reviews.selection import standings
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered
from tests.reviews.conftest import approve, draft, fill, refer

pytestmark = pytest.mark.django_db
LANGUAGES = ["ja", "en"]


@pytest.fixture(autouse=True)
def at_noon():
    """Let the pages take place when the services of the tests did."""
    with time_machine.travel(NOON, tick=False):
        yield


def get(client, person, url, language="en", **headers):
    client.force_login(person)
    return client.get(url, headers={"accept-language": language, **headers})


def post(client, person, url, data=None, **headers):
    client.force_login(person)
    return client.post(url, data or {}, headers={"accept-language": "en", **headers})


def text_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def office_pages(scene):
    conflict = services.declare_conflict(
        seat=scene.seats[1], proposal=scene.proposals[1], kind="other", by=scene.office, at=NOON
    )
    names = ("selection", "rubric", "scoring-date", "seat-add", "conflict-add", "decision")
    return [
        reverse("reviews:rounds"),
        *(reverse(f"reviews:{name}", args=[scene.round.pk]) for name in names),
        reverse("reviews:seat-end", args=[scene.seats[0].pk]),
        reverse("reviews:conflict-lift", args=[conflict.pk]),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_answers_those_it_is_for(client, scene, language):
    fill(scene.sheet(0, 0), 10, None, submit=False)
    fill(scene.sheet(0, 1), 9, 2)
    sheet = scene.sheet(0, 0)
    for name in ("reviews:sheet", "reviews:sheet-conflict", "casework:case"):
        assert (
            get(client, sheet.seat.user, reverse(name, args=[sheet.pk]), language).status_code
            == 200
        )
    for url in office_pages(scene):
        assert get(client, scene.office, url, language).status_code == 200, url


def test_member_reads_of_which_edition_a_measure_is(client, scene):
    sheet = scene.sheet(0, 0)
    version = Version.objects.filter(case=sheet.proposal_id).latest("number")
    [row] = version.content["measures"]
    edition = Edition.objects.get(code=row["edition"])

    page = get(client, sheet.seat.user, reverse("reviews:sheet", args=[sheet.pk]), "ja")

    assert f"{row['number']}. {row['title']}（{edition.title}）" in page.content.decode()


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.APPROVER, [200, 200, *[403] * 7]),
        (Role.AUDITOR, [200, 200, *[403] * 7]),
        (Role.PANEL, [403] * 9),
        (Role.ACCOUNTING, [403] * 9),
        (Role.DEPARTMENT, [403] * 9),
        (Role.COORDINATOR, [403] * 9),
        (Role.COMMITTEE, [403] * 9),
        (Role.ADMINISTRATOR, [403] * 9),
        (None, [403] * 9),
    ],
)
def test_office_pages_refuse_others(client, scene, role, statuses):
    person = factories.user(role) if role else scene.proposals[0].organization.members.get()
    found = [get(client, person, url).status_code for url in office_pages(scene)]
    assert found == statuses
    preset = reverse("reviews:preset", args=[scene.round.pk])
    assert post(client, person, preset, {"preset": "hachinohe"}).status_code == 403


def test_pages_ask_a_stranger_to_log_in(client, scene):
    sheet = scene.sheet(0, 0)
    urls = [*office_pages(scene), reverse("reviews:sheet", args=[sheet.pk])]
    for url in [*urls, reverse("reviews:sheet-conflict", args=[sheet.pk])]:
        assert client.get(url).status_code == 302


@pytest.mark.parametrize("name", ["reviews:sheet", "reviews:sheet-conflict"])
def test_sheet_is_its_members_alone(client, scene, name):
    url = reverse(name, args=[scene.sheet(0, 0).pk])
    group = scene.proposals[0].organization.members.get()
    expected = [
        (scene.seats[0].user, 200),
        (scene.seats[1].user, 404),
        (group, 404),
        (factories.user(Role.PANEL), 404),
        (scene.office, 403),
        (factories.user(Role.APPROVER), 403),
        (factories.user(Role.AUDITOR), 403),
        (factories.user(Role.COORDINATOR), 404),
    ]
    assert [get(client, p, url).status_code for p, _ in expected] == [s for _, s in expected]
    assert post(client, scene.office, url).status_code == 403
    assert post(client, scene.seats[1].user, url).status_code == 404


# The member's sheet


def points_of(sheet, *points) -> dict:
    criteria = sheet.proposal.round.rubric.criteria.order_by("position")
    given = {f"points_{c.pk}": p for c, p in zip(criteria, points, strict=True) if p is not None}
    return {"version": sheet.edit_number, "comment": "", **given}


def test_sheet_shows_what_was_filed_and_what_is_missing(client, scene):
    sheet = scene.sheet(0, 0)
    page = get(client, sheet.seat.user, reverse("reviews:sheet", args=[sheet.pk]))
    words = text_of(page)
    for part in ("version 1", "目的", "¥80,000", "Public benefit", "Feasibility", "0 of 2"):
        assert part in words


def test_sheet_never_shows_the_scores_of_others(client, scene):
    fill(scene.sheet(0, 1), 9, 4, comment="他の委員の評")
    for submitted in (False, True):
        sheet = fill(scene.sheet(0, 0), 1, 1, submit=submitted)
        member = sheet.seat.user
        for url in (
            reverse("casework:case", args=[sheet.pk]),
            reverse("casework:case", args=[sheet.proposal_id]),
            reverse("reviews:sheet", args=[sheet.pk]),
            reverse("casework:panel"),
        ):
            page = get(client, member, url)
            assert "他の委員の評" not in page.content.decode()
            assert scene.seats[1].user.name not in page.content.decode()
        assert scene.round.rubric.criteria.count() == 2


def test_rounds_are_shown_a_page_at_a_time(client, scene):
    Round.objects.bulk_create(
        Round(**{f.attname: getattr(scene.round, f.attname) for f in Round._meta.concrete_fields
                 if not f.primary_key})
        for _ in range(PER_PAGE)
    )  # fmt: skip
    office, url = factories.user(Role.OFFICE), reverse("reviews:rounds")

    assert len(get(client, office, url).context["page"]) == PER_PAGE
    (oldest,) = get(client, office, f"{url}?page=2").context["page"]
    assert oldest == scene.round


def test_sheet_is_saved_in_parts_by_the_button_and_by_itself(client, scene):
    sheet = scene.sheet(0, 0)
    url, member = reverse("reviews:sheet", args=[sheet.pk]), sheet.seat.user

    page = post(client, member, url, {**points_of(sheet, 0, None), "action": "save"})
    assert page.status_code == 302
    sheet = scene.sheet(0, 0)
    assert list(sheet.points().values()) == [0, None]

    page = post(client, member, url, points_of(sheet, 7, None), **{"x-autosave": "1"})
    answer = page.json()
    parts = answer.pop("parts")
    assert answer == {"version": 2, "saved_at": "12:00"}
    assert parts["sheet-count"] == "1 / 2"
    assert "1 of 2 done" in parts["sheet-progress"] and "Feasibility" in parts["sheet-progress"]
    assert list(scene.sheet(0, 0).points().values()) == [7, None]


def test_stale_window_shows_both_and_overwrites_nothing(client, scene):
    stale = points_of(scene.sheet(0, 0), 1, 1)
    fill(scene.sheet(0, 0), 8, 4, submit=False)
    sheet = scene.sheet(0, 0)
    url, member = reverse("reviews:sheet", args=[sheet.pk]), sheet.seat.user

    assert post(client, member, url, stale, **{"x-autosave": "1"}).status_code == 409
    page = post(client, member, url, stale)
    assert page.status_code == 409
    assert "Public benefit: 8" in text_of(page)
    assert page.context["form"]["version"].value() == "1"
    assert list(scene.sheet(0, 0).points().values()) == [8, 4]


@pytest.mark.parametrize("points", [(11, 0), (-1, 0), ("x", 0), ("1.5", 0)])
def test_points_outside_the_criterion_are_refused_on_the_page(client, scene, points):
    sheet = scene.sheet(0, 0)
    url, member = reverse("reviews:sheet", args=[sheet.pk]), sheet.seat.user
    assert post(client, member, url, points_of(sheet, *points)).status_code == 422
    autosaved = post(client, member, url, points_of(sheet, *points), **{"x-autosave": "1"})
    assert autosaved.status_code == 422
    assert not sheet.scores.exists()


def test_submitting_with_missing_points_saves_and_says_what_is_missing(client, scene):
    sheet = scene.sheet(0, 0)
    url, member = reverse("reviews:sheet", args=[sheet.pk]), sheet.seat.user
    page = client_follow(client, member, url, {**points_of(sheet, 5, None), "action": "submit"})
    assert "never zero" in text_of(page)
    sheet = scene.sheet(0, 0)
    assert (sheet.state, list(sheet.points().values())) == ("assigned", [5, None])

    page = client_follow(client, member, url, {**points_of(sheet, 5, 0), "action": "submit"})
    assert scene.sheet(0, 0).state == "submitted"
    assert get(client, member, url).status_code == 302
    autosaved = post(client, member, url, points_of(sheet, 1, 1), **{"x-autosave": "1"})
    assert autosaved.status_code == 409


def client_follow(client, person, url, data):
    client.force_login(person)
    return client.post(url, data, headers={"accept-language": "en"}, follow=True)


def test_member_declares_a_conflict_and_is_led_away(client, scene):
    sheet = scene.sheet(0, 0)
    url, member = reverse("reviews:sheet-conflict", args=[sheet.pk]), sheet.seat.user
    assert post(client, member, url, {}).status_code == 422
    page = post(client, member, url, {"kind": "family", "note": "姉が会計"})
    assert page["Location"] == reverse("casework:panel")
    assert Conflict.objects.get().note.text == "姉が会計"
    assert get(client, member, url).status_code == 404


# The office


def test_rubric_is_entered_line_by_line(client, office):
    round = factories.call(seats=0)
    url = reverse("reviews:rubric", args=[round.pk])
    lines = {
        "criteria-TOTAL_FORMS": 3,
        "criteria-INITIAL_FORMS": 0,
        "grades-TOTAL_FORMS": 1,
        "grades-INITIAL_FORMS": 0,
        "pass_mark": "",
        "pass_unit": "points",
        "assignment": "all",
        "source": "要綱",
    }
    first = {"criteria-0-label_ja": "公益性", "criteria-0-max_points": 10}
    second = {"criteria-1-label_ja": "実現性", "criteria-1-max_points": 5}

    assert post(client, office, url, lines).status_code == 422
    assert post(client, office, url, {**lines, **first}).status_code == 422  # a unit without a mark
    grade = {"grades-0-label": "A", "grades-0-from_percent": 0, "grades-0-rate_percent": 100}
    page = post(client, office, url, {**lines, **first, **grade, "pass_mark": 5})
    assert "Grades are for a rate by grade" in text_of(page)
    assert (
        post(client, office, url, {**lines, **first, **second, "pass_mark": 99}).status_code == 422
    )
    assert not Rubric.objects.exists()
    assert (
        post(client, office, url, {**lines, **first, **second, "pass_mark": "7.5"}).status_code
        == 302
    )
    rubric = Rubric.objects.get()
    assert [c.label_ja for c in rubric.criteria.order_by("position")] == ["公益性", "実現性"]
    assert (str(rubric.pass_mark), rubric.source) == ("7.50", "要綱")
    page = text_of(get(client, office, url))
    assert "until this is set: how the sheets are put together" in page
    assert "the pass mark" not in page.partition("until this is set:")[2].partition("Begin")[0]


def test_rubric_says_who_scores_what_is_hidden_and_what_the_letter_tells(client, office):
    round = factories.call(seats=0)
    url = reverse("reviews:rubric", args=[round.pk])
    said = {
        "criteria-TOTAL_FORMS": 1, "criteria-INITIAL_FORMS": 0, "criteria-0-label_ja": "公益性",
        "criteria-0-max_points": 10, "grades-TOTAL_FORMS": 0, "grades-INITIAL_FORMS": 0,
        "quorum": 3, "assignment": "balanced", "blind": "on", "tells_points": "on",
    }  # fmt: skip
    assert "said where the work is spread" in text_of(post(client, office, url, said))
    few = post(client, office, url, {**said, "sheets_each": 2})
    assert "fewer sheets (2) than it needs for a place (3)" in text_of(few)

    assert post(client, office, url, {**said, "sheets_each": 4}).status_code == 302
    content = Rubric.objects.get().content()
    assert (content["assignment"], content["sheets_each"]) == ("balanced", 4)
    assert content["blind"] and content["tells_points"]
    assert not content["tells_criteria"] and not content["tells_comment"]
    shown = text_of(get(client, office, reverse("reviews:selection", args=[round.pk])))
    assert "4 sheets for each proposal" in shown and "names are hidden" in shown

    post(client, office, reverse("reviews:preset", args=[round.pk]), {"preset": "hachinohe"})
    rubric = Rubric.objects.get()
    assert (rubric.max_points, rubric.sheets_each, rubric.blind) == (50, 4, True)


def test_rubric_in_force_is_shown_with_the_reason_and_not_changed(client, scene):
    url = reverse("reviews:rubric", args=[scene.round.pk])
    page = get(client, scene.office, url)
    assert "stays as it was" in text_of(page)
    assert b'name="criteria-0-label_ja"' not in page.content
    lines = {"criteria-TOTAL_FORMS": 1, "criteria-INITIAL_FORMS": 0, "grades-TOTAL_FORMS": 0,
             "grades-INITIAL_FORMS": 0, "criteria-0-label_ja": "別", "criteria-0-max_points": 1}  # fmt: skip
    assert post(client, scene.office, url, lines).status_code == 422
    preset = reverse("reviews:preset", args=[scene.round.pk])
    page = client_follow(client, scene.office, preset, {"preset": "hachinohe"})
    assert "stays as it was" in text_of(page)
    assert scene.round.rubric.criteria.count() == 2


def test_rubric_of_another_city_is_loaded_as_theirs(client, office):
    round = factories.call(seats=0)
    page = get(client, office, reverse("reviews:selection", args=[round.pk]))
    assert "Hachinohe" in text_of(page)
    assert "not Kamakura" in text_of(page)
    url = reverse("reviews:preset", args=[round.pk])
    post(client, office, url, {"preset": "unknown"})
    assert not Rubric.objects.exists()

    post(client, office, url, {"preset": HACHINOHE.code})
    rubric = Rubric.objects.get()
    assert rubric.source.startswith("八戸市")
    assert (rubric.max_points, rubric.pass_mark, rubric.pass_unit) == (50, 70, "percent")
    assert (rubric.aggregation, rubric.recused_counts) == ("trimmed", "left_out")
    assert (rubric.quorum, rubric.tie_rule, rubric.cut_rule, rubric.allocation) == (
        None,
        "",
        "",
        "",
    )

    post(client, office, url, {"preset": "obu"})
    rubric.refresh_from_db()
    assert (rubric.max_points, rubric.pass_mark, rubric.aggregation) == (50, 50, "")


def test_seat_is_given_and_ended_on_pages(client, scene):
    member = factories.user(Role.PANEL)
    add = reverse("reviews:seat-add", args=[scene.round.pk])
    assert post(client, scene.office, add, {"user": scene.office.pk}).status_code == 422
    wrong = {"user": member.pk, "valid_from": "2027-01-02", "valid_until": "2027-01-01"}
    assert post(client, scene.office, add, wrong).status_code == 422
    assert post(client, scene.office, add, {"user": member.pk}).status_code == 302
    seat = scene.round.seats.get(user=member)

    end = reverse("reviews:seat-end", args=[seat.pk])
    assert post(client, scene.office, end, {"last_day": "2026-11-30"}).status_code == 302
    seat.refresh_from_db()
    assert str(seat.valid_until) == "2026-11-30"


def test_office_records_and_lifts_a_conflict(client, scene):
    add = reverse("reviews:conflict-add", args=[scene.round.pk])
    said = {"seat": scene.seats[0].pk, "proposal": scene.proposals[0].pk, "kind": "employee",
            "note": "取引先"}  # fmt: skip
    assert post(client, scene.office, add, said).status_code == 302
    assert post(client, scene.office, add, said).status_code == 422
    page = get(client, scene.office, reverse("reviews:selection", args=[scene.round.pk]))
    assert "取引先" in page.content.decode()
    auditor = factories.user(Role.AUDITOR)
    page = get(client, auditor, reverse("reviews:selection", args=[scene.round.pk]))
    assert "取引先" not in page.content.decode()

    lift = reverse("reviews:conflict-lift", args=[Conflict.objects.get().pk])
    assert post(client, scene.office, lift, {}).status_code == 422
    assert post(client, scene.office, lift, {"reason": "別人"}).status_code == 302
    assert get(client, scene.office, lift).status_code == 404


def test_selection_shows_missing_sheets_in_words_and_never_as_zero(client, scene):
    fill(scene.sheet(0, 0), 9, 4)
    page = get(client, scene.office, reverse("reviews:selection", args=[scene.round.pk]))
    words = text_of(page)
    assert "1 sheet counted, 1 missing" in words
    assert "0 sheets counted, 2 missing" in words
    assert "no sheet yet" in words
    assert "0.00" not in words
    assert f"missing: {scene.seats[1].user}" in words
    assert "Pass mark none: everybody passes" in words


def next_step(client, scene) -> str:
    page = get(client, scene.office, reverse("reviews:selection", args=[scene.round.pk]))
    found = re.search(r'<section class="next-step".*?</section>', page.content.decode(), re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def test_selection_warns_while_the_call_is_open(client, scene):
    said = next_step(client, scene)
    assert "Wait until the call closes" in said and "30 November 2026" in said
    assert f"30 November 2026 (Mon) {scene.round.closing_clock}" in said
    assert "needs a decision of its own" in said


def close(scene):
    Round.objects.filter(pk=scene.round.pk).update(closes_at=NOON)


def test_selection_names_open_supplements_with_their_date(client, scene):
    proposal = factories.draft(round=scene.round)
    proposal = advance(proposal, "submit", by=proposal.organization.members.get(), at=NOON)
    close(scene)
    assert "1 proposal" in next_step(client, scene)
    advance(proposal, "send_back", by=scene.office, at=NOON, reason="印がない")
    said = next_step(client, scene)
    assert "Wait for the supplements" in said
    assert proposal.number in said and "4 December 2026" in said


def test_selection_names_whose_sheets_are_missing_and_by_when(client, scene):
    close(scene)
    fill(scene.sheet(0, 0), 8, 4)
    said = next_step(client, scene)
    assert "Wait for the sheets that are missing" in said
    assert f"{scene.seats[0].user} (1)" in said and f"{scene.seats[1].user} (2)" in said
    assert "Not set" in said

    url = reverse("reviews:scoring-date", args=[scene.round.pk])
    assert post(client, scene.office, url, {"due_on": "2026-12-10"}).status_code == 302
    said = next_step(client, scene)
    assert "10 December 2026" in said and "20 days left" in said and "Not set" not in said


def test_selection_says_why_there_is_no_draft(client, scene):
    close(scene)
    for sheet in ScoreSheet.objects.all():
        fill(sheet, 8, 4)
    assert "All sheets have come" in next_step(client, scene)
    services.declare_conflict(
        seat=scene.seats[0], proposal=scene.proposals[0], kind="other", by=scene.office, at=NOON
    )
    Access.objects.create(case_id=scene.proposals[0].pk, user=scene.office, barred=True)
    said = next_step(client, scene)
    assert "A colleague drafts this decision" in said
    assert "Why no decision can be drafted here:" in said
    assert str(scene.proposals[0].number) not in said


def test_clerk_reads_no_place_and_no_sum_where_they_must_not_meet_one_proposal(client, scene):
    for sheet in ScoreSheet.objects.all():
        fill(sheet, 8, 4)
    clerk = factories.user(Role.OFFICE)
    pages = [
        reverse(f"reviews:{name}", args=[scene.round.pk]) for name in ("selection", "decision")
    ]
    told = (
        'data-label="Place"',
        'data-label="The rules propose"',
        "Sum so far",
        "Left for this decision",
    )
    page = get(client, clerk, pages[0])
    assert all(words in page.text for words in told)
    Access.objects.create(case_id=scene.proposals[0].pk, user=clerk, barred=True)

    page = get(client, clerk, pages[0])
    assert page.context["chart"] is None and scene.proposals[1].number in text_of(page)
    assert not [words for words in told if words in page.text]
    assert "Places and sums tell of every proposal." in page.text
    assert get(client, clerk, pages[1]).status_code == 403


def test_clerk_reads_no_money_left_where_they_must_not_meet_what_binds_it(client, scored):
    """One proposal was selected before; what is left of the budget tells its amount."""
    approve(draft(scored, "select", "decline", assessed_yen=80_000))
    late = refer(scored.round, scored.office)
    Round.objects.filter(pk=scored.round.pk).update(budget_yen=380_000)
    clerk = factories.user(Role.OFFICE)
    names = ("selection", "sensitivity", "decision")
    urls = {name: reverse(f"reviews:{name}", args=[scored.round.pk]) for name in names}
    assert all("300,000" in text_of(get(client, clerk, url)) for url in urls.values())
    Access.objects.create(case_id=scored.proposals[0].pk, user=clerk, barred=True)

    pages = {name: get(client, clerk, url) for name, url in urls.items()}
    assert [page.status_code for page in pages.values()] == [200, 200, 403]
    told = ("300,000", "Sum so far", 'data-label="The rules propose"')
    assert not [w for page in pages.values() for w in told if w in page.content.decode()]
    assert late.number in text_of(pages["selection"])
    assert "a colleague reads them" in text_of(pages["sensitivity"])
    above = Outcome(late, "select", 80_000, departure="合議による")
    with pytest.raises(PermissionDenied):
        draft_decision(scored.round, outcomes=[above], missing_reason="-", by=clerk, at=NOON)


def test_clerk_reads_no_frozen_line_of_a_proposal_they_must_not_meet(client, scene):
    hidden, shown = scene.proposals
    outcomes = [
        Outcome(proposal, "decline", departure="合議による") for proposal in scene.proposals
    ]
    approval = draft_decision(
        scene.round, outcomes=outcomes, missing_reason="病気", by=scene.office, at=NOON
    )
    clerk = factories.user(Role.OFFICE)
    Access.objects.create(case_id=hidden.pk, user=clerk, barred=True)
    page = get(client, clerk, reverse("reviews:selection", args=[scene.round.pk]))
    assert shown.number in text_of(page) and hidden.number not in text_of(page)
    panel = decision_panel(approval, SimpleNamespace(user=clerk))
    assert [entry["id"] for entry in panel["lines"]] == [shown.pk]


def test_day_for_the_sheets_shows_how_many_dates_it_moves(client, scene):
    url = reverse("reviews:scoring-date", args=[scene.round.pk])

    page = post(client, scene.office, url, {"due_on": "2026-12-10", "show": "1"})

    (line,) = page.context["dates"]
    assert b'name="show"' in page.content
    assert line[1:4] == (None, date(2026, 12, 10), ScoreSheet.objects.count())
    assert page.context["shifts"] == [Shift("scores", None, date(2026, 12, 10))]
    assert not page.context["no_sheet"]
    assert {reminder.number for reminder in page.context["moved"]} == {line.number}
    assert Rubric.objects.get().scores_due_on is None

    hidden = ScoreSheet.objects.order_by("pk")[0]
    Access.objects.create(case_id=hidden.pk, user=scene.office, barred=True)
    page = post(client, scene.office, url, {"due_on": "2026-12-10", "show": "1"})
    assert page.context["dates"][0].number == line.number - 1 and page.context["others_move"]

    asked = {"due_on": "2026-12-10"}
    english = {"follow": True, "headers": {"accept-language": "en"}}
    said = [text_of(client.post(url, asked, **english)) for _click in range(2)]
    assert ["This date counts already." in words for words in said] == [False, True]
    other = {"due_on": "2026-12-11"}
    assert client.post(url, other).status_code == 422
    assert client.post(url, {**other, "reason": "祝日"}).status_code == 302
    nothing = reverse("reviews:scoring-date", args=[factories.call().pk])
    assert "No score sheet is open now" in text_of(
        post(client, scene.office, nothing, {**other, "show": "1"})
    )


@pytest.mark.parametrize("due_on", ["2026-11-19", "nonsense"])
def test_day_for_the_sheets_lies_ahead(client, scene, due_on):
    url = reverse("reviews:scoring-date", args=[scene.round.pk])
    assert post(client, scene.office, url, {"due_on": due_on}).status_code == 422
    assert Rubric.objects.get().scores_due_on is None


# The member's desk


def desk_of(client, seat) -> str:
    return text_of(get(client, seat.user, reverse("casework:panel")))


def test_desk_says_what_to_score_and_by_when(client, scene):
    assert "By when Not set" in desk_of(client, scene.seats[0])
    services.set_scoring_date(scene.round, due_on=date(2026, 12, 10), by=scene.office, at=NOON)
    fill(scene.sheet(0, 0), 8, 4)
    said = desk_of(client, scene.seats[0])
    assert "1 of 2 done" in said
    assert f"Score “{scene.proposals[1].title}”" in said
    assert said.count("10 December 2026") == 2  # once for the round, once for the sheet


def test_desk_leaves_out_a_round_that_is_decided(client, scene):
    assert str(scene.round) in desk_of(client, scene.seats[0])
    outcomes = [
        Outcome(proposal, "decline", departure="合議による") for proposal in scene.proposals
    ]
    approval = draft_decision(
        scene.round, outcomes=outcomes, missing_reason="病気", by=scene.office, at=NOON
    )
    approver = factories.user(Role.APPROVER)
    advance(approval, "approve", by=approver, at=NOON, decided_on=NOON.date())
    assert str(scene.round) not in desk_of(client, scene.seats[0])


def test_desk_counts_conflicts_and_names_none(client, scene):
    services.declare_conflict(
        seat=scene.seats[0], proposal=scene.proposals[0], kind="other", by=scene.office, at=NOON
    )
    fill(scene.sheet(1, 0), 8, 4)
    said = desk_of(client, scene.seats[0])
    assert "1 of 1 done" in said and "Nothing more to score" in said
    assert "1 recorded; you do not meet this proposal." in said


def test_desk_of_a_member_whose_every_sheet_fell_away_does_not_say_that_scoring_is_done(
    client, scene
):
    for proposal in scene.proposals:
        services.declare_conflict(
            seat=scene.seats[0], proposal=proposal, kind="other", by=scene.office, at=NOON
        )
    said = desk_of(client, scene.seats[0])
    assert "You have nothing to score in this round." in said
    assert "Nothing more to score" not in said


def test_list_page_draft_and_letter_data_show_the_same_mean(client, office):
    """0, 0 and 1 point are one third everywhere: one function rounds."""
    round = factories.call(seats=0)
    factories.panel(round, seats=3, criteria=[{"label_ja": "公益性", "max_points": 1}])
    proposal = refer(round, office)
    for sheet, points in zip(proposal.sheets.order_by("pk"), (0, 0, 1), strict=True):
        fill(sheet, points)

    shown = [
        text_of(get(client, office, reverse(f"reviews:{name}", args=[round.pk])))
        for name in ("selection", "decision")
    ]
    data = {f"p{proposal.pk}-outcome": "decline", f"p{proposal.pk}-departure": "合議による"}
    post(client, office, reverse("reviews:decision", args=[round.pk]), data)
    approval = Approval.objects.get()
    grounds = reverse("casework:case-part", args=[approval.pk, "grounds"])
    shown.append(text_of(get(client, office, grounds)))
    assert all("0.33" in words for words in shown)
    assert approval.items.get().facts["points"] == "0.33"


def decision_data(scene, *outcomes, **more) -> dict:
    data = {f"p{p.pk}-outcome": o for p, o in zip(scene.proposals, outcomes, strict=True)}
    why = {f"p{p.pk}-departure": "合議による" for p in scene.proposals}
    return {**data, **why, **more}


def test_decision_is_drafted_on_the_page(client, scene):
    url = reverse("reviews:decision", args=[scene.round.pk])
    fill(scene.sheet(0, 0), 9, 4)
    data = decision_data(scene, "select", "decline")

    assert post(client, scene.office, url, data).status_code == 422
    data["missing_reason"] = "病気"
    amount = {f"p{scene.proposals[0].pk}-assessed_yen": "７０，０００円"}
    assert (
        post(
            client, scene.office, url, {**data, f"p{scene.proposals[0].pk}-outcome": ""}
        ).status_code
        == 422
    )
    page = post(client, scene.office, url, {**data, **amount})
    approval = Approval.objects.get()
    assert page["Location"] == reverse("casework:case", args=[approval.pk])
    assert approval.items.get(verb="select").amount_yen == 70_000

    page = get(client, scene.office, reverse("reviews:selection", args=[scene.round.pk]))
    assert "waits for an approver" in text_of(page)
    assert url not in page.content.decode()
    approver = factories.user(Role.APPROVER)
    page = get(client, approver, reverse("casework:case-part", args=[approval.pk, "grounds"]))
    assert DecisionSnapshot.objects.get().digest in page.content.decode()
    assert "病気" in page.content.decode()
    assert post(client, scene.office, url, {**data, **amount}).status_code == 422

    advance(approval, "approve", by=approver, at=NOON, decided_on=NOON.date())
    page = get(client, scene.office, reverse("reviews:selection", args=[scene.round.pk]))
    assert "no proposal of this round is in selection" in text_of(page)
    assert "Refer proposals" not in text_of(page)


def test_decision_above_the_budget_comes_back_with_the_numbers(client, scene):
    scene.round.budget_yen = 100_000
    scene.round.save()
    for p in (0, 1):
        for s in (0, 1):
            fill(scene.sheet(p, s), 5, 5)
    page = post(
        client, scene.office, reverse("reviews:decision", args=[scene.round.pk]),
        decision_data(scene, "select", "select"),
    )  # fmt: skip
    assert page.status_code == 422
    assert "140,000" in text_of(page)
    assert "40,000 yen too much" in text_of(page)
    selection = get(client, scene.office, reverse("reviews:selection", args=[scene.round.pk]))
    assert "first above the budget; becomes the reserve" in text_of(selection)


def test_clerk_who_must_not_meet_a_proposal_neither_sees_nor_drafts_it(client, scene):
    services.bar(scene.proposals[0], scene.office)
    fill(scene.sheet(0, 0), 9, 4)
    page = get(client, scene.office, reverse("reviews:selection", args=[scene.round.pk]))
    assert str(scene.proposals[0].number) not in page.content.decode()
    url = reverse("reviews:decision", args=[scene.round.pk])
    data = {f"p{scene.proposals[1].pk}-outcome": "decline", "missing_reason": "-"}
    assert post(client, scene.office, url, data).status_code == 403


@pytest.mark.parametrize("name", ["selection", "decision"])
def test_pages_of_a_round_ask_as_often_for_three_proposals_as_for_one(client, office, name):
    round = factories.call(seats=0)
    factories.panel(round, seats=2)
    url = reverse(f"reviews:{name}", args=[round.pk])
    counts = []
    for _ in range(3):
        for sheet in refer(round, office).sheets.all():
            fill(sheet, 5, 5)
        client.force_login(office)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[2], counts


def test_sheet_asks_as_often_for_many_criteria_as_for_few(client, office):
    counts = []
    for number in (1, 3):
        round = factories.call(seats=0)
        criteria = [{"label_ja": f"基準{n}", "max_points": 5} for n in range(number)]
        seat = factories.panel(round, seats=1, criteria=criteria)[0]
        refer(round, office)
        client.force_login(seat.user)
        with CaptureQueriesContext(connection) as queries:
            url = reverse("reviews:sheet", args=[seat.sheets.get().pk])
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1], counts


@remembered
def tied_scene(scene, **rules):
    """Both proposals ask for the same and have equal points; the rules say what then."""
    Rubric.objects.filter(round=scene.round).update(**rules)
    for sheet in ScoreSheet.objects.all():
        fill(sheet, 5, 5)


def test_order_of_the_chair_ends_a_tie_on_the_page(client, scene):
    tied_scene(scene, tie_rule="chair")
    close(scene)
    assert "equal points: enter the order that the chair gives" in next_step(client, scene)
    decide = reverse("reviews:decision", args=[scene.round.pk])
    page = post(client, scene.office, decide, decision_data(scene, "select", "select"))
    assert "Enter the order that the chair gives them first." in text_of(page)

    first, second = (p.pk for p in scene.proposals)
    url, name = reverse("reviews:ties", args=[scene.round.pk]), f"tie{first}"
    said = {"tie": name, f"{name}-{first}": 2, f"{name}-{second}": 2}
    assert post(client, scene.office, url, said).status_code == 422
    assert post(client, scene.office, url, {**said, f"{name}-{second}": 1}).status_code == 302

    assert [row.proposal.pk for row in standings(scene.round)] == [second, first]
    assert ChairRuling.objects.get().order == [second, first]
    assert "the chair decided Order of the chair entered: " in text_of(
        get(client, scene.office, reverse("reviews:selection", args=[scene.round.pk]))
    )
    assert (
        post(client, scene.office, decide, decision_data(scene, "select", "select")).status_code
        == 302
    )
    entry = DecisionSnapshot.objects.get().content
    assert (entry["chair_orders"], entry["proposals"][0]["tie"]["ended_by"]) == (
        [[second, first]],
        "chair",
    )
    assert (
        post(client, scene.office, url, said | {f"{name}-{first}": 1}).status_code == 422
    )  # drafted


def test_assessed_amounts_are_entered_and_the_decision_begins_with_what_the_rules_propose(
    client, scene
):
    tied_scene(scene, allocation="assessed")
    close(scene)
    assert "what the subcommittee thinks right" in next_step(client, scene)
    dear, cheap = scene.proposals
    of_dear, of_cheap = f"p{dear.pk}-assessed_yen", f"p{cheap.pk}-assessed_yen"
    url = reverse("reviews:amounts", args=[scene.round.pk])
    assert post(client, scene.office, url, {of_dear: 80_001}).status_code == 422
    assert 'inputmode="numeric"' in get(client, scene.office, url).content.decode()
    said = {of_dear: "７０，０００", of_cheap: 50_000}
    assert post(client, scene.office, url, said).status_code == 302
    assert post(client, scene.office, url, {of_dear: 70_000}).status_code == 302
    assert Assessment.objects.count() == 2  # what stands is not written again

    page = get(client, scene.office, reverse("reviews:decision", args=[scene.round.pk]))
    forms = {row.proposal.pk: form.initial for row, form in page.context["asked"]}
    assert forms == {
        dear.pk: {"outcome": "select", "assessed_yen": 70_000},
        cheap.pk: {"outcome": "select", "assessed_yen": 50_000},
    }
    assert "within the budget; gets the assessed amount" in text_of(page)


@pytest.mark.parametrize("name", ["ties", "amounts"])
def test_only_the_office_adds_to_the_points(client, scene, name):
    url = reverse(f"reviews:{name}", args=[scene.round.pk])
    assert get(client, scene.seats[0].user, url).status_code == 403
    assert get(client, factories.anyone(Role.APPROVER), url).status_code == 403


def test_proposal_says_what_its_round_lacks_and_where_it_is_entered(client, office):
    round = factories.call(seats=0)
    proposal = factories.draft(round=round)
    proposal = advance(proposal, "submit", by=proposal.organization.members.get(), at=NOON)
    proposal = advance(proposal, "accept", by=office, at=NOON)

    page = get(client, office, reverse("casework:case", args=[proposal.pk]))
    assert "Not set: the criteria; how the sheets are put together; the pass mark" in text_of(page)
    assert reverse("reviews:rubric", args=[round.pk]) in page.content.decode()
    assert reverse("casework:move", args=[proposal.pk, "refer"]) not in page.content.decode()
