"""A report that is in a release which is not public yet: its page and the desk say in which, and lead there."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.desk_notes import desk_notes
from casework.flow import Text
from casework.parties import Party
from casework.work_pages import work_page
from reporting.models import CollaborationReport, Kind, Release, ReleaseItem
from reporting.models.release import UNDER_WAY


def _items(keys: list[int]):
    """The items of reports in releases that are put together or wait, the newest release last."""
    inside = ReleaseItem.objects.filter(kind=Kind.REPORT, key__in=[str(key) for key in keys])
    return inside.filter(release__state__in=("draft", *UNDER_WAY)).order_by("release")


def release_of(report: CollaborationReport) -> Release | None:
    """Return the release in which a report is, and which is not public yet."""
    item = _items([report.pk]).select_related("release").defer("content").last()
    return item.release if item else None


def say_in_which(reports: list[CollaborationReport], at: datetime) -> dict[int, Text]:
    """Return report → in which release it is, and how far that is."""
    rows = _items([one.pk for one in reports]).select_related("release").defer("content")
    words = _("It is in the release %(number)s: %(stage)s.")
    return {
        int(row.key): words
        % {"number": row.release.number, "stage": row.release.get_state_display()}
        for row in rows
    }


def _is_inside(report: CollaborationReport, user) -> bool:
    return user.has_perm("reporting.read_releases") and release_of(report) is not None


def _address(report: CollaborationReport) -> str:
    release = release_of(report)
    return reverse("reporting:release", args=[release.pk]) if release else ""


# It says more than the note on what comes next, and is asked after it.
desk_notes(CollaborationReport.KIND, Party.OFFICE, say_in_which)
work_page(
    CollaborationReport.KIND, gettext_lazy("To the release in which it is"), _address, _is_inside
)
