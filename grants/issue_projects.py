"""Which adopted projects came of a city issue (業務課題)."""

from django.db.models import Prefetch, QuerySet

from .measure_years import counted_cases
from .models import CityIssue


def with_projects(found: QuerySet[CityIssue], *, fictitious: bool) -> QuerySet[CityIssue]:
    """Tell of each issue as ``led_to`` which projects came of it: a query for all issues together.

    :param fictitious: whether invented projects count; only in a demonstration.
    """
    projects = counted_cases(fictitious=fictitious).select_related("organization")
    ordered = projects.order_by("fiscal_year", "pk")
    return found.prefetch_related(Prefetch("proposals", ordered, to_attr="led_to"))
