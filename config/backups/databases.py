"""How each database is copied while the site runs, and put back as a whole.

A copy is put back beside the site's database first, and made ready there; then the one takes the
place of the other in a single step. So a run that is killed leaves the site as it was.
"""

import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import conninfo, sql

from config.bootstrap import Stop

#: Asks the copy of a database, and returns the rows of the answer.
Ask = Callable[[str], list[tuple]]

IN_USE = Stop(
    "サイトが動いています。web・worker・beat(make run)を止めてから、もう一度実行してください。",
    "The site is running: stop web, worker and beat (make run), and run this again.",
)


class Database(ABC):
    """One kind of database.

    :cvar part: what its copy is called in the folder of a backup.
    :cvar tables: the statement that lists all tables.
    """

    part: str
    tables: str

    @abstractmethod
    def copied(self, to: Path) -> AbstractContextManager[Ask]:
        """Copy the site's database to a file, and give a way to ask for what was copied.

        :raises Stop: if it cannot be copied, or what was copied is damaged.
        """

    @abstractmethod
    def beside(self, copy: Path) -> AbstractContextManager[str]:
        """Give the name of a database that holds ``copy``, for as long as the block lasts.

        :raises Stop: if it cannot be made.
        """

    @abstractmethod
    def replace_by(self, name: str) -> None:
        """Let the database ``name`` take the place of the site's.

        :raises Stop: if somebody works with one of them.
        """

    @abstractmethod
    def is_there(self) -> bool:
        """Return whether the site has a database at all; asking must not make one."""


def of_this_site() -> Database:
    """Return the kind of database that the site uses."""
    return {"sqlite": Sqlite, "postgresql": Postgres}[connection.vendor]()


@contextmanager
def aimed_at(name: str) -> Iterator[None]:
    """Let the program work with another database of the same kind while the block lasts."""
    connection.close()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def rows_of(ask: Ask, tables: str) -> dict[str, int]:
    """Return table → how many rows it has."""
    quote = connection.ops.quote_name
    names = sorted(name for (name,) in ask(tables))
    return {name: ask(f"SELECT count(*) FROM {quote(name)}")[0][0] for name in names}  # nosec B608


def ask_here(statement: str) -> list[tuple]:
    """Ask the database that the program works with now."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def is_running() -> bool:
    """Return whether the embedded broker listens, which only `serve` starts."""
    if not settings.BROKER_IS_EMBEDDED:
        return False
    with closing(socket.socket(socket.AF_UNIX)) as probe, suppress(OSError):
        probe.connect(str(settings.BROKER_SOCKET))
        return True
    return False


class Sqlite(Database):
    part = "database.sqlite3"
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"

    @contextmanager
    def copied(self, to: Path) -> Iterator[Ask]:
        connection.ensure_connection()
        with closing(sqlite3.connect(to)) as copy:
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            _require_sound(copy)
            yield lambda statement: copy.execute(statement).fetchall()

    @contextmanager
    def beside(self, copy: Path) -> Iterator[str]:
        # On the disk of the site's own, so that one can take the place of the other.
        with tempfile.TemporaryDirectory(prefix="restoring-", dir=self._path().parent) as folder:
            name = Path(folder) / self._path().name
            shutil.copyfile(copy, name)
            with closing(sqlite3.connect(name)) as restored:
                _require_sound(restored)
            yield str(name)

    def replace_by(self, name: str) -> None:
        connection.close()
        try:
            for path in (Path(name), self._path()):
                if path.exists():
                    _fold_up(path)
        except sqlite3.OperationalError:
            raise IN_USE from None
        os.replace(name, self._path())

    def is_there(self) -> bool:
        return self._path().exists()

    def _path(self) -> Path:
        return Path(connection.settings_dict["NAME"])


def _require_sound(database: sqlite3.Connection) -> None:
    """:raises Stop: if the database is damaged."""
    try:
        said = database.execute("PRAGMA integrity_check").fetchone()[0]
        if said == "ok" and not database.execute("PRAGMA foreign_key_check").fetchall():
            return
    except sqlite3.DatabaseError as error:
        said = str(error)
    raise Stop(
        f"データベースが壊れています({said})。", f"The database is damaged ({said})."
    ) from None


def _fold_up(path: Path) -> None:
    """Write what stands beside a database into it; refused while anybody else has it open."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=DELETE")


