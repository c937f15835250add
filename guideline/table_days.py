"""Of which days a progress table can speak: none to come, and none before its edition."""

from datetime import date

from django.utils.translation import gettext as _

from casework import calendar

from .models import Edition

#: The first fiscal year for which measures are written, where an edition does not say since when it is in force.
FIRST_YEAR = 2000


def why_not(edition: Edition, day: date, *, today: date) -> str | None:
    """Return why no table of an edition can be of ``day``; ``None`` if one can.

    An edition begins with the fiscal year in which it came into force.
    """
    if day > today:
        return _("The day cannot lie in the future.")
    since = edition.valid_from
    first = calendar.first_day(calendar.fiscal_year(since) if since else FIRST_YEAR)
    if day < first:
        return _("The day cannot lie before %(first)s, with which “%(edition)s” begins.") % {
            "first": first.isoformat(), "edition": edition.name,
        }  # fmt: skip
    return None
