"""Open data: tables of one or two queries each, as CSV and as JSON with the same rows.

Columns are only ever added at the end; none is renamed, moved or taken out.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from casework.flow import Text
from casework.tables import csv_lines
from grants.fund import years_of_fund
from grants.models import Proposal, ProposalMeasure
from guideline.models import Measure, Progress

from .models import CollaborationReport, Publication
from .register import YEAR_UNKNOWN, counted, entries

Value = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    meaning: Text


@dataclass(frozen=True, slots=True)
class DataSet:
    """One table of open data.

    :param rows: called with ``fictitious``; yields the values in the order of the columns,
        without the code of the municipality, which stands first everywhere.
    """

    code: str
    label: Text
    columns: tuple[Column, ...]
    rows: Callable[..., Iterator[tuple[Value, ...]]]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def awards(*, fictitious: bool) -> Iterator[tuple[Value, ...]]:
    """Yield the register: one row a project, or a published number of projects."""
    rows = list(entries(fictitious=fictitious))
    for row, counts in zip(rows, counted(rows), strict=True):
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


def measures(*, fictitious: bool) -> Iterator[tuple[Value, ...]]:
    """Yield the measures of all editions with their latest status and what advanced them."""
    found = Measure.objects.annotate(
        status=_latest("status"),
        status_as_of=_latest("as_of"),
        adopted=_adopted_for_measure(fictitious),
        reported=_published_for_measure(fictitious),
    ).values_list(
        "edition__code",
        "number",
        "title",
        "title_en",
        "section__number",
        "classification",
        "status",
        "status_as_of",
        "adopted",
        "reported",
    )
    ordered = found.order_by("edition__code", "number")
    for *words, status, as_of, adopted, reported in ordered.iterator(chunk_size=1000):
        yield (*words, status or "", _iso(as_of), adopted or 0, reported or 0)


def _latest(name: str) -> Subquery:
    rows = Progress.objects.public().filter(measure=OuterRef("pk")).order_by("-as_of")
    return Subquery(rows.values(name)[:1])


def _number_of(rows) -> Subquery:
    counted = rows.order_by().values("measure_of").annotate(found=Count("pk")).values("found")
    return Subquery(counted, output_field=IntegerField())


def _adopted_for_measure(fictitious: bool) -> Subquery:
    standing = Proposal.objects.standing().values("pk")
    rows = ProposalMeasure.objects.filter(measure=OuterRef("pk"), proposal__in=standing).annotate(
        measure_of=F("measure")
    )
    if not fictitious:
        rows = rows.filter(
            proposal__round__edition__fictitious=False, proposal__organization__fictitious=False
        )
    return _number_of(rows)


def _published_for_measure(fictitious: bool) -> Subquery:
    shown = CollaborationReport.objects.public(fictitious=fictitious)
    rows = Publication.objects.filter(measures=OuterRef("pk"), shown_by__in=shown)
    return _number_of(rows.annotate(measure_of=F("measures")).filter(measure_of=OuterRef("pk")))


def reports(*, fictitious: bool) -> Iterator[tuple[Value, ...]]:
    """Yield the published collaboration reports, as the publication froze them."""
    is_invented = Q(department__fictitious=True) | Q(
        project_year__proposal__round__edition__fictitious=True
    )
    found = (
        CollaborationReport.objects.public(fictitious=fictitious)
        .annotate(first_published_at=Min("publications__at"), is_invented=is_invented)
        .order_by("-fiscal_year", "pk")
        .values_list(
            "pk",
            "publication__version__content",
            "tabled_on",
            "first_published_at",
            "publication__at",
            "publication__number",
            "is_invented",
        )
    )
    for pk, content, tabled_on, first_at, at, number, invented in found.iterator(chunk_size=500):
        yield (
            pk,
            content["fiscal_year"],
            content["department"],
            content["title"],
            content["partner_names"],
            content["form"],
            content["purpose"],
            content["content"],
            content["city_role"],
            content["partner_role"],
            content["cost_yen"],
            content["cost_borne_by"],
            content["results"],
            content["process_score"],
            content["outcome_score"],
            " ".join(f"{row['edition']}-{row['number']}" for row in content["measures"]),
            _iso(tabled_on),
            _iso(japan_date(first_at)),
            _iso(japan_date(at)) if number > 1 else None,
            bool(invented),
        )


def fund(*, fictitious: bool) -> Iterator[tuple[Value, ...]]:
    """Yield the fiscal years of the fund; a row that rests on invented lines says so."""
    told = {year.fiscal_year: year for year in years_of_fund(fictitious=False)}
    for year in years_of_fund(fictitious=True) if fictitious else told.values():
        yield (
            year.fiscal_year,
            year.target_yen,
            year.gift_yen,
            year.interest_yen,
            year.other_yen,
            year.used_yen,
            year.balance_yen,
            year.target.source if year.target else None,
            year != told.get(year.fiscal_year),
        )


_CODE = Column("municipality_code", _("Code of the municipality; empty while it is not set"))

DATASETS = {
    data_set.code: data_set
    for data_set in (
        DataSet(
            "awards",
            _("Adopted projects"),
            (
                _CODE,
                Column("id", _("Number of the proposal, or key of the earlier award")),
                Column("course", _("Code of the course")),
                Column("adopted_fiscal_year", _("Fiscal year of the selection")),
                Column("first_project_fiscal_year", _("Fiscal year in which the project begins")),
                Column("group_name", _("Name of the group; empty if not known")),
                Column("project_title", _("Name of the project; empty if not known")),
                Column("department", _("Department that takes part")),
                Column("granted_yen", _("Granted over all years, in yen; empty if not known")),
                Column("confirmed_yen", _("Confirmed after the reports, in yen; empty if not yet")),
                Column("status", _("adopted, or ended_after_adoption")),
                Column("projects", _("How many projects the row stands for; rows may overlap, so do not add up")),
                Column("fictitious", _("Whether the row is invented for a demonstration")),
                Column("source", _("Document the row rests on, for awards before this system")),
                Column("became", _("Code of how the project ended; empty while it stands")),
                Column("counted_projects", _("How many projects the row adds to the number of adopted projects; the sum is the number on the front page")),
            ),
            awards,
        ),
        DataSet(
            "measures",
            _("Measures of the guideline"),
            (
                _CODE,
                Column("edition", _("Code of the edition of the guideline")),
                Column("number", _("Number of the measure")),
                Column("title", _("Name")),
                Column("title_en", _("Name in English")),
                Column("section", _("Number of the section")),
                Column("class", _("Class of the measure")),
                Column("status", _("Latest status that was made public; empty if none")),
                Column("status_as_of", _("Day of that status")),
                Column("adopted_projects", _("Adopted projects that name the measure")),
                Column("published_reports", _("Published collaboration reports that name it")),
            ),
            measures,
        ),
        DataSet(
            "reports",
            _("Collaboration reports"),
            (
                _CODE,
                Column("id", _("Number in the address of the report")),
                Column("fiscal_year", _("Fiscal year of the collaboration")),
                Column("department", _("Department that reports")),
                Column("title", _("Name of the collaboration")),
                Column("partners", _("With whom the city worked")),
                Column("form", _("Code of the form of working together")),
                Column("purpose", _("Purpose")),
                Column("content", _("What was done")),
                Column("city_role", _("What the city did")),
                Column("partner_role", _("What the partner did")),
                Column("cost_yen", _("Cost in yen; empty if not given")),
                Column("cost_borne_by", _("Who bore the cost")),
                Column("results", _("What came of it")),
                Column("process_score", _("How well both worked together, 1 to 5; empty if not given")),
                Column("outcome_score", _("How much came of it, 1 to 5; empty if not given")),
                Column("measures", _("Measures advanced: edition-number, separated by blanks")),
                Column("tabled_on", _("Day on which the committee received it")),
                Column("published_on", _("Day of the publication")),
                Column("corrected_on", _("Day of the latest correction")),
                Column("fictitious", _("Whether the row is invented for a demonstration")),
            ),
            reports,
        ),
        DataSet(
            "fund",
            _("The fund by fiscal year"),
            (
                _CODE,
                Column("fiscal_year", _("Fiscal year")),
                Column("target_yen", _("What gifts were to come to at least, in yen; empty if not set")),
                Column("gift_yen", _("Gifts in yen; empty if not recorded")),
                Column("interest_yen", _("Interest in yen; empty if not recorded")),
                Column("other_yen", _("Other income in yen; empty if not recorded")),
                Column("used_yen", _("Used, in yen; empty if not recorded")),
                Column("balance_yen", _("Left at the end of the fiscal year, in yen; empty if not recorded")),
                Column("target_source", _("Document in which the target stands")),
                Column("fictitious", _("Whether the row is invented for a demonstration")),
            ),
            fund,
        ),
    )
}  # fmt: skip


def records(data_set: DataSet, *, municipality_code: str, fictitious: bool) -> Iterator[dict]:
    """Yield the rows as dicts, keys in the order of the columns."""
    for row in data_set.rows(fictitious=fictitious):
        yield dict(zip(data_set.names, (municipality_code, *row), strict=True))


def as_csv(data_set: DataSet, rows: Iterator[dict]) -> Iterator[str]:
    """Yield the lines of a CSV file; unknown is empty."""
    return csv_lines(data_set.names, (row.values() for row in rows))


def as_json(rows: Iterator[dict]) -> Iterator[str]:
    """Yield the parts of a JSON array of objects; unknown is null."""
    between = "[\n"
    for row in rows:
        yield between + json.dumps(row, ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"
