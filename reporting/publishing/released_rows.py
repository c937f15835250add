"""The rows that everybody reads of a released day, made of nothing but what its release froze.

Made of what is on record they would hold what somebody writes while an approver decides. What a
release never froze has no cell here, so a column that is new is frozen first (``contents``).
"""

from collections.abc import Iterator
from datetime import date

from guideline.models import Claim, Edition, Measure, OfADay, PrintedCount, Progress

_SOURCED = ("source", "level")
_PROGRESS = ("fiscal_year", "status", "result", "next_class", "reason", *_SOURCED)
_PRINTED = ("count", "denominator", *_SOURCED)
_CLAIM = ("subject", "place", "as_printed", "value", *_SOURCED)


def rows_of(content: dict, edition: Edition, day: date) -> Iterator[OfADay]:
    """Yield the rows of a day as a release froze them (``contents.progress_of_day``); none is saved.

    :raises KeyError: if a measure or an edition is not there any more, or a value was not frozen.
    """
    measures = {measure.number: measure for measure in Measure.objects.filter(edition=edition)}
    editions = Edition.objects.in_bulk(field_name="code")
    for row in content["rows"]:
        yield Progress(measure=measures[row["number"]], as_of=day, **_cells(row, _PROGRESS))
    for row in content["printed"]:
        classification, _blank, status = row["name"].partition(" ")
        yield PrintedCount(
            edition=edition, as_of=day, classification=classification, status=status,
            **_cells(row, _PRINTED),
        )  # fmt: skip
    for row in content["claims"]:
        yield Claim(
            measure=measures[row["number"]], about=editions[row["edition"]], as_of=day,
            **_cells(row, _CLAIM),
        )  # fmt: skip


def _cells(row: dict, names: tuple[str, ...]) -> dict:
    return {name: row[name] for name in names}
