"""What the guideline's own rows suggest for a year: the year before, and the progress on record."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from .models import Measure, MeasureYear, Progress
from .prefill import Suggestion, prefills


@prefills
def from_the_year_before(measure: Measure, fiscal_year: int) -> Iterator[Suggestion]:
    """Suggest what the row of the year before planned for this one."""
    before = MeasureYear.objects.filter(measure=measure, fiscal_year=fiscal_year - 1).first()
    if before is None:
        return
    address = reverse(
        "guideline:measure-year", args=[measure.edition.code, measure.number, fiscal_year - 1]
    )
    yield Suggestion("plan", before.next_plan, _("What last year planned for this year"), address)
    yield Suggestion("target", before.target, _("Last year’s target"), address)
    yield Suggestion(
        "plan_months", tuple(before.plan_months), _("Last year’s planned months"), address
    )


@prefills
def from_the_progress(measure: Measure, fiscal_year: int) -> Iterator[Suggestion]:
    """Suggest what is on record for the last day of the year on which there is something."""
    rows = Progress.objects.filter(measure=measure, fiscal_year=fiscal_year)
    last = rows.order_by("-as_of").first()
    if last is None:
        return
    address = reverse("guideline:progress-on", args=[measure.edition.code, last.as_of])
    why = _("The progress table of %(day)s") % {"day": last.as_of.isoformat()}
    yield Suggestion("status", last.status, why, address)
    yield Suggestion("result", last.result, why, address)
