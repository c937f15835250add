"""Restoring a backup, for good or for trial.

The database is put back and made ready beside the site's, with every notice held, and then takes
its place in one step. Files are only added before that step, and taken away only after it.
"""

import hashlib
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from accounts.models import User
from casework import restored, verification
from casework.models import Case, RestoreDrill, StoredFile
from config.bootstrap import Stop

from . import keys
from .databases import IN_USE, aimed_at, ask_here, is_running, of_this_site, rows_of
from .folder import FILES, MANIFEST, PIECE, Manifest, damaged, part_of, verified
from .making import Made, file_names, make, note, version

#: What `serve` writes when the demo year was played to its end.
PLAYED = "complete\n"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a restored backup.

    :param faults: of the history, and of files that are not what their rows say.
    :param held: how many notices are held until a person releases them.
    :param kept: the backup of what was there before, if anything was.
    :param keys: whether the installation has the keys of the backup; ``None`` if none were given.
    """

    manifest: Manifest
    faults: list[str]
    held: int = 0
    kept: Path | None = None
    keys: bool | None = None


def drill(folder: Path, *, at: datetime) -> Found:
    """Restore a backup beside the site, compare, and throw it away again.

    The only row that is written says that it went well; with a fault, none is.

    :raises Stop: if the backup is damaged or cannot be restored here, or the site was never started.
    """
    manifest = examined(folder)
    database = of_this_site()
    if not _keeps(RestoreDrill):
        raise Stop(
            "このサイトはまだ一度も起動していません。訓練の記録を残せないので、先に起動してください(make run)。",
            "This site was never started: there is no place to note the drill in. Start it first (make run).",
        )
    with database.beside(folder / manifest.database) as name, aimed_at(name):
        require_same_rows(manifest)
        faults = [*_history_faults(), *_file_faults(folder, manifest)]
    if not faults:
        RestoreDrill.objects.create(at=at, backup_at=manifest.at, folder=folder.resolve().name)
    return Found(manifest, faults)


def restore(
    folder: Path, *, keys_file: Path | None, replace: bool, at: datetime, say: Callable[[str], None]
) -> Found:
    """Bring the site back to what a backup holds; nothing is sent until a person releases it.

    :param replace: whether a site that is in use may be replaced; a backup of it is kept.
    :param say: is told of each step.
    :raises Stop: before anything was changed, if it cannot be restored here.
    """
    manifest = examined(folder)
    values = _keys_of(keys_file, manifest)
    require_same_kind(manifest)
    if is_running():
        raise IN_USE
    kept = _keep_what_is_there(replace=replace, at=at, say=say)
    database = of_this_site()
    with database.beside(folder / manifest.database) as name:
        with aimed_at(name):
            require_same_rows(manifest)
            held = _make_ready(folder, manifest, at=at)
            faults = [*_history_faults(), *_file_faults(folder, manifest)]
        unpack(folder)
        say("The backup lies ready beside the site and takes its place now.")
        database.replace_by(name)
    if settings.DEMO:
        settings.DEMO_MARK.write_text(PLAYED)
    if kept:
        _remove_strangers()
    taken = keys.take_over(values) if values else None
    return Found(manifest, faults, held, kept and kept.folder, taken)


# May it be restored here?


def examined(folder: Path) -> Manifest:
    """Return the manifest of a whole backup of the same database and no newer program.

    :raises Stop: if it is none; the words say which part is damaged.
    """
    manifest = verified(folder)
    if manifest.vendor != connection.vendor:
        raise Stop(
            f"このバックアップは {manifest.vendor} のものです(このサイトは {connection.vendor})。",
            f"This backup is of {manifest.vendor}; the site uses {connection.vendor}.",
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    is_newer = _numbers(manifest.version) > _numbers(version())
    if is_newer or not known.issuperset(manifest.migrations):
        raise Stop(
            f"このバックアップは新しいプログラム({manifest.version})のものです。プログラムを更新してください。",
            f"This backup is of a newer program ({manifest.version}); update the program first.",
        )
    return manifest


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(".") if number.isdecimal())


def _keys_of(path: Path | None, manifest: Manifest) -> dict[str, str]:
    if path is None:
        return {}
    values = keys.read(path)
    keys.require_match(values, manifest.key, path)
    return values


def require_same_kind(manifest: Manifest) -> None:
    """:raises Stop: if one is a demonstration and the other is real."""
    if manifest.demonstration == settings.DEMO:
        return
    if manifest.demonstration:
        raise Stop(
            "このバックアップはデモのものです。DEMO=1 で、デモのフォルダーにだけ戻せます。",
            "This backup is of a demonstration; it can be restored with DEMO=1 only.",
        )
    raise Stop(
        "このサイトはデモです。本番のバックアップは、DEMO=0 で別のフォルダーに戻してください。",
        "This site is a demonstration; restore real data with DEMO=0 into another folder.",
    )


def _keep_what_is_there(*, replace: bool, at: datetime, say: Callable[[str], None]) -> Made | None:
    """Keep a backup of a site in use, if it may be replaced at all.

    :raises Stop: if it may not, or cannot be kept.
    """
    if not is_in_use():
        return None
    if not replace:
        raise Stop(
            "このサイトには案件か利用者があります。置き換えるには --replace を付けてください(今の中身はバックアップされます)。",
            "This site has cases or people; add --replace to replace it (a backup of it is kept).",
        )
    kept = make(settings.DATA / "before-restore", at=at)
    say(f"What was there is kept in {kept.folder}.")
    return kept


def is_in_use() -> bool:
    """Return whether the site's database holds anybody's data."""
    if not _keeps(Case, User):
        return False
    return Case.objects.exists() or User.objects.filter(is_active=True).exists()


def _keeps(*models: type[Model]) -> bool:
    """Return whether the site has a database with the tables of ``models``."""
    if not of_this_site().is_there():
        return False
    tables = connection.introspection.table_names()
    return {model._meta.db_table for model in models} <= set(tables)


# What was put back


def require_same_rows(manifest: Manifest) -> None:
    """:raises Stop: if a table has not as many rows as were copied."""
    rows = rows_of(ask_here, of_this_site().tables)
    for table in sorted(rows.keys() | manifest.rows.keys()):
        if rows.get(table) != manifest.rows.get(table):
            raise Stop(
                f"{table} の行数が、バックアップの記録({manifest.rows.get(table)})と違います({rows.get(table)})。",
                f"{table} has {rows.get(table)} rows, the backup says {manifest.rows.get(table)}.",
            )


def _make_ready(folder: Path, manifest: Manifest, *, at: datetime) -> int:
    """Bring tables and triggers up to date, end all log-ins, and hold what waited."""
    call_command("migrate", verbosity=0, interactive=False)
    Session.objects.all().delete()  # a log-in that was ended since must not come back
    UserSession.objects.all().delete()
    note(Made(folder.resolve(), manifest, part_of(folder / MANIFEST).digest))
    restored.begin(backup_at=manifest.at, at=at, folder=folder.resolve().name)
    return restored.held().count()


def _history_faults() -> list[str]:
    return [str(fault) for fault in verification.faults()]


def _file_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Compare the files of a backup with what the rows say of them."""
    found = {name: digest for name, digest, _file in _entries(folder)}
    kept = StoredFile.objects.filter(destroyed_at=None).order_by("pk")
    for name, digest in kept.values_list("content", "digest"):
        if name not in found:
            yield f"The file {name} is not in the backup."
        elif found[name] != digest:
            yield f"The file {name} is another than its row says."


