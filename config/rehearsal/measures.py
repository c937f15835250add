"""What the office writes of the guideline's measures for a visitor: invented, and every word says so."""

from datetime import timedelta

from casework.calendar import japan_date
from guideline import years
from guideline.models import MONTHS, Edition, Figure, Measure, Status
from guideline.prefill import FIELDS, MONTH_FIELDS

from .program import Program
from .stage import Stage, Story

#: Of so many measures, one is left for the visitor to write in the running year.
LEFT = 7
#: What a measure can have come to of which something was done.
BEGUN = [status for status in Status if status != Status.NOT_STARTED]


def write_the_years(stage: Stage, program: Program) -> Story:
    """Last year is written in full, the running year up to now but for some measures."""
    office, year = program.cast.office, stage.fiscal_year
    yield stage.before_the_end(20)
    measures = Measure.objects.filter(edition__status=Edition.State.IN_FORCE).order_by("number")
    for at, measure in enumerate(measures):
        _write(stage, measure, year - 1, at, by=office)
    yield stage.before_the_end(6)
    for at, measure in enumerate(measures):
        if at % LEFT:
            _write(stage, measure, year, at, by=office)


def _write(stage: Stage, measure: Measure, year: int, at: int, *, by) -> None:
    begun = _months_gone(stage, year)
    planned = [month for place, month in enumerate(MONTHS) if (place + at) % 3]
    values = {
        **{name: [] if name in MONTH_FIELDS else "" for name in FIELDS},
        "target": "（架空）説明会を年2回ひらく。", "plan": "（架空）広報で知らせ、説明会をひらく。",
        "plan_months": planned, "result_months": [m for m in planned if m in begun][at % 2 :],
        "result": "（架空）説明会をひらき、広報に載せた。",
        "status": BEGUN[(at + year) % len(BEGUN)], "next_plan": "（架空）説明会を続ける。",
    }  # fmt: skip
    years.write(measure, year, values, edit_number=0, by=by, at=stage.at)
    whole = Figure(label="（架空）参加者", value=20 + at, unit="人")
    years.write_figure(measure, year, whole, by=by, at=stage.at)
    part = Figure(label="（架空）市内の団体から", value=10 + at, unit="人", part_of=whole)
    years.write_figure(measure, year, part, by=by, at=stage.at)


def _months_gone(stage: Stage, year: int) -> set[int]:
    """Return the months of a fiscal year that have ended by now."""
    day, gone = stage.when(year - stage.fiscal_year, 4, 1), set()
    for month in MONTHS:
        day += timedelta(days=31)
        if japan_date(day) <= stage.today:
            gone.add(month)
    return gone
