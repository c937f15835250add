"""Which measures a project advances: what its group named, and how the office reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casework.asked_once import asked_once
from guideline.models import Measure

from .measure_weights import equal_weights
from .models import MeasureReading, Proposal, ProposalMeasure


@dataclass(frozen=True, slots=True)
class Advanced:
    """One measure of a project: what its group wrote, and beside it how the office reads it.

    :param named: what the group wrote; ``None`` where the office added the measure.
    :param reading: the row of the newest reading; ``None`` where the office has not read it yet.
    """

    named: ProposalMeasure | None
    reading: MeasureReading | None

    @property
    def measure(self) -> Measure:
        """The measure that counts."""
        return self.reading.measure if self.reading else self.named.measure

    @property
    def how(self) -> str:
        """How the project advances it, in the words that count."""
        said = self.reading.how if self.reading else ""
        return said or (self.named.how if self.named else "")

    @property
    def weight(self) -> int | None:
        """Percent of the yen of the case; ``None`` while the office has not read it, 0 if taken out."""
        return self.reading.weight if self.reading else None

    @property
    def is_taken_out(self) -> bool:
        return self.weight == 0


@asked_once
def advanced(proposal: Proposal) -> list[Advanced]:
    """Return every measure of a project, what its group named first."""
    named = proposal.proposal_measures.select_related("measure__edition")
    newest = MeasureReading.objects.newest().filter(proposal=proposal)
    rows = newest.select_related("measure__edition", "named__edition", "event__by")
    return beside(named.order_by("pk"), rows.order_by("pk"))


def beside(
    named: Iterable[ProposalMeasure], readings: Iterable[MeasureReading]
) -> list[Advanced]:  # fmt: skip
    """Put the newest reading of one project beside what its group named."""
    rows = list(readings)
    of: Mapping[int | None, MeasureReading] = {row.named_id: row for row in rows}
    found = [Advanced(one, of.get(one.measure_id)) for one in named]
    told = {one.named.measure_id for one in found if one.named}
    return found + [Advanced(None, row) for row in rows if row.named_id not in told and row.weight]


def carried(proposal: Proposal) -> list[Advanced]:
    """Return the measures that a report on the project begins with: without what was taken out."""
    return [one for one in advanced(proposal) if not one.is_taken_out]


def suggested_weights(rows: list[Advanced]) -> list[int | None]:
    """Return what the page begins with: the weights that stand; equal ones where none does."""
    if any(row.reading for row in rows):
        return [row.weight for row in rows]
    return list(equal_weights(len(rows)))
