"""The fund by fiscal year as open data; a row that rests on invented lines says so."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from grants.fund import years_of_fund

from .table import CODE, Column, DataSet, Kind, Value


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    told = {year.fiscal_year: year for year in years_of_fund(fictitious=False)}
    for year in years_of_fund(fictitious=True) if fictitious else told.values():
        yield (
            year.fiscal_year,
            year.target_yen,
            year.gift_yen,
            year.interest_yen,
            year.other_yen,
            year.used_yen,
            year.balance_yen,
            year.target.source if year.target else None,
            year != told.get(year.fiscal_year),
        )


FUND = DataSet(
    "fund",
    _("The fund by fiscal year"),
    (
        CODE,
        Column("fiscal_year", Kind.YEAR, _("Fiscal year")),
        Column("target_yen", Kind.YEN, _("What gifts were to come to at least, in yen; empty if not set")),
        Column("gift_yen", Kind.YEN, _("Gifts in yen; empty if not recorded")),
        Column("interest_yen", Kind.YEN, _("Interest in yen; empty if not recorded")),
        Column("other_yen", Kind.YEN, _("Other income in yen; empty if not recorded")),
        Column("used_yen", Kind.YEN, _("Used, in yen; empty if not recorded")),
        Column("balance_yen", Kind.YEN, _("Left at the end of the fiscal year, in yen; empty if not recorded")),
        Column("target_source", Kind.TEXT, _("Document in which the target stands")),
        Column("fictitious", Kind.YES_NO, _("Whether the row is invented for a demonstration")),
    ),
    rows,
)  # fmt: skip
