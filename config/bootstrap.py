"""Make the program's environment: `python3 config/bootstrap.py [--dev]` (what `make setup` runs).

Runs on any Python 3.8 or newer with the standard library alone, because it is what finds out that
the machine's Python is not one the program supports. Does nothing when nothing changed.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ((3, 11), (3, 12), (3, 13))
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3", "python")
PROBE = (
    "import sys, importlib.util as u; "
    "print(*sys.version_info[:2], int(all(map(u.find_spec, ('venv', 'ensurepip')))))"
)


class Stop(Exception):
    """What keeps the environment from being made, as one sentence in each language."""

    def __init__(self, japanese, english):
        super().__init__(f"{japanese} / {english}")


def probe(python):
    """Return ((major, minor), can make environments) of an interpreter, or None if it does not run."""
    try:
        answer = subprocess.run(
            [python, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60
        )
        major, minor, able = answer.stdout.split()
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return (int(major), int(minor)), able == b"1"


def find_python(candidates=CANDIDATES):
    """Return a supported interpreter that can make virtual environments.

    :raises Stop: if there is none, naming what to install.
    """
    seen = [(name, probe(name)) for name in candidates if shutil.which(name)]
    supported = [(name, answer) for name, answer in seen if answer and answer[0] in SUPPORTED]
    for name, (_version, able) in supported:
        if able:
            return shutil.which(name)
    if supported:
        raise Stop(
            "Python の venv モジュールがありません。"
            "「apt-get install python3-venv」などで入れてから、もう一度実行してください。",
            "This Python has no venv module; install it (for example: "
            "apt-get install python3-venv) and run this again.",
        )
    found = ", ".join(f"{answer[0][0]}.{answer[0][1]}" for _, answer in seen if answer)
    raise Stop(
        f"Python 3.11〜3.13 が必要です(見つかったもの: {found or 'なし'})。",
        f"Python 3.11 to 3.13 is needed (found: {found or 'none'}).",
    )


def require_writable(folder):
    """:raises Stop: if nothing can be written in the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe_file = folder / f".writable-{os.getpid()}"
        probe_file.touch()
        probe_file.unlink()
    except OSError:
        raise Stop(
            f"フォルダー {folder} に書き込めません。書き込めるようにしてください。",
            f"The folder {folder} cannot be written to; make it writable.",
        ) from None


def digest(locks):
    """Return what the environment depends on, as one line: the locks."""
    return hashlib.sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()


def is_current(venv, stamp, wanted):
    """Tell whether the environment runs and was made from the same locks."""
    if not stamp.exists() or stamp.read_text() != wanted:
        return False
    answer = probe(str(venv / "bin" / "python"))
    return answer is not None and answer[0] in SUPPORTED


def make(venv, locks):
    """Make the environment anew if its Python is unusable, then install exactly the locks."""
    answer = probe(str(venv / "bin" / "python"))
    if answer is None or answer[0] not in SUPPORTED or not has_pip(venv):
        python = find_python()
        run([python, "-m", "venv", "--clear", str(venv)], "venv")
    print(f"Installing {', '.join(lock.name for lock in locks)} …", flush=True)
    arguments = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    for lock in locks:
        arguments += ["-r", str(lock)]
    run([str(venv / "bin" / "python"), "-m", "pip", *arguments], "pip")


def has_pip(venv):
    command = [str(venv / "bin" / "python"), "-m", "pip", "--version"]
    return (
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        == 0
    )


def run(command, what):
    """Run a step; its own output tells the details.

    :raises Stop: if it fails.
    """
    if subprocess.run(command).returncode != 0:
        raise Stop(
            f"環境を作る途中で {what} が失敗しました。すぐ上の表示を確かめてください。",
            f"{what} failed while the environment was made; see the lines above.",
        )


def compile_messages(venv, locale):
    """Compile each .po that is newer than its .mo (Babel; no system gettext needed)."""
    stale = [
        po
        for po in locale.glob("*/LC_MESSAGES/django.po")
        if not po.with_suffix(".mo").exists()
        or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]
    if stale:
        compiler = [str(venv / "bin" / "pybabel"), "-q", "compile", "-D", "django"]
        run([*compiler, "-d", str(locale)], "pybabel")


def setup(root, dev):
    """Bring `.venv` of a checkout up to date."""
    require_writable(root)
    venv = root / ".venv"
    names = ["requirements.lock", "requirements-dev.lock"] if dev else ["requirements.lock"]
    locks = [root / name for name in names]
    stamps = {
        venv / f"installed-{count}": digest(locks[:count]) for count in range(1, len(locks) + 1)
    }
    stamp, wanted = list(stamps.items())[-1]
    if not is_current(venv, stamp, wanted):
        make(venv, locks)
        for path, text in stamps.items():
            path.write_text(text)
    compile_messages(venv, root / "locale")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    arguments = parser.parse_args()
    try:
        setup(ROOT, dev=arguments.dev)
    except Stop as stop:
        sys.exit(str(stop))


if __name__ == "__main__":
    main()
