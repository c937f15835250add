"""The folder of a backup: what it is called, what it says of itself, and whether it is whole."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Any
from zoneinfo import ZoneInfo

from casework.history import digest_of
from config.bootstrap import Stop, require_writable

MANIFEST = "manifest.json"
FILES = "files.tar"
#: What a folder ends with until it is whole.
UNFINISHED = ".unfinished"

JAPAN = ZoneInfo("Asia/Tokyo")
#: Bytes read at a time.
PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the folder: its size in bytes and the SHA-256 of what it holds."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    :param at: when the copy of the database was taken, by the machine's own clock.
    :param commit: of the source, where it is known.
    :param migrations: all that were applied, as ``app.name``.
    :param rows: table → how many rows it had.
    :param missing: files that a row names and that were not there when they were to be copied.
    :param key: tells whether a key belongs to this backup, see :mod:`config.backups.keys`.
    """

    at: datetime
    version: str
    commit: str
    vendor: str
    demonstration: bool
    migrations: list[str]
    rows: dict[str, int]
    missing: list[str]
    key: str
    parts: list[Part]

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def database(self) -> str:
        """The name of the part that is the database."""
        return next(part.name for part in self.parts if part.name != FILES)


def name_of(at: datetime) -> str:
    """Return what the backup of a moment is called; names sort as their moments do."""
    return f"yell-{at.astimezone(JAPAN):%Y%m%d-%H%M%S}"


@contextmanager
def unfinished(directory: Path, name: str) -> Iterator[Path]:
    """Give an empty folder that bears its name only when the block came to its end.

    A run that is killed leaves a folder that nothing takes for a backup.

    :raises Stop: if the directory cannot be written to, or there is such a backup already.
    """
    require_writable(directory)
    whole, folder = directory / name, directory / f"{name}{UNFINISHED}"
    if whole.exists() or folder.exists():
        raise Stop(f"{whole} はすでにあります。", f"There is a {whole} already.")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    for written in (*folder.iterdir(), folder):
        _to_disk(written)
    folder.rename(whole)
    _to_disk(directory)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def part_of(path: Path) -> Part:
    """Read one file and say what is in it."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return Part(path.name, path.stat().st_size, digest.hexdigest())


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write the manifest with the digest of its own words; return the digest of the file."""
    told = json.loads(json.dumps(asdict(manifest), default=datetime.isoformat))
    text = json.dumps({**told, "digest": digest_of(told)}, ensure_ascii=False, indent=1)
    path = folder / MANIFEST
    path.write_text(f"{text}\n", encoding="utf-8")
    return part_of(path).digest


def read_manifest(folder: Path) -> Manifest:
    """Return what a backup says of itself.

    :raises Stop: if there is none, or it is not what was written.
    """
    path = folder / MANIFEST
    if folder.name.endswith(UNFINISHED) or not path.is_file():
        raise Stop(
            f"{folder} は完成したバックアップではありません({MANIFEST} がないか、途中で止まっています)。",
            f"{folder} is no whole backup: it has no {MANIFEST}, or its run was cut short.",
        )
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.pop("digest") != digest_of(told):
            raise damaged(MANIFEST)
        return _manifest(told)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged(MANIFEST) from None


def _manifest(told: dict[str, Any]) -> Manifest:
    parts = [Part(**part) for part in told.pop("parts")]
    return Manifest(**{**told, "at": datetime.fromisoformat(told["at"]), "parts": parts})


def damaged(name: str) -> Stop:
    return Stop(
        f"バックアップの {name} が壊れています。別のバックアップを使ってください。",
        f"The part {name} of the backup is damaged; use another backup.",
    )


def verified(folder: Path) -> Manifest:
    """Return the manifest of a backup whose every part is as it was written.

    :raises Stop: naming the first part that is missing or damaged.
    """
    manifest = read_manifest(folder)
    for part in manifest.parts:
        path = folder / part.name
        if not path.is_file():
            raise Stop(
                f"バックアップに {part.name} がありません。",
                f"The backup lacks its part {part.name}.",
            )
        if part_of(path) != part:
            raise damaged(part.name)
    return manifest
