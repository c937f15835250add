"""A selection as it grows: the order, what it depends on, who scores what, and the board of a meeting.

``python -m benchmarks.selection`` fills a database (SQLite) with a round of 60 proposals, 7 members and
10 criteria, and with one of 500, 15 and 10, and prints a table. The exit code is 1 if the larger
round takes more queries than the smaller one (and one to look for what a worker reckoned).
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import django
from django.core.management import call_command

SIZES = ((60, 7, 10), (500, 15, 10))
#: Sheets for each proposal where the work is spread: a few of the members.
EACH = {7: 3, 15: 5}


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the run", flush=True)
    columns = [measured(*size) for size in SIZES]
    print(f"{'':44}" + "".join(f"{' x '.join(map(str, size)):>16}" for size in SIZES) + "   ratio")
    for name in columns[0]:
        values = [column[name] for column in columns]
        ratio = values[1] / values[0] if values[0] else 0
        print(f"{name:44}" + "".join(f"{value:16.3f}" for value in values) + f"{ratio:8.1f}")
    # One more: a large round looks for what a worker reckoned, a small one is reckoned at once.
    grows = [n for n in columns[0] if n.startswith("queries") and columns[0][n] + 1 < columns[1][n]]
    return 1 if grows else 0


def measured(proposals: int, members: int, criteria: int) -> dict[str, float]:
    """Make a round and return what it takes: queries as numbers, times in seconds."""
    from reviews import assignment, scoring, sensitivity
    from reviews.selection import entry_of, rules_of, standings
    from reviews.sensitivity_inputs import scored_of

    round, office = make(proposals, members, criteria)
    found: dict[str, float] = {}
    rows = note(found, "standings", lambda: standings(round))
    rules = rules_of(round)
    entries = {row.proposal.pk: entry_of(row) for row in rows}
    budget_yen = round.left_yen()
    note(
        found, "ranking alone", lambda: scoring.results(rules, entries, budget_yen=budget_yen),
        queries=False,
    )  # fmt: skip
    scored = {row.proposal.pk: scored_of(row) for row in rows}
    given = sensitivity.budgets(budget_yen, round.budget_yen)
    official = sensitivity.Official(rules, scored, given, ())
    runs = [
        ("all orders without a member", official.without_members),
        ("all orders with another budget", official.with_other_budgets),
        ("all orders with one point off", official.with_other_points),
    ]
    for name, run in runs:
        note(found, name, lambda run=run: list(run()), queries=False)
    orders = list(official.runs())
    found["changes tried"] = sum(len(run.changes) for run in orders)
    found["orders reckoned for them"] = len(orders)
    note_large(found, round, office)
    for name in ("selection", "sensitivity", "assignment"):
        note(found, f"page {name}", lambda name=name: page(name, round, office))
    note_board(found, round, office)
    keys, seats = list(entries), list(range(members))
    note(
        found, "a plan of balanced work",
        lambda: assignment.balanced(EACH[members], keys, seats), queries=False,
    )  # fmt: skip
    return found


def note_large(found: dict[str, float], round, office) -> None:
    """Let what the order depends on be reckoned as a worker does, however large the round is."""
    from casework import clock, works
    from reviews import sensitivity_inputs
    from reviews.selection import rules_of, standings

    rows, rules = standings(round), rules_of(round)
    inputs = sensitivity_inputs.inputs_of(round, rows, rules)
    found["scores"] = inputs.scores
    mark = note(found, "fingerprint of what the order rests on", inputs.fingerprint, queries=False)
    asked = works.ask(
        sensitivity_inputs.KIND, params=sensitivity_inputs.params_of(round), fingerprint=mark,
        by=office, at=clock.now(),
    )  # fmt: skip
    # How often it writes its progress depends on how long it takes.
    note(found, "the work of a worker", lambda: works.do(asked.pk, now=clock.now), queries=False)
    asked.refresh_from_db()
    if asked.state != asked.State.DONE:
        sys.exit(f"The work came to no end: {asked}.")
    found["bytes of its result"] = len(json.dumps(asked.result))


def note_board(found: dict[str, float], round, office) -> None:
    """Read the board of a meeting that has come to its first proposal, and ask whether it changed."""
    from reviews import board
    from reviews.board import Audience

    meeting = meet(round)
    member = round.seats.order_by("pk").first().user.act_on(meeting.held_on)
    for audience, reader in zip(Audience, (office, office, member), strict=True):
        who = {"user": reader, "audience": audience}
        note(found, f"board ({audience})", lambda who=who: board.board_of(meeting, **who))
        note(
            found,
            f"board unchanged? ({audience})",
            lambda who=who: board.fingerprint(meeting, **who),
        )


def meet(round):
    """Open a meeting at which all members are, with every proposal on the agenda."""
    from casework import clock
    from reviews.models import AgendaItem, Attendance, Meeting

    at = clock.now()
    meeting = Meeting.objects.create(round=round, held_on=clock.today(), opened_at=at)
    for position, proposal in enumerate(round.proposals.order_by("pk"), 1):
        AgendaItem.objects.create(meeting=meeting, proposal=proposal, position=position)
    first = meeting.items.order_by("position").first()
    AgendaItem.objects.filter(pk=first.pk).update(began_at=at)
    Meeting.objects.filter(pk=meeting.pk).update(current=first)
    for seat in round.seats.all():
        Attendance.objects.create(meeting=meeting, seat=seat, arrived_at=at, by=seat.user)
    meeting.refresh_from_db()
    return meeting


def note(found: dict[str, float], name: str, act: Callable, *, queries: bool = True):
    """Do something once; write down its seconds and, if it asks the database, how often."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        begun = time.perf_counter()
        answer = act()
        found[f"seconds: {name}"] = time.perf_counter() - begun
    if queries:
        found[f"queries: {name}"] = len(asked)
    return answer


