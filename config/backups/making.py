"""Making a backup while the site runs: the database first, then the files that its rows name."""

import subprocess
import tarfile
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import FileField

from casework.models import BackupRun
from config.bootstrap import ROOT

from . import keys
from .databases import Ask, of_this_site, rows_of
from .folder import FILES, Manifest, name_of, part_of, unfinished, write_manifest


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that came to its end.

    :param digest: SHA-256 of its manifest.
    """

    folder: Path
    manifest: Manifest
    digest: str


def make(directory: Path, *, at: datetime) -> Made:
    """Make one backup in ``directory``.

    A file that is uploaded meanwhile belongs to the next backup; one that is not there any more is
    named in the manifest.

    :param at: the moment it is named by, of the machine's own clock.
    :raises Stop: if it cannot be made.
    """
    database, name = of_this_site(), name_of(at)
    with unfinished(directory, name) as folder:
        with database.copied(folder / database.part) as ask:
            names, rows = file_names(ask), rows_of(ask, database.tables)
            migrations = [f"{app}.{name}" for app, name in ask(_MIGRATIONS)]
        missing = pack(names, folder / FILES)
        manifest = Manifest(
            at=at,
            version=version(),
            commit=commit(),
            vendor=connection.vendor,
            demonstration=settings.DEMO,
            migrations=migrations,
            rows=rows,
            missing=missing,
            key=keys.fingerprint(keys.present()),
            parts=[part_of(folder / part) for part in (database.part, FILES)],
        )
        digest = write_manifest(folder, manifest)
    return Made(directory / name, manifest, digest)


_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


def note(made: Made) -> None:
    """Keep in the site's database that this backup was made; once, however often it is told."""
    told = {"at": made.manifest.at, "folder": made.folder.name, "size": made.manifest.size}
    BackupRun.objects.get_or_create(digest=made.digest, defaults=told)


def file_names(ask: Ask) -> list[str]:
    """Return the names under which the rows keep files."""
    quote = connection.ops.quote_name
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField):
                column, table = quote(field.column), quote(model._meta.db_table)
                found.update(name for (name,) in ask(f"SELECT {column} FROM {table}"))  # nosec B608
    return sorted(found - {"", None})


def pack(names: list[str], to: Path) -> list[str]:
    """Write the named files into one tar, a piece at a time; return which were not there."""
    missing = []
    with tarfile.open(to, "w") as tar:
        for name in names:
            try:
                file = default_storage.open(name)
            except FileNotFoundError:
                missing.append(name)
                continue
            with file:
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = file.size, 0o640
                tar.addfile(entry, file)
    return missing


def version() -> str:
    """Return which program this is."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def commit() -> str:
    """Return of which commit the source is, or an empty text where nobody can tell."""
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True
        )
    except OSError:
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
