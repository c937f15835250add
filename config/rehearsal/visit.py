"""What a visitor finds after the rehearsal: a call of each course that is open now."""

from datetime import datetime, timedelta

from accounts.models import Role, User
from casework.calendar import fiscal_year, japan_date
from grants import services as grants
from grants.models import BudgetEntry, CourseEdition

from . import scenes
from .cast import DOMAIN
from .rules import COURSES, invent_edition
from .stage import Stage

#: How long the visitor's calls stay open.
OPEN_FOR = timedelta(days=40)


def open_calls(stage: Stage, *, at: datetime) -> None:
    """Open one call a course, with its panel and budgets, so that every step can be walked."""
    office = User.objects.get(email=f"office{DOMAIN}")
    panel = list(User.objects.filter(duty__role=Role.PANEL).order_by("pk"))
    year = fiscal_year(japan_date(at))
    stage.at = at
    for course in COURSES:
        edition = invent_edition(course, stage.fiscal_year - 1)
        call = grants.open_round(
            edition,
            fiscal_year=year,
            name=f"{edition.label_ja} 体験用の募集",
            opens_at=at,
            closes_at=at + OPEN_FOR,
            budget_yen=2_000_000,
            by=office,
            at=at,
        )
        scenes.seat_the_panel(stage, call, office=office, members=panel)
        _vote(edition, range(year, year + 5), office, at)


def _vote(edition: CourseEdition, years, office: User, at: datetime) -> None:
    """Record budgets for the years a visitor's project may run in, so that nothing has to wait."""
    for fiscal in years:
        grants.enter_budget(
            edition, fiscal_year=fiscal, kind=BudgetEntry.Kind.SUPPLEMENTARY,
            amount_yen=2_000_000, voted_on=japan_date(at), document="体験用の架空の予算",
            by=office, at=at,
        )  # fmt: skip
