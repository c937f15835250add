"""The search over published reports, on SQLite and PostgreSQL.

``python -m benchmarks.search [--reports N]`` fills an index with so many reports of 1,500 letters
(10,000 unless told), on each database in a process of its own, asks each question 50 times for its
page through Django's test client, and prints the median and the 95th percentile of the times. The
exit code is 1 if a question asks the database more often than ``MOST``.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

MOST, REQUESTS = 12, 50
LETTERS = 1_500
#: question → of how many reports one has it; of "nothing" none has it.
ASKED = {
    "鎌倉": 1,
    "防災": 10,
    "防災訓練": 100,
    "鎌倉 防災": 10,
    "灯": 1_000,
    "npo法人": 10,
    "無い言葉": 0,
}
KANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
)
KANJI = "市民活動団体地域福祉子育環境自然海岸清掃歴史文化教育相談支援講座開催参加協力職員会場広報"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--reports", type=int, default=10_000)
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.here:
        return measure(options.reports)
    from tests.drills.parts import database

    again = [sys.executable, "-m", "benchmarks.search", "--here", "--reports", str(options.reports)]
    plain = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    worst = subprocess.run(again, env=plain, check=False).returncode
    with database(None) as (url, _server):
        on_postgres = {**plain, "TEST_DATABASE_URL": url}
        return worst | subprocess.run(again, env=on_postgres, check=False).returncode


def measure(reports: int) -> int:
    import django
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()  # so that pages can be asked for, and tell what they were made of
    call_command("migrate", verbosity=0, interactive=False)
    from django.db import connection

    begun = time.monotonic()
    fill(reports)
    made = time.monotonic() - begun
    load = os.getloadavg()[0]
    print(f"{connection.vendor}, {reports:,} reports, index made in {made:.0f} s, load {load:.1f}")
    print(f"{'':14}{'found':>8}{'queries':>9}{'median ms':>11}{'95 % ms':>9}", flush=True)
    return max(report(question) for question in ASKED)


def fill(reports: int) -> None:
    """Write entries as ``indexing`` does, of texts that are made up."""
    from django.db import connection, transaction

    from reporting.search import indexing
    from reporting.search.sources import SOURCES, Source, in_batches

    SOURCES["report"] = Source("report", "report", lambda keys: texts(reports))
    for batch in in_batches(SOURCES["report"].documents(None)):
        with transaction.atomic():
            indexing._write("report", batch)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def texts(reports: int) -> Iterator:
    from reporting.search.sources import Document

    chance = random.Random(7)  # nosec B311
    for number in range(reports):
        words = [word for word, each in ASKED.items() if each and number % each == 0]
        rest = "".join(
            "".join(chance.choices(KANJI, k=2))
            + "".join(chance.choices(KANA, k=4))
            + "。" * (k % 7 == 0)
            for k in range(LETTERS // 6)
        )
        yield Document(
            key=str(number), address=f"/reports/{number}/", title=f"{rest[:12]}の報告",
            text=f"{' '.join(words)}。{rest}", fiscal_year=2015 + number % 11,
            course=chance.choice(("startup", "revitalization", "collaboration")),
        )  # fmt: skip


def report(question: str) -> int:
    from django.db import connection
    from django.test import Client

    client, queries = Client(), []

    def note(execute, sql, params, many, context):
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        page = client.get("/search/", {"q": question})
    found = len(page.context["found"].hits)
    times = sorted(timed(client, question) for _request in range(REQUESTS))
    percentile = times[max(0, -(-len(times) * 95 // 100) - 1)]
    median = statistics.median(times)
    print(
        f"{question:14}{found:>8,}{len(queries):>9}{median * 1000:>11.0f}{percentile * 1000:>9.0f}",
        flush=True,
    )
    return int(len(queries) > MOST)


def timed(client, question: str) -> float:
    begun = time.monotonic()
    client.get("/search/", {"q": question})
    return time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
