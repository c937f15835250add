"""Reading history back: whatever was tampered with is named."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from casework import guards, history, verification
from casework.models import Case, Event, Remark, Seal, Version
from casework.services import advance, correct, record
from tests import factories
from tests.casework.cases import accepted, filed, group_of, sent_back
from tests.factories import NOON, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal():
    return accepted()


@pytest.fixture
def unguarded(proposal):
    """The database as somebody has it who took off its triggers."""
    with connection.cursor() as cursor:
        for name, statement in guards._wanted(connection).items():
            table = statement.split(" ON ")[1].split()[0]
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")


def faults() -> list[str]:
    return [str(fault) for fault in verification.faults()]


def test_untouched_history_has_no_faults(proposal):
    history.seal(day=TODAY)

    assert faults() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "refer"),
        ("source", "returned"),
        ("target", "matching"),
        ("at", NOON + timedelta(seconds=1)),
        ("facts", {"added": 1}),
        ("previous_digest", "0" * 64),
        ("digest", "0" * 64),
    ],
)
def test_change_of_any_column_is_named(proposal, unguarded, column, value):
    event = proposal.events.get(verb="submit")
    Event.objects.filter(pk=event.pk).update(**{column: value})

    assert any(
        fault.case == proposal.pk and fault.event == event.pk and "digest is another" in fault.what
        for fault in verification.faults()
    )


def test_change_of_the_person_is_named(proposal, unguarded):
    event = proposal.events.get(verb="accept")
    Event.objects.filter(pk=event.pk).update(by=factories.user())

    assert faults() == [
        f"Case {proposal.pk}, event {event.pk}: was changed: its digest is another."
    ]


def test_change_of_the_case_is_named(proposal, unguarded):
    other = filed()
    event = proposal.events.get(verb="accept")
    Event.objects.filter(pk=event.pk).update(case=other)

    assert any(f"event {event.pk}: does not follow" in fault for fault in faults())
    assert any(f"Case {proposal.pk}: stands at accepted" in fault for fault in faults())


def test_change_with_a_new_digest_breaks_the_chain(proposal, unguarded):
    event = proposal.events.get(verb="submit")
    event.facts = {"added": 1}
    Event.objects.filter(pk=event.pk).update(facts=event.facts, digest=history.event_digest(event))

    after = proposal.events.get(verb="accept")
    assert faults() == [
        f"Case {proposal.pk}, event {after.pk}: does not follow the line before it."
    ]


def test_rewritten_chain_breaks_the_seal(proposal, unguarded):
    history.seal(day=TODAY)
    event = proposal.events.order_by("-pk").first()
    event.facts = {"added": 1}
    Event.objects.filter(pk=event.pk).update(facts=event.facts, digest=history.event_digest(event))

    assert faults() == [f"Seals: the seal of {TODAY} does not fit what it sealed."]


def test_deleted_line_is_named(proposal, unguarded):
    proposal.events.get(verb="submit").delete()

    assert any("does not follow the line before it" in fault for fault in faults())


def test_deleted_last_line_is_named(proposal, unguarded):
    proposal.events.get(verb="accept").delete()

    assert faults() == [f"Case {proposal.pk}: stands at accepted, its history ends at submitted."]


def test_deleted_history_is_named(proposal, unguarded):
    Remark.objects.all().delete()
    proposal.events.all().delete()

    assert faults() == [f"Case {proposal.pk}: has no history."]


def test_changed_state_is_named(proposal, unguarded):
    Case.objects.filter(pk=proposal.pk).update(state="selected")

    assert faults() == [f"Case {proposal.pk}: stands at selected, its history ends at accepted."]


def test_unknown_kind_is_named(proposal, unguarded):
    Case.objects.filter(pk=proposal.pk).update(kind="spell")

    assert faults() == [f"Case {proposal.pk}: is of an unknown kind, spell."]


def forge(case, verb: str, source: str, target: str, **facts) -> Event:
    """Write a line past the door, with digests that fit."""
    return history.append(
        case, verb, source=source, target=target, by=factories.user(), at=NOON, facts=facts
    )


def test_move_without_a_row_is_named(proposal, unguarded):
    forge(proposal, "select", "accepted", "selected")
    Case.objects.filter(pk=proposal.pk).update(state="selected")

    (fault,) = faults()
    assert "no row of its table is accepted –select→ selected" in fault


def test_move_from_where_the_case_did_not_stand_is_named(proposal, unguarded):
    forge(proposal, "refer", "matched", "in_selection")
    Case.objects.filter(pk=proposal.pk).update(state="in_selection")

    (fault,) = faults()
    assert "starts from matched, the case stood at accepted" in fault


def test_first_line_must_open_the_case(proposal, unguarded):
    Event.objects.filter(case=proposal, verb="open").update(target="submitted")

    assert any("no row of its table is  –open→ submitted" in fault for fault in faults())


def test_line_that_is_no_move_must_not_change_the_state(proposal, unguarded):
    forge(proposal, "call", "accepted", "selected")
    Case.objects.filter(pk=proposal.pk).update(state="selected")

    assert any("no row of its table is accepted –call→ selected" in fault for fault in faults())


def test_supplement_must_lead_back_to_where_it_came_from(unguarded):
    factories.sender()
    proposal = sent_back(accepted())
    forge(proposal, "resubmit", "returned", "matched")
    Case.objects.filter(pk=proposal.pk).update(state="matched")

    assert any("no row of its table is returned –resubmit→ matched" in fault for fault in faults())


def test_supplement_that_leads_back_is_legal():
    factories.sender()
    proposal = sent_back(accepted())
    advance(proposal, "resubmit", by=group_of(proposal), at=NOON)

    assert faults() == []


def test_correction_of_the_last_move_is_legal(proposal):
    correct(proposal, reason="誤り", by=factories.user("office"), at=NOON)

    assert faults() == []


@pytest.mark.parametrize("target", ["draft", "selected"])
def test_correction_must_undo_the_last_move(proposal, unguarded, target):
    last = proposal.events.order_by("-pk").first()
    forge(proposal, "take_back", "accepted", target, event=last.pk)
    Case.objects.filter(pk=proposal.pk).update(state=target)

    assert any("–take_back→" in fault for fault in faults())


# What the history points to


@pytest.fixture
def remark(proposal):
    record(proposal, "call", by=factories.user(), at=NOON, note="電話で確認した")
    return Remark.objects.get(text="電話で確認した")


def test_destroyed_words_are_not_missed(remark):
    history.seal(day=TODAY)
    remark.delete()

    assert faults() == []


def test_changed_words_are_named(remark, proposal):
    Remark.objects.filter(pk=remark.pk).update(text="別のことば")

    (fault,) = faults()
    assert f"the words of remark {remark.pk} were changed" in fault
    assert fault.startswith(f"Case {proposal.pk}, event ")


def test_words_nobody_wrote_down_are_named(remark, proposal):
    extra = Remark.objects.create(
        case_id=proposal.pk, text="後から", salt="", by=remark.by, at=NOON
    )

    assert faults() == [f"Case {proposal.pk}: no line speaks of remark {extra.pk}."]


def test_changed_version_is_named(proposal, unguarded):
    Version.objects.update(content={"title": "別の題"})

    assert faults() == [f"Case {proposal.pk}: version 1 was changed: its digest is another."]


# Seals


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("day", TODAY - timedelta(days=1)),
        ("last_event", 10**9),
        ("cases", 7),
        ("previous_digest", "0" * 64),
        ("digest", "0" * 64),
    ],
)
def test_change_of_any_column_of_a_seal_is_named(proposal, unguarded, column, value):
    history.seal(day=TODAY)
    Seal.objects.update(**{column: value})

    (fault,) = faults()
    assert fault.startswith("Seals: the seal of ")


def test_missing_seal_is_named(proposal, unguarded):
    for days in range(3):
        history.seal(day=TODAY + timedelta(days=days))
    Seal.objects.get(day=TODAY + timedelta(days=1)).delete()

    assert faults() == [
        f"Seals: the seal of {TODAY + timedelta(days=2)} does not fit what it sealed."
    ]


def test_many_seals_fit_what_they_sealed():
    for days in range(4):
        accepted()
        history.seal(day=TODAY + timedelta(days=days))

    assert faults() == []


# The command


def verify() -> str:
    out = StringIO()
    call_command("verify_history", stdout=out)
    return out.getvalue()


def test_command_counts_what_it_read(proposal):
    history.seal(day=TODAY)

    assert (
        verify() == f"1 cases, {Event.objects.count()} lines of history, 1 seals read; 0 faults.\n"
    )


def test_command_names_faults_and_fails(proposal, unguarded):
    Case.objects.filter(pk=proposal.pk).update(state="selected")
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("verify_history", stdout=out)

    assert f"Case {proposal.pk}: stands at selected" in out.getvalue()
    assert "1 faults" in out.getvalue()


def test_count_is_the_number_of_rows_read(proposal, remark):
    history.seal(day=TODAY)
    steps = []

    list(verification.faults(lambda: steps.append(1)))

    assert len(steps) == verification.count()
