"""`make drills`: break what surrounds notices and publication, and count what came of it.

``python -m tests.drills [--database URL] [WORDS …]`` runs the drills whose name holds one of the
words, or all; a database that is named must be migrated already, and its server is left running.
"""

import argparse
import os
import signal
import sys
import time
import unicodedata
from datetime import timedelta

import redis
from django.core.management import call_command

from tests.drills.parts import (
    Installation,
    database,
    installation,
    let_pass,
    time_limit,
    until,
)

LIMIT = 120  # seconds for one drill
STARTED = ("broker", "mail", "web", "worker", "beat")
COLUMNS = ("drill", "posted", "arrived", "lost", "doubles", "open", "/healthz said", "s", "verdict")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--database", help="address of a migrated database")
    asked.add_argument("words", nargs="*")
    options = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with database(options.database) as (url, server), installation(url) as parts:
        if server:
            call_command("migrate", verbosity=0, interactive=False)
        return play(parts, server, options.words)


def play(parts: Installation, server, words: list[str]) -> int:
    """Run the drills, print a line for each, and return the exit code."""
    import config.celery  # noqa: F401  # whose broker the tasks go to
    from tests.drills.publication import OF_PUBLICATION
    from tests.drills.scenarios import DRILLS

    wanted = [
        d for d in (*DRILLS, *OF_PUBLICATION) if not words or any(word in d.name for word in words)
    ]
    print(line(COLUMNS), flush=True)
    verdicts = [run(drill, parts, server) for drill in wanted]
    print_what_was_simulated(wanted)
    failed = verdicts.count("FAILED")
    print(f"{len(verdicts)} drills, {failed} failed, {verdicts.count('not run')} not run.")
    return 1 if failed or not verdicts else 0


def run(drill, parts: Installation, server) -> str:
    """Play one drill, print its line, and return the verdict."""
    from tests.drills.scenarios import NotHere, Site, count

    site, begun, problem = Site(parts, server), time.monotonic(), ""
    with site.stack:
        try:
            with time_limit(LIMIT):
                make_ready(parts)
                begun = time.monotonic()
                drill.play(site)
                failed = count(site).failed
                site.await_health(**{"failed": failed} if failed else {})
        except NotHere as reason:
            print(f"{drill.name}: not run, for {reason}", flush=True)
            return "not run"
        except Exception as error:  # whatever it was, the other drills still count
            problem = f"{type(error).__name__}: {error}"
        found = count(site)
    return tell(drill, site, found, time.monotonic() - begun, problem)


def make_ready(parts: Installation) -> None:
    """Bring an installation in which nothing waits and all parts are well."""
    from casework.models import FailedTask, Notice
    from tests.drills.scenarios import unfinished

    busy = ("worker",) if unfinished().exists() else ()
    for name in ("second worker", "second beat", *busy):
        parts[name].kill()
    Notice.objects.all().delete()
    FailedTask.objects.all().delete()
    parts.mail.empty()
    parts.start("broker")
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.delete("celery", "unacked", "unacked_index")
    parts.start(*STARTED)
    let_pass(timedelta(minutes=6))  # so that what says it is well says so now
    until(lambda: parts.health() and not parts.ailing(), "all parts are well")


def tell(drill, site, found, seconds: float, problem: str) -> str:
    held = found.lost == found.strangers == 0 and found.doubles == site.open_to_doubles
    verdict = "FAILED" if problem or not held else "ok"
    said = " → ".join(site.said)
    cells = (drill.name, found.posted, found.arrived, found.lost, found.doubles)
    print(line((*cells, site.open_to_doubles, said, f"{seconds:.0f}", verdict)), flush=True)
    if site.remark:
        print(f"    {site.remark}")
    if verdict == "FAILED":
        print(f"    {problem or found}\n{site.installation.last_words()}", flush=True)
    return verdict


def line(cells) -> str:
    """Return one line of the table; what the server said is the one wide column."""
    widths = (36, 6, 7, 4, 7, 4, 58, 4, 7)
    return "  ".join(pad(str(cell), width) for cell, width in zip(cells, widths, strict=True))


def pad(text: str, width: int) -> str:
    taken = sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)
    return text + " " * (width - taken)


def print_what_was_simulated(drills) -> None:
    print(
        "\nposted, arrived: letters; lost: neither in a mailbox nor shown as failed or taken back;"
        "\ndoubles: further copies, all with the Message-ID of the first; open: how many of them SMTP itself"
        "\nleaves open, or a person asked for."
        "\nShort intervals: beat every second, 3 seconds of patience with SMTP (tests/drills/settings.py)."
        "\nSimulated:"
    )
    for drill in drills:
        if drill.simulated:
            print(f"    {drill.name}: {drill.simulated}")


if __name__ == "__main__":
    sys.exit(main())
