"""The register as open data: one row a project, or a published number of projects."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from reporting.register import YEAR_UNKNOWN, counted, entries

from .table import CODE, Column, DataSet, Kind, Value


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    found = list(entries(fictitious=fictitious))
    for row, counts in zip(found, counted(found), strict=True):
        yield (
            row["entry_key"],
            row["course_code"],
            None if row["adopted_in"] == YEAR_UNKNOWN else row["adopted_in"],
            row["carried_out_in"],
            row["group"],
            row["project"],
            row["partner_department"],
            row["granted_yen"],
            row["confirmed_yen"],
            row["outcome"],
            row["projects"],
            bool(row["invented"]),
            row["told_by"],
            row["became"],
            counts,
        )


AWARDS = DataSet(
    "awards",
    _("Adopted projects"),
    (
        CODE,
        Column("id", Kind.CODE, _("Number of the proposal, or key of the earlier award")),
        Column("course", Kind.CODE, _("Code of the course")),
        Column("adopted_fiscal_year", Kind.YEAR, _("Fiscal year of the selection")),
        Column("first_project_fiscal_year", Kind.YEAR, _("Fiscal year in which the project begins")),
        Column("group_name", Kind.TEXT, _("Name of the group; empty if not known")),
        Column("project_title", Kind.TEXT, _("Name of the project; empty if not known")),
        Column("department", Kind.TEXT, _("Department that takes part")),
        Column("granted_yen", Kind.YEN, _("Granted over all years, in yen; empty if not known")),
        Column("confirmed_yen", Kind.YEN, _("Confirmed after the reports, in yen; empty if not yet")),
        Column("status", Kind.CODE, _("adopted, or ended_after_adoption")),
        Column("projects", Kind.WHOLE, _("How many projects the row stands for; rows may overlap, so do not add up")),
        Column("fictitious", Kind.YES_NO, _("Whether the row is invented for a demonstration")),
        Column("source", Kind.TEXT, _("Document the row rests on, for awards before this system")),
        Column("became", Kind.CODE, _("Code of how the project ended; empty while it stands")),
        Column("counted_projects", Kind.WHOLE, _("How many projects the row adds to the number of adopted projects; the sum is the number on the front page")),
    ),
    rows,
)  # fmt: skip
