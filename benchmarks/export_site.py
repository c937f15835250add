"""How much memory and time the public site takes as files, beside the same pages by HTTP.

``python -m benchmarks.export_site [--reports N]``: N published reports (10,000 unless told) in a database
of its own; ``export_site`` runs as a process, is killed (kill -9) half-way, runs again to its end, and
once more; then the pages are asked for one by one.
"""

import argparse
import csv
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
#: Files of open data that grow with the reports.
FILES = ("reports", "report-answers", "figure-sources")


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
        there, before_it_died = _killed(site, half=reports)
        kept = _moments(there)
        first, second = (_exported(site) for _run in (1, 2))
        untouched = _moments(there) == kept
        pages = len(list(site.rglob("*.html")))
        rows = {code: _rows(site / f"data/{code}.csv") for code in FILES}
        load = os.getloadavg()[0]
        per_second = _by_http(site)
    print(f"{pages:,} pages; load {load:.1f}")
    for code, (number, megabytes) in rows.items():
        print(f"{code}.csv: {number:,} rows, {megabytes:.0f} MB")
    if rows["reports"][0] != reports or rows["report-answers"][0] < reports:
        raise SystemExit("The reports are not in the open data.")
    print(f"killed after {before_it_died:.1f} s with {len(there):,} pages")
    drawn = {"gone on": pages - len(there), "once more": 0}
    for name, (seconds, peak, said) in (("gone on", first), ("once more", second)):
        print(f"{name}: {seconds:.1f} s, {pages / seconds:.0f} pages/s, peak {peak:.0f} MB; {said}")
        print(f"  pages that had to be written: {drawn[name]:,}")
    print(f"by HTTP, one after the other in one process: {per_second:.0f} pages/s")
    idle = second[2].startswith("0 files written") and untouched
    return 0 if idle and max(first[1], second[1]) <= MOST_MB else 1


def _killed(site: Path, *, half: int) -> tuple[list[Path], float]:
    """Kill a run when it wrote half of the pages; return these whole pages, and the seconds it had."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "manage.py", "export_site", str(site)])
    while len(there := list(site.rglob("*.html"))) < half:
        if process.poll() is not None:
            raise SystemExit("export_site ended before it was killed")
        time.sleep(0.5)
    process.kill()
    process.wait()
    return there, time.monotonic() - began


def _rows(file: Path) -> tuple[int, float]:
    """Return how many rows a file of open data has, and its size in MB."""
    with open(file, encoding="utf-8-sig", newline="") as lines:
        return sum(1 for _row in csv.reader(lines)) - 1, file.stat().st_size / 1e6


def _moments(pages: list[Path]) -> list[int]:
    return [page.stat().st_mtime_ns for page in pages]


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
