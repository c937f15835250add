"""What the booklet counts: reports and cost by department and form, and where two sides differ.

Pure: from the contents of versions to rows. A cost that is not known is counted apart, never as zero.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

SCORES = ("process_score", "outcome_score")


@dataclass(slots=True)
class DepartmentTotal:
    """The reports of one department.

    :ivar forms: form → how many reports.
    :ivar cost_yen: of those whose cost is known, in yen.
    :ivar unknown: how many have no known cost.
    """

    department: str
    forms: Counter = field(default_factory=Counter)
    cost_yen: int = 0
    unknown: int = 0

    @property
    def reports(self) -> int:
        return self.forms.total()


@dataclass(frozen=True, slots=True)
class Apart:
    """What the two sides scored: one row for each partner and score that both gave."""

    place: int
    partner: str
    code: str
    of_department: int
    of_partner: int

    @property
    def difference(self) -> int:
        """How much higher the department scored; below zero, the partner did."""
        return self.of_department - self.of_partner


def by_department(contents: Iterable[dict]) -> list[DepartmentTotal]:
    """Return the totals of each department, in the order in which they come."""
    found: dict[str, DepartmentTotal] = {}
    for content in contents:
        total = found.setdefault(content["department"], DepartmentTotal(content["department"]))
        total.forms[content["form"]] += 1
        if content["cost_yen"] is None:
            total.unknown += 1
        else:
            total.cost_yen += content["cost_yen"]
    return list(found.values())


def differences(contents: Iterable[dict]) -> list[Apart]:
    """Return, report by report, what both sides scored; who gave no score is left out."""
    return [
        Apart(place, view["partner"], code, content[code], view[code])
        for place, content in enumerate(contents, start=1)
        for view in content["views"]
        for code in SCORES
        if content[code] is not None and view[code] is not None
    ]
