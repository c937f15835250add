"""The register of adopted projects: cases of this system and awards known from before it.

One query gives both; pages, totals and open data are made of the same rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.http import urlencode

from grants.flow import PROPOSAL_FLOW, YEAR_FLOW
from grants.models import (
    CityIssue,
    MeasureReading,
    PastAward,
    ProjectYear,
    Proposal,
    ProposalMeasure,
)
from grants.models.awards import SUMMARY
from guideline.models import Measure
from reporting.models import CollaborationReport

#: States in which a proposal was adopted once and no longer is.
ENDED = ("renounced", "rescinded", "fallen_through")
ADOPTED, ENDED_AFTER = "adopted", "ended_after_adoption"
#: What of the awards before this system is listed.
LISTED = (ADOPTED, ENDED_AFTER)
#: The program before this one; its awards are listed, and not counted among this program's.
PREDECESSOR = "predecessor"
YEAR_UNKNOWN = 0

COLUMNS = (
    "entry_key",
    "course_code",
    "adopted_in",
    "carried_out_in",
    "group",
    "project",
    "partner_department",
    "granted_yen",
    "confirmed_yen",
    "outcome",
    "projects",
    "invented",
    "told_by",
    "became",
)


def entries(
    *, fictitious: bool, course: str = "", fiscal_year: int | None = None
) -> QuerySet[Proposal, dict]:
    """Return the rows of the register as dicts of ``COLUMNS``, the latest year first.

    What is not known is ``None`` (amounts, yen) or empty (words); ``adopted_in`` is
    ``YEAR_UNKNOWN``. A project that ended after its adoption stays as a row without its words.
    A grant that was revoked (取消し) counts in no amount. A project whose every year ended without a
    grant, or with a revoked one, has ended; ``became`` is the code of how.

    :param fictitious: whether invented projects are shown too; only in a demonstration.
    """
    cases, past = adopted_cases(fictitious=fictitious), past_awards(fictitious=fictitious)
    if course:
        cases = cases.filter(round__edition__course=course)
        past = past.filter(course=course)
    if fiscal_year is not None:
        cases = cases.filter(fiscal_year=fiscal_year)
        past = past.filter(adoption_fiscal_year=fiscal_year)
    both = _rows_of_cases(cases).union(_rows_of_past(past), all=True)
    return both.order_by("-adopted_in", "course_code", "entry_key")


def adopted_cases(*, fictitious: bool) -> QuerySet[Proposal]:
    """Return the proposals that the register lists: adopted once, whether or not they stand."""
    found = Proposal.objects.selected() | Proposal.objects.filter(state__in=ENDED)
    return found.with_standing().told(fictitious=fictitious)


def past_awards(*, fictitious: bool) -> QuerySet[PastAward]:
    """Return the awards before this system that the register lists, or that it took over."""
    found = PastAward.objects.filter(status__in=LISTED)
    return found if fictitious else found.filter(fictitious=False)


def _became() -> Case:
    """Return how a project ended: by its own end, or as its first project year did."""
    years = ProjectYear.objects.filter(proposal=OuterRef("pk"))
    revoked = When(pk__in=ProjectYear.objects.revoked().values("pk"), then=Value("revoked"))
    of_year = Case(revoked, default=F("state"), output_field=CharField())
    first = years.order_by("position").annotate(ended_as=of_year).values("ended_as")[:1]
    return Case(
        When(stands=True, then=Value("")),
        When(state__in=ENDED, then=F("state")),
        default=Subquery(first),
        output_field=CharField(),
    )


def _of_years(years: QuerySet[ProjectYear], expression) -> Subquery:
    """Return ``expression`` aggregated over those of ``years`` that belong to a proposal."""
    own = years.filter(proposal=OuterRef("pk")).order_by()
    totals = own.values("proposal").annotate(found=expression).values("found")
    return Subquery(totals, output_field=IntegerField())


def _while_standing(path: str) -> Case:
    words = Case(When(stands=True, then=F(path)), default=Value(""), output_field=CharField())
    return Coalesce(words, Value(""), output_field=CharField())


def _rows_of_cases(cases):
    is_invented = Q(round__edition__fictitious=True) | Q(organization__fictitious=True)
    years = ProjectYear.objects.all()
    in_force = years.exclude(pk__in=years.revoked().values("pk"))
    return cases.order_by().values(
        entry_key=Coalesce(F("number"), Value(""), output_field=CharField()),
        course_code=F("round__edition__course"),
        adopted_in=F("fiscal_year"),
        carried_out_in=_of_years(years, Min("fiscal_year")),
        group=_while_standing("organization__name"),
        project=_while_standing("title"),
        partner_department=_while_standing("department__name"),
        granted_yen=_of_years(in_force, Sum("granted_yen")),
        confirmed_yen=_of_years(in_force, Sum("confirmed_yen")),
        outcome=Case(
            When(stands=True, then=Value(ADOPTED)),
            default=Value(ENDED_AFTER),
            output_field=CharField(),
        ),
        projects=Value(1, output_field=IntegerField()),
        invented=Case(
            When(is_invented, then=Value(True)), default=Value(False), output_field=BooleanField()
        ),
        told_by=Value("", output_field=CharField()),
        became=_became(),
    )


def _rows_of_past(past):
    return past.order_by().values(
        entry_key=F("key"),
        course_code=F("course"),
        adopted_in=Coalesce(F("adoption_fiscal_year"), Value(YEAR_UNKNOWN)),
        carried_out_in=F("implementation_fiscal_year"),
        group=F("group_name"),
        project=F("project_title"),
        partner_department=F("department"),
        granted_yen=F("amount_yen"),
        confirmed_yen=F("confirmed_amount_yen"),
        outcome=F("status"),
        projects=Coalesce(F("count"), Value(1)),
        invented=F("fictitious"),
        told_by=F("source"),
        became=F("ended_as"),
    )


@dataclass(frozen=True, slots=True)
class Links:
    """What the public reads of a project elsewhere."""

    measures: list[Measure] = field(default_factory=list)
    reports: list[CollaborationReport] = field(default_factory=list)
    issues: list[CityIssue] = field(default_factory=list)


def links(numbers: Iterable[str], *, fictitious: bool) -> dict[str, Links]:
    """Return by number of their proposals what the public reads of projects that stand.

    In four queries: measures of the guideline that they advance, as the office reads it and else as
    named, the public city issue that one answers, and published reports on them.
    """
    found: dict[str, Links] = defaultdict(Links)
    projects = Proposal.objects.standing().filter(number__in=numbers)
    read = MeasureReading.objects.values("proposal")
    for advanced in (
        MeasureReading.objects.standing(),
        ProposalMeasure.objects.exclude(proposal__in=read),
    ):
        own = advanced.filter(proposal__in=projects.values("pk"))
        for row in own.select_related("proposal", "measure__edition").order_by("pk"):
            found[row.proposal.number].measures.append(row.measure)
    issues = CityIssue.objects.public(fictitious=fictitious)
    answering = projects.filter(city_issue__in=issues.values("pk")).select_related("city_issue")
    for project in answering.order_by("pk"):
        found[project.number].issues.append(project.city_issue)
    reports = CollaborationReport.objects.public(fictitious=fictitious)
    of_projects = reports.filter(project_year__proposal__in=projects.values("pk"))
    for report in of_projects.with_publication().order_by("fiscal_year", "pk"):
        found[report.project_year.proposal.number].reports.append(report)
    return found


def address(entry_key: str, course: str, fiscal_year: int | None) -> str:
    """Return the address of one row of the register, on whichever of its pages it stands.

    :param fiscal_year: in which it was adopted; ``None`` or ``YEAR_UNKNOWN`` where nobody knows.
    """
    place = {"course": course, "fiscal_year": fiscal_year, "entry": entry_key}
    told = urlencode({name: value for name, value in place.items() if value})
    return f"{reverse('reporting:register')}?{told}#entry-{entry_key}"


def became_label(code: str) -> str:
    """Return in words how a project ended; empty while it stands."""
    flow = PROPOSAL_FLOW if code in ENDED else YEAR_FLOW
    return str(flow.stages[code].label) if code else ""


def is_summary(entry: dict) -> bool:
    """Return whether a row says only how many were adopted, as published, without naming them."""
    return bool(entry["told_by"]) and entry["entry_key"].endswith(SUMMARY)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the rows of the register add up to; amounts in yen.

    :param groups: groups known by name.
    :param unknown: projects whose granted amount is not known, or not decided yet.
    :param invented: whether invented projects are among them.
    :param past: projects adopted before this system, known from public documents.
    :param listed: rows of the register, which are more or fewer than the projects.
    :param predecessor: rows of the program before this one, which stand for
        ``predecessor_projects``.
    :param ended: rows of projects that ended after their adoption.
    :param summaries: rows that tell how many were adopted, without naming them.
    """

    projects: int
    groups: int
    granted_yen: int
    unknown: int
    invented: bool
    past: int
    listed: int
    predecessor: int
    predecessor_projects: int
    ended: int
    summaries: int

    @property
    def known(self) -> int:
        """Projects whose granted amount is known."""
        return self.projects - self.unknown


