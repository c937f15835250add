"""Every table: sound by itself, and at one with its model, the rules and the deadlines."""

from collections.abc import Iterable

import pytest
import rules
from django.apps import apps
from django.utils.functional import Promise

from casework.deadlines import KINDS as DEADLINE_KINDS
from casework.flow import OPEN, SAME, TAKE_BACK, WHERE_IT_CAME_FROM, Condition, Flow, Move, Stage
from casework.ladders import in_order
from casework.models import Case
from casework.models.case import KINDS
from casework.parties import Party

MACHINES = sorted(KINDS.items())
MOVES = [(kind, move) for kind, model in MACHINES for move in model.flow.values()]
STAGES = [(kind, stage) for kind, model in MACHINES for stage in model.flow.stages.values()]
TONES = {"neutral", "action", "good", "bad"}


def named(rows: Iterable) -> list[str]:
    return [f"{kind}.{getattr(row, 'verb', None) or row.code}" for kind, row in rows]


def by_machine(test):
    return pytest.mark.parametrize("kind, model", MACHINES, ids=[kind for kind, _ in MACHINES])(
        test
    )


def by_move(test):
    return pytest.mark.parametrize("kind, move", MOVES, ids=named(MOVES))(test)


def by_stage(test):
    return pytest.mark.parametrize("kind, stage", STAGES, ids=named(STAGES))(test)


def methods_of(model) -> set[str]:
    return {name for name in dir(model) if hasattr(getattr(model, name, None), "_django_fsm")}


def states_after(flow: Flow, source: str) -> set[str]:
    """The states one move away from ``source``; a way back leads to where the case came from."""
    return {
        target
        for move in flow.values()
        if source in move.source
        for target in (
            sources_leading_to(flow, source)
            if move.target == WHERE_IT_CAME_FROM
            else flow.leads(move.verb, source)
        )
    }


def sources_leading_to(flow: Flow, state: str) -> set[str]:
    return {source for move in flow.values() if move.target == state for source in move.source}


def reachable(flow: Flow) -> set[str]:
    found, waiting = set(), [flow.initial]
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting += states_after(flow, state)
    return found


def test_every_concrete_case_is_a_machine():
    models = {m for m in apps.get_models() if issubclass(m, Case) and m is not Case}

    assert models == set(KINDS.values())


@by_machine
def test_every_row_has_a_method_and_every_method_a_row(kind, model):
    assert methods_of(model) == set(model.flow)


@by_machine
def test_kind_is_that_of_the_table(kind, model):
    assert model.KIND == kind == model.flow.kind
    assert len(kind) <= Case._meta.get_field("kind").max_length
    assert model.label


@by_machine
def test_new_case_starts_in_the_first_row(kind, model):
    assert model().state == model.flow.initial
    assert model().kind == kind


@by_machine
def test_every_state_is_reachable_from_the_first(kind, model):
    assert reachable(model.flow) == set(model.flow.stages)


@by_machine
def test_some_state_ends_the_case(kind, model):
    assert model.flow.final_states()


@by_stage
def test_every_state_that_is_not_final_has_a_way_out(kind, stage):
    if not stage.final:
        assert states_after(KINDS[kind].flow, stage.code) - {stage.code}


@by_stage
def test_whoever_holds_a_state_is_told_what_to_do(kind, stage):
    assert {*stage.holders} <= {*Party.values}
    if stage.holders:
        assert stage.todo, "a holder reads this on the case page and in the notice"
    if stage.final:
        assert not stage.holders


@by_stage
def test_stage_fits_the_database_and_the_page(kind, stage):
    assert stage.code.isidentifier() and len(stage.code) <= 50
    assert stage.tone in TONES
    assert stage.step >= 0


@by_stage
def test_words_of_a_stage_are_translated_when_they_are_shown(kind, stage):
    assert isinstance(stage.label, Promise)
    assert isinstance(stage.todo, Promise) or stage.todo == ""


@by_move
def test_words_of_a_move_are_translated_when_they_are_shown(kind, move):
    assert isinstance(move.label, Promise)
    assert isinstance(move.hint, Promise) or move.hint == ""
    assert all(isinstance(when.why, Promise) for when in move.when)


@by_move
def test_who_is_a_registered_rule(kind, move):
    assert rules.perm_exists(move.who)


@by_move
def test_deadlines_of_a_move_are_registered(kind, move):
    assert {*move.opens, *move.meets, *move.closes} <= set(DEADLINE_KINDS)


@by_move
def test_move_starts_from_somewhere_and_not_twice(kind, move):
    assert move.source
    assert len(move.source) == len(set(move.source))


@by_move
def test_verb_fits_the_database(kind, move):
    assert move.verb.isidentifier() and len(move.verb) <= 40


@pytest.mark.parametrize("code", sorted(DEADLINE_KINDS))
def test_deadline_kind_is_owed_by_a_party_and_climbs_down_its_ladder(code):
    kind = DEADLINE_KINDS[code]
    days = [rung.days for rung in kind.ladder]

    assert kind.owed_by in Party.values or not kind.ladder, "nobody would be reminded"
    assert isinstance(kind.label, Promise)
    assert days == sorted(days, reverse=True)
    assert len({(rung.days, rung.audience) for rung in kind.ladder}) == len(kind.ladder)
    assert in_order(kind.ladder) == kind.ladder, "stored and registered ladders are one shape"


# The machinery


def row(**fields) -> Move:
    fields = {"verb": "go", "label": "Go", "source": ("a",), "target": "b", "who": "x", **fields}
    return Move(**fields)


A, B = Stage("a", "A"), Stage("b", "B", final=True)


def test_flow_refuses_a_state_it_does_not_know():
    with pytest.raises(ValueError, match=r"k\.go: unknown state \['c'\]"):
        Flow("k", A, B, row(target="c"))
    with pytest.raises(ValueError, match="unknown state"):
        Flow("k", A, B, row(source=("a", "c")))


@pytest.mark.parametrize("verb", [OPEN, TAKE_BACK])
def test_flow_refuses_the_verbs_of_the_history(verb):
    with pytest.raises(ValueError, match="the history uses this verb"):
        Flow("k", A, B, row(verb=verb))


def test_flow_refuses_to_close_deadlines_by_a_move_that_can_be_taken_back():
    with pytest.raises(ValueError, match="can be taken back"):
        Flow("k", A, B, row(closes=("report",)))
    assert Flow("k", A, B, row(closes=("report",), by_approval=True))


def test_flow_refuses_a_method_without_a_row():
    def wander(self): ...

    with pytest.raises(KeyError):
        Flow("k", A, B, row()).move(wander)


def test_leads_tells_where_a_move_may_end():
    flow = Flow("k", A, B, Stage("c", "C"), row(), row(verb="stay", target=SAME),
                row(verb="back", target=WHERE_IT_CAME_FROM))  # fmt: skip

    assert flow.leads("go", "a") == {"b"}
    assert flow.leads("go", "b") == set()
    assert flow.leads("stay", "a") == {"a"}
    assert flow.leads("back", "a") == {"b", "c"}


def test_who_has_no_default():
    with pytest.raises(TypeError, match="who"):
        Move(verb="go", label="Go", source=("a",), target="b")


def test_states_are_told_by_whom_they_wait_for():
    flow = Flow("k", Stage("a", "A", "office department", todo="x"), B)

    assert flow.states_held_by("department") == ["a"]
    assert flow.states_held_by("approver") == []
    assert flow.final_states() == ["b"]


def test_condition_is_asked_with_the_case_and_the_moment():
    when = Condition(lambda case, at: (case, at) == ("case", "at"), "why")

    assert when.test("case", "at")
