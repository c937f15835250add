"""Money on account (概算払): which project years wait for it, and how many yen that is."""

from .agreements import unsigned
from .claims import RULE, advanced_yen, ceiling_yen
from .models import ProjectYear


def advance_yen(year: ProjectYear) -> int:
    """Return how many yen of the grant are paid in advance, rounded down; 0 where no rule says so."""
    return ceiling_yen(year) or 0


def awaits_advance(year: ProjectYear) -> bool:
    """Return whether a part of the grant can be claimed in advance, and nothing was yet.

    Only where the course says so: a share that is not set is none. As long as a signature is
    missing under an agreement, nothing can be paid.
    """
    told = year.state == "granted" and (year.granted_yen or 0) > 0 and year.rules.text(RULE)
    if not told or year.rules.text(RULE) == "0" or unsigned(year):
        return False
    return not advanced_yen(year) and not year.has_open_claim
