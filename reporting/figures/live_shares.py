"""How the database shares the granted yen among the measures, by the weights that the office gave."""

from django.db import connection
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast

from grants.measure_weights import WHOLE
from grants.models import MeasureReading, ProjectYear, Proposal, ProposalMeasure

from .table import UNSHARED, Cells

#: Each project year by itself: rounded down, and what is left over goes, one yen each, to whoever
#: lost most by that, among equals to the lower number.
SHARED = """
WITH part AS ({parts}),
rounded AS (
    SELECT part.*, granted * percent / {whole} AS share, granted * percent %% {whole} AS lost
    FROM part
),
placed AS (
    SELECT edition, number, share,
        ROW_NUMBER() OVER (PARTITION BY year_id ORDER BY lost DESC, edition, number) AS place,
        granted - SUM(share) OVER (PARTITION BY year_id) AS left_over
    FROM rounded
)
SELECT edition, number, SUM(share + CASE WHEN place <= left_over THEN 1 ELSE 0 END)
FROM placed GROUP BY edition, number
"""


def shares(advanced: QuerySet[MeasureReading], granted: QuerySet[ProjectYear]) -> dict[str, int]:
    """Return edition and number of a measure → the yen of ``granted`` that are shared to it."""
    of_years = advanced.filter(proposal__project_years__in=granted.order_by().values("pk"))
    parts = of_years.order_by().values(
        year_id=F("proposal__project_years__pk"),
        granted=Cast("proposal__project_years__granted_yen", BigIntegerField()),
        percent=F("weight"),
        edition=F("measure__edition__code"),
        number=F("measure__number"),
    )
    sql, params = parts.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(SHARED.format(parts=sql, whole=WHOLE), params)
        return {f"{edition}/{number}": int(yen) for edition, number, yen in cursor.fetchall()}


def unshared(standing: QuerySet[Proposal], granted: QuerySet[ProjectYear]) -> Cells:
    """Return the row of what no reading of the office shares out; none where nothing is left.

    A project counts there as everywhere in the table, whether or not its amount is decided.
    """
    read = MeasureReading.objects.standing().values("proposal")
    left = standing.exclude(pk__in=read).filter(
        Exists(ProjectYear.objects.filter(proposal=OuterRef("pk")))
        | Exists(ProposalMeasure.objects.filter(proposal=OuterRef("pk")))
    )
    of_project = granted.filter(proposal=OuterRef("pk")).order_by().values("proposal")
    yen = Subquery(of_project.annotate(yen=Sum("granted_yen")).values("yen"))
    found = left.annotate(yen=yen).aggregate(
        projects=Count("pk"), granted_yen=Sum("yen"), unknown=Count("pk", filter=Q(yen=None))
    )
    return {UNSHARED: {**found, "shared_yen": found["granted_yen"]}} if found["projects"] else {}
