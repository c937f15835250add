"""Where reporting tells of a project: its row of the register, and the reports of departments."""

from collections import defaultdict
from collections.abc import Collection

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.models import CityIssue
from grants.project_links import Link, tells_links
from guideline.models import fiscal_year_name

from . import register
from .models import CollaborationReport


@tells_links
def in_the_register(projects: Collection[int], user) -> dict[int, list[Link]]:
    listed = register.adopted_cases(fictitious=settings.DEMO).filter(stands=True, pk__in=projects)
    rows = listed.values_list("pk", "number", "round__edition__course", "fiscal_year")
    return {
        pk: [Link(_("Register of adopted projects"), register.address(number, course, year))]
        for pk, number, course, year in rows
        if number
    }


@tells_links
def reports(projects: Collection[int], user) -> dict[int, list[Link]]:
    """Return the published reports, and on their cases those that only ``user`` and others may see."""
    public = Q(pk__in=CollaborationReport.objects.public(fictitious=settings.DEMO).values("pk"))
    seen = Q(pk__in=CollaborationReport.objects.visible_to(user).values("pk"))
    of_projects = CollaborationReport.objects.filter(project_year__proposal__in=projects)
    readable = of_projects.filter(public | seen).annotate(is_public=public)
    found: dict[int, list[Link]] = defaultdict(list)
    for report in readable.select_related("project_year").order_by("fiscal_year", "pk"):
        found[report.project_year.proposal_id].append(_to(report))
    return found


def _to(report: CollaborationReport) -> Link:
    label = _("Collaboration report of %(year)s") % {"year": fiscal_year_name(report.fiscal_year)}
    if report.is_public:
        return Link(label, report.get_absolute_url())
    label = _("%(report)s (not published)") % {"report": label}
    return Link(label, reverse("casework:case", args=[report.pk]))


def issue_behind(report: CollaborationReport) -> CityIssue | None:
    """Return the city issue that led to what a report is about, if the public may read it."""
    public = CityIssue.objects.public(fictitious=settings.DEMO)
    return public.filter(proposals__project_years__collaboration_report=report).first()