def _entries(folder: Path) -> Iterator[tuple[str, str, File]]:
    """Yield each file of a backup: its name, its digest, and the file itself, at its beginning.

    :raises Stop: if it is no tar.
    """
    try:
        with tarfile.open(folder / FILES) as tar:
            for entry in tar:
                with tar.extractfile(entry) as file:
                    digest = _digest(file)
                    file.seek(0)
                    yield entry.name, digest, File(file, entry.name)
    except tarfile.TarError:
        raise damaged(FILES) from None


def _digest(file) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def unpack(folder: Path) -> None:
    """Add the files that are not there yet, or not whole; those of the site that is there stay."""
    for name, digest, file in _entries(folder):
        if default_storage.exists(name):
            with default_storage.open(name) as there:
                if _digest(there) == digest:
                    continue
            default_storage.delete(name)
        default_storage.save(name, file)


def _remove_strangers() -> None:
    """Remove the files that no row names any more; the backup that was kept has them."""
    named = set(file_names(ask_here))
    for name in list(_stored("")):
        if name not in named:
            default_storage.delete(name)


def _stored(folder: str) -> Iterable[str]:
    """Yield the name of every file that is stored under ``folder``."""
    inner = f"{folder}/" if folder else ""
    folders, files = default_storage.listdir(folder) if default_storage.exists(folder) else ([], [])
    yield from (f"{inner}{name}" for name in files)
    for name in folders:
        yield from _stored(f"{inner}{name}")
