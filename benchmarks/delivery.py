"""Letters per second with one worker and with two, before a local mail server; and no double.

``python -m benchmarks.delivery [--letters N]`` runs a PostgreSQL server, a broker, a mail server
and the workers of a deployment as processes of their own, and prints a table.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass

import redis
from django.core.management import call_command

from tests.drills.parts import Installation, database, installation, until

WORKERS = ("worker", "second worker")
#: Seconds that the mail server takes before each answer; a letter needs seven of them.
PAUSES = (0, 0.01)
PATIENCE = 600  # seconds
PARKED = "parked"


@dataclass(frozen=True)
class Run:
    """What one run came to.

    :param took: seconds from when the tasks were there until the last letter was stamped.
    """

    pause: float
    workers: int
    letters: int
    took: float
    lost: int
    doubles: int

    @property
    def rate(self) -> float:
        return self.letters / self.took


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--letters", type=int, default=1000)
    letters = asked.parse_args().letters
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with database(None) as (url, _server), installation(url) as parts:
        import config.celery  # noqa: F401  # whose broker the tasks go to

        call_command("migrate", verbosity=0, interactive=False)
        parts.start("broker", "mail")
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the run")
        print(
            "answers after  workers  letters  seconds  letters/s  ratio  lost  doubles", flush=True
        )
        runs = [run(pair, letters, parts) for pair in [(p, w) for p in PAUSES for w in (1, 2)]]
    return 1 if any(run.lost or run.doubles for run in runs) else 0


def run(pair: tuple[float, int], letters: int, parts: Installation) -> Run:
    """Measure once, and print the line."""
    pause, workers = pair
    prepare(letters, parts)
    parts.mail.behave(pause=pause)
    start_workers(workers, parts)
    took = deliver_all()
    for name in WORKERS:
        parts[name].stop()
    came = Counter(message["Message-ID"] for message in parts.mail.messages())
    made = Run(pause, workers, letters, took, letters - len(came), came.total() - len(came))
    BASE.setdefault(pause, made.rate)
    print(
        f"{pause * 1000:9.0f} ms  {workers:7}  {letters:7}  {took:7.1f}  {made.rate:9.1f}"
        f"  {made.rate / BASE[pause]:5.2f}  {made.lost:4}  {made.doubles:7}",
        flush=True,
    )
    return made


#: How many letters a second one worker sent, by the pause of the mail server.
BASE: dict[float, float] = {}


def prepare(letters: int, parts: Installation) -> None:
    """Write notices, and park a task for each where no worker looks."""
    from celery import current_app

    from casework import clock, outbox
    from casework.models import Notice

    Notice.objects.all().delete()
    parts.mail.empty()
    with outbox.delivered_by_hand():
        for number in range(letters):
            notice = outbox.enqueue(
                "benchmark", to=f"{number}@example.jp", at=clock.now(), key=f"benchmark-{number}",
                subject=f"お知らせ {number}", body="本文\n" * 20,
            )  # fmt: skip
            current_app.send_task("casework.tasks.deliver", kwargs={"notice_id": notice.pk})
    with broker() as client:
        client.rename("celery", PARKED)


def broker() -> redis.Redis:
    return redis.Redis.from_url(os.environ["REDIS_URL"])


def start_workers(number: int, parts: Installation) -> None:
    from celery import current_app

    parts.start(*WORKERS[:number])
    until(lambda: len(current_app.control.ping(timeout=1)) == number, "the workers answer")
    time.sleep(1)  # their tasks of the start are done


def deliver_all() -> float:
    """Let the workers see the tasks; return the seconds until all letters are stamped."""
    from casework.models import Notice

    waiting = Notice.objects.exclude(state=Notice.State.SENT)
    with broker() as client:
        client.rename(PARKED, "celery")
    begun = time.monotonic()
    until(lambda: not waiting.exists(), "all letters left", seconds=PATIENCE)
    return time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
