"""What follows which move, printed and pinned: nothing joins or leaves this list unseen."""

import pytest

from casework import consequences
from casework.consequences import CONSEQUENCES, binding, following
from casework.models.case import KINDS
from casework.services import advance
from tests import factories
from tests.casework.cases import filed
from tests.factories import NOON

#: (kind, verb) → what follows, in the order it is done. Whoever registers a consequence writes it here.
PINNED = {
    ("approval", "approve"): ["casework.execute", "casework.tell_the_drafter"],
    ("approval", "drop"): [
        "casework.tell_the_drafter",
        "reporting.let_it_be_put_together_anew",
    ],
    ("approval", "send_back"): ["casework.tell_the_drafter"],
    ("change", "approve"): ["grants.let_the_change_count", "reporting.let_the_report_follow"],
    ("change", "note"): ["grants.let_the_change_count", "reporting.let_the_report_follow"],
    ("change", "resubmit"): ["grants.keep_the_request"],
    ("change", "submit"): ["grants.keep_the_request"],
    ("city_issue", "close"): ["reporting.find_the_issue"],
    ("city_issue", "publish"): [
        "reporting.refuse_what_nobody_accepted",
        "reporting.find_the_issue",
    ],
    ("city_issue", "send_back"): ["reporting.find_the_issue"],
    ("city_issue", "take_back"): ["reporting.find_the_issue"],
    ("claim", "accept"): ["grants.let_the_dates_follow"],
    ("claim", "drop"): ["grants.let_the_dates_follow"],
    ("claim", "resubmit"): ["grants.keep_the_claim"],
    ("claim", "send_back"): ["grants.let_the_dates_follow"],
    ("claim", "submit"): ["grants.keep_the_claim"],
    ("claim", "take_back"): ["grants.let_the_dates_follow"],
    ("collaboration_report", "accept"): ["reporting.ask_partners_no_longer"],
    ("collaboration_report", "answer_none"): ["reporting.ask_partners_no_longer"],
    ("collaboration_report", "correct"): [
        "reporting.publish_the_version",
        "reporting.find_the_report",
    ],
    ("collaboration_report", "publish"): [
        "reporting.publish_the_version",
        "reporting.find_the_report",
    ],
    ("collaboration_report", "resubmit"): [
        "reporting.give_the_scores",
        "reporting.keep_what_was_sent",
    ],
    ("collaboration_report", "send_back"): ["reporting.give_what_was_asked"],
    ("collaboration_report", "submit"): [
        "reporting.give_the_scores",
        "reporting.keep_what_was_sent",
    ],
    ("collaboration_report", "take_back"): [
        "reporting.ask_partners_on",
        "reporting.withhold_the_notes",
    ],
    ("collaboration_report", "withdraw"): [
        "reporting.take_it_from_the_public",
        "reporting.find_the_report",
    ],
    ("destruction", "destroy"): ["casework.execute"],
    ("interim_report", "resubmit"): ["reporting.keep_what_was_said"],
    ("interim_report", "submit"): ["reporting.keep_what_was_said"],
    ("project_year", "apply"): ["grants.keep_the_application", "grants.keep_the_check_of_the_year"],
    ("project_year", "confirm"): [
        "grants.keep_the_confirmed_reckoning",
        "grants.drop_the_claims",
        "grants.drop_the_change",
        "reporting.accept_the_report",
        "reporting.ask_the_department",
        "reporting.drop_the_interim",
    ],
    ("project_year", "defer"): ["grants.refuse_a_year_twice"],
    ("project_year", "discontinue"): ["grants.drop_the_change", "reporting.drop_the_interim"],
    ("project_year", "grant"): [
        "grants.refuse_more_than_allowed",
        "grants.keep_the_check_of_the_year",
        "grants.keep_the_reckoning",
        "reporting.open_the_report",
        "reporting.ask_by_the_rules",
        "reporting.find_the_project_of_the_year",
    ],
    ("project_year", "not_continue"): ["reporting.find_the_project_of_the_year"],
    ("project_year", "not_fund"): ["reporting.find_the_project_of_the_year"],
    ("project_year", "postpone"): [
        "grants.refuse_a_year_twice",
        "grants.end_the_agreement",
        "grants.drop_the_claims",
        "grants.drop_the_change",
        "reporting.drop_the_report",
        "reporting.drop_the_interim",
    ],
    ("project_year", "reapply"): [
        "grants.keep_the_application",
        "grants.keep_the_check_of_the_year",
    ],
    ("project_year", "refuse"): ["reporting.find_the_project_of_the_year"],
    ("project_year", "report"): [
        "grants.drop_the_change",
        "reporting.ask_the_department",
        "reporting.drop_what_was_not_sent",
    ],
    ("project_year", "revoke"): [
        "grants.drop_the_claims",
        "grants.drop_the_change",
        "reporting.drop_the_report",
        "reporting.drop_the_interim",
        "reporting.find_the_project_of_the_year",
    ],
    ("project_year", "take_back"): ["reporting.find_the_project_of_the_year"],
    ("project_year", "withdraw"): [
        "grants.drop_the_claims",
        "grants.drop_the_change",
        "reporting.drop_the_report",
        "reporting.drop_the_interim",
        "reporting.find_the_project_of_the_year",
    ],
    ("proposal", "accept"): ["grants.refuse_open_rules", "grants.keep_the_check"],
    ("proposal", "agree"): ["grants.open_project_years", "grants.share_the_years"],
    ("proposal", "decline"): ["reviews.close_the_sheets"],
    ("proposal", "fall_through"): ["reporting.find_the_project"],
    ("proposal", "file_paper"): [
        "grants.keep_the_version",
        "grants.tell_whose_issue_it_answers",
        "grants.keep_the_check",
        "grants.send_receipt",
    ],
    ("proposal", "prepare"): ["grants.open_project_years", "grants.share_the_years"],
    ("proposal", "reconsider"): [
        "grants.forget_the_letter_that_waits",
        "reviews.open_the_count_again",
        "reporting.find_the_project",
    ],
    ("proposal", "refer"): ["reviews.hand_out_sheets"],
    ("proposal", "renounce"): ["grants.end_the_years", "reporting.find_the_project"],
    ("proposal", "rescind"): ["grants.end_the_years", "reporting.find_the_project"],
    ("proposal", "reserve"): ["reviews.close_the_sheets"],
    ("proposal", "resubmit"): [
        "grants.keep_the_version",
        "grants.keep_the_check",
        "grants.send_receipt",
    ],
    ("proposal", "select"): [
        "grants.refuse_more_than_the_round_has",
        "reviews.close_the_sheets",
        "reporting.find_the_project",
    ],
    ("proposal", "submit"): [
        "grants.keep_the_version",
        "grants.tell_whose_issue_it_answers",
        "grants.keep_the_check",
        "grants.send_receipt",
    ],
    ("proposal", "take"): ["reporting.find_the_project"],
    ("proposal", "take_back"): ["reporting.find_the_project"],
    ("proposal", "withdraw"): ["reviews.drop_the_sheets"],
    ("release", "go_public"): ["reporting.make_public", "reporting.find_the_measures"],
    ("release", "propose"): ["reporting.freeze", "reporting.put_before_an_approver"],
    ("release", "publish"): ["reporting.make_public", "reporting.find_the_measures"],
    ("release", "reopen"): ["reporting.thaw"],
    ("release", "schedule"): ["reporting.hold_what_was_signed"],
    ("release", "stop"): ["reporting.keep_no_words"],
    ("report", "resubmit"): ["reporting.report_the_year"],
    ("report", "send_back"): ["reporting.give_what_was_asked", "reporting.return_the_year"],
    ("report", "submit"): ["reporting.report_the_year"],
}


