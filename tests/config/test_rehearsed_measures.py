"""What the demo year says of the measures: invented, marked so, and not public."""

from collections import Counter
from datetime import datetime

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser

from casework.calendar import add_months, first_day
from config.rehearsal import cast, measures
from config.rehearsal.program import Program
from config.rehearsal.stage import Stage
from guideline import reference_data
from guideline.models import MONTHS, Measure, MeasureYear
from guideline.years import years_shown
from tests.factories import JAPAN

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", [(2026, 4, 10), (2026, 11, 21), (2027, 3, 31)])
def test_office_wrote_last_year_in_full_and_left_some_of_this_one(day):
    at = datetime(*day, 9, 0, tzinfo=JAPAN)
    reference_data.load(at=at)
    with time_machine.travel(at, tick=False):
        stage = Stage(2026, until=at)
        stage.at = stage.when(-1, 4, 1)
        program = Program(cast.gather(2026, since=stage.today, at=stage.at))
        stage.enter(measures.write_the_years, program)
        for played in stage.days():
            stage.play_day(played)

    rows = MeasureYear.objects.all()
    assert Counter(row.fiscal_year for row in rows) == {2025: 23, 2026: 19}
    assert [row.pk for row in rows if "（架空）" not in row.target + row.plan + row.result] == []
    for row in rows:
        ends = [
            add_months(first_day(row.fiscal_year), MONTHS.index(m) + 1) for m in row.result_months
        ]
        assert set(row.result_months) <= set(row.plan_months)
        assert [end for end in ends if end > at.date()] == []
    assert years_shown(Measure.objects.all(), AnonymousUser()) == []
