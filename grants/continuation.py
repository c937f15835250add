"""What there is to weigh before a project goes on: how its earlier years went, from the rows."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from casework.work_pages import work_page

from .models import Activity, ProjectYear
from .models.program_budget import with_money


@dataclass(frozen=True, slots=True)
class EarlierYear:
    """One year of a project before the one that is weighed; amounts in yen.

    :param planned: activities of its plan by month, and ``done`` those of which something was done.
    """

    year: ProjectYear
    granted_yen: int | None
    confirmed_yen: int | None
    paid_yen: int
    returned_yen: int
    planned: int
    done: int


def earlier_years(year: ProjectYear) -> list[EarlierYear]:
    """Return the years before ``year``, the first one first, in two queries."""
    rows = list(with_money(year.earlier_years()).order_by("position"))
    told = Q(done__isnull=False, done__struck_at=None)
    standing = Activity.objects.standing().filter(year__in=[row.pk for row in rows])
    counted = standing.order_by().values("year").annotate(
        planned=Count("pk", distinct=True), carried_out=Count("pk", filter=told, distinct=True)
    )  # fmt: skip
    activities = {row["year"]: (row["planned"], row["carried_out"]) for row in counted}
    return [
        EarlierYear(
            row, row.granted_yen, row.confirmed_yen, row.paid, row.returned + row.returned_later,
            *activities.get(row.pk, (0, 0)),
        )
        for row in rows
    ]  # fmt: skip


def _is_to_weigh(year: ProjectYear, user) -> bool:
    return year.state == "expected" and year.position > 1 and user.has_perm("grants.handle", year)


work_page(
    ProjectYear.KIND, _("Review whether the project continues"), "grants:continuation",
    _is_to_weigh, order=5,
)  # fmt: skip
