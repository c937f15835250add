"""What is not written yet of a measure's year."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from .models import MeasureYear
from .years import YearShown


def lacks(year: MeasureYear | YearShown) -> list[str | Promise]:
    """Return what is not written yet of a year, in the order in which it is written."""
    wanted = (
        (year.target, gettext_lazy("target")),
        (year.plan or year.plan_months, gettext_lazy("plan")),
        (year.result or year.result_months, gettext_lazy("result")),
        (year.status, gettext_lazy("status")),
    )
    return [words for value, words in wanted if not value]
