"""The most that one project year may get. A limit that is not set limits nothing and is shown so."""

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from casework.flow import Text

from .adoptions import cap_of
from .models import LineBase, ProjectYear, Side


def limits_yen(year: ProjectYear) -> list[tuple[int, Text]]:
    """Return each limit that is set, in yen, with the words that refuse more (``%(most)s``)."""
    proposal = year.proposal
    found = (
        (year.requested_yen, _("At most %(most)s yen: more was not asked for.")),
        (proposal.assessed_yen, _("At most %(most)s yen: the amount the selection assessed.")),
        (cap_of(proposal), _("At most %(most)s yen: the cap of the course.")),
        (_left_of_total(year), _("At most %(most)s yen: what is left of the cap for all years.")),
    )
    return [(most, words) for most, words in found if most is not None]


def lower_city_part(lines: list[LineBase], most_yen: int | None) -> list[LineBase]:
    """Put the one line that is asked of the city down to ``most_yen``, in memory, and return all.

    Several such lines stay as they are: only the group knows which of them is smaller.
    """
    asked = [line for line in lines if line.side == Side.INCOME and line.from_city]
    if most_yen is not None and len(asked) == 1:
        asked[0].amount_yen = min(asked[0].amount_yen, most_yen)
    return lines


def limits_in_words(year: ProjectYear, *, asked: bool = True) -> list[str]:
    """Return the limits as sentences that name their yen.

    :param asked: whether what the group asks for is named, too.
    """
    found = limits_yen(year) if asked else limits_yen(year)[1:]
    return [words % {"most": f"{most:,}"} for most, words in found]


def grant_limits_yen(year: ProjectYear) -> list[tuple[int, Text]]:
    """Return the limits with what the city's budget leaves now, which only the city is shown."""
    free = year.program_budget().free_yen
    words = _("At most %(most)s yen: what is left of the city's budget of this course and year.")
    return [*limits_yen(year), *([(max(free, 0), words)] if free is not None else [])]


def most_grantable_yen(year: ProjectYear) -> int:
    """Return the lowest of the limits, in yen."""
    return min(most for most, _words in grant_limits_yen(year))


def _left_of_total(year: ProjectYear) -> int | None:
    total = year.rules.number("cap_total_yen")
    if total is None:
        return None
    others = year.proposal.project_years.exclude(pk=year.pk)
    committed = others.aggregate(yen=Sum(Coalesce("confirmed_yen", "granted_yen")))["yen"]
    return max(total - (committed or 0), 0)
