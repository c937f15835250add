"""The public site as files: written one by one, taken up where a run died, nothing else touched."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

#: What this program wrote into a folder: a digest and a path a line, the last line of a path counts.
MANIFEST = ".site-manifest"
#: The end of the name under which a file is written before it is renamed.
UNFINISHED = ".unfinished"
#: The most of a file that is held in memory, and how much is compared at a time, in bytes.
IN_MEMORY, AT_A_TIME = 1024 * 1024, 64 * 1024


@dataclass
class Outcome:
    """What became of the files of one run.

    :param foreign: paths at which, or on the way to which, something stands that this program did
        not write.
    :param kept: paths that the site has no more, whose file somebody changed since we wrote it.
    """

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    foreign: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def export(files: Iterable[tuple[str, bytes | Iterable[bytes]]], folder: Path) -> Outcome:
    """Bring ``folder`` to ``files``: write what differs, remove what we wrote and is no more.

    :param files: path, and bytes or parts of them, which are never held in memory all together.

    A file is written under another name and renamed, and noted before that: a run that dies leaves
    whole files only, and the next one knows them for its own. What we did not write stays; what we
    wrote and somebody changed since stays, too, and is told by each run until it is gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own, done, outcome = _read(folder / MANIFEST), {}, Outcome()
    for path in own:  # what a run that died was writing, which nobody else would take away
        _unfinished(folder / path).unlink(missing_ok=True)
    with open(folder / MANIFEST, "a", encoding="utf-8") as manifest:
        for path, parts in files:
            target = folder / path
            with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
                digest = _gather(parts, body)
                done[path] = digest
                if _holds(target, body):
                    outcome.unchanged += 1
                elif _is_barred(target, is_own=path in own):
                    outcome.foreign.append(path)
                    del done[path]
                    continue
                else:
                    _note(manifest, path, digest)
                    _write(target, body)
                    outcome.written += 1
                    continue
            if own.get(path) != digest:
                _note(manifest, path, digest)
    for path in sorted(own.keys() - done.keys()):
        target = folder / path
        if not target.is_file():
            continue
        if _digest_of(target) != own[path]:
            outcome.kept.append(path)
            done[path] = own[path]
            continue
        _remove(target, folder)
        outcome.removed += 1
    if own != done:
        lines = (f"{digest} {path}\n".encode() for path, digest in sorted(done.items()))
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            _gather(lines, body)
            _write(folder / MANIFEST, body)
    return outcome


def _read(manifest: Path) -> dict[str, str]:
    if not manifest.exists():
        return {}
    lines = manifest.read_text(encoding="utf-8").splitlines()
    told = (line.partition(" ") for line in lines)
    return {path: digest for digest, _blank, path in told if len(digest) == 64 and path}


def _gather(parts: bytes | Iterable[bytes], body: IO[bytes]) -> str:
    """Put the parts of a file together; return the digest of all of them."""
    digest = hashlib.sha256()
    for part in (parts,) if isinstance(parts, bytes) else parts:
        digest.update(part)
        body.write(part)
    return digest.hexdigest()


def _holds(target: Path, body: IO[bytes]) -> bool:
    try:
        if target.stat().st_size != body.tell():
            return False
        with open(target, "rb") as there:
            return _are_alike(there, body)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return False


def _are_alike(there: IO[bytes], body: IO[bytes]) -> bool:
    end = body.tell()
    body.seek(0)
    while part := body.read(AT_A_TIME):
        if there.read(AT_A_TIME) != part:
            break
    else:
        return True
    body.seek(end)
    return False


def _note(manifest, path: str, digest: str) -> None:
    manifest.write(f"{digest} {path}\n")
    manifest.flush()


def _unfinished(target: Path) -> Path:
    return target.with_name(target.name + UNFINISHED)


def _write(target: Path, body: IO[bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _unfinished(target)
    body.seek(0)
    with open(unfinished, "wb") as file:
        shutil.copyfileobj(body, file)
    os.replace(unfinished, target)


def _is_barred(target: Path, *, is_own: bool) -> bool:
    """Return whether something of others stands where a file is to be written."""
    if target.is_dir() or (target.exists() and not is_own):
        return True
    way = next(folder for folder in target.parents if folder.exists())
    return not way.is_dir()


def _digest_of(target: Path) -> str:
    with open(target, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove(target: Path, folder: Path) -> None:
    """Remove a file, and the folders within ``folder`` that are empty without it."""
    target.unlink()
    for parent in target.relative_to(folder).parents:
        if parent == Path(".") or any((folder / parent).iterdir()):
            break
        (folder / parent).rmdir()
