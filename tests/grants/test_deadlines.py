"""When a group owes what, by the rules of its round: what is not set is never a date."""

from datetime import date, datetime

import pytest

from casework.derivation import Due, in_words
from casework.services import advance
from grants.deadlines import report_due
from grants.rules import RuleSet
from tests import factories
from tests.factories import JAPAN, NOON

NOT_SET, NONE = "not_set", "not_applicable"


def rules(**values: str) -> RuleSet:
    """The rules a round froze; a value that is a status is no value."""
    return RuleSet({
        name: {"status": value, "value": ""}
        if value in (NOT_SET, NONE)
        else {"status": "set", "value": value}
        for name, value in values.items()
    })  # fmt: skip


@pytest.mark.parametrize(
    ("days", "latest", "due_on"),
    [
        ("30", "04-10", date(2027, 3, 2)),
        ("90", "04-10", date(2027, 4, 10)),
        ("30", "12-15", date(2026, 12, 15)),
        ("30", NONE, date(2027, 3, 2)),
        (NONE, "04-10", date(2027, 4, 10)),
        ("30", NOT_SET, None),
        (NOT_SET, "04-10", None),
        (NOT_SET, NOT_SET, None),
        (NONE, NONE, None),
    ],
)
def test_report_is_due_at_the_earlier_of_what_the_rules_set(days, latest, due_on):
    due = report_due(rules(report_days=days, report_latest=latest), date(2027, 1, 31), 2026, ())

    assert due.on == due_on


def test_report_without_any_rule_is_not_set_in_one_sentence():
    due = report_due(rules(), date(2027, 1, 31), 2026, ())

    assert in_words(due, "ja").count("未設定") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lag_years", "at", "due_on", "words"),
    [
        ("0", NOON, date(2026, 12, 20), "交付申請の受付を始めた日"),
        ("1", NOON, date(2027, 5, 1), "年度の初日"),
        ("1", datetime(2027, 3, 31, 12, 0, tzinfo=JAPAN), date(2027, 5, 1), "年度の初日"),
        (
            "1",
            datetime(2027, 4, 2, 12, 0, tzinfo=JAPAN),
            date(2027, 5, 2),
            "交付申請の受付を始めた日",
        ),
    ],
)
def test_grant_is_applied_for_within_days_of_the_year_whose_money_it_is(
    lag_years, at, due_on, words
):
    factories.sender()
    office = factories.user("office")
    group = factories.member(factories.organization(founded_on=date(2025, 4, 1)))
    proposal = factories.draft(by=group, round=factories.call(lag_years=lag_years))
    proposal = advance(proposal, "submit", by=group, at=NOON)
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    proposal = advance(proposal, "prepare", by=office, at=at)

    deadline = proposal.project_years.get().deadlines.get(kind="grant_application")

    assert deadline.due_on == due_on
    assert words in in_words(Due.from_json(deadline.derivation), "ja")
