"""The public site as files: written one by one, taken up where a run died, nothing else touched."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

#: What this program wrote into a folder: a digest and a path a line, the last line of a path counts.
MANIFEST = ".site-manifest"
#: The end of the name under which a file is written before it is renamed.
UNFINISHED = ".unfinished"


@dataclass
class Outcome:
    """What became of the files of one run.

    :param foreign: paths at which something stands that this program did not write.
    """

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    foreign: list[str] = field(default_factory=list)


def export(files: Iterable[tuple[str, bytes]], folder: Path) -> Outcome:
    """Bring ``folder`` to ``files``: write what differs, remove what we wrote and is no more.

    A file is written under another name and renamed, and noted before that: a run that dies leaves
    whole files only, and the next one knows them for its own. What we did not write stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own, done, outcome = _read(folder / MANIFEST), {}, Outcome()
    with open(folder / MANIFEST, "a", encoding="utf-8") as manifest:
        for path, body in files:
            target, digest = folder / path, hashlib.sha256(body).hexdigest()
            done[path] = digest
            if _holds(target, body):
                outcome.unchanged += 1
            elif target.exists() and path not in own:
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
    outcome.removed = _remove(folder, {path: own[path] for path in own.keys() - done.keys()})
    if own != done:
        _write(folder / MANIFEST, "".join(f"{d} {p}\n" for p, d in sorted(done.items())).encode())
    return outcome


def _read(manifest: Path) -> dict[str, str]:
    if not manifest.exists():
        return {}
    lines = manifest.read_text(encoding="utf-8").splitlines()
    told = (line.partition(" ") for line in lines)
    return {path: digest for digest, _blank, path in told if len(digest) == 64 and path}


def _holds(target: Path, body: bytes) -> bool:
    try:
        return target.stat().st_size == len(body) and target.read_bytes() == body
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return False


def _note(manifest, path: str, digest: str) -> None:
    manifest.write(f"{digest} {path}\n")
    manifest.flush()


def _write(target: Path, body: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + UNFINISHED)
    unfinished.write_bytes(body)
    os.replace(unfinished, target)


def _remove(folder: Path, gone: dict[str, str]) -> int:
    """Remove what we wrote and nobody changed since, of the files that the site has no more."""
    removed = 0
    for path, digest in gone.items():
        target = folder / path
        if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == digest:
            target.unlink()
            removed += 1
    return removed
