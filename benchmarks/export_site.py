"""How much memory and time the public site takes as files, beside the same pages by HTTP.

``python -m benchmarks.export_site [--reports N]``: N published reports (10,000 unless told) in a database
of its own; ``export_site`` runs as a process, and once more, then the pages are asked for one by one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: No run may take more, in MB.
MOST_MB = 300
#: How many pages are asked for by HTTP.
ASKED = 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=10_000)
    reports = parser.parse_args().reports
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/site.sqlite3"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        _manage("migrate", "--verbosity", "0")
        print(f"{reports} reports made in {_made(reports):.0f} s", flush=True)
        site = Path(folder) / "site"
        first, second = (_exported(site) for _run in (1, 2))
        pages = len(list(site.rglob("*.html")))
        per_second = _by_http(site)
    for name, (seconds, peak, said) in (("first", first), ("second", second)):
        print(
            f"{name} run: {seconds:.1f} s, {pages / seconds:.0f} pages/s, peak {peak:.0f} MB; {said}"
        )
    print(f"by HTTP, one after the other in one process: {per_second:.0f} pages/s")
    touched = not second[2].startswith("0 files written")
    return 1 if touched or max(first[1], second[1]) > MOST_MB else 0


def _manage(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], check=True, capture_output=True, text=True
    )


def _made(reports: int) -> float:
    """Publish one report through its release, copy it, and return the seconds that this took."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "benchmarks.published_reports", str(reports)], check=True)
    return time.monotonic() - began


def _exported(site: Path) -> tuple[float, float, str]:
    """Run the command as a process; return seconds, peak memory in MB, and what it said."""
    command = [sys.executable, "manage.py", "export_site", str(site)]
    with tempfile.TemporaryFile("w+") as out:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        out.seek(0)
        said = out.read().strip()
    if process.returncode:
        raise SystemExit(f"export_site ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024, said


def _by_http(site: Path) -> float:
    """Ask the program itself for pages of reports, without a network; return pages a second."""
    import django

    django.setup()
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    paths = [
        str(path.relative_to(site)) for path in sorted(site.glob("reports/*/[0-9]*.html"))[:ASKED]
    ]
    began = time.monotonic()
    for path in paths:
        answer = client.get(f"/public/{path}")
        if answer.content != (site / path).read_bytes():
            raise SystemExit(f"/public/{path} is not what was exported")
    return len(paths) / (time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
