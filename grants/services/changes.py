"""Requests of a group for a change of its running project year (変更承認申請)."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.edit_numbers import take_next
from casework.services import locked
from grants.models import LINE_FIELDS, ChangeLine, ChangeRequest, ProjectYear
from grants.versions import PLAN_FIELDS

from .on_a_year import may_edit_on_year, open_on_year

#: What stored titles call each request; those are documents, so in Japanese.
ASKS_JA = {"change": "変更", "end": "中止", "postpone": "延期"}


@transaction.atomic
def start_change(year: ProjectYear, *, asks_for: str, by, at: datetime) -> ChangeRequest:
    """Begin a request for a change of a project year; it begins with the plan as it is now.

    :param asks_for: of ``ChangeRequest.AsksFor``.
    :raises PermissionDenied: if ``by`` does not write for the group.
    :raises ValidationError: if nothing can be changed now, or a request is open.
    """
    year = locked(year)
    require(by.act_on(japan_date(at)), "grants.write", year)
    if why := why_no_change(year):
        raise ValidationError(why)
    change = ChangeRequest(project_year=year, asks_for=asks_for)
    if change.changes_the_plan:
        for name in PLAN_FIELDS:
            setattr(change, name, getattr(year, name))
    change = open_on_year(change, called=ASKS_JA[asks_for], mark="H", by=by, at=at)
    if change.changes_the_plan:
        _put_lines(change, list(year.budget_lines.order_by("pk").values(*LINE_FIELDS)))
    return change


def why_no_change(year: ProjectYear) -> str:
    """Return why no request can be begun for ``year`` now; empty if one can."""
    if year.state != "granted":
        return _("A change is possible from the decision on the grant until the report is filed.")
    if year.changes.filter(is_open=True).exists():
        return _("A request for a change is open already. It is decided or withdrawn first.")
    return ""


def _put_lines(change: ChangeRequest, lines: list[dict]) -> None:
    ChangeLine.objects.bulk_create(ChangeLine(change=change, **line) for line in lines)


@transaction.atomic
def save_change(
    change: ChangeRequest, *, fields: dict, lines: list[dict], edit_number: int, by, at: datetime
) -> ChangeRequest:
    """Save what the group wrote, if nobody saved since the page was loaded.

    :param fields: columns of the request.
    :param lines: of the budget; none where the plan is not changed.
    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if the request has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` may not write, or the request is not being written.
    """
    change = locked(change)
    if not may_edit_on_year(change, by.act_on(japan_date(at))):
        raise PermissionDenied("grants.write")
    take_next(change, edit_number)
    for name, value in fields.items():
        setattr(change, name, value)
    change.save()
    change.budget_lines.all().delete()
    _put_lines(change, lines)
    return change