def named(function) -> str:
    return f"{function.__module__.partition('.')[0]}.{function.__name__}"


def registered() -> dict[tuple[str, str], list[str]]:
    return {move: [named(f) for f in following(*move)] for move in sorted(CONSEQUENCES)}


def test_consequences_are_these():
    found = registered()
    for (kind, verb), functions in found.items():
        print(f'    ("{kind}", "{verb}"): {functions},')

    assert found == PINNED, "Is the change meant? Then copy the printed list into PINNED above."


@pytest.mark.parametrize(("kind", "verb"), sorted(CONSEQUENCES))
def test_consequence_follows_a_move_that_the_table_has(kind, verb):
    assert verb in ("open", "take_back") or verb in KINDS[kind].flow


@pytest.mark.parametrize("move", sorted(CONSEQUENCES))
def test_nothing_is_registered_twice(move):
    functions = CONSEQUENCES[move]

    assert len(functions) == len(set(functions))


def test_lower_apps_come_first_whatever_was_loaded_first(monkeypatch):
    made = []
    for app in ("reporting", "casework", "grants"):

        def function(case, **kwargs): ...

        function.__module__ = f"{app}.consequences"
        made.append(function)
    monkeypatch.setitem(CONSEQUENCES, ("k", "v"), made)

    assert [named(f).partition(".")[0] for f in following("k", "v")] == [
        "casework", "grants", "reporting",
    ]  # fmt: skip


def test_move_without_consequences_has_none():
    assert following("proposal", "start_matching") == []
    assert ("proposal", "start_matching") not in CONSEQUENCES


def test_what_only_looks_lets_a_move_be_taken_back():
    assert binding("proposal", "accept") == []
    assert [named(f) for f in binding("proposal", "select")] == [
        "grants.refuse_more_than_the_round_has",
        "reviews.close_the_sheets",
    ]


@pytest.mark.django_db
def test_consequence_is_told_the_case_the_person_the_moment_and_the_facts(monkeypatch):
    told = []
    monkeypatch.setitem(
        consequences.CONSEQUENCES, ("proposal", "accept"), [lambda *a, **k: told.append((a, k))]
    )
    office = factories.user("office")

    proposal = advance(filed(), "accept", by=office, at=NOON, note="電話")

    (((case,), facts),) = told
    assert case == proposal and case.state == "accepted"
    assert facts == {"by": office, "at": NOON, "facts": {"note": "電話"}}
