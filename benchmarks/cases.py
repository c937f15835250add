"""The pages that people open most, as cases grow: office list, case page, applicant page, payment list.

``python -m benchmarks.cases [--sizes 1000 10000 100000]`` fills a PostgreSQL server of its own with
so many cases, asks each page 50 times, and prints queries, the median and the 95th percentile of the
times, and the ratio of the median to that of the first size. The exit code is 1 if a page asks the
database more often than ``MOST``, or not as often at each size.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

SIZES = (1_000, 10_000, 100_000)
#: How often a page may ask the database, and how often each page is asked for.
MOST, REQUESTS = 12, 50
#: A project is three cases: its proposal, its year, and a claim.
A_PROJECT = 3
#: Of so many projects one is under way; the others are settled and closed.
UNDER_WAY = 10
#: The parts of a case page that are measured; of the others the suite counts the queries.
MEASURED = {
    "proposal: now (office)",
    "year: now (office)",
    "year: now (group)",
    "year: money (office)",
}
#: How many projects the group of the applicant page has, and how many other groups there are.
OWN, GROUPS = 5, 200


@dataclass(frozen=True)
class World:
    """The project that is copied, and who reads.

    :param years: the project year that is shown, and :param proposal: that of it.
    """

    proposal: object
    year: object
    claim: object
    office: object
    accounting: object
    member: object


@dataclass(frozen=True)
class Measured:
    """What one page took at one size; times in seconds."""

    queries: int
    times: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def percentile_95(self) -> float:
        return sorted(self.times)[max(0, -(-len(self.times) * 95 // 100) - 1)]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    sizes = asked.parse_args().sizes
    from tests.drills.parts import database

    with database(None) as (url, _server):
        os.environ |= {"TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        world = make()
        return report({size: measured(world, size) for size in sizes})


def measured(world: World, size: int) -> dict[str, Measured]:
    from django.db import connection

    begun = time.monotonic()
    grow(world, size)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    made, load = time.monotonic() - begun, os.getloadavg()[0]
    print(f"{size} cases, made in {made:.0f} s, load {load:.1f}", flush=True)
    chosen = (page for page in pages(world) if ":" not in page[0] or page[0] in MEASURED)
    found = {}
    for name, person, path in chosen:
        found[name] = told = ask(person, path)
        print(f"{name:34}{told.queries:9}{told.median * 1000:9.0f} ms", flush=True)
    return found


def report(found: dict[int, dict[str, Measured]]) -> int:
    """Print the table; return the exit code."""
    sizes = list(found)
    print(f"{'page':34}{'cases':>9}{'queries':>9}{'median ms':>11}{'95 % ms':>9}{'ratio':>7}")
    wrong = []
    for name in found[sizes[0]]:
        first = found[sizes[0]][name]
        for size in sizes:
            told = found[size][name]
            median, late = told.median * 1000, told.percentile_95 * 1000
            ratio = told.median / first.median
            print(f"{name:34}{size:9}{told.queries:9}{median:11.0f}{late:9.0f}{ratio:7.1f}")
            if told.queries > MOST or told.queries != first.queries:
                wrong.append(f"{name} at {size} cases: {told.queries} queries")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


def pages(world: World) -> Iterator[tuple[str, object, str]]:
    """Yield name, reader and address of each page; of a case page each part is one."""
    from django.urls import reverse

    from casework.asked_once import to_be_shown
    from casework.panels import parts_of

    yield "office list", world.office, reverse("casework:cases")
    yield "applicant page", world.member, reverse("casework:my")
    yield "payment list", world.accounting, reverse("grants:claims")
    for who, person in (("office", world.office), ("group", world.member)):
        for kind, case in (("proposal", world.proposal), ("year", world.year)):
            shown = to_be_shown(type(case).objects.as_shown().get(pk=case.pk))
            for part in parts_of(shown, person):
                path = reverse("casework:case-part", args=[case.pk, part.code]) if part.code else ""
                name = f"{kind}: {part.code or 'now'} ({who})"
                yield name, person, path or reverse("casework:case", args=[case.pk])


def ask(person, path: str, requests: int = REQUESTS) -> Measured:
    """Ask for a page as ``person``; the first request, which warms it up, counts only its queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    number = len(queries)  # the next request forgets them
    if answer.status_code != 200:
        sys.exit(f"{path} answered {answer.status_code}.")
    times = []
    for _request in range(requests):
        begun = time.perf_counter()
        client.get(path)
        times.append(time.perf_counter() - begun)
    return Measured(number, times)


