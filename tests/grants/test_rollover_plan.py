"""What a change of the fiscal year comes to, from facts alone: nothing is invented, nothing twice."""

from datetime import date

import pytest

from grants.plan import Planned
from grants.rollover.plan import (
    BudgetFact,
    Call,
    Decisions,
    EditionFact,
    Facts,
    HandoverFact,
    RoundFact,
    Section,
    Status,
    YearFact,
    carried_over,
    new_name,
    plan,
)

MAY = Call(date(2027, 5, 10), date(2027, 6, 10))
ROUND = RoundFact(
    7, "令和8年度 スタートアップ", "スタートアップ", 3, date(2026, 5, 11), date(2026, 6, 12)
)
YEAR = YearFact(9, "C-2026-001-2", "居場所", "expected", 2)


def steps(decisions: Decisions | None = None, **facts) -> list[tuple[str, str]]:
    found = plan(Facts(2027, **facts), decisions or Decisions())
    return [(step.what, step.status.value) for step in found]


def test_call_without_days_waits_and_is_not_invented():
    assert ("call_without_days", "waits") in steps(rounds=(ROUND,))
    assert not [what for what, status in steps(rounds=(ROUND,)) if status == "make"]


def test_call_with_days_is_made_and_names_what_no_rule_gives_a_day():
    scheduled = (
        Planned("result", on=date(2026, 8, 1)),
        Planned("scores", follows="closes", period="20"),
        Planned("meeting", follows="scores", period="5 open_days"),
        Planned("application", follows="result", period="30"),
    )
    facts = Facts(2027, rounds=(RoundFact(**{**_of(ROUND), "plan": scheduled}),))
    (made,) = [s for s in plan(facts, Decisions(calls={7: MAY})) if s.section == Section.CALLS]

    assert made.status == Status.MAKE
    assert made.told["kept"] == ["scores", "meeting"]
    assert made.told["dropped"] == ["result", "application"]
    assert made.told["name"] == "令和9年度 スタートアップ"


def _of(fact) -> dict:
    return {name: getattr(fact, name) for name in fact.__slots__}


def test_call_that_was_made_is_there_whatever_is_decided_again():
    made = RoundFact(**{**_of(ROUND), "made": 12, "made_name": "新", "lacks": ("rubric",)})

    assert steps(Decisions(calls={7: MAY}), rounds=(made,))[1:4] == [
        ("call_there", "there"), ("call_not_announced", "waits"), ("call_lacks", "waits"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "in_draft", "expected"),
    [
        ("expected", False, ("open_year", "make")),
        ("expected", True, ("year_in_draft", "waits")),
        ("planned", False, ("year_open", "there")),
        ("granted", False, ("year_open", "there")),
        ("not_continued", False, ("year_ended", "there")),
        ("withdrawn", False, ("year_ended", "there")),
    ],
)
def test_project_continues_only_where_it_was_decided_and_is_open(state, in_draft, expected):
    decided = Decisions(continued=frozenset({9}), decided_on=date(2027, 3, 20), document="決定書")
    year = YearFact(9, "C", "居場所", state, 2, in_draft=in_draft)

    assert expected in steps(decided, years=(year,))


@pytest.mark.parametrize(
    "decisions",
    [
        Decisions(),
        Decisions(continued=frozenset({8}), decided_on=date(2027, 3, 20), document="決定書"),
        Decisions(continued=frozenset({9}), document="決定書"),
        Decisions(continued=frozenset({9}), decided_on=date(2027, 3, 20)),
    ],
)
def test_project_without_a_whole_decision_waits(decisions):
    assert ("year_undecided", "waits") in steps(decisions, years=(YEAR,))


def test_budget_is_named_and_never_made():
    known = steps(budgets=(BudgetFact(3, "S", "general", False), BudgetFact(3, "S", "fund", True)))

    assert ("budget_waits", "waits") in known and ("budget_there", "there") in known


def test_rules_say_what_is_not_set_and_what_nobody_confirmed():
    edition = EditionFact(3, "S", begins=True, ends="S (2024–)", not_set=2, not_confirmed=1)

    assert steps(editions=(edition,))[:3] == [
        ("edition_begins", "note"), ("rules_not_set", "waits"), ("rules_not_confirmed", "waits"),
    ]  # fmt: skip
    assert steps(editions=(EditionFact(3, "S"),))[0] == ("rules_stand", "there")


def test_handover_names_what_moves_and_what_stays():
    moved = HandoverFact("clerk", (1, 2), "A", "B", cases=(5, 6), stays=(("S-1", "利害関係"),))
    done = HandoverFact("department", (1, 2), "X", "Y", there=4)

    found = steps(handovers=(moved, done))
    assert ("hand_over", "make") in found and ("case_stays", "waits") in found
    assert ("handed_over", "there") in found


def test_old_year_is_done_when_nothing_is_open():
    assert steps()[-1] == ("old_year_done", "there")
    assert steps(open_cases=(("claim", "filed", 2),))[-1] == ("cases_open", "waits")


def test_every_step_has_a_key_of_its_own():
    facts = Facts(
        2027, editions=(EditionFact(3, "S", True, "", 1, 1),), rounds=(ROUND,), years=(YEAR,),
        budgets=(BudgetFact(3, "S", "general", False), BudgetFact(3, "S", "fund", False)),
        open_cases=(("claim", "filed", 2), ("claim", "accepted", 1)),
    )  # fmt: skip
    keys = [step.key for step in plan(facts)]

    assert len(keys) == len(set(keys))


def test_what_counts_from_a_fixed_day_has_no_day_without_it():
    fixed = Planned("result", on=date(2026, 8, 1))
    after = Planned("application", follows="result", period="30")
    later = Planned("grant", follows="application", period="30")

    assert carried_over([later, after, fixed]) == ([], [later, after, fixed])


def test_name_of_the_new_year_takes_the_place_of_the_old():
    assert new_name("令和8年度 協働コース", 2027) == "令和9年度 協働コース"
    assert new_name("協働コース 2026年度", 2027) == "協働コース 2027年度"
    assert new_name("春の募集", 2027) == "春の募集（令和9年度）"
