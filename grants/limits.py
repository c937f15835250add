"""What refuses an amount for one project year. A limit that is not set refuses nothing."""

from django.utils.translation import gettext_lazy as _

from casework.flow import Text

from .adoptions import cap_of
from .models import LineBase, ProjectYear, Side
from .reckoning import left_of_total


def limits_yen(year: ProjectYear, asked_yen: int | None = None) -> list[tuple[int, Text]]:
    """Return each limit that is set, in yen, with the words that refuse more (``%(most)s``).

    :param asked_yen: what is asked of the city, where it is not what the year asks for now.
    """
    proposal = year.proposal
    found = (
        (
            year.requested_yen if asked_yen is None else asked_yen,
            _("At most %(most)s yen: more was not asked for."),
        ),
        (proposal.assessed_yen, _("At most %(most)s yen: the amount the selection assessed.")),
        (cap_of(proposal), _("At most %(most)s yen: the cap of the course.")),
        (left_of_total(year), _("At most %(most)s yen: what is left of the cap for all years.")),
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


def limits_in_words(year: ProjectYear) -> list[str]:
    """Return the limits of what can be asked for as sentences that name their yen."""
    return [words % {"most": f"{most:,}"} for most, words in limits_yen(year)[1:]]
