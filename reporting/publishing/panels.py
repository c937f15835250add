"""What releases add to the pages of cases, to desks and to lines of history."""

from django.utils.translation import gettext_lazy as _

from casework.desk_links import desk_link
from casework.panels import panel
from casework.parties import Party
from casework.verbs import name_verbs
from casework.work_pages import work_page
from reporting.models import CollaborationReport, Release

from . import releases

#: How many things of a release its case page names.
NAMED = 10


def what_is_inside(release: Release, request) -> dict:
    """The first things in a release, with the way to all of them."""
    items = list(release.items.defer("content").order_by("kind", "pk")[: NAMED + 1])
    more = release.items.count() - NAMED if len(items) > NAMED else 0
    return {
        "release": release,
        "items": items[:NAMED],
        "more": more,
        "why_stuck": releases.why_stuck(release, at=request.now),
    }


def _released_from(*states: str):
    def offered(report: CollaborationReport, user) -> bool:
        return report.state in states and user.has_perm("reporting.prepare_release")

    return offered


def _is_put_together(release: Release, user) -> bool:
    return release.state == "draft" and user.has_perm("reporting.prepare_release", release)


panel(Release.KIND, "reporting/panels/release.html", what_is_inside, 10)
for _label, _states in (
    (_("Put into a release"), ("accepted",)),
    (_("Publish the correction, or withdraw the report"), ("published", "corrected")),
    (_("Publish it again"), ("withdrawn",)),
):
    work_page(
        CollaborationReport.KIND, _label, "reporting:release-report", _released_from(*_states),
        order=200,
    )  # fmt: skip
work_page(Release.KIND, _("Choose what is published"), "reporting:release", _is_put_together)
desk_link(Party.OFFICE, _("Releases"), "reporting:releases", order=55)
desk_link(Party.APPROVER, _("Releases"), "reporting:releases", order=55)

name_verbs(
    accept_warning=_("A warning was accepted"),
    choose=_("Something was put into the release"),
    leave_out=_("Something was taken out of the release"),
    set_moment=_("The moment of publication was set"),
)
