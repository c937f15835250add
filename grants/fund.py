"""The fund by fiscal year, as sums over its ledger, and what documents say about it."""

from dataclasses import dataclass
from itertools import accumulate

from .models import EditionParameter, FundEntry, FundTarget
from .parameters import Rule, rules_in_words
from .rules import Status

Kind = FundEntry.Kind
#: What the rules of the courses say of the fund, in reading order.
FACTS = ("fund_name", "fund_started", "fund_first_use_fiscal_year", "fund_posting")


@dataclass(frozen=True, slots=True)
class FundYear:
    """One fiscal year of the fund, in yen.

    :param sums: kind → what its lines come to, without what was reversed; ``None`` where the
        ledger has no line of the year, which is "not recorded" and not zero.
    :param balance_yen: what the fund holds at the end of the year; ``None`` before its first line.
    """

    fiscal_year: int
    sums: dict[str, int] | None
    balance_yen: int | None
    target: FundTarget | None

    @property
    def target_yen(self) -> int | None:
        return self.target.amount_yen if self.target else None

    @property
    def gift_yen(self) -> int | None:
        return self._of(Kind.GIFT)

    @property
    def interest_yen(self) -> int | None:
        return self._of(Kind.INTEREST)

    @property
    def other_yen(self) -> int | None:
        return self._of(Kind.OTHER)

    @property
    def used_yen(self) -> int | None:
        return self._of(Kind.USE)

    def _of(self, kind: str) -> int | None:
        return None if self.sums is None else self.sums.get(kind, 0)

    @property
    def reached_percent(self) -> int | None:
        """How much of the target gifts have reached, rounded down; ``None`` where either is not known."""
        if self.target_yen is None or self.gift_yen is None:
            return None
        return 100 * self.gift_yen // self.target_yen


def years_of_fund(*, fictitious: bool) -> list[FundYear]:
    """Return the years from the first that is known of to the last, in two queries.

    :param fictitious: whether invented lines count too; only in a demonstration.
    """
    sums = FundEntry.objects.told(fictitious=fictitious).sums()
    targets = _targets(fictitious=fictitious)
    known = sums.keys() | targets.keys()
    years = range(min(known), max(known) + 1) if known else ()
    balances = accumulate(_change(sums.get(year, {})) for year in years)
    begun = min(sums, default=None)
    return [
        FundYear(
            year, sums.get(year),
            balance if begun is not None and year >= begun else None,
            targets.get(year),
        )
        for year, balance in zip(years, balances, strict=True)
    ]  # fmt: skip


def _targets(*, fictitious: bool) -> dict[int, FundTarget]:
    """Return the target of each year; in a demonstration an invented one stands for the city's."""
    rows = FundTarget.objects.all() if fictitious else FundTarget.objects.filter(fictitious=False)
    return {target.fiscal_year: target for target in rows.order_by("fictitious")}


def _change(sums: dict[str, int]) -> int:
    return sum(-yen if kind == Kind.USE else yen for kind, yen in sums.items())


def changes_of_fund(*, fictitious: bool) -> dict[int, int]:
    """Return fiscal year → by how much the fund grew in it, in yen; less than zero if it shrank."""
    sums = FundEntry.objects.filter(fictitious=fictitious).sums()
    return {year: _change(of_year) for year, of_year in sums.items()}


def lowest_balance_from(fiscal_year: int, *, fictitious: bool) -> int:
    """Return the least that the fund holds at the end of ``fiscal_year`` or of a later one, in yen.

    Lines of the city and invented ones are two funds.
    """
    changes = changes_of_fund(fictitious=fictitious)
    ends = {fiscal_year, *(year for year in changes if year > fiscal_year)}
    return min(sum(yen for year, yen in changes.items() if year <= end) for end in ends)


def facts_of_fund() -> list[Rule]:
    """Return what the documents of the city say of the fund; what they do not is "not set"."""
    rows = EditionParameter.objects.filter(
        name__in=FACTS, status=Status.SET, edition__fictitious=False
    ).order_by("edition__first_fiscal_year", "pk")
    values = {
        row.name: {"status": row.status, "value": row.value, "source": row.source, "note": row.note}
        for row in rows
    }
    return [rule for rule in rules_in_words(values) if rule.name in FACTS]


def enters_in_year_of_receipt() -> bool:
    """Return whether a gift belongs to the year in which it was received, by the rule of the city."""
    rule = EditionParameter.objects.filter(
        name="fund_posting", status=Status.SET, edition__fictitious=False
    )
    return rule.filter(value="year_of_receipt").exists()
