"""What a report says, read from its rows or from what was typed, for the checks to look at."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

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
    lines = list(report.settlement_lines.order_by("pk").prefetch_related("receipts__file"))
    said = told_so(
        report, [(place_of(line), line, line.receipts.all()) for line in lines],
        completed_on=report.completed_on,
    )  # fmt: skip
    return replace(said, today=today)


def told_so(
    report, rows: Iterable[tuple[str, object, Iterable]], *, completed_on: date | None
) -> checks.Told:
    """Return what a report says with ``rows``.

    :param rows: place, line and its receipts; a line need not be saved.
    """
    year, rows = report.project_year, list(rows)
    known = by_code(year.rules.categories)
    plans = beside_budget(
        [line for _place, line, _receipts in rows], year.budget_lines.order_by("pk")
    )
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
        year.starts_on, year.ends_on, completed_on, year.granted_yen or 0, tuple(lines),
        far_percent=year.rules.number(FAR), counts_from=counts_from(year),
    )  # fmt: skip


def _plain(receipts: Iterable) -> tuple[checks.Receipt, ...]:
    found = sorted(receipts, key=lambda receipt: receipt.number)
    return tuple(checks.Receipt(r.number, r.paid_on, r.amount_yen, r.has_file) for r in found)
