"""What the database itself refuses, on SQLite and PostgreSQL alike.

* Rows of append-only tables are neither changed nor deleted; of some, words may give way to the mark
  that they were erased (保存年限), and nothing else.
* A case's state changes only if the newest line of its history announces exactly that change.

Triggers, not ``save()``: ``QuerySet.update()``, the admin and a database prompt meet the same
refusal. SQLite drops triggers when it rebuilds a table, and refuses to rebuild a table that
another one's trigger reads; so there they are lifted before migrations and made again after every
``migrate``, and a system check says when one is missing.
"""

from django.core.checks import Warning
from django.db import connections, models

from accounts.services.erasing import ERASED_NAME

#: The tables whose rows stay as they are → the condition under which a change is let through.
_APPEND_ONLY: dict[str, str] = dict.fromkeys(
    ("casework_event", "casework_seal", "casework_version"), ""
)

_SQLITE_REFUSE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {unless}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_SQLITE_STATE = """
CREATE TRIGGER casework_case_state_announced BEFORE UPDATE OF state ON casework_case
WHEN NEW.state <> OLD.state AND NOT EXISTS (
    SELECT 1 FROM casework_event e WHERE e.case_id = NEW.id
    AND e.id = (SELECT MAX(id) FROM casework_event WHERE case_id = NEW.id)
    AND e.source = OLD.state AND e.target = NEW.state)
BEGIN SELECT RAISE(ABORT, 'casework_case.state changes only through the door'); END
"""
_POSTGRES_REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION casework_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
_POSTGRES_REFUSE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH ROW {unless} EXECUTE FUNCTION casework_refuse()
"""
_POSTGRES_STATE_FUNCTION = """
CREATE OR REPLACE FUNCTION casework_state_announced() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM casework_event e WHERE e.case_id = NEW.id
        AND e.id = (SELECT MAX(id) FROM casework_event WHERE case_id = NEW.id)
        AND e.source = OLD.state AND e.target = NEW.state)
    THEN RAISE EXCEPTION 'casework_case.state changes only through the door'; END IF;
    RETURN NEW;
END $$
"""
_POSTGRES_STATE = """
CREATE TRIGGER casework_case_state_announced BEFORE UPDATE OF state ON casework_case
FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state)
EXECUTE FUNCTION casework_state_announced()
"""
_INSTALLED = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def append_only(model, *, erasing: tuple[str, ...] = ()) -> None:
    """Say that rows of ``model`` are only ever added; called from ``AppConfig.ready``.

    :param erasing: columns whose words may be erased once their time is up; whether their time was
        up, no trigger knows: ``verify_history`` looks for the list that was approved.
    """
    _APPEND_ONLY[model._meta.db_table] = _only_erasing(model, erasing) if erasing else ""


def _only_erasing(model, erasing: tuple[str, ...]) -> str:
    """Return the condition that nothing of a row changes but words that become the mark."""
    fits = []
    for field in model._meta.local_concrete_fields:
        name = f'"{field.column}"'
        same = f"(NEW.{name} = OLD.{name} OR (NEW.{name} IS NULL AND OLD.{name} IS NULL))"
        fits.append(f"({same} OR {_erased(field, name)})" if field.name in erasing else same)
    return " AND ".join(fits)


def _erased(field: models.Field, name: str) -> str:
    """Return the condition that the mark stands in a column; JSON and bytes are empty instead."""
    if isinstance(field, models.JSONField):
        return f"NEW.{name} = '{{}}'"
    if isinstance(field, models.BinaryField):
        return f"length(NEW.{name}) = 0"
    return f"NEW.{name} = '{ERASED_NAME}'"


def _wanted(connection) -> dict[str, str]:
    """Return trigger name → statement that makes it, for the tables that there are."""
    tables = set(connection.introspection.table_names())
    sqlite = connection.vendor == "sqlite"
    refuse = _SQLITE_REFUSE if sqlite else _POSTGRES_REFUSE
    wanted = {
        f"{table}_no_{verb}": refuse.format(
            table=table,
            verb=verb,
            unless=f"WHEN (NOT ({fits}))" if fits and verb == "update" else "",
        )
        for table, fits in _APPEND_ONLY.items()
        for verb in ("update", "delete")
        if table in tables
    }
    if {"casework_case", "casework_event"} <= tables:
        wanted["casework_case_state_announced"] = _SQLITE_STATE if sqlite else _POSTGRES_STATE
    return wanted


def missing(connection) -> dict[str, str]:
    """Return the triggers that the database lacks, with the statements that make them."""
    with connection.cursor() as cursor:
        cursor.execute(_INSTALLED[connection.vendor])
        found = {row[0] for row in cursor.fetchall()}
    return {name: made for name, made in _wanted(connection).items() if name not in found}


def lift(using="default", plan=(), **kwargs) -> None:
    """Take the triggers off before migrations on SQLite; connected to ``pre_migrate``."""
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in _wanted(connection):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def install(sender=None, using="default", **kwargs) -> None:
    """Make what is missing; connected to ``post_migrate`` of every app."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_REFUSE_FUNCTION)
            cursor.execute(_POSTGRES_STATE_FUNCTION)
        for statement in missing(connection).values():
            cursor.execute(statement)


def check_installed(app_configs, databases=None, **kwargs) -> list[Warning]:
    """System check: the database still has every trigger.

    A warning, because ``migrate`` runs the checks first and must go on to mend it.
    """
    absent = [name for alias in databases or () for name in sorted(missing(connections[alias]))]
    hint = "Run manage.py migrate: it makes them again."
    return [
        Warning(f"The database lacks the trigger {name}.", hint=hint, id="casework.W001")
        for name in absent
    ]
