"""The table of a score sheet, row by row."""

import pytest
from django.core.exceptions import PermissionDenied
from django_fsm import TransitionNotAllowed

from accounts.models import Role
from casework.flow import SAME
from casework.services import advance
from reviews.flow import SHEET_FLOW
from reviews.models import ScoreSheet
from tests import factories
from tests.factories import NOON

TABLE = {
    "extend": (("assigned", "submitted"), SAME, "casework.extend_deadline"),
    "submit": (("assigned",), "submitted", "reviews.score"),
    "enter_from_paper": (("assigned",), "submitted", "reviews.run_selection"),
    "reopen": (("submitted",), "assigned", "reviews.run_selection"),
    "recuse": (("assigned", "submitted"), "recused", "casework.sweep"),
    "reinstate": (("recused", "withdrawn"), "assigned", "casework.sweep"),
    "conclude": (("submitted",), "counted", "casework.sweep"),
    "recount": (("counted",), "submitted", "casework.sweep"),
    "drop": (("assigned", "submitted"), "withdrawn", "casework.sweep"),
}


def test_table_has_these_rows_and_no_others():
    assert {v: (m.source, m.target, m.who) for v, m in SHEET_FLOW.items()} == TABLE
    assert SHEET_FLOW.initial == "assigned"
    assert set(SHEET_FLOW.final_states()) == {"counted", "recused", "withdrawn"}


def test_every_row_has_a_method_and_waits_for_the_right_party():
    assert all(callable(getattr(ScoreSheet, verb)) for verb in SHEET_FLOW)
    assert SHEET_FLOW.states_held_by("panel") == ["assigned"]


@pytest.mark.parametrize("verb", [v for v, m in SHEET_FLOW.items() if m.only_follows])
@pytest.mark.django_db
def test_what_only_follows_has_no_button_for_anybody(scene, verb):
    sheet = scene.sheet(0, 0)
    for person in (scene.office, sheet.seat.user, factories.user(Role.SYSTEM)):
        with pytest.raises((PermissionDenied, TransitionNotAllowed)):
            advance(sheet, verb, by=person, at=NOON)
