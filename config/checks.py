"""Everything that can be said about the program without running its tests: `make check`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
APPS = ["accounts", "casework", "config", "grants", "guideline", "reporting", "reviews"]
#: What says even when it passes how much it could check.
TELLING = {"compose file", "translations"}
SERVICES = {"postgres", "valkey", "migrate", "web", "worker", "beat"}


def program(name: str, *arguments: str) -> list[str]:
    return [str(BIN / name), *arguments]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def commands() -> dict[str, list[str]]:
    """Return what is checked, and by which command."""
    return {
        "lint": program("ruff", "check", "--quiet", "."),
        "format": program("ruff", "format", "--check", "--quiet", "."),
        "who imports whom": program("lint-imports", "--no-cache"),
        "dependencies": program("deptry", "."),
        "templates": program("djlint", "templates", "--lint", "--quiet"),
        "types": program("mypy"),
        "dangerous calls": program("bandit", "-q", "-r", "-ll", "-c", "pyproject.toml", *APPS),
        "migrations": manage("makemigrations", "--check", "--dry-run"),
        "deployment": manage("check", "--deploy", "--fail-level", "WARNING"),
        "translations": [sys.executable, "-m", "config.translations"],
        "compose file": [sys.executable, "-m", "config.checks", "compose"],
    }


def environment(data: str) -> dict[str, str]:
    """Return the surroundings of a deployment, apart from whatever this machine has set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "DATA": data, "HTTPS": "1", "DEBUG": "0", "DEMO": "0"}


def run(commands: dict[str, list[str]]) -> list[str]:
    """Run all commands, as many at a time as there are processors; show what the failing ones say.

    Return the names of those, in the order in which the commands stand.
    """
    with (
        tempfile.TemporaryDirectory(prefix="yell-check-") as data,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        done = pool.map(lambda name: _run_one(name, commands[name], data), commands)
        return [name for name, passed in zip(commands, done, strict=True) if not passed]


def _run_one(name: str, command: list[str], data: str) -> bool:
    begun = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    verdict = "FAILED" if done.returncode else "ok"
    said = done.stdout.rstrip()
    brief = said if name in TELLING and not done.returncode else ""
    lines = [f"{name:20} {verdict:6} {time.monotonic() - begun:5.1f} s  {brief}"]
    lines += [said] if done.returncode else []
    print("\n".join(lines), flush=True)  # at once, so that no other command speaks in between
    return done.returncode == 0


def check_compose(path: Path) -> str:
    """Return what was checked of the compose file.

    :raises ValueError: if it is not what a deployment needs.
    """
    services = yaml.safe_load(path.read_text())["services"]
    if set(services) != SERVICES:
        raise ValueError(f"services are {sorted(services)}, not {sorted(SERVICES)}")
    for name, service in services.items():
        if unknown := set(service.get("depends_on", ())) - SERVICES:
            raise ValueError(f"{name} waits for {sorted(unknown)}, which nobody runs")
        if not {"image", "build"} & set(service):
            raise ValueError(f"{name} has neither an image nor a build")
    if not has_docker_compose():
        return "parsed; docker compose is not on this machine"
    values = {**os.environ, "POSTGRES_PASSWORD": "any", "SECRET_KEY": "any", "BANK_KEY": "any"}
    subprocess.run(["docker", "compose", "-f", str(path), "config", "-q"], check=True, env=values)
    return "parsed, and accepted by docker compose"


def has_docker_compose() -> bool:
    if not shutil.which("docker"):
        return False
    silent = subprocess.DEVNULL
    asked = subprocess.run(["docker", "compose", "version"], stdout=silent, stderr=silent)
    return asked.returncode == 0


def main() -> None:
    if sys.argv[1:] == ["compose"]:
        print(check_compose(ROOT / "docker-compose.yml"))
    elif failed := run(commands()):
        sys.exit(f"make check: {', '.join(failed)}")


if __name__ == "__main__":
    main()
