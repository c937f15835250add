"""The register of adopted projects: cases of this system and awards known from before it.

One query gives both; pages, totals and open data are made of the same rows.
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
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

from grants.models import PastAward, ProjectYear, Proposal

#: States in which a proposal stands as adopted, and in which it no longer does.
STANDING = ("selected", "coordinating", "ready")
ENDED = ("renounced", "rescinded", "fallen_through")
ADOPTED, ENDED_AFTER = "adopted", "ended_after_adoption"
NOT_REVOKED = ~Q(state="revoked")
_granted = ProjectYear.objects.filter(proposal=OuterRef("pk"), granted_yen__isnull=False)
#: Whether a proposal still stands as adopted: not given up, and not every grant of it revoked.
STANDS = Q(state__in=STANDING) & (
    Exists(_granted.filter(NOT_REVOKED)) | ~Exists(_granted.exclude(NOT_REVOKED))
)
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
)


def entries(
    *, fictitious: bool, course: str = "", fiscal_year: int | None = None
) -> QuerySet[Proposal, dict]:
    """Return the rows of the register as dicts of ``COLUMNS``, the latest year first.

    What is not known is ``None`` (amounts, yen) or empty (words); ``adopted_in`` is
    ``YEAR_UNKNOWN``. A project that ended after its adoption stays as a row without its words.
    A grant that was revoked (取消し) counts in no amount; a project whose every grant was revoked
    has ended.

    :param fictitious: whether invented projects are shown too; only in a demonstration.
    """
    cases, past = _cases(fictitious), PastAward.objects.filter(status=ADOPTED)
    if course:
        cases = cases.filter(round__edition__course=course)
        past = past.filter(course=course)
    if fiscal_year is not None:
        cases = cases.filter(fiscal_year=fiscal_year)
        past = past.filter(adoption_fiscal_year=fiscal_year)
    both = _rows_of_cases(cases).union(_rows_of_past(past), all=True)
    return both.order_by("-adopted_in", "course_code", "entry_key")


def _cases(fictitious: bool) -> QuerySet[Proposal]:
    found = Proposal.objects.filter(state__in=(*STANDING, *ENDED)).alias(stands=STANDS)
    if fictitious:
        return found
    return found.filter(round__edition__fictitious=False, organization__fictitious=False)


def _of_years(expression) -> Subquery:
    """Return ``expression`` aggregated over the project years of a proposal."""
    years = ProjectYear.objects.filter(proposal=OuterRef("pk")).order_by()
    totals = years.values("proposal").annotate(found=expression).values("found")
    return Subquery(totals, output_field=IntegerField())


def _while_standing(path: str) -> Case:
    words = Case(When(stands=True, then=F(path)), default=Value(""), output_field=CharField())
    return Coalesce(words, Value(""), output_field=CharField())


def _rows_of_cases(cases):
    is_invented = Q(round__edition__fictitious=True) | Q(organization__fictitious=True)
    return cases.order_by().values(
        entry_key=Coalesce(F("number"), Value(""), output_field=CharField()),
        course_code=F("round__edition__course"),
        adopted_in=F("fiscal_year"),
        carried_out_in=_of_years(Min("fiscal_year")),
        group=_while_standing("organization__name"),
        project=_while_standing("title"),
        partner_department=_while_standing("department__name"),
        granted_yen=_of_years(Sum("granted_yen", filter=NOT_REVOKED)),
        confirmed_yen=_of_years(Sum("confirmed_yen", filter=NOT_REVOKED)),
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
        confirmed_yen=Value(None, output_field=IntegerField()),
        outcome=F("status"),
        projects=Coalesce(F("count"), Value(1)),
        invented=Value(False, output_field=BooleanField()),
        told_by=F("source"),
    )


def is_summary(entry: dict) -> bool:
    """Return whether a row says only how many were adopted, as published, without naming them."""
    return bool(entry["told_by"]) and entry["entry_key"].endswith("-count")


@dataclass(frozen=True, slots=True)
class Totals:
    """What the rows of the register add up to; amounts in yen.

    :param groups: groups known by name.
    :param unknown: projects whose granted amount is not known, or not decided yet.
    :param invented: whether invented projects are among them.
    :param past: projects adopted before this system, known from public documents.
    :param listed: rows of the register, which are more or fewer than the projects.
    :param predecessor: rows of the program before this one.
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
    ended: int
    summaries: int

    @property
    def known(self) -> int:
        """Projects whose granted amount is known."""
        return self.projects - self.unknown


def totals(*, fictitious: bool) -> Totals:
    """Add up the register of this program.

    What was revoked counts neither as an amount nor, where nothing else was granted, as a project.
    Where a document says how many were adopted and others name some of them, the larger counts.
    """
    listed = list(entries(fictitious=fictitious))
    own = [row for row in listed if row["course_code"] != PREDECESSOR]
    rows = [row for row in own if row["outcome"] == ADOPTED]
    known = [row for row in rows if row["granted_yen"] is not None]
    projects = _count(rows)
    return Totals(
        projects=projects,
        groups=len({row["group"] for row in rows} - {""}),
        granted_yen=sum(row["granted_yen"] for row in known),
        unknown=projects - len(known),
        invented=any(row["invented"] for row in rows),
        past=projects - sum(not row["told_by"] for row in rows),
        listed=len(listed),
        predecessor=len(listed) - len(own),
        ended=len(own) - len(rows),
        summaries=sum(map(is_summary, listed)),
    )


def _count(rows: list[dict]) -> int:
    named: Counter = Counter()
    told: Counter = Counter()
    here = 0
    for row in rows:
        of = (row["course_code"], row["adopted_in"])
        if not row["told_by"]:
            here += 1
        elif is_summary(row):
            told[of] = max(told[of], row["projects"])
        else:
            named[of] += 1
    return here + sum(max(named[of], told[of]) for of in named | told)
