"""What the booklet counts: reports and cost by department and form, and where two sides differ.

Pure: from the contents of versions to rows. A cost that is not known is counted apart, never as zero.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

SCORES = ("process_score", "outcome_score")
#: The form of a report that names none, where the office lets it be left out.
NO_FORM = ""


@dataclass(slots=True)
class DepartmentTotal:
    """The reports of one department.

    :ivar forms: form → how many reports; ``NO_FORM`` are those that name none.
    :ivar cost_yen: of those whose cost is known, in yen; ``None`` while no cost is known.
    :ivar unknown: how many have no known cost.
    """

    department: str
    forms: Counter = field(default_factory=Counter)
    cost_yen: int | None = None
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
        total.forms[content["form"] or NO_FORM] += 1
        if content["cost_yen"] is None:
            total.unknown += 1
        else:
            total.cost_yen = (total.cost_yen or 0) + content["cost_yen"]
    return list(found.values())


def sum_of(totals: Iterable[DepartmentTotal]) -> DepartmentTotal:
    """Return all departments together; their cost is known as soon as one is."""
    totals = list(totals)
    known = [one.cost_yen for one in totals if one.cost_yen is not None]
    return DepartmentTotal(
        department="",
        forms=sum((one.forms for one in totals), Counter()),
        cost_yen=sum(known) if known else None,
        unknown=sum(one.unknown for one in totals),
    )


def differences(contents: Iterable[dict]) -> list[Apart]:
    """Return, report by report, what both sides scored; who gave no score is left out."""
    return [
        Apart(place, view["partner"], code, content[code], view[code])
        for place, content in enumerate(contents, start=1)
        for view in content["views"]
        for code in SCORES
        if content[code] is not None and view[code] is not None
    ]