def make() -> World:
    """Make a project whose year is granted, extended and claimed, through the program's own services."""
    from datetime import timedelta

    from accounts.models import Role
    from casework import clock, outbox
    from tests import factories
    from tests.reporting.makers import granted_year

    with outbox.delivered_by_hand():
        year = granted_year(advance_percent="100")
        claim = factories.claimed(year)
        report = year.deadlines.open().get(kind="report")
        factories.extended(report, until=report.due_on + timedelta(days=7))
    member = year.organization.members.first().act_on(clock.today())
    office = factories.user(Role.OFFICE)
    return World(year.proposal, year, claim, office, factories.user(Role.ACCOUNTING), member)


def grow(world: World, size: int) -> None:
    """Copy the project until there are ``size`` cases, by one statement for each table."""
    from accounts.models import Organization
    from casework.models import Case, Deadline, Event
    from grants.models import BudgetLine, Claim, ProjectYear, Proposal, YearBudgetLine

    number = (size - Case.objects.count()) // A_PROJECT
    groups = list(Organization.objects.exclude(pk=world.year.organization_id).order_by("pk"))
    if not groups:
        named = (Organization(name=f"{n}番目の会") for n in range(GROUPS))
        groups = Organization.objects.bulk_create(named)
    first = Case.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    own = OWN if Case.objects.count() < SIZES[0] // 2 else 0
    group = (
        f"CASE WHEN n.i < {own} THEN organization_id ELSE {groups[0].pk} + n.i % {len(groups)} END"
    )
    places = {world.proposal.pk: 0, world.year.pk: 1, world.claim.pk: 2}
    over = {"project_year": "settled", "claim": "paid", "proposal": "ready"}
    for case, place in places.items():
        kind = Case.objects.values_list("kind", flat=True).get(pk=case)
        key, closed = f"{first} + n.i * {A_PROJECT} + {place}", f"n.i % {UNDER_WAY} <> 0"
        copied = {
            "id": key,
            "number": f"'N' || ({key})",
            "organization_id": group,
            "state": f"CASE WHEN {closed} THEN '{over[kind]}' ELSE state END",
            "closed_at": f"CASE WHEN {closed} THEN opened_at ELSE closed_at END",
        }
        copy(Case, f"id = {case}", number, copied)
        digest = f"substr(t.digest, 1, 40) || '-' || ({key})"
        copy(Event, f"case_id = {case}", number, {"case_id": key, "digest": digest})
        ended = {"closed_at": f"CASE WHEN {closed} THEN opened_at ELSE closed_at END"}
        copy(
            Deadline,
            f"case_id = {case}",
            number,
            {"case_id": key, "superseded_by_id": "NULL", **ended},
        )
    proposal, year, claim = (f"{first} + n.i * {A_PROJECT} + {place}" for place in range(A_PROJECT))
    copy(Proposal, f"case_ptr_id = {world.proposal.pk}", number, {"case_ptr_id": proposal})
    copy(
        ProjectYear, f"case_ptr_id = {world.year.pk}", number,
        {"case_ptr_id": year, "proposal_id": proposal},
    )  # fmt: skip
    copy(
        Claim, f"case_ptr_id = {world.claim.pk}", number,
        {"case_ptr_id": claim, "project_year_id": year},
    )  # fmt: skip
    copy(BudgetLine, f"proposal_id = {world.proposal.pk}", number, {"proposal_id": proposal})
    copy(YearBudgetLine, f"year_id = {world.year.pk}", number, {"year_id": year})


def copy(model, which: str, number: int, changes: dict[str, str]) -> None:
    """Insert ``number`` copies of the rows of a table.

    :param which: a condition of SQL that chooses the rows.
    :param changes: column → expression of SQL for what is not copied; ``n.i`` counts from 0.
    """
    from django.db import connection

    columns = [f.column for f in model._meta.local_concrete_fields]
    if "id" not in changes and "id" in columns:
        columns.remove("id")
    values = ", ".join(changes.get(column, f"t.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
            " WITH RECURSIVE n(i) AS"
            f" (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {number})"
            f" SELECT {values} FROM {model._meta.db_table} t CROSS JOIN n WHERE t.{which}"
        )


if __name__ == "__main__":
    sys.exit(main())
