"""What the reports of a rehearsal say came of the measures: invented, and every word says so."""

from casework.models import Case
from grants.advancing import carried
from grants.models import Proposal
from reporting.measure_outcomes import (
    mark_of_outcomes,
    measures_told_of,
    outcomes_of,
    proofs_of,
)
from reporting.outcome_writing import Outcome, tell_outcomes

from .stage import Stage


def tell_what_came_of_it(stage: Stage, report: Case, writer, *, people: int) -> None:
    """Whoever writes a report says of each measure what came of it, with what proves it.

    :param people: the figure for the first measure; the others get half of it.
    """
    proofs = tuple(code for code, _words in proofs_of(report, writer.act_on(stage.today)))
    rows = [
        Outcome(
            measure.pk, "（架空）初めて参加した人が、次の催しの担い手になった。", "（架空）参加者",
            people // (at + 1), "人", proofs[:2],
        )
        for at, (measure, _how) in enumerate(measures_told_of(report))
    ]  # fmt: skip
    seen = mark_of_outcomes(outcomes_of(report))
    tell_outcomes(report, rows, seen=seen, by=writer, at=stage.at)


def advanced_by(proposal: Proposal) -> list[dict]:
    """Return the measures of a project as the office reads them, for a department's report."""
    return [{"measure_id": row.measure.pk, "how": row.how} for row in carried(proposal)]