def totals(*, fictitious: bool) -> Totals:
    """Add up the register of this program.

    A project that got no grant after all, or whose every grant was revoked, counts neither as a
    project nor in an amount.
    Where a document says how many were adopted and others name some of them, the larger counts.
    """
    listed = list(entries(fictitious=fictitious))
    own = [row for row in listed if row["course_code"] != PREDECESSOR]
    before = [row for row in listed if row["course_code"] == PREDECESSOR]
    rows = [row for row in own if row["outcome"] == ADOPTED]
    known = [row for row in rows if row["granted_yen"] is not None]
    projects = sum(counted(rows))
    return Totals(
        projects=projects,
        groups=len({row["group"] for row in rows} - {""}),
        granted_yen=sum(row["granted_yen"] for row in known),
        unknown=projects - len(known),
        invented=any(row["invented"] for row in rows),
        past=projects - sum(not row["told_by"] for row in rows),
        listed=len(listed),
        predecessor=len(before),
        predecessor_projects=sum(_shares(before)),
        ended=len(own) - len(rows),
        summaries=sum(map(is_summary, listed)),
    )


def counted(rows: list[dict]) -> list[int]:
    """Return for each row how many projects it adds to the number of adopted ones.

    A row that names a project adds one. Where documents also say how many there were, the largest
    of these rows adds what the named ones leave. What has ended, or is of the program before this
    one, adds nothing.
    """
    own = [row["course_code"] != PREDECESSOR and row["outcome"] == ADOPTED for row in rows]
    shares = _shares([row for row, counts in zip(rows, own, strict=True) if counts])
    return [next(shares) if counts else 0 for counts in own]


def _shares(rows: list[dict]) -> Iterator[int]:
    named = Counter(_of(row) for row in rows if row["told_by"] and not is_summary(row))
    largest: dict = {}
    for row in filter(is_summary, rows):
        largest[_of(row)] = max(row, largest.get(_of(row), row), key=lambda r: r["projects"])
    for row in rows:
        if not is_summary(row):
            yield 1
        else:
            told = row["projects"] - named[_of(row)]
            yield max(0, told) if row is largest[_of(row)] else 0


def _of(row: dict) -> tuple:
    """Return course and year: within them named projects and published numbers overlap."""
    return row["course_code"], row["adopted_in"]
