"""Money on account (概算払): which project years wait for it, and how many yen that is."""

from django.db.models import QuerySet

from .agreements import Party, lacking
from .models import Payment, ProjectYear
from .rules import Status

#: The rule by which a course pays part of a grant in advance.
RULE = "advance_percent"


def advance_yen(year: ProjectYear) -> int:
    """Return how many yen of the grant are paid in advance, rounded down; 0 where no rule says so."""
    return int((year.granted_yen or 0) * (year.rules.decimal(RULE) or 0) // 100)


def awaiting_advance() -> QuerySet[ProjectYear]:
    """Return the granted years of which a part is to be paid in advance, and nothing was.

    Only where the course says so: a share that is not set is none. As long as a signature is
    missing under an agreement, nothing can be paid.
    """
    rule = f"proposal__round__frozen_rules__{RULE}"
    told = {f"{rule}__status": Status.SET, "state": "granted", "granted_yen__gt": 0}
    standing = Payment.objects.filter(kind=Payment.Kind.ADVANCE, reversal=None)
    years = ProjectYear.objects.filter(**told).exclude(**{f"{rule}__value": "0"})
    for party in Party.values:
        years = years.exclude(pk__in=lacking(party).values("pk"))
    return years.exclude(pk__in=standing.values("year"))