def page(name: str, round, office) -> None:
    from django.test import Client
    from django.urls import reverse

    client = Client(SERVER_NAME="localhost")
    client.force_login(office)
    answer = client.get(reverse(f"reviews:{name}", args=[round.pk]))
    if answer.status_code != 200:
        sys.exit(f"The page {name} answered {answer.status_code}.")


def make(proposals: int, members: int, criteria: int):
    """Make a round whose sheets have all come; rows go straight into the tables."""

    from accounts.models import Role
    from casework import clock
    from reviews.models import Rubric
    from tests import factories

    office = factories.user(Role.OFFICE)
    at = clock.now()
    round = factories.call(seats=0)
    said = [{"label_ja": f"項目{n}", "max_points": 10} for n in range(1, criteria + 1)]
    factories.panel(round, criteria=said, quorum=3)
    type(round).objects.filter(pk=round.pk).update(
        budget_yen=proposals * 40_000, opens_at=at - timedelta(days=60), closes_at=at
    )
    round.refresh_from_db()
    people = [factories.user(Role.PANEL) for _ in range(members)]
    Rubric.objects.filter(round=round).update(frozen_at=at, digest="0" * 64)
    fill(round, people, proposals, at)
    return round, office


def fill(round, people, number: int, at) -> None:
    """Insert ``number`` proposals in selection, each with a sheet of every member."""
    from casework.models import Version
    from grants.models import Proposal
    from reviews.models import PanelSeat, Score, ScoreSheet
    from tests import factories

    chance = random.Random(4)
    seats = [PanelSeat.objects.create(round=round, user=person) for person in people]
    criteria = list(round.rubric.criteria.order_by("position"))
    group = factories.organization()
    scores = []
    for nth in range(number):
        proposal = insert(
            Proposal, round=round, organization=group, title=f"提案{nth}", number=f"B{round.pk}-{nth:04}",
            fiscal_year=2026, state="in_selection", opened_at=at, filed_at=at,
        )  # fmt: skip
        asked = {"requested_yen": chance.randrange(40, 100) * 1000}
        Version.objects.create(
            case_id=proposal.pk, number=1, content=asked, digest="0" * 64, by=people[0], at=at
        )
        level = chance.randint(4, 8)
        for seat in seats:
            sheet = insert(
                ScoreSheet, proposal=proposal, seat=seat, title=proposal.title, fiscal_year=2026,
                internal=True, state="submitted", opened_at=at, filed_at=at, submitted_at=at,
            )  # fmt: skip
            scores += [
                Score(
                    sheet=sheet, criterion=c, out_of=10,
                    points=min(10, level + chance.randint(-2, 2)),
                )
                for c in criteria
            ]  # fmt: skip
    Score.objects.bulk_create(scores, batch_size=2000)


def insert(model, *, state: str, **fields):
    """Insert a case as it would be after its moves; nothing here is about how it came there."""
    case = model(**fields)
    case.__dict__["state"] = state
    case.save()
    return case


if __name__ == "__main__":
    sys.exit(main())
