"""What does not fit in a report: proofs, dates and sums, in words. Pure: no database, no clock.

The same findings stand at the fields while a group writes, beside the lines while the office
checks, and decide whether a report can be sent. A rule that is not set says nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.notice_words import in_words as in_words_of
from grants.early_starts import NOT_ALLOWED, CountsFrom

from .budget_beside import Beside
from .settlement import EXPENDITURE, INCOME, imbalance

#: Places that are no line: the last day of the project, and the settlement as a whole.
COMPLETED_ON, SETTLEMENT = "completed_on", "settlement"

#: Findings about proofs: none, one without its photo or PDF, or of another sum than the line.
NO_PROOF, NO_FILE, RECEIPTS_DIFFER = "proof_missing", "receipt_without_file", "receipts_differ"
#: No fault: how much of a line no receipt covers yet.
LEFT = "left_without_receipt"
WITHOUT_PROOF = (NO_PROOF, NO_FILE, RECEIPTS_DIFFER)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt of one line, in whole yen; ``paid_on`` is a Japan date."""

    number: int
    paid_on: date
    amount_yen: int
    has_file: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands, saved or only typed.

    :param place: where its findings are shown.
    :param proofs: which proofs its category wants, in words; empty where none is set.
    :param planned_yen: what the budget has for it; ``None`` if it has no such line.
    """

    place: str
    side: str
    label: str
    amount_yen: int
    from_city: bool = False
    proofs: str = ""
    planned_yen: int | None = None
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says, with what was decided.

    :param starts_on: first day of the project, and ``ends_on`` its last as decided; Japan dates.
    :param completed_on: its last day as reported.
    :param far_percent: from when on a line is far from its budget; ``None`` while it is not set.
    :param today: ``None`` where the day is not asked about.
    :param counts_from: from when costs count; ``None`` while no rule says so.
    """

    starts_on: date | None
    ends_on: date | None
    completed_on: date | None
    granted_yen: int
    lines: tuple[Line, ...]
    far_percent: Decimal | None = None
    today: date | None = None
    counts_from: CountsFrom | None = None

    def sum_of(self, side: str) -> int:
        return sum(line.amount_yen for line in self.lines if line.side == side)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit.

    :param place: a field of the report, the settlement, or the place of a line.
    :param must_be_mended: or else only to be looked at, by the group and by the office.
    """

    code: str
    place: str
    words: Text
    must_be_mended: bool = False


def to_be_mended(told: Told) -> list[Finding]:
    """Return what keeps the report from being sent; neither receipts nor the budget do."""
    return [one for one in (*_of_the_days(told), *_of_the_sums(told)) if one.must_be_mended]


def findings(told: Told) -> list[Finding]:
    """Return what does not fit, in the order of the page."""
    found = [*_of_the_days(told), *_of_the_sums(told)]
    for line in told.lines:
        found += [*_of_the_budget(line, told), *_of_the_receipts(line, told)]
    return found


def of_typed_receipt(
    told: Told, place: str, *, number: int, paid_on: date | None, amount_yen: int | None
) -> list[Finding]:
    """Return what does not fit in a receipt that is only typed, and what its line still lacks.

    :param place: of its line; without one only the day is looked at.
    :param number: of the receipt; one of that number that is saved gives way to what is typed.
    """
    found = []
    if paid_on:
        typed = Receipt(number, paid_on, amount_yen or 0, has_file=True)
        if told.today and paid_on > told.today:
            found.append(
                Finding("day_to_come", "paid_on", _("The day cannot lie in the future."), True)
            )
        elif outside := _outside(typed, told):
            found.append(Finding("receipt_outside", "paid_on", outside))
        elif early := _too_early(typed, told.counts_from):
            found.append(Finding("receipt_before_decision", "paid_on", early))
    line = next((line for line in told.lines if line.place == place), None)
    if line and amount_yen:
        others = sum(one.amount_yen for one in line.receipts if one.number != number)
        found += _of_typed_sum(line, others + amount_yen)
    return found


def _of_typed_sum(line: Line, total: int) -> Iterator[Finding]:
    yen = {"total": total, "gap": abs(total - line.amount_yen), "amount": line.amount_yen}
    if total > line.amount_yen:
        words = _("With this receipt, those of “{label}” come to {total} yen: {gap} yen more than the line ({amount} yen). Put the amount or the line right.")  # fmt: skip
        yield Finding(RECEIPTS_DIFFER, "amount_yen", _with_yen(words, label=line.label, **yen))
    elif total < line.amount_yen:
        words = _("With this receipt, {gap} yen of “{label}” are left without a receipt.")
        yield Finding(LEFT, "amount_yen", _with_yen(words, label=line.label, **yen))


def _of_the_days(told: Told) -> Iterator[Finding]:
    last = told.completed_on
    if last and told.starts_on and last < told.starts_on:
        words = _("The last day of the project must not be before its first day.")
        yield Finding("before_the_first_day", COMPLETED_ON, words, True)
    if last and told.today and last > told.today:
        words = _("The last day, {day}, has not come yet. The report is sent after it.")
        yield Finding("not_ended", COMPLETED_ON, format_lazy(words, day=in_words_of(last)), True)
    if last and told.ends_on and last > told.ends_on:
        words = _(
            "The last day, {day}, lies after the last day that was decided, {limit}. Put the day "
            "right, or tell the office why."
        )
        told_so = format_lazy(words, day=in_words_of(last), limit=in_words_of(told.ends_on))
        yield Finding("after_the_last_day", COMPLETED_ON, told_so)


def _of_the_sums(told: Told) -> Iterator[Finding]:
    income, spent = told.sum_of(INCOME), told.sum_of(EXPENDITURE)
    if not spent:
        words = _("The settlement has no expenditure yet.")
        yield Finding("nothing_spent", SETTLEMENT, words, True)
    elif income != spent:
        yield Finding("unbalanced", SETTLEMENT, imbalance(income, spent), True)
    asked = [line for line in told.lines if line.side == INCOME and line.from_city]
    city_yen = sum(line.amount_yen for line in asked)
    if city_yen > told.granted_yen:
        words = _(
            "The city’s part ({part} yen) is {gap} yen above the decision: {granted} yen were granted."
        )
        yen = {"part": city_yen, "gap": city_yen - told.granted_yen, "granted": told.granted_yen}
        yield Finding("above_the_decision", asked[-1].place, _with_yen(words, **yen), True)


def _of_the_budget(line: Line, told: Told) -> Iterator[Finding]:
    beside = Beside(line.planned_yen, line.amount_yen)
    if told.far_percent is None or not beside.is_far(told.far_percent):
        return
    words = (
        _("“{label}” is {gap} yen ({percent} percent) more than its budget of {planned} yen.")
        if beside.gap_yen > 0
        else _("“{label}” is {gap} yen ({percent} percent) less than its budget of {planned} yen.")
    )
    yen = {"gap": abs(beside.gap_yen), "planned": line.planned_yen or 0}
    named = {"label": line.label, "percent": _plain(abs(beside.percent or 0))}
    yield Finding("far_from_budget", line.place, _with_yen(words, **yen, **named))


def _of_the_receipts(line: Line, told: Told) -> Iterator[Finding]:
    if line.side != EXPENDITURE:
        return
    if line.proofs and line.amount_yen:
        yield from _of_the_proofs(line)
    for receipt in line.receipts:
        if outside := _outside(receipt, told):
            yield Finding("receipt_outside", line.place, outside)
        elif early := _too_early(receipt, told.counts_from):
            yield Finding("receipt_before_decision", line.place, early)
    total = sum(receipt.amount_yen for receipt in line.receipts)
    if line.receipts and total != line.amount_yen:
        words = (
            _("The receipts of “{label}” come to {total} yen: {gap} yen more than the line ({amount} yen).")
            if total > line.amount_yen
            else _("The receipts of “{label}” come to {total} yen: {gap} yen less than the line ({amount} yen).")
        )  # fmt: skip
        yen = {"total": total, "gap": abs(total - line.amount_yen), "amount": line.amount_yen}
        yield Finding(RECEIPTS_DIFFER, line.place, _with_yen(words, label=line.label, **yen))


def _of_the_proofs(line: Line) -> Iterator[Finding]:
    if not line.receipts:
        words = _("“{label}” has no receipt yet. Wanted: {proofs}")
        said = format_lazy(words, label=line.label, proofs=line.proofs)
        yield Finding(NO_PROOF, line.place, said)
    for receipt in line.receipts:
        if not receipt.has_file:
            words = _(
                "Receipt no. {number} has no photo or PDF. Add one, or hand in a copy on paper."
            )
            said = format_lazy(words, number=receipt.number)
            yield Finding(NO_FILE, line.place, said)


def _outside(receipt: Receipt, told: Told) -> Text:
    """Return in words that a receipt was paid before or after the project; empty if it was not."""
    last = told.completed_on or told.ends_on
    if told.starts_on and receipt.paid_on < told.starts_on:
        words, limit = (
            _("Receipt no. {number} ({paid}) lies before the first day of the project, {limit}."),
            told.starts_on,
        )
    elif last and receipt.paid_on > last:
        words, limit = (
            _("Receipt no. {number} ({paid}) lies after the last day of the project, {limit}."),
            last,
        )
    else:
        return ""
    return format_lazy(
        words, number=receipt.number, paid=in_words_of(receipt.paid_on), limit=in_words_of(limit)
    )


def _too_early(receipt: Receipt, counts: CountsFrom | None) -> Text:
    """Return in words that a receipt was paid before costs count; empty if it was not."""
    if counts is None or receipt.paid_on >= counts.first:
        return ""
    if counts.rule == NOT_ALLOWED:
        words = _(
            "Receipt no. {number} ({paid}) lies before the decision on the grant, {limit}. This "
            "course pays for nothing that was begun before it."
        )
    elif counts.accepted_on:
        words = _(
            "Receipt no. {number} ({paid}) lies before the start that the office accepted, {limit}."
        )
    else:
        words = _(
            "Receipt no. {number} ({paid}) lies before the decision on the grant, {limit}, and the "
            "office accepted no earlier start."
        )
    told = {"paid": in_words_of(receipt.paid_on), "limit": in_words_of(counts.first)}
    return format_lazy(words, number=receipt.number, **told)


def _with_yen(words: Text, **figures) -> Text:
    """Return ``words`` with its figures, numbers with separators."""
    shown = {n: f"{v:,}" if isinstance(v, int) else v for n, v in figures.items()}
    return format_lazy(words, **shown)


def _plain(number: Decimal | int) -> str:
    """Return a share without zeros behind the point."""
    return f"{number:.1f}".removesuffix(".0")
