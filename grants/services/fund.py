"""Keeping the ledger of the fund (市民活動推進基金): money in, money used, and what was wrong."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import closing_day, japan_date
from casework.calendar import fiscal_year as fiscal_year_of
from grants.fund import enters_in_year_of_receipt, lowest_balance_from
from grants.models import CourseEdition, FundEntry, FundTarget, FundTargetChange

from .once import refuse_twice

Kind = FundEntry.Kind


@transaction.atomic
def enter_in_fund(
    *, kind: str, amount_yen: int, fiscal_year: int, on: date, document: str,
    edition: CourseEdition | None = None, fictitious: bool = False, after: int | None = None,
    by, at: datetime,
) -> FundEntry:  # fmt: skip
    """Add a line to the ledger of the fund; lines are never changed.

    :param kind: any but a reversal.
    :param on: Japan date of the receipt or of the use.
    :param edition: for which course money was used, where that is known.
    :param fictitious: whether the line is invented, for a demonstration.
    :param after: the newest line when the page was loaded, see :func:`.once.refuse_twice`.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the day has not come or does not fit the fiscal year, or more is
        used than the fund holds, or it was entered a moment ago.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    _refuse_wrong_day(on, at=at)
    _refuse_wrong_year(kind, fiscal_year, on)
    _lock_the_fund()
    said = {
        "kind": kind, "amount_yen": amount_yen, "fiscal_year": fiscal_year, "on": on,
        "document": document, "edition": edition, "fictitious": fictitious,
    }  # fmt: skip
    refuse_twice(FundEntry.objects.all(), after, **said)
    if kind == Kind.USE:
        _refuse_more_than_there_is(amount_yen, fiscal_year, fictitious=fictitious)
    return FundEntry.objects.create(**said, by=by, at=at)


@transaction.atomic
def reverse_fund_entry(
    entry: FundEntry, *, reason: str, on: date, document: str, by, at: datetime
) -> FundEntry:
    """Undo a line of the fund that was entered by mistake (訂正仕訳), whole and once; both stay.

    It belongs to the year of the wrong line while the books of that are open, then to its own.

    :param on: Japan date of the document that corrects the books.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it is a reversal, or reversed already, or the day is wrong, or the
        money was used meanwhile.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    _refuse_wrong_day(on, at=at)
    if on < entry.on:
        raise ValidationError({"on": _("The day cannot lie before that of the entry.")})
    _lock_the_fund()
    if why := why_fund_entry_stays(entry):
        raise ValidationError(why)
    still_open = on <= closing_day(entry.fiscal_year)
    year = entry.fiscal_year if still_open else fiscal_year_of(on)
    if entry.kind != Kind.USE:
        _refuse_more_than_there_is(entry.amount_yen, year, fictitious=entry.fictitious)
    return FundEntry.objects.create(
        kind=Kind.REVERSAL, of=entry, amount_yen=entry.amount_yen, fiscal_year=year, on=on,
        document=document, reason=reason, fictitious=entry.fictitious, by=by, at=at,
    )  # fmt: skip


def why_fund_entry_stays(entry: FundEntry) -> str | None:
    """Return why a line of the fund cannot be undone, or ``None`` if it can."""
    if entry.kind == Kind.REVERSAL or FundEntry.objects.filter(of=entry).exists():
        return _("This entry is a reversal, or is reversed already.")
    return None


@transaction.atomic
def set_fund_target(
    *, fiscal_year: int, amount_yen: int, source: str, fictitious: bool = False, by, at: datetime
) -> FundTarget:
    """Say what gifts of a fiscal year are to come to at least, and where that stands.

    What was said before stays in the history (``FundTargetChange``).

    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    of_year = FundTarget.objects.select_for_update()
    before = of_year.filter(fiscal_year=fiscal_year, fictitious=fictitious).first()
    told = {"amount_yen": amount_yen, "source": source, "level": ""}
    target, _created = FundTarget.objects.update_or_create(
        fiscal_year=fiscal_year, fictitious=fictitious, defaults=told
    )
    if before is None or (before.amount_yen, before.source) != (amount_yen, source):
        FundTargetChange.objects.create(
            fiscal_year=fiscal_year, fictitious=fictitious, by=by, at=at,
            old_yen=before.amount_yen if before else None, new_yen=amount_yen,
            old_source=before.source if before else "", new_source=source,
        )  # fmt: skip
    return target


def _lock_the_fund() -> None:
    """Let one person at a time draw on the fund; where there is no line, there is no money either."""
    list(FundEntry.objects.order_by("pk").select_for_update(no_key=True)[:1])


def _refuse_wrong_day(day: date, *, at: datetime) -> None:
    if day > japan_date(at):
        raise ValidationError({"on": _("The day cannot lie in the future.")})


def _refuse_wrong_year(kind: str, fiscal_year: int, on: date) -> None:
    """Let a line belong to the year of its day, or to the one before while its books are open.

    A gift belongs to the year of its receipt alone, where that is the rule of the city.

    :raises ValidationError: naming the years that there are.
    """
    years = [fiscal_year_of(on)]
    by_receipt = kind == Kind.GIFT and enters_in_year_of_receipt()
    if not by_receipt and on <= closing_day(years[0] - 1):
        years.append(years[0] - 1)
    if fiscal_year not in years:
        words = _("An entry of this day belongs to fiscal year %(years)s.")
        raise ValidationError(
            {"fiscal_year": words % {"years": " / ".join(str(year) for year in years)}}
        )


def _refuse_more_than_there_is(amount_yen: int, fiscal_year: int, *, fictitious: bool) -> None:
    """Keep the fund from ever standing below zero at the end of a year.

    :raises ValidationError: with the numbers.
    """
    most = max(lowest_balance_from(fiscal_year, fictitious=fictitious), 0)
    if amount_yen > most:
        words = _("At most %(most)s yen: the fund holds no more. %(asked)s yen were asked for.")
        raise ValidationError(words % {"most": f"{most:,}", "asked": f"{amount_yen:,}"})
