"""A stored deadline: when it is late, what an extension does, and the rules of its row."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from casework import deadlines
from casework.calendar import end_of_day, japan_date, moment
from casework.deadlines import DeadlineKind
from casework.derivation import Due, not_set
from casework.models import Approval, Deadline, Extension
from casework.parties import Party
from tests import factories
from tests.factories import JAPAN, NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 30)


@pytest.fixture
@remembered
def case():
    draft = factories.draft()
    draft.deadlines.all().delete()
    return draft


def deadline(case, *, on=DAY, clock: time | None = None, **fields) -> Deadline:
    due_at = None
    if on:
        due_at = moment(on, clock) if clock else end_of_day(on)
    due = Due.fixed(on) if on else not_set("report_days")
    return Deadline.objects.create(
        case=case, kind="call", owed_by=Party.ORGANIZATION, due_on=on, due_at=due_at,
        derivation=due.to_json(), opened_at=NOON, **fields,
    )  # fmt: skip


def at(hour, minute=0, second=0, *, day=DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=JAPAN)


def extend(row: Deadline, until: date) -> None:
    draft = Approval.objects.create(
        title="期限の延長", drafted_by=factories.user(), fiscal_year=2026
    )
    Extension.objects.create(
        deadline=row, until=until, reason="事情", approval=draft, by=factories.user(), at=NOON
    )


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (at(23, 59, 59), False),
        (at(0, day=date(2026, 12, 1)), True),
        (datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 30, 15, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), True),
    ],
)
def test_day_ends_at_24_hours_in_japan(case, now, late):
    assert deadline(case).is_late(now) is late


@pytest.mark.parametrize(("now", "late"), [(at(16, 59, 59), False), (at(17), True)])
def test_kind_with_a_clock_time_ends_then(case, now, late):
    assert deadline(case, clock=time(17)).is_late(now) is late


def test_seven_in_the_morning_of_the_first_of_may_is_may():
    moment_in_utc = datetime(2026, 4, 30, 22, 0, tzinfo=UTC)

    assert japan_date(moment_in_utc) == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("met", "late"), [(at(23, 59, 59), False), (at(0, day=date(2026, 12, 1)), True)]
)
def test_what_was_met_stays_as_late_as_it_was(case, met, late):
    row = deadline(case, met_at=met)

    assert row.is_late(at(12, day=date(2027, 3, 1))) is late


@pytest.mark.parametrize(("met", "late"), [(at(16, 59), False), (at(18), True)])
def test_met_after_the_clock_time_of_the_day_is_late(case, met, late):
    assert deadline(case, clock=time(17), met_at=met).is_late(met) is late


def test_paper_counts_from_the_day_it_was_received(case):
    keyed_in = at(12, day=date(2026, 12, 10))

    assert not deadline(case, met_at=keyed_in, met_on=DAY).is_late(keyed_in)


def test_paper_received_on_the_day_itself_is_in_time_whatever_the_clock(case):
    row = deadline(case, clock=time(17), met_at=at(18), met_on=DAY)

    assert not row.is_late(at(18))


def test_paper_received_after_the_day_is_late(case):
    keyed_in = at(12, day=date(2026, 12, 10))

    assert deadline(case, met_at=keyed_in, met_on=date(2026, 12, 1)).is_late(keyed_in)


def test_deadline_that_is_not_set_is_never_late(case):
    row = deadline(case, on=None)

    assert row.ends_on is None
    assert not row.is_late(at(0, day=date(2100, 1, 1)))


@pytest.mark.parametrize(
    ("now", "late"),
    [(at(23, 59, 59, day=date(2026, 12, 14)), False), (at(0, day=date(2026, 12, 15)), True)],
)
def test_extension_counts_until_its_day_ends(case, now, late):
    row = deadline(case, clock=time(17))
    extend(row, date(2026, 12, 14))

    assert row.is_late(now) is late
    assert (row.due_on, row.ends_on) == (DAY, date(2026, 12, 14))


def test_extension_that_reaches_furthest_counts(case):
    row = deadline(case)
    for day in (date(2026, 12, 20), date(2026, 12, 10)):
        extend(row, day)

    assert row.ends_on == date(2026, 12, 20)


def test_overdue_stays_overdue(case):
    row = deadline(case)

    for days in range(1, 400, 37):
        assert row.is_late(end_of_day(DAY) + timedelta(days=days))
    row.refresh_from_db()
    assert row.due_on == DAY


# The rules of the row


def test_kind_is_open_once_a_case(case):
    deadline(case)

    with pytest.raises(IntegrityError), transaction.atomic():
        deadline(case)


@pytest.mark.parametrize("fields", [{"met_at": NOON}, {"closed_at": NOON}])
def test_kind_may_be_owed_again_after_it_was_met_or_closed(case, fields):
    deadline(case, **fields)
    deadline(case)

    assert case.deadlines.open().count() == 1


@pytest.mark.parametrize("empty", ["due_on", "due_at"])
def test_day_and_moment_are_both_there_or_neither(case, empty):
    row = deadline(case)

    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.filter(pk=row.pk).update(**{empty: None})


def test_kind_is_registered_once():
    kind = DeadlineKind("call", "x", Party.OFFICE, lambda case, **kwargs: None)

    with pytest.raises(ValueError, match="already"):
        deadlines.register(kind)


def test_usual_ladder_tells_the_office_after_the_date():
    told = [(rung.days, rung.audience) for rung in deadlines.USUAL_LADDER]
    assert told == [(14, "owner"), (3, "owner"), (0, "owner"), (-1, "owner"), (-1, "clerk")]
