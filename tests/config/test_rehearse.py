"""The demo year: it is played once, up to today, and leaves something to do on every desk."""

from datetime import datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from casework import clock, verification
from casework.desks import cases_on, desks_of, waiting_for
from casework.models import Case, Event, Notice
from casework.parties import Party
from config.rehearsal import cast, visit
from config.rehearsal.cast import DOMAIN
from config.rehearsal.program import Program
from config.rehearsal.stage import Stage
from grants.models import CourseEdition
from reporting.models import PublicEntry
from tests import factories
from tests.config.money import adds_up
from tests.factories import JAPAN

pytestmark = pytest.mark.django_db

#: Who sits at a desk of a demonstration, and which.
DESKS = {
    "engawa": Party.ORGANIZATION,
    "satoyama": Party.ORGANIZATION,
    "office": Party.OFFICE,
    "approver": Party.APPROVER,
    "accounting": Party.ACCOUNTING,
    "department": Party.DEPARTMENT,
    "panel1": Party.PANEL,
    "coordinator": Party.COORDINATOR,
}
TODAY = datetime(2026, 11, 21, 9, 0, tzinfo=JAPAN)


def person(name: str) -> User:
    return User.objects.get(email=f"{name}{DOMAIN}").act_on(clock.today())


def empty_desks(desks: dict[str, str]) -> list[str]:
    """Return at whose desk nothing waits; a coordinator, whom no case waits for, reads along."""
    lines = {
        name: cases_on(person(name), party)
        if party == Party.COORDINATOR
        else waiting_for(person(name), party)
        for name, party in desks.items()
    }
    return [name for name, found in lines.items() if not found.exists()]


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (User, Case, Event, Notice))


@pytest.mark.long
@time_machine.travel(TODAY, tick=False)
def test_demo_year_leaves_something_to_do_on_every_desk_and_is_played_once():
    said = StringIO()
    call_command("rehearse", "--until-today", stdout=said)

    assert "project years read; 0 differences." in said.getvalue()
    assert empty_desks(DESKS) == []
    assert set(Party.values) == {desk.party for name in DESKS for desk in desks_of(person(name))}
    calls = CourseEdition.objects.filter(rounds__name__endswith="体験用の募集")
    assert {edition.course for edition in calls} == {
        "startup", "collaboration", "revitalization"
    }  # fmt: skip
    assert list(verification.faults()) == []
    adds_up()

    before = everything()
    with pytest.raises(CommandError, match="empty database"):
        call_command("rehearse", "--until-today")
    assert everything() == before


#: Days on which the visitor's stories straddle a fiscal year, or the year's own have not begun.
@pytest.mark.parametrize(
    "day",
    [
        (2026, 4, 10),
        (2027, 3, 31),
        *(
            pytest.param(day, marks=pytest.mark.long)
            for day in ((2026, 4, 1), (2026, 4, 20), (2026, 7, 31))
        ),
    ],
)
def test_visitor_finds_work_on_the_desks_whatever_the_day(day, settings):
    settings.DEMO = True
    at = datetime(*day, 9, 0, tzinfo=JAPAN)
    year = day[0] if day[1] > 3 else day[0] - 1
    factories.measure()
    with time_machine.travel(at, tick=False):
        stage = Stage(year, until=at)
        since = stage.when(-1, 4, 1)
        stage.at = since
        program = Program(cast.gather(year, since=since.date(), at=since))
        visit.enter_all(stage, program)
        for played in stage.days():
            stage.play_day(played)
        visit.open_calls(stage, program)

        assert empty_desks({k: v for k, v in DESKS.items() if k != "satoyama"}) == []
        released = [f"figures/{one.key}" for one in PublicEntry.objects.filter(kind="figures")]
        assert released
        for path in ("register/index", *released):
            assert "<table" in Client().get(f"/public/{path}.html").content.decode(), path
    assert list(verification.faults()) == []
    adds_up()


def test_rehearsal_refuses_a_database_with_people():
    factories.user()
    with pytest.raises(CommandError, match="empty database"):
        call_command("rehearse", "--until-today")
