"""Whether what live pages count is what the open data that is served beside them add up to.

The pages of statuses by fiscal year, of cases and yen by measure, and of the fund are made of the
live rows; here each of their numbers is held against what the files alone give.
"""

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from grants.fund import years_of_fund
from grants.measure_years import Brought, Tally, Yen, added, brought_to, counted_cases
from guideline import year_statuses
from guideline.models import Edition, Measure
from reporting.figures import Difference, pages
from reporting.figures.published import Read
from reporting.figures.table import Cells


def differences(read: Read) -> Iterator[Difference]:
    """Yield each number of these pages that the files do not give.

    :param read: gives the bytes of a file of open data, as it is served.
    """
    yield from _differing("fund", _fund(), pages.fund(read), reverse("grants:fund"))
    for edition in Edition.objects.order_by("pk"):
        at = reverse("guideline:statuses", args=[edition.code])
        yield from _differing(
            "statuses", _statuses(edition), pages.statuses(read, edition.code), at
        )
        at = reverse("reporting:measure-cases", args=[edition.code])
        yield from _differing("cases", _cases(edition), pages.cases(read, edition.code), at)


def _fund() -> Cells:
    return {
        str(year.fiscal_year): {name: getattr(year, name) for name in pages.OF_FUND}
        for year in years_of_fund(fictitious=settings.DEMO)
    }


def _statuses(edition: Edition) -> Cells:
    classes = dict(Measure.objects.filter(edition=edition).values_list("pk", "classification"))
    told = year_statuses.statuses(edition, AnonymousUser())
    found: Cells = {}
    for (name, year, status), count in year_statuses.counted(told, classes).items():
        found.setdefault(f"{name}/{year}", {})[status] = count
    return found


def _cases(edition: Edition) -> Cells:
    brought = brought_to(edition, counted_cases(fictitious=settings.DEMO))
    numbers = dict(Measure.objects.filter(edition=edition).values_list("pk", "number"))
    found = {str(number): _told(Tally.of(brought.of(pk))) for pk, number in numbers.items()}
    found[pages.LOST] = _told(Tally.of(brought.of(None)))
    found[pages.UNREAD] = _unread(brought)
    return found


def _told(tally: Tally) -> dict[str, int | None]:
    return {"confirmed": tally.confirmed, "named": tally.named} | _yen(tally.yen)


def _unread(brought: Brought) -> dict[str, int | None]:
    cases = len({row.case.pk for row in brought.unshared})
    return {"named": cases} | _yen(added(row.yen for row in brought.unshared))


def _yen(yen: Yen) -> dict[str, int | None]:
    return dict(zip(pages.YEN, yen, strict=True))


def _differing(table: str, shown: Cells, given: Cells, path: str) -> Iterator[Difference]:
    """Yield the numbers in which they differ; of what is not there, 0 is as good as nothing.

    A page says nothing of a row of which nothing is known, and a file has no row of it.
    """
    for row in {**given, **shown}:
        ours, theirs = shown.get(row, {}), given.get(row, {})
        for column in {**theirs, **ours}:
            if (ours.get(column) or 0) != (theirs.get(column) or 0):
                yield Difference(table, row, column, ours.get(column), theirs.get(column), path)
