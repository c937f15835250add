"""What the database itself refuses, whoever asks."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from casework import guards, history, services
from casework.models import Case, Event, Seal, Version
from grants.models import Proposal
from tests import factories
from tests.factories import NOON, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal():
    return factories.draft()


@pytest.fixture
def history_rows(proposal):
    services.snapshot(proposal, {"title": "題"}, by=factories.user(), at=NOON)
    history.seal(day=TODAY)


def refused(change, *args, **kwargs) -> str:
    """Return the words with which the database refuses ``change``."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        change(*args, **kwargs)
    return str(refusal.value)


def run(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_state_is_not_changed_by_an_update_of_a_queryset(proposal):
    words = refused(Case.objects.filter(pk=proposal.pk).update, state="selected")

    assert "only through the door" in words
    assert Case.objects.get(pk=proposal.pk).state == "draft"


def test_state_is_not_changed_by_raw_sql(proposal):
    assert "door" in refused(run, "UPDATE casework_case SET state = 'selected'")


def test_state_is_not_changed_by_a_bulk_update(proposal):
    proposal.__dict__["state"] = "selected"

    assert "door" in refused(Case.objects.bulk_update, [proposal], ["state"])


def test_state_is_not_changed_by_a_save(proposal):
    proposal.__dict__["state"] = "selected"

    assert "door" in refused(proposal.save)


def test_state_is_not_assigned(proposal):
    with pytest.raises(AttributeError):
        proposal.state = "selected"


def test_other_columns_change_as_usual(proposal):
    Case.objects.filter(pk=proposal.pk).update(title="新しい題")

    assert Proposal.objects.get(pk=proposal.pk).title == "新しい題"


def test_an_event_of_another_change_opens_no_way(proposal):
    history.append(
        proposal, "note", source="draft", target="draft", by=factories.user(), at=NOON, facts={}
    )

    assert "door" in refused(run, "UPDATE casework_case SET state = 'selected'")


def test_an_event_that_is_not_the_newest_opens_no_way(proposal):
    group = proposal.organization.members.get()
    proposal = services.advance(proposal, "submit", by=group, at=NOON)
    proposal = services.advance(proposal, "withdraw", by=group, at=NOON)

    assert "door" in refused(run, "UPDATE casework_case SET state = 'submitted'")


@pytest.mark.parametrize("model", [Event, Seal, Version])
def test_append_only_rows_are_neither_changed_nor_deleted(history_rows, model):
    column = "verb" if model is Event else "digest"
    assert "append-only" in refused(model.objects.update, **{column: "x"})
    assert "append-only" in refused(model.objects.all().delete)
    assert "append-only" in refused(run, f"DELETE FROM {model._meta.db_table}")
    assert model.objects.exists()


def test_every_append_only_table_is_guarded_twice():
    wanted = {
        f"{table}_no_{verb}" for table in guards._APPEND_ONLY for verb in ("update", "delete")
    }

    assert wanted <= set(guards._wanted(connection))
    assert {"casework_event_no_update", "casework_case_state_announced"} <= set(
        guards._wanted(connection)
    )


def test_check_is_silent_while_everything_is_there():
    assert guards.check_installed(None, databases=["default"]) == []
    assert guards.check_installed(None, databases=None) == []


def drop(trigger: str, table: str) -> None:
    run(f"DROP TRIGGER {trigger}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


def test_check_names_a_dropped_trigger():
    drop("casework_event_no_delete", "casework_event")

    (warning,) = guards.check_installed(None, databases=["default"])
    assert "casework_event_no_delete" in warning.msg
    assert "migrate" in warning.hint


def test_migrate_makes_a_dropped_trigger_again(proposal):
    drop("casework_case_state_announced", "casework_case")

    call_command("migrate", verbosity=0)

    assert guards.missing(connection) == {}
    assert "door" in refused(run, "UPDATE casework_case SET state = 'selected'")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", [Case, Event, Version])
def test_tables_can_be_rebuilt_by_a_migration(model):
    factories.draft()
    guards.lift(plan=["a migration"])
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            editor._remake_table(model)
    guards.install()

    assert guards.missing(connection) == {}
    assert "door" in refused(run, "UPDATE casework_case SET state = 'selected'")
