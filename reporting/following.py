"""A report that is being written when the budget of its year is changed: it follows, or is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from casework.calendar import japan_date
from casework.edit_numbers import take_next
from casework.services import locked, record
from grants.limits import lower_city_part
from grants.models import LINE_FIELDS, ChangeRequest, ProjectYear, YearBudgetLine

from .models import Report, SettlementLine
from .services import may_edit_report

#: What a group writes into a report besides the settlement.
WORDS = ("content", "results", "reflection")


@dataclass(frozen=True, slots=True)
class Apart:
    """Where a report and the budget that counts now do not have the same lines.

    :param missing: lines of the budget that the report has no line for.
    :param surplus: lines of the report that the budget has no line for.
    """

    missing: list[YearBudgetLine]
    surplus: list[SettlementLine]


def begin_with_the_budget(report: Report) -> None:
    """Let the settlement begin with the budget that counts now.

    A page that was loaded before is stale: saving it would bring the old lines back.
    """
    take_next(report, report.edit_number)
    report.behind_change = False
    report.save(update_fields=["edit_number", "behind_change"])
    report.settlement_lines.all().delete()
    SettlementLine.objects.bulk_create(
        _new_line(report, line) for line in _budget_of(report.project_year)
    )


def follow_change(change: ChangeRequest) -> None:
    """Let the report that is being written follow a decided change, or mark that it is behind.

    What the group has written is never touched without its word.
    """
    before, after = change.before_and_after()
    if before["budget"] == after["budget"]:
        return
    report = Report.objects.filter(project_year=change.project_year, state="drafting").first()
    if report is None:
        return
    report = locked(report)
    if _is_untouched(report, before["budget"]):
        begin_with_the_budget(report)
        return
    report.behind_change = True
    report.save(update_fields=["behind_change"])


def _is_untouched(report: Report, budget: list[dict]) -> bool:
    """Return whether the report says no more than the budget that it began with."""
    wrote = any(getattr(report, name) for name in WORDS) or report.participants is not None
    if wrote or report.completed_on or report.receipts.exists():
        return False
    lines = report.settlement_lines.order_by("pk").values(*LINE_FIELDS)
    return [_shape(line) for line in lines] == [_shape(line) for line in budget]


def _shape(line: dict) -> tuple:
    """Return what a line says; the page itself puts the part of the city down to the grant."""
    named = tuple(line[name] for name in ("side", "label", "detail", "category", "from_city"))
    return (*named, None if line["from_city"] else line["amount_yen"])


def apart(report: Report) -> Apart:
    """Return which lines only the budget has, and which only the report."""
    lines = list(report.settlement_lines.order_by("pk"))
    budget = list(report.project_year.budget_lines.order_by("pk"))
    return Apart(_without(budget, lines), _without(lines, budget))


def _without(lines: Iterable, others: Iterable) -> list:
    left = [_name(line) for line in others]
    found = []
    for line in lines:
        if _name(line) in left:
            left.remove(_name(line))
        else:
            found.append(line)
    return found


def _name(line) -> tuple[str, str]:
    return (line.side, line.label)


@transaction.atomic
def take_over_budget(report: Report, *, by, at: datetime) -> Report:
    """Bring the lines of the changed budget into a report that is being written.

    What the budget has anew comes as a new line. A line that still says what the old budget said
    follows it; a line that the group has written otherwise, or that has receipts, stays.

    :raises PermissionDenied: if ``by`` may not write, or the report is not being written.
    """
    report = _being_written(report, by=by, at=at)
    old = _old_plan(report.project_year)
    new = {_name(line): line for line in _budget_of(report.project_year)}
    for line in report.settlement_lines.order_by("pk"):
        plan, is_free = new.pop(_name(line), None), not line.receipts.exists()
        follows = is_free and old.get(_name(line)) == line.amount_yen
        if plan:
            before = line.judged_as()
            line.origin = plan
            line.category = plan.category
            if follows and line.amount_yen != plan.amount_yen:
                line.amount_yen, line.detail = plan.amount_yen, plan.detail
            line.keep_the_verdict(before)
            line.save()
        elif follows:
            line.delete()
    SettlementLine.objects.bulk_create(_new_line(report, plan) for plan in new.values())
    record(report, "take_over_budget", by=by, at=at)
    return _is_level(report)


@transaction.atomic
def keep_own_lines(report: Report, *, by, at: datetime) -> Report:
    """Leave the lines of a report as they are, though the budget was changed.

    :raises PermissionDenied: if ``by`` may not write, or the report is not being written.
    """
    report = _being_written(report, by=by, at=at)
    record(report, "keep_own_lines", by=by, at=at)
    return _is_level(report)


def _being_written(report: Report, *, by, at: datetime) -> Report:
    report = locked(report)
    if not may_edit_report(report, by.act_on(japan_date(at))):
        raise PermissionDenied("reporting.write_report")
    return report


def _is_level(report: Report) -> Report:
    take_next(report, report.edit_number)
    report.behind_change = False
    report.save(update_fields=["edit_number", "behind_change"])
    return report


def _old_plan(year: ProjectYear) -> dict[tuple[str, str], int]:
    """Return side and name → yen of the budget before the newest decided change."""
    decided = year.changes.filter(state__in=("noted", "approved"), asks_for="change")
    newest = decided.order_by("-pk").first()
    before, _after = newest.before_and_after() if newest else ({"budget": []}, {})
    return {(line["side"], line["label"]): line["amount_yen"] for line in before["budget"]}


def _budget_of(year: ProjectYear) -> list[YearBudgetLine]:
    """Return the budget that counts now, the part of the city at most what is granted."""
    return lower_city_part(list(year.budget_lines.order_by("pk")), year.granted_yen)


def _new_line(report: Report, plan: YearBudgetLine) -> SettlementLine:
    said = {name: getattr(plan, name) for name in LINE_FIELDS}
    return SettlementLine(report=report, origin_id=plan.pk, **said)
