"""The picture of a case: what it passed, where it is, and the usual way from there."""

from datetime import timedelta

import pytest
from django.utils import translation

from casework.services import advance, correct, record
from casework.timeline import timeline
from tests import factories
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(db):
    factories.sender()
    with translation.override("en"):
        yield


def shown(case) -> list[tuple[str, str]]:
    return [(str(step.label), step.status) for step in timeline(case)]


def test_draft_shows_the_usual_way_without_what_its_course_has_not():
    assert shown(factories.draft()) == [
        ("Draft", "current"), ("Submitted", "next"), ("Accepted", "next"),
        ("In selection", "next"), ("Selected", "next"), ("Ready", "next"),
    ]  # fmt: skip


def test_course_with_a_department_shows_its_steps():
    labels = [label for label, _status in shown(factories.draft("collaboration"))]

    assert "Matching with a department" in labels and "Agreeing on roles" in labels
    assert "No agreement" not in labels


def test_case_sent_back_is_in_the_step_it_went_back_to():
    steps = shown(sent_back(accepted()))

    assert steps[:3] == [("Draft", "done"), ("To be supplemented", "current"), ("Accepted", "next")]


def test_year_shows_the_application_and_not_a_supplement():
    selected = factories.approved(in_selection(), "select", assessed_yen=80_000)
    advance(selected, "prepare", by=factories.user("office"), at=NOON)

    assert shown(selected.project_years.get())[:3] == [
        ("To be applied for", "current"), ("Applied for", "next"), ("Granted", "next"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "verb", "end"),
    [
        (filed, "ineligible", "Not eligible"),
        (in_selection, "decline", "Not selected"),
        (accepted, "withdraw", "Withdrawn"),
        (filed, "withdraw", "Withdrawn"),
    ],
)
def test_closed_case_shows_only_what_came(case, verb, end):
    case = case()
    passed = {event.target for event in case.events.all()}
    if verb == "decline":
        case = factories.approved(case, verb, reason="x")
    else:
        person = group_of(case) if verb == "withdraw" else factories.user("office")
        case = advance(case, verb, by=person, at=NOON)

    steps = shown(case)

    assert steps[-1] == (end, "done")
    assert len(steps) == len(passed) + 1
    assert {status for _label, status in steps} == {"done"}


def dates(case) -> dict[str, object]:
    return {str(step.label): step.date for step in timeline(case)}


def test_date_of_a_step_is_that_of_the_move_and_not_of_what_was_recorded_later():
    case, office = filed(), factories.user("office")
    record(case, "note", by=office, at=NOON + timedelta(days=3))

    assert dates(case)["Submitted"] == NOON


def test_step_taken_back_leaves_the_date_of_the_one_before():
    case, office = filed(), factories.user("office")
    case = advance(case, "accept", by=office, at=NOON + timedelta(days=1))
    case = correct(case, reason="x", by=office, at=NOON + timedelta(days=2))

    assert dates(case)["Submitted"] == NOON
    assert dates(case)["Accepted"] is None