class Postgres(Database):
    part = "database.pgdump"
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"

    @contextmanager
    def copied(self, to: Path) -> Iterator[Ask]:
        """Take the copy and all answers from one snapshot of the database."""
        with psycopg.connect(_address(password=True)) as session:
            session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            program = _program("pg_dump", session)
            snapshot = session.execute("SELECT pg_export_snapshot()").fetchone()[0]
            _run(
                [program, "--format=custom", "--no-owner", "--no-privileges"],
                [f"--snapshot={snapshot}", f"--file={to}", f"--dbname={_address()}"],
            )
            yield lambda statement: session.execute(statement).fetchall()

    @contextmanager
    def beside(self, copy: Path) -> Iterator[str]:
        name = f"{self._name()[:40]}_restoring_{secrets.token_hex(4)}"
        with _maintenance() as session:
            program = _program("pg_restore", session)
            alike = "SELECT datcollate, datctype FROM pg_database WHERE datname = %s"
            collate, ctype = session.execute(alike, [self._name()]).fetchone()
            made = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE {} LC_CTYPE {}"
            session.execute(
                sql.SQL(made).format(sql.Identifier(name), sql.Literal(collate), sql.Literal(ctype))
            )
        try:
            _run(
                [program, "--no-owner", "--no-privileges", "--exit-on-error"],
                ["--single-transaction", f"--dbname={_address(dbname=name)}", str(copy)],
            )
            yield name
        finally:
            _drop(name)

    def replace_by(self, name: str) -> None:
        """Rename both in one transaction; what was there before is dropped."""
        connection.close()
        old = f"{self._name()[:40]}_replaced_{secrets.token_hex(4)}"
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        try:
            with _maintenance() as session, session.transaction():
                for source, target in ((self._name(), old), (name, self._name())):
                    session.execute(rename.format(sql.Identifier(source), sql.Identifier(target)))
        except psycopg.errors.ObjectInUse:
            raise IN_USE from None
        _drop(old)

    def is_there(self) -> bool:
        return True  # the program does not make it

    def _name(self) -> str:
        return connection.settings_dict["NAME"]


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    """A session beside the site's database, in which databases are made and renamed."""
    with psycopg.connect(_address(dbname="postgres", password=True), autocommit=True) as session:
        yield session


def _drop(name: str) -> None:
    with _maintenance() as session:
        session.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _address(*, dbname: str = "", password: bool = False) -> str:
    """Return where the database is; a password is named to no program by its command line."""
    known = {default.keyword.decode() for default in psycopg.pq.Conninfo.get_defaults()}
    given = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in known and value not in (None, "")
    }
    if not password:
        given.pop("password", None)
    return conninfo.make_conninfo(**{**given, **({"dbname": dbname} if dbname else {})})


def _program(name: str, session: psycopg.Connection) -> str:
    """Return the path of a program of PostgreSQL that suits the server of ``session``.

    :raises Stop: if there is none, or it is older than the server.
    """
    path = shutil.which(name, path=settings.POSTGRES_PROGRAMS or None)
    if path is None:
        raise Stop(
            f"{name} が見つかりません。postgresql-client を入れるか、POSTGRES_PROGRAMS にそのフォルダーを指定してください。",
            f"There is no {name}: install postgresql-client, or name its folder in POSTGRES_PROGRAMS.",
        )
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = int(re.search(r"\d+", answer)[0])
    server = session.info.server_version // 10_000
    if found < server:
        raise Stop(
            f"{path} は {found} 版で、サーバー({server} 版)より古いため使えません。POSTGRES_PROGRAMS に {server} 版以上のフォルダーを指定してください。",
            f"{path} is of version {found}, older than the server ({server}); name the folder of version {server} or newer in POSTGRES_PROGRAMS.",
        )
    return path


def _run(*arguments: list[str]) -> None:
    """Run a program of PostgreSQL.

    :raises Stop: with the last thing it said, if it fails.
    """
    command = [word for part in arguments for word in part]
    password = connection.get_connection_params().get("password")
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[-1]
        raise Stop(f"{command[0]} が失敗しました: {said}", f"{command[0]} failed: {said}")
