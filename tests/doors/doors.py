"""The table of doors: every address, and what each person gets who knocks there.

``doors.csv`` is the declaration. ``RECORD_DOORS=1 pytest tests/doors`` writes its statuses anew from
what the program does, so that a change shows as a difference to read before it is committed.
"""

import csv
from pathlib import Path

from django.db import transaction
from django.urls import get_resolver, reverse

from tests.doors.world import PEOPLE

TABLE = Path(__file__).with_name("doors.csv")
HEAD = ("door", "method", "args")

#: Addresses of libraries, tested by them; what we ask of them is in ``test_login.py``.
LIBRARIES = ("account_", "mfa_", "usersessions_", "admin:")


def names(resolver=None, prefix: str = "") -> set[str]:
    """Return the name of every address of the program, without those of libraries."""
    found = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            found |= names(pattern, inner)
        else:
            found.add(f"{prefix}{pattern.name}")
    return {name for name in found if not name.startswith(LIBRARIES)}


def read() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def address(row: dict[str, str], things: dict) -> str:
    """Return the address of a door; an argument is the name of a thing, or stands for itself."""
    pairs = (pair.split("=") for pair in row["args"].split())
    return reverse(row["door"], kwargs={key: things.get(value, value) for key, value in pairs})


def knock(client, row: dict[str, str], things: dict) -> str:
    """Return the status a person gets; whatever a POST did is rolled back."""
    with transaction.atomic():
        send = client.get if row["method"] == "GET" else client.post
        response = send(address(row, things))
        response.close()
        transaction.set_rollback(True)
    return str(response.status_code)


def record(rows: list[dict[str, str]], clients: dict, things: dict) -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*HEAD, *PEOPLE], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            got = {column: knock(clients[column], row, things) for column in PEOPLE}
            writer.writerow({name: row[name] for name in HEAD} | got)
