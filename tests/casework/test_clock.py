"""The clock: read at the edge of the program, handed down, and moved only in a demonstration."""

import ast
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from casework import clock
from casework.models import DemoClock
from tests.casework.sources import dotted, modules

#: What tells the time, by the ends of dotted names.
TELLS = (
    "timezone.now", "timezone.localtime()", "timezone.localdate()", "datetime.now",
    "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic",
    "clock.now", "clock.today",
)  # fmt: skip
#: Functions that tell the time when they are imported by name.
TELLERS = {"django.utils.timezone": {"now"}, "time": {"time"}, "casework.clock": {"now", "today"},
           "clock": {"now", "today"}}  # fmt: skip
#: Files that are the edge of the program.
EDGES = ("/views", "views.py", "/management/commands/", "tasks.py", "middleware.py", "admin.py")
#: Other files that may, each with its reason.
MAY = {
    "casework/clock.py": "is the clock",
    "config/health.py": "is a view, of the machine's own clock",
    "config/processes.py": "waits for processes to start and stop",
    "config/bootstrap.py": "waits for processes to end",
    "config/checks.py": "says how long each check took",
}


def readings(tree: ast.AST):
    """Yield the line and the words with which ``tree`` reads the clock."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                if TELLERS.get(module, set()) & {alias.name for alias in names}:
                    yield node.lineno, f"from {module} import …"
            case ast.Call(func=ast.Attribute(), args=[]) if _named(node.func, call=True):
                yield node.lineno, dotted(node.func)
            case ast.Attribute() if _named(node, call=False):
                yield node.lineno, dotted(node)


def _named(node: ast.Attribute, *, call: bool) -> bool:
    name = f".{dotted(node)}" + "()" * call
    return any(name.endswith(f".{ending}") for ending in TELLS)


def is_edge(name: str) -> bool:
    return name in MAY or any(edge in name for edge in EDGES)


def test_clock_is_read_only_at_the_edge():
    found = [
        f"{name}:{line} {words}"
        for name, tree in modules()
        if not is_edge(name)
        for line, words in readings(tree)
    ]

    assert not found, "Take at= or today= from the caller."


@pytest.mark.parametrize(
    "line",
    [
        "timezone.now()",
        "default=timezone.now",
        "django.utils.timezone.now()",
        "timezone.localdate()",
        "timezone.localtime()",
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "date.today()",
        "time.time()",
        "clock.today()",
        "clock.now",
        "from django.utils.timezone import now",
        "from casework.clock import today",
        "from .clock import now",
    ],
)
def test_the_test_sees(line):
    assert list(readings(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    ["timezone.localdate(at)", "timezone.localtime(at)", "datetime(2026, 4, 1)", "rule.clock"],
)
def test_the_test_does_not_see_what_is_not_there(line):
    assert not list(readings(ast.parse(line)))


# The clock itself

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 4, 30, 22, 0, tzinfo=UTC)  # 07:00 on 1 May in Japan


@time_machine.travel(MORNING, tick=False)
def test_today_is_japans_while_the_server_is_in_utc():
    assert clock.today() == date(2026, 5, 1)
    assert clock.now() == MORNING


@time_machine.travel(MORNING, tick=False)
def test_demo_clock_is_ahead_for_everyone(settings):
    settings.DEMO = True

    clock.move_to(MORNING + timedelta(days=30))

    assert clock.now() == MORNING + timedelta(days=30)
    assert clock.today() == date(2026, 5, 31)
    assert timezone.now() == MORNING


@time_machine.travel(MORNING, tick=False)
def test_demo_clock_goes_on_from_where_it_was_moved(settings):
    settings.DEMO = True
    clock.move_to(MORNING + timedelta(days=30))
    clock.move_to(MORNING + timedelta(days=31))

    assert DemoClock.objects.count() == 1
    assert clock.offset() == timedelta(days=31)


@time_machine.travel(MORNING, tick=False)
def test_demo_clock_does_not_go_back(settings):
    settings.DEMO = True
    clock.move_to(MORNING + timedelta(days=2))

    with pytest.raises(ValueError, match="only moves forward"):
        clock.move_to(MORNING + timedelta(days=1))


@time_machine.travel(MORNING, tick=False)
def test_clock_does_not_move_outside_a_demonstration(settings):
    DemoClock.objects.create(pk=1, ahead=timedelta(days=400))
    settings.DEMO = False

    assert clock.now() == MORNING
    with pytest.raises(ValueError, match="only in a demonstration"):
        clock.move_to(MORNING + timedelta(days=1))


def test_request_carries_the_moment_and_japans_date(client):
    with time_machine.travel(MORNING, tick=False):
        response = client.get("/guideline/")

    assert (response.wsgi_request.now, response.wsgi_request.today) == (MORNING, date(2026, 5, 1))
