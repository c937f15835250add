"""What a report says, read from its rows or from what was typed, for the checks to look at."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.models import Prefetch, prefetch_related_objects

from grants.categories import by_code
from grants.early_starts import counts_from

from . import checks
from .budget_beside import beside_budget

#: From when on a line is far from its budget: what a change of the budget needs approval for.
FAR = "change_threshold_percent"


def place_of(line) -> str:
    """Return where the findings of a saved line are shown."""
    return f"line-{line.pk}"


def told_of(report, *, today: date | None = None) -> checks.Told:
    """Return what a report says as it is saved.

    :param today: asks, too, whether the project has ended; without it nothing asks about the day.
    """
    lines = report.lines()
    receipts = report.receipts.model.objects.select_related("file")
    prefetch_related_objects(lines, Prefetch("receipts", receipts))
    said = told_so(
        report, [(place_of(line), line, line.receipts.all()) for line in lines],
        completed_on=report.completed_on,
    )  # fmt: skip
    return replace(said, today=today)


def told_of_sums(report) -> checks.Told:
    """Return the days and sums of a report as it is saved, without receipts and budget."""
    year = report.project_year
    lines = (
        checks.Line(place_of(line), line.side, line.label, line.amount_yen, line.from_city)
        for line in report.lines()
    )
    granted = year.granted_yen or 0
    return checks.Told(year.starts_on, None, report.completed_on, granted, tuple(lines))


def told_so(
    report, rows: Iterable[tuple[str, object, Iterable]], *, completed_on: date | None
) -> checks.Told:
    """Return what a report says with ``rows``.

    :param rows: place, line and its receipts; a line need not be saved.
    """
    year, rows = report.project_year, list(rows)
    known = by_code(year.rules.categories)
    plans = beside_budget([line for _place, line, _receipts in rows], year.lines())
    lines = []
    for (place, line, receipts), plan in zip(rows, plans, strict=True):
        category = known.get(line.category)
        lines.append(
            checks.Line(
                place, line.side, line.label, line.amount_yen, line.from_city,
                category.proofs if category else "", plan.planned_yen, _plain(receipts),
            )
        )  # fmt: skip
    return checks.Told(
        year.starts_on, decided_end(year), completed_on, year.granted_yen or 0, tuple(lines),
        far_percent=year.rules.decimal(FAR), counts_from=counts_from(year),
    )  # fmt: skip


def decided_end(year) -> date | None:
    """Return the last day of the project as it was decided; a report that was sent moves it in the year.

    That of an end before its time (中止), or else of the plan as it was last applied for or changed.
    """
    if year.state in ("granted", "discontinued"):  # nothing was sent yet
        return year.ends_on
    ended = year.events.filter(verb="discontinue").order_by("-pk").first()
    plan = None if ended else year.versions.order_by("-number").first()
    day = ended.facts.get("ended_on") if ended else plan and plan.content.get("ends_on")
    return date.fromisoformat(day) if day else year.ends_on


def _plain(receipts: Iterable) -> tuple[checks.Receipt, ...]:
    found = sorted(receipts, key=lambda receipt: receipt.number)
    return tuple(checks.Receipt(r.number, r.paid_on, r.amount_yen, r.has_file) for r in found)
