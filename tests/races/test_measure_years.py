"""Two clerks write the same year of a measure at once: one of them is told."""

import pytest

from accounts.models import Role
from guideline import reference_data, years
from guideline.models import Figure, Measure, MeasureYear, MeasureYearVersion
from guideline.prefill import FIELDS, MONTH_FIELDS
from tests import factories
from tests.factories import NOON
from tests.races.threads import kinds, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
YEAR = 2026


@pytest.fixture
def fifth() -> Measure:
    reference_data.load(at=NOON)
    return Measure.objects.of("first").get(number=5)


def test_year_written_twice_at_once_is_written_once(fifth):
    clerk = factories.user(Role.OFFICE)

    def write(target: str):
        values = {name: [] if name in MONTH_FIELDS else "" for name in FIELDS}
        values["target"] = target
        return lambda: years.write(fifth, YEAR, values, edit_number=0, by=clerk, at=NOON)

    told = race(write("甲"), write("乙"))

    assert kinds(told) == ["StaleDraft", "ok"]
    assert MeasureYear.objects.count() == MeasureYearVersion.objects.count() == 1


def test_parts_added_at_once_are_never_more_than_the_whole(fifth):
    clerk = factories.user(Role.OFFICE)
    whole = Figure(label="問い合わせ", value=20)
    years.write_figure(fifth, YEAR, whole, by=clerk, at=NOON)

    def part(label: str):
        def add():
            figure = Figure(label=label, value=15, part_of=Figure.objects.get(pk=whole.pk))
            return years.write_figure(fifth, YEAR, figure, by=clerk, at=NOON)

        return add

    told = race(part("甲"), part("乙"))

    assert kinds(told) == ["ValidationError", "ok"]
    assert Figure.objects.filter(part_of=whole).count() == 1
