"""How much may be granted for a project year: its lines and limits, put to the rules of amounts."""

from collections.abc import Callable, Iterable

from django.db.models import Sum
from django.db.models.functions import Coalesce

from casework.asked_once import asked_once

from .adoptions import adoptions_counted
from .amount import Amount, Limit, Line, reckon
from .models import ChangeRequest, LineBase, ProjectYear, Proposal
from .rules import Status

#: A limit that the group is told of only where it decides: it is about the money of others, too.
OF_THE_CITY = ("free_budget",)


def as_lines(lines: Iterable[LineBase]) -> list[Line]:
    return [Line(line.side, line.amount_yen, line.from_city, line.category) for line in lines]


def grantable(year: ProjectYear) -> Amount:
    """Return what may be granted for ``year`` now, by its saved lines and what the budget leaves."""
    return _reckoned(year, as_lines(year.lines()), _left_of_budget(year))


def changed_amount(change: ChangeRequest) -> Amount:
    """Return what may be granted by the lines of a change: no more than was, unless more is asked.

    What the budget leaves limits only what is more: the grant that stands is in it already.
    """
    year, lines = change.project_year, as_lines(change.lines())
    if _asks_more(year, lines):
        return _reckoned(year, lines, _left_of_budget(year))
    return changed_by(year, lines)


def changed_by(year: ProjectYear, lines: list[Line]) -> Amount:
    """Return the same by ``lines``, saved or only typed, as far as the group is told."""
    if _asks_more(year, lines):
        return _reckoned(year, lines)
    return _reckoned(year, lines, Limit("granted", year.granted_yen))


def _asks_more(year: ProjectYear, lines: list[Line]) -> bool:
    return sum(line.amount_yen for line in lines if line.from_city) > year.requested_yen


def changed_yen(change: ChangeRequest) -> int:
    """Return what is granted after a change: the same as before, where no yen of the budget moved."""
    year = change.project_year
    if same_money(year, as_lines(change.lines())):
        return year.granted_yen or 0
    return changed_amount(change).yen


def same_money(year: ProjectYear, lines: list[Line]) -> bool:
    """Return whether ``lines`` are those of ``year``, in any order; an empty row is none."""
    return _in_order(lines) == _in_order(as_lines(year.lines()))


def _in_order(lines: list[Line]) -> list[tuple]:
    counted = (line for line in lines if line.amount_yen)
    return sorted((str(ln.side), ln.amount_yen, ln.from_city, ln.category) for ln in counted)


def _left_of_budget(year: ProjectYear) -> Limit:
    free = year.program_budget().free_yen
    return Limit("free_budget", None if free is None else max(free, 0))


def askable(case: Proposal | ProjectYear, lines: list[Line]) -> Amount:
    """Return what the city may pay by ``lines``, saved or only typed, as far as the group is told."""
    return _reckoned(case, lines)


def over_asked(case: Proposal | ProjectYear) -> Amount | None:
    """Return what the rules give by the saved lines, where more than that is asked of the city."""
    lines = as_lines(case.lines())
    asked = sum(line.amount_yen for line in lines if line.from_city)
    amount = askable(case, lines) if asked else None
    return amount if amount and amount.yen < asked else None


def shown_to_group(kept: dict | None) -> Amount | None:
    """Return the explanation that was kept with a decision, without what only the city is shown."""
    amount = Amount.read(kept)
    return amount.but(*OF_THE_CITY) if amount else None


@asked_once
def left_of_total(year: ProjectYear) -> int | None:
    """Return what the other years leave of the most for all years, in yen; ``None`` if not set."""
    total = year.rules.number("cap_total_yen")
    if total is None:
        return None
    others = year.proposal.project_years.exclude(pk=year.pk)
    committed = others.aggregate(yen=Sum(Coalesce("confirmed_yen", "granted_yen")))["yen"]
    return max(total - (committed or 0), 0)


def _reckoned(case: Proposal | ProjectYear, lines: list[Line], *more: Limit) -> Amount:
    asked = sum(line.amount_yen for line in lines if line.from_city)
    limits = [*_limits(case), Limit("request", asked), *more]
    return reckon(lines, case.rules, limits)


def _limits(case: Proposal | ProjectYear) -> Iterable[Limit]:
    """Yield the limits of the rules, and of the selection once there was one."""
    proposal = case if isinstance(case, Proposal) else case.proposal
    rules = proposal.rules
    adoption = adoptions_counted(proposal) + 1
    name = rules.cap_name(adoption)
    if rules.status(name) != Status.NOT_APPLICABLE:
        code, told = ("cap_of_adoption", {"adoption": adoption}) if adoption > 1 else ("cap", {})
        yield Limit(code, rules.number(name), rules.source(name), told)
    if isinstance(case, Proposal):
        return
    if rules.status("cap_total_yen") != Status.NOT_APPLICABLE:
        yield Limit("cap_total", left_of_total(case), rules.source("cap_total_yen"))
    yield Limit("assessed", proposal.assessed_yen)


#: Asked how the confirmed amount of a year is reckoned.
_CONFIRMED: list[Callable[[ProjectYear], Amount | None]] = []


def reckons_confirmation(function):
    """Let the decorated function tell how the confirmed amount of a year is reckoned.

    :raises ValueError: if another one does.
    """
    if _CONFIRMED and _CONFIRMED[0] is not function:
        raise ValueError("Two reckon the confirmed amount.")
    _CONFIRMED[:] = [function]
    return function


def confirmable(year: ProjectYear) -> Amount | None:
    """Return what may be confirmed for ``year`` by its settlement, if it has one."""
    return next((amount for tell in _CONFIRMED if (amount := tell(year))), None)
