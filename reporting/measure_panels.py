"""On the page of a measure: the cases that advance it, their yen by fiscal year, and the reports."""

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants.measure_years import Part, Tally, added, brought_to, by_year, counted_cases
from grants.models import MeasureReading, Proposal
from guideline.edition_links import edition_link
from guideline.models import Measure, fiscal_year_name
from guideline.panels import register

from .models import CollaborationReport, MeasureOutcome, Report
from .models.report import SENT
from .views.public import shown

#: How many of the cases that do not count are listed; who looks for more finds them by search.
MOST = 50


def measure_cases(measure: Measure, request) -> dict:
    """By fiscal year what adopted projects bring to the measure, and from which cases.

    What counts is the same for everybody. Who may see more cases reads as well which others name it.
    """
    counted = counted_cases(fictitious=settings.DEMO)
    parts = brought_to(measure.edition, counted, measure=measure).of(measure.pk)
    seen = Proposal.objects.visible_to(request.user).filter(filed_at__isnull=False)
    others = _about(measure, seen).exclude(pk__in=counted.values("pk"))
    may_open = seen.filter(pk__in={part.case.pk for part in parts})
    reports, tallies = _reports_by_year(measure), by_year(parts)
    years = sorted({*reports, *tallies}, reverse=True)
    return {
        "measure": measure,
        "years": [
            (fiscal_year_name(year), tallies.get(year, Tally.of([])), reports.get(year, 0))
            for year in years
        ],
        "all": (Tally.of(parts), sum(reports.values())) if len(years) > 1 else None,
        "may_open": set(may_open.values_list("pk", flat=True)) if parts else set(),
        "others": others.select_related("organization", "round__edition").order_by(
            "-fiscal_year", "pk"
        )[:MOST],
        "carried": any(part.is_carried for part in parts),
        "granted": _as_in_figures(parts),
    }


def _as_in_figures(parts: list[Part]) -> dict[str, int]:
    """Return what the verified figures say: the projects in full, and their yen for the measure.

    There a project counts at the measure that it speaks of, and not at one of a later edition.
    """
    own = [part for part in parts if not part.is_carried]
    return {
        "in_full": added(part.whole for part in own).decided or 0,
        "shared": added(part.yen for part in own).decided or 0,
    }


def _about(measure: Measure, cases):
    """Keep the cases that name the measure, and those that the office reads as about it."""
    read = MeasureReading.objects.standing().filter(measure=measure)
    return cases.filter(
        Q(proposal_measures__measure=measure) | Q(pk__in=read.values("proposal"))
    ).distinct()


def _reports_by_year(measure: Measure) -> dict[int, int]:
    """Return fiscal year → how many published reports name the measure."""
    found: dict[int, int] = {}
    for year in _published(measure).values_list("fiscal_year", flat=True):
        found[year] = found.get(year, 0) + 1
    return found


def _published(measure: Measure):
    public = CollaborationReport.objects.public(fictitious=settings.DEMO)
    return public.filter(publication__measures=measure)


def measure_reports(measure: Measure, request) -> dict | None:
    """What reports say came of the measure; the public reads the published ones alone.

    A group's final report is read by whoever may see it, once it was sent.
    """
    reports = _published(measure).with_publication().order_by("-fiscal_year", "pk")
    published = [_of_measure(shown(report), measure) for report in reports]
    sent = Report.objects.visible_to(request.user).filter(state__in=SENT)
    told = MeasureOutcome.objects.filter(measure=measure, case__in=sent.values("pk"))
    outcomes = list(told.select_related("case__organization").order_by("-case__fiscal_year", "pk"))
    if not published and not outcomes:
        return None
    return {"texts": published, "outcomes": outcomes}


def _of_measure(text: dict, measure: Measure) -> dict:
    """Return a published text with what it says of one measure."""
    said = next((row for row in text["measures"] if row["id"] == measure.pk), {})
    return {**text, "said": said}


register("reporting/panels/measure_cases.html", measure_cases, order=50)
register("reporting/panels/measure_reports.html", measure_reports, order=60)
edition_link(_("Cases and yen by measure"), "reporting:measure-cases")
