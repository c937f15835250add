"""The doors of the administration site: every address of every registered table, for each person.

``admin_doors.csv`` is the declaration. Its rows are found in the URLconf, so a table that is newly
registered fails until somebody has said who may do what with it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import reverse
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from accounts.models import Change, Department
from tests.doors import doors, growth, plays
from tests.doors.tables import Row, Table
from tests.doors.world import NOW, PEOPLE, World

TABLE = Table(
    "admin_doors.csv",
    key=("method", "door"),
    columns=("door", "method", *PEOPLE, *doors.COST),
)

#: Actions of a table that take what is sent to them.
WRITING = ("add", "change", "delete", "import", "process_import", "export")
#: Addresses that belong to no table: name → (methods, arguments).
ELSEWHERE = {
    "index": ("GET", {}),
    "login": ("GET", {}),
    "logout": ("POST", {}),
    "password_change": ("GET POST", {}),
    "password_change_done": ("GET", {}),
    "autocomplete": ("GET", {}),
    "jsi18n": ("GET", {}),
    "view_on_site": ("GET", {"content_type_id": "department_type", "object_id": "department"}),
    "app_list": ("GET", {"app_label": "grants"}),
    "None": ("", {}),  # whatever else: the site's own "not found", and a slash that is missing
}
_OF_A_TABLE = re.compile(
    r"(?P<app>[a-z_]+)_(?P<model>[a-z]+)_"
    r"(?P<action>changelist|add|change|delete|history|import|process_import|export)"
)


def names() -> list[str]:
    found = {name.removeprefix("admin:") for name in doors.names() if name.startswith("admin:")}
    return sorted(found)


def rows_of(name: str) -> list[tuple[str, str]]:
    """Return name and method of each row that an address needs.

    :raises KeyError: if it is neither of a table nor known: somebody has to say what it is.
    """
    if name in ELSEWHERE:
        return [(name, method) for method in ELSEWHERE[name][0].split()]
    if found := _OF_A_TABLE.fullmatch(name):
        return [(name, "GET")] + [(name, "POST")] * (found["action"] in WRITING)
    raise KeyError(name)


def address(name: str, world: World) -> str:
    """Return where a row knocks: a table's newest row, or the one address there is."""
    if name in ELSEWHERE:
        given = {key: things(world).get(value, value) for key, value in ELSEWHERE[name][1].items()}
        return reverse(f"admin:{name}", kwargs=given)
    found = _OF_A_TABLE.fullmatch(name)
    single = found["action"] in ("change", "delete", "history")
    return reverse(f"admin:{name}", args=[newest(found).pk] if single else [])


def things(world: World) -> dict[str, object]:
    return {
        "department_type": ContentType.objects.get_for_model(Department).pk,
        "department": Department.objects.first().pk,
    }


def newest(found: re.Match) -> Model:
    """Return a row of a table that there is something to see of, whoever looks."""
    models = {(m._meta.app_label, m._meta.model_name): m for m in admin.site._registry}
    model = models[found["app"], found["model"]]
    rows = model._default_manager.order_by("pk")
    if found["model"] == "proposal":  # one that is filed: a draft is its group's alone
        rows = rows.filter(filed_at__isnull=False)
    if found["model"] == "figure":  # one of a document: those of a year have pages of their own
        rows = rows.filter(of_year__isnull=True)
    return rows.last()


def furnish() -> None:
    """Put a row into the tables that neither the reference data nor the year fills."""
    _add_one("first")
    IntervalSchedule.objects.create(every=1, period="days")


def _add_one(name: str) -> None:
    """Add one more row to each table of a library, and to the changes of people."""
    number = Group.objects.count() + 1
    office = plays.person("office")
    Group.objects.create(name=name)
    EmailAddress.objects.create(user=office, email=f"{name}@example.jp")
    Authenticator.objects.create(
        user=plays.person(f"panel{number}"), type="totp", data={"secret": ""}
    )
    UserSession.objects.create(
        user=office, ip="127.0.0.1", last_seen_at=NOW, created_at=NOW, user_agent="",
        session_key=name,
    )  # fmt: skip
    Change.objects.create(what="registered", user=office, by=office, at=NOW)
    ClockedSchedule.objects.create(clocked_time=NOW + timedelta(days=number))
    SolarSchedule.objects.create(event="sunrise", latitude=number, longitude=139)
    crontab = CrontabSchedule.objects.create(hour=str(number))
    PeriodicTask.objects.create(name=name, task="casework.tasks.tick", crontab=crontab)


def walk(world: World) -> list[Row]:
    """Return the rows as they are: what each person gets, and what a page costs."""
    with doors.rolled_back(), long_lists():
        furnish()
        paths = {name: address(name, world) for name in names() if rows_of(name)}
        got = [_outcomes(world, *row, paths) for name in names() for row in rows_of(name)]
        growth.grow(world, 1)
        once = [_cost(world, row, paths) for row in got]
        growth.grow(world, 2)
        for name in ("second", "third"):
            _add_one(name)
        thrice = [_cost(world, row, paths) for row in got]
    return [row | doors.compared(a, b) for row, a, b in zip(got, once, thrice, strict=True)]


@contextmanager
def long_lists() -> Iterator[None]:
    """Let lists show all rows: one that is full shows no more when there are more."""
    sites = admin.site._registry.values()
    for site in sites:
        site.list_per_page = 10_000
    yield
    for site in sites:
        del site.list_per_page  # what the class says


def _outcomes(world: World, name: str, method: str, paths: dict[str, str]) -> Row:
    return {"door": name, "method": method} | {
        column: _knock(world, column, method, paths[name]) for column in PEOPLE
    }


def _knock(world: World, column: str, method: str, path: str) -> str:
    with doors.rolled_back():
        answer = doors.ask(world.clients[column], method, path, {"post": "yes"})
    return str(answer.status_code)


def _cost(world: World, row: Row, paths: dict[str, str]) -> doors.Cost | None:
    column = doors.reader(row)
    if row["method"] != "GET" or column is None:
        return None
    return doors.asked(world.clients[column], paths[row["door"]])
