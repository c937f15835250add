"""Which tables of figures there are, and what each carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.history import digest_of
from guideline.models import Status
from reporting.models import Form

#: A number, or ``None`` where it is not known.
Number = int | None
#: Row → column → number.
Cells = dict[str, dict[str, Number]]


@dataclass(frozen=True, slots=True)
class Figure:
    """What a table of figures is.

    :param rows: what its rows are named by.
    :param columns: names of its columns → what stands there.
    :param files: tables of open data from which it can be reckoned.
    :param note: what a reader has to know to read it right.
    :param unknown: column → what is said where its number is ``None``, if that is not "not known".
    """

    code: str
    title: Text
    rows: Text
    columns: dict[str, Text]
    files: tuple[str, ...]
    note: Text = ""
    unknown: Mapping[str, Text] = field(default_factory=dict)

    def said_of_none(self, column: str) -> Text:
        """Return what a page says in place of a number that is ``None``."""
        return self.unknown.get(column, _("not known"))


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures as it is published.

    :param as_of: the moment as of which the rows were read.
    :param rows: name of the row, and its numbers in the order of the columns.
    :param sources: ids of the rows of open data that it adds up, as ``file:id``.
    """

    code: str
    title: Text
    as_of: datetime
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Number, ...]], ...]
    sources: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of numbers and sources; the same numbers have the same one at any moment."""
        return digest_of_table(self.code, self.cells, self.sources)

    @property
    def cells(self) -> Cells:
        return {name: dict(zip(self.columns, row, strict=True)) for name, row in self.rows}


def digest_of_table(code: str, cells: Cells, sources: Sequence[str]) -> str:
    """Return the digest that anybody can reckon from the published numbers and sources."""
    columns = list(FIGURES[code].columns)
    rows = [[name, [cells[name].get(c) for c in columns]] for name in sorted(cells)]
    return digest_of([code, columns, rows, list(sources)])


YEN = {
    "asked_yen": _("Asked (yen)"),
    "granted_yen": _("Granted (yen)"),
    "paid_yen": _("Paid (yen)"),
    "confirmed_yen": _("Confirmed (yen)"),
    "settled_yen": _("Settled (yen)"),
}
#: The row of the projects of which no yen are shared to a measure.
UNSHARED = "unshared"
#: In the order of the page.
FIGURES = {
    figure.code: figure
    for figure in (
        Figure(
            "register",
            _("The register in numbers"),
            _("Program"),
            {
                "projects": _("Adopted projects"),
                "groups": _("Groups known by name"),
                "granted_yen": _("Granted (yen)"),
                "unknown": _("Projects whose amount is not known or not decided yet"),
                "listed": _("Rows of the register"),
                "ended": _("Projects that ended after their adoption"),
                "predecessor": _("Rows of the program before this one"),
            },
            ("awards",),
        ),
        Figure("amounts", _("Yen by fiscal year"), _("Fiscal year"), {"years": _("Project years that were granted"), **YEN}, ("amounts",), _("Yen stand in the year in which a project is carried out. The pages “Projects adopted in …, in figures” add up by the year of adoption, so that their totals of a year differ from these."), dict.fromkeys(("paid_yen", "confirmed_yen", "settled_yen"), _("not yet"))),
        Figure(
            "progress",
            _("Progress of the measures by class"),
            _("Edition and class"),
            {**{status.value: status.label for status in Status}, "total": _("All")},
            ("measures",),
        ),
        Figure(
            "measures",
            _("Projects and yen by measure"),
            _("Edition and measure"),
            {
                "projects": _("Adopted projects that advance it"),
                "granted_yen": _("Granted to them in full (yen)"),
                "shared_yen": _("Of this for the measure, by weight (yen)"),
                "unknown": _("Projects whose amount is not known or not decided yet"),
            },
            ("project-measures", "awards", "amounts"),
            _("In full, a project counts whole at each of its measures. By the weights that the office gave, each yen counts once: that column adds up to what was granted."),
            dict.fromkeys(("granted_yen", "shared_yen"), _("not decided yet")),
        ),
        Figure(
            "reports",
            _("Collaboration reports by department and form"),
            _("Fiscal year and department"),
            {**{form.value: form.label for form in Form}, "total": _("All")},
            ("reports",),
        ),
        Figure(
            "fund",
            _("The fund by fiscal year"),
            _("Fiscal year"),
            {
                "gift_yen": _("Gifts (yen)"),
                "interest_yen": _("Interest (yen)"),
                "other_yen": _("Other income (yen)"),
                "used_yen": _("Used (yen)"),
                "balance_yen": _("Balance (yen)"),
            },
            ("fund",),
            unknown=dict.fromkeys(
                ("gift_yen", "interest_yen", "other_yen", "used_yen", "balance_yen"),
                _("not recorded"),
            ),
        ),
    )
}  # fmt: skip
