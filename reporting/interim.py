"""Interim reports (中間報告): asked for by the rules of a course or by the office, written by the group."""

from datetime import date, datetime

import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.permissions import require
from casework import outbox
from casework.calendar import japan_date
from casework.closed_days import ClosedDays
from casework.consequences import on
from casework.edit_numbers import take_next
from casework.models import Case
from casework.parties import Party
from casework.services import follow, locked, snapshot
from grants.date_rules import date_by
from grants.models import ProjectYear
from grants.months import chart_of
from grants.services.on_a_year import open_on_year

from .interim_flow import DUE
from .models import InterimReport

#: The parameter of an edition that says when one is due.
RULE = "interim_report_days"
FIELDS = ("done", "against_plan", "troubles", "needs")


def why_no_interim(year: ProjectYear) -> str:
    """Return why no interim report can be asked for now; empty if one can."""
    if year.state != "granted":
        return _("An interim report can be asked for while the project runs.")
    if year.interim_reports.filter(is_open=True).exists():
        return _("An interim report is asked for already.")
    return ""


@transaction.atomic
def ask_for_interim(
    year: ProjectYear, *, due_on: date, asks: str, by, at: datetime
) -> InterimReport:
    """Ask the group of one project year for an interim report, and tell it.

    :param due_on: the day it is due, Japan date.
    :param asks: what the office wants to hear, in its words; may be empty.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if none can be asked for now, or the day has passed.
    """
    year = locked(year)
    require(by.act_on(japan_date(at)), "reporting.handle_report", year)
    if why := why_no_interim(year):
        raise ValidationError(why)
    if due_on <= japan_date(at):
        raise ValidationError({"due_on": _("The date must lie in the future.")})
    report = _open(year, asks=asks, by=by, at=at, due_on=due_on)
    outbox.tell(report, Party.ORGANIZATION, "your_turn", at=at)
    return report


def _open(year: ProjectYear, *, asks: str, by, at: datetime, **facts) -> InterimReport:
    report = InterimReport(project_year=year, asks=asks)
    report = open_on_year(
        report, called="中間報告", mark="M", by=by, at=at, filed=True, opens=(DUE,), **facts
    )
    for access in year.access.filter(role=Role.COORDINATOR, barred=False):
        report.access.get_or_create(role=Role.COORDINATOR, reason=access.reason)
    return report


@on("project_year", "grant")
def ask_by_the_rules(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Ask for the interim report where the course wants one before the project is over."""
    if year.rules.period(RULE) is None or not year.starts_on or not year.ends_on:
        return
    if year.interim_reports.filter(is_open=True).exists():
        return
    due = date_by(DUE, year.rules, year.starts_on, ClosedDays())
    if due.on and japan_date(at) < due.on < year.ends_on:
        _open(year, asks="", by=by, at=at)


@on("project_year", "withdraw", "postpone", "discontinue", "confirm", "revoke")
def drop_the_interim(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Close an interim report that is not noted: how the project stands is told otherwise now."""
    _drop(year, ("asked", "filed", "returned"), by=by, at=at)


@on("project_year", "report")
def drop_what_was_not_sent(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Close an interim report that never came: the final one has. One that came is still noted."""
    _drop(year, ("asked", "returned"), by=by, at=at)


def _drop(year: ProjectYear, states: tuple[str, ...], *, by, at: datetime) -> None:
    for report in year.interim_reports.filter(is_open=True, state__in=states):
        follow(report, "drop", cause=year, by=by, at=at)


@on("interim_report", "submit", "resubmit")
def keep_what_was_said(report: InterimReport, *, by, at: datetime, facts: dict) -> None:
    snapshot(report, {name: getattr(report, name) for name in FIELDS}, by=by, at=at)


def may_edit_interim(report: InterimReport, user) -> bool:
    """Return whether ``user`` may change what the report says, in the state it is in."""
    return report.state in ("asked", "returned") and rules.has_perm(
        "reporting.write_report", user, report
    )


@transaction.atomic
def save_interim(
    report: InterimReport, *, fields: dict, edit_number: int, by, at: datetime
) -> InterimReport:
    """Save what the group wrote, if nobody saved since the page was loaded.

    :param fields: values of ``done, against_plan, troubles, needs``.
    :raises StaleDraft: if the report has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` may not write, or the report is not being written.
    """
    report = locked(report)
    if not may_edit_interim(report, by.act_on(japan_date(at))):
        raise PermissionDenied("reporting.write_report")
    take_next(report, edit_number)
    for name, value in fields.items():
        setattr(report, name, value)
    report.save()
    return report


def begun_by_months(year: ProjectYear) -> dict[str, str]:
    """Return what the plan by month says already, for the group to write on; empty without a plan.

    In Japanese, like all that is filed.
    """
    chart = chart_of(year)
    if chart is None:
        return {}
    done, compared = [], []
    for row in chart.rows:
        label = row.activity.label
        done += [
            f"{told.month}月 {label}：{told.note}"
            + (f"（{told.participants}人）" if told.participants is not None else "")
            for told in row.done
        ]
        planned = "・".join(f"{month}月" for month in row.activity.planned) or "なし"
        seen = [f"{cell.month}月" for cell in row.cells if cell.done]
        compared.append(f"{label}：予定 {planned}／実施 {'・'.join(seen) or 'まだ'}")
    return {"done": "\n".join(done), "against_plan": "\n".join(compared)}


def seen_by(user, report: InterimReport) -> bool:
    """Return whether ``user`` reads what is written: while it is being written, only who writes it."""
    return report.state not in ("asked", "returned") or rules.has_perm(
        "reporting.write_report", user, report
    )


def said_to(user, report: InterimReport) -> dict[str, str]:
    """Return what ``user`` reads: the words as they stand, or what was sent last; empty if nothing was."""
    if seen_by(user, report):
        return {name: getattr(report, name) for name in FIELDS}
    version = report.versions.order_by("-number").first()
    return version.content if version else {}


def reports_of(year: ProjectYear, user) -> list[InterimReport]:
    """Return the interim reports of a project year that ``user`` may see, with their dates."""
    seen = Case.objects.visible_to(user).values("pk")
    found = year.interim_reports.filter(pk__in=seen).prefetch_related("deadlines__extensions")
    return list(found.order_by("pk"))
