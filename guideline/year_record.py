"""The progress table of a day, drawn up from the rows of a fiscal year.

The years' rows say what is planned and what came; :class:`Progress` is the state on a day. The office
brings the one to the other with a button, and sees before what it changes.
"""

from datetime import date

from casework.calendar import wareki_year

from .models import Edition, Measure, MeasureYear, Progress
from .progress_table import Row, Table


def without_status(edition: Edition, fiscal_year: int) -> list[Measure]:
    """Return the measures whose status in a fiscal year nobody has said; they stop a table."""
    said = MeasureYear.objects.filter(fiscal_year=fiscal_year).exclude(status="")
    missing = Measure.objects.filter(edition=edition).exclude(pk__in=said.values("measure"))
    return list(missing.order_by("number"))


def table_of(edition: Edition, fiscal_year: int, day: date) -> Table:
    """Return status and result of each measure as a table of ``day``.

    What is on record for that day of the class in the next edition, and why, stays.
    """
    kept = {
        row.measure_id: row for row in Progress.objects.filter(measure__edition=edition, as_of=day)
    }
    years = MeasureYear.objects.filter(measure__edition=edition, fiscal_year=fiscal_year)
    rows = tuple(
        _row(line, year, kept.get(year.measure_id))
        for line, year in enumerate(
            years.select_related("measure").order_by("measure__number"), start=1
        )
    )
    return Table(f"{wareki_year(fiscal_year)}の計画と実績", (), rows)


def _row(line: int, year: MeasureYear, there: Progress | None) -> Row:
    next_class, reason = (there.next_class, there.reason) if there else ("", "")
    return Row(line, year.measure.number, year.status, year.result, next_class, reason)
