"""The city issues (業務課題) as open data, as the public reads them."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from grants.issue_projects import with_projects
from grants.models import CityIssue

from .table import CODE, SECOND, THIRD, Column, DataSet, Kind, Value, iso


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    yield from _rows(fictitious, japan_date(at))


def rows_for_any_day(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    """Yield the rows as a file says them that may lie for long: what is over is left to ``until``."""
    yield from _rows(fictitious, date.min)


def _rows(fictitious: bool, today: date) -> Iterator[tuple[Value, ...]]:
    public = CityIssue.objects.public(fictitious=fictitious).with_standing()
    found = with_projects(public, fictitious=fictitious)
    for issue in found.order_by("-fiscal_year", "department__name", "pk").iterator(chunk_size=500):
        yield (
            issue.pk,
            issue.fiscal_year,
            issue.department.name,
            issue.title,
            issue.problem,
            issue.offers,
            issue.seeks,
            iso(issue.until),
            str(issue.standing_on(today).value),
            issue.department.fictitious,
            " ".join(project.number for project in issue.led_to),
        )


CITY_ISSUES = DataSet(
    "city-issues",
    _("City issues"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("id", Kind.WHOLE, _("Number in the address of the issue"), SECOND),
        Column("fiscal_year", Kind.YEAR, _("Fiscal year"), SECOND),
        Column("department", Kind.TEXT, _("Department that looks for a group"), SECOND),
        Column("title", Kind.TEXT, _("Name"), SECOND),
        Column("problem", Kind.TEXT, _("What the problem is"), SECOND),
        Column("offers", Kind.TEXT, _("What the department can bring"), SECOND),
        Column("seeks", Kind.TEXT, _("What it looks for in a group"), SECOND),
        Column("until", Kind.DAY, _("Last day on which it looks for a group; empty if not set"), SECOND),
        Column("standing", Kind.CODE, _("open, taken_up, or closed"), SECOND),
        Column("fictitious", Kind.YES_NO, _("Whether the row is invented for a demonstration"), SECOND),
        Column("led_to", Kind.TEXT, _("Ids of the projects (awards) that came of it, separated by blanks; empty if none did"), THIRD),
    ),
    rows,
)  # fmt: skip
