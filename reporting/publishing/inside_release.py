"""A report that is in a release which is not public yet: its page and the desk say in which, and lead there."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.desk_notes import desk_notes
from casework.flow import Text
from casework.parties import Party
from casework.work_pages import work_page
from reporting.models import CollaborationReport, Release


def say_in_which(reports: list[CollaborationReport], at: datetime) -> dict[int, Text]:
    """Return report → in which release it is, and how far that is."""
    inside = {one.pk: one.open_release for one in reports if is_inside(one)}  # type: ignore[attr-defined]
    named = Release.objects.in_bulk(set(inside.values())) if inside else {}
    words = _("It is in the release %(number)s: %(stage)s.")
    return {
        report: words % {"number": named[pk].number, "stage": named[pk].get_state_display()}
        for report, pk in inside.items()
    }


def is_inside(report: CollaborationReport) -> bool:
    """Return whether a report that was read as its page shows it is in such a release."""
    return getattr(report, "open_release", None) is not None


def _leads_there(report: CollaborationReport, user) -> bool:
    return is_inside(report) and user.has_perm("reporting.read_releases")


# It says more than the note on what comes next, and is asked after it.
desk_notes(CollaborationReport.KIND, Party.OFFICE, say_in_which)
work_page(
    CollaborationReport.KIND, gettext_lazy("To the release in which it is"),
    lambda report: reverse("reporting:release", args=[report.open_release]), _leads_there,
)  # fmt: skip
