"""City issues on the public site: live, for the office publishes each by a move of its own.

An issue has its page while the office lets it be public (open or closed). One that was returned stands
nowhere until it is published again. One that was withdrawn afterwards leaves a tombstone without its
title: the department may have written on since, and nothing froze what had been public.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from casework.calendar import japan_date
from casework.models import Event
from grants.models import CityIssue
from grants.models.city_issue import Standing
from guideline.models import fiscal_year_name, in_language

from . import drawing

#: Issues on one page of the list.
PER_PAGE = 100
#: Moves that change what the public reads of an issue.
_TOLD = ("publish", "close")


def standing(*, fictitious: bool) -> QuerySet[CityIssue]:
    """Return the issues that are public now; each tells ``at`` (last change) and ``first_at``."""
    found = CityIssue.objects.public(fictitious=fictitious).with_standing()
    return found.annotate(at=_moment(_TOLD, "-pk"), first_at=_moment(("publish",), "pk"))


def withdrawn(*, fictitious: bool) -> QuerySet[CityIssue]:
    """Return the issues that were public once and were withdrawn; ``at`` is when."""
    was_public = Event.objects.filter(case=OuterRef("pk"), verb="publish")
    found = CityIssue.objects.filter(Exists(was_public), state="withdrawn")
    if not fictitious:
        found = found.filter(department__fictitious=False)
    return found.annotate(at=_moment(("withdraw",), "-pk"), first_at=_moment(("publish",), "pk"))


def _moment(verbs: tuple[str, ...], order: str) -> Subquery:
    events = Event.objects.filter(case=OuterRef("pk"), verb__in=verbs)
    return Subquery(events.order_by(order).values("at")[:1])


def address(issue: Any) -> str:
    """Return the path of the page of an issue, in Japanese."""
    return issue.plain_page


def listed(issue: Any) -> dict:
    """Return what the front page says of an issue of :func:`standing` among other things."""
    return {
        "item": {"fictitious": issue.department.fictitious},
        "path": address(issue),
        "title": f"{_('City issue')}: {issue.title}",
        "published_on": japan_date(issue.at),
    }


def index(number: int = 1) -> str:
    """Return the path of one page of the list."""
    return f"issues/{'index' if number == 1 else f'page-{number}'}.html"


def indexes(*, fictitious: bool) -> Iterator[str]:
    """Yield the paths of the pages of the list; there is always a first."""
    count = standing(fictitious=fictitious).count()
    yield from map(index, range(1, max(1, -(-count // PER_PAGE)) + 1))


def draw_index(number: int, language: str, *, about: dict, fictitious: bool) -> bytes | None:
    """Draw one page of the list, the latest year first; ``None`` where there is no such page."""
    found = standing(fictitious=fictitious).order_by("-fiscal_year", "department__name", "pk")
    count = found.count()
    pages = max(1, -(-count // PER_PAGE))
    if not 1 <= number <= pages:
        return None
    with translation.override(language):
        context = {
            "title": _("City issues"),
            "rows": [_said(one) for one in found[(number - 1) * PER_PAGE : number * PER_PAGE]],
            "pages": [(n, index(n)) for n in range(1, pages + 1)],
            "number": number,
        }
    return drawing.page("issue_list", index(number), language, about=about, **context)


def draw(issue: Any, language: str, *, about: dict) -> bytes:
    """Draw the page of an issue of :func:`standing` with its projects (``grants.issue_projects``)."""
    with translation.override(language):
        context = {
            **_said(issue),
            "title": issue.title,
            "led_to": [
                {
                    "title": project.title, "group": project.organization.name,
                    "number": project.number, "year": fiscal_year_name(project.fiscal_year),
                }
                for project in issue.led_to
            ],
        }  # fmt: skip
    return drawing.page("issue", address(issue), language, about=about, **context)


def draw_tombstone(issue: Any, language: str, *, about: dict) -> bytes:
    """Draw what stands in the place of an issue of :func:`withdrawn`."""
    with translation.override(language):
        context = {
            "title": _("A city issue that is no longer public"),
            "year": fiscal_year_name(issue.fiscal_year),
            "first_on": japan_date(issue.first_at),
            "withdrawn_on": japan_date(issue.at),
            "item": {"withdraws": True},
        }
    return drawing.page("issue_gone", address(issue), language, about=about, **context)


def _said(issue: Any) -> dict:
    """Return what a page tells of an issue: nothing that depends on the day on which it is drawn."""
    department = issue.department
    return {
        "issue": issue,
        "page": address(issue),
        "department": in_language(department.name, department.name_en),
        "year": fiscal_year_name(issue.fiscal_year),
        "standing": _standing(issue),
        "published_on": japan_date(issue.first_at),
    }


def _standing(issue: Any) -> str:
    if issue.is_taken_up:
        return str(Standing.TAKEN_UP.label)
    return (
        str(Standing.CLOSED.label) if issue.state == "closed" else pgettext("city issue", "Public")
    )
