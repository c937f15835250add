"""Commands show a bar to a person who watches, and nothing to a log."""

from io import StringIO

import pytest
from django.core.management import call_command

from casework.models import Seal
from casework.progress import progress, stepper
from tests.casework.cases import filed
from tests.factories import NOON


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_grows_to_its_end_on_a_terminal():
    out = Terminal()

    assert list(progress("abc", out)) == ["a", "b", "c"]

    drawn = out.getvalue().split("\r")[1:]
    assert [line.split("] ")[1] for line in drawn] == ["1/3", "2/3", "3/3\n"]
    assert drawn[-1].count("#") == 30 and drawn[0].count("#") == 10


def test_log_stays_clean():
    out = StringIO()

    assert list(progress([1, 2], out)) == [1, 2]
    assert out.getvalue() == ""


def test_nothing_to_do_draws_nothing():
    out = Terminal()

    assert list(progress([], out)) == []
    assert out.getvalue() == ""


def test_long_work_is_not_slowed_by_its_bar():
    out = Terminal()
    step = stepper(100_000, out)
    for _ in range(100_000):
        step()

    assert out.getvalue().count("\r") == 1000


@pytest.mark.django_db
def test_command_seals_a_day_once():
    filed()
    out = StringIO()

    for _ in range(2):
        call_command("seal_history", "--day", NOON.date().isoformat(), stdout=out)

    assert Seal.objects.get().day == NOON.date()
    assert out.getvalue() == f"{Seal.objects.get()}\n" * 2


@pytest.mark.django_db
def test_command_says_that_there_is_nothing_to_seal():
    out = StringIO()
    call_command("seal_history", stdout=out)

    assert out.getvalue() == "There is no history to seal yet.\n"
