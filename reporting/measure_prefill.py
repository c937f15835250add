"""What the cases say of a measure in a fiscal year, as suggestions for its row."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Sum
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from grants.measure_years import Part, Tally, brought_to, counted_cases
from grants.models import Activity, ActivityDone, ProjectYear
from guideline.models import Measure
from guideline.prefill import Suggestion, prefills

from .models import Report
from .models.report import SENT


@prefills
def from_cases(measure: Measure, fiscal_year: int) -> Iterator[Suggestion]:
    """Yield months with activities, and the numbers of the year, of the cases that the office confirmed.

    A case that only names the measure suggests nothing.
    """
    counted = counted_cases(fictitious=settings.DEMO)
    brought = brought_to(measure.edition, counted, measure=measure).of(measure.pk)
    parts = [p for p in brought if p.fiscal_year == fiscal_year and p.weight is not None]
    if not parts:
        return
    cases = {part.case.pk for part in parts}
    years = ProjectYear.objects.but_without_grant().filter(
        proposal__in=cases, fiscal_year=fiscal_year
    )
    ids = list(years.values_list("pk", flat=True))
    address = f"{measure.get_absolute_url()}#cases"
    numbers = sorted({part.case.number or part.case.title for part in parts})
    why = format_lazy(_("From the cases {cases}"), cases="、".join(numbers))
    yield Suggestion("result", _in_words(parts, ids), why, address)
    yield Suggestion("plan_months", _planned(ids), why, address)
    yield Suggestion("result_months", _done(ids), why, address)


def _planned(years: list[int]) -> tuple[int, ...]:
    rows = Activity.objects.filter(year__in=years).standing().values_list("planned", flat=True)
    return tuple(sorted({month for months in rows for month in months}))


def _done(years: list[int]) -> tuple[int, ...]:
    rows = ActivityDone.objects.filter(
        activity__year__in=years, activity__struck_at=None, struck_at=None
    )
    return tuple(sorted(set(rows.values_list("month", flat=True))))


def _in_words(parts: list[Part], years: list[int]) -> str:
    """Return the numbers in Japanese, as the city's table is written, whoever reads the page."""
    tally = Tally.of(parts)
    sent = Report.objects.filter(project_year__in=years, state__in=SENT)
    people = sent.aggregate(people=Sum("participants"))["people"]
    told = [
        f"採択事業{tally.confirmed}件、{tally.groups}団体",
        f"決定額{tally.yen.decided:,}円" if tally.yen.decided else "",
        f"確定額{tally.yen.settled:,}円" if tally.yen.settled else "",
        f"参加者{people:,}人（実績報告書の合計）" if people is not None else "",
    ]
    return "、".join(filter(None, told))
