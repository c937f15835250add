"""Money on account (概算払): which project years wait for it, and how many yen that is."""

from django.db.models import QuerySet

from .agreements import Party, lacking
from .claims import BEFOREHAND, RULE, ceiling_yen
from .models import Claim, Payment, ProjectYear
from .rules import Status


def advance_yen(year: ProjectYear) -> int:
    """Return how many yen of the grant are paid in advance, rounded down; 0 where no rule says so."""
    return ceiling_yen(year) or 0


def awaiting_advance() -> QuerySet[ProjectYear]:
    """Return the granted years of which a part can be claimed in advance, and nothing was yet.

    Only where the course says so: a share that is not set is none. As long as a signature is
    missing under an agreement, nothing can be paid.
    """
    rule = f"proposal__round__frozen_rules__{RULE}"
    told = {f"{rule}__status": Status.SET, "state": "granted", "granted_yen__gt": 0}
    standing = Payment.objects.filter(kind__in=BEFOREHAND, reversal=None)
    under_way = Claim.objects.filter(closed_at=None)
    years = ProjectYear.objects.filter(**told).exclude(**{f"{rule}__value": "0"})
    for party in Party.values:
        years = years.exclude(pk__in=lacking(party).values("pk"))
    years = years.exclude(pk__in=standing.values("year"))
    return years.exclude(pk__in=under_way.values("project_year"))
