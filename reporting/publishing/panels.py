"""What releases add to the pages of cases, to desks and to lines of history."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casework.desk_links import desk_link
from casework.effects import also_follows
from casework.models import Approval
from casework.panels import panel
from casework.parties import Party
from casework.verbs import name_verbs
from casework.work_pages import work_page
from reporting.models import CollaborationReport, Release

from . import releases, sent_back
from .inside_release import is_inside

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
        "sent_back": sent_back.why(release, request.user),
    }


def _may_change_returned(release: Release, user) -> bool:
    return sent_back.returned_draft(release) is not None and user.has_perm(
        "reporting.prepare_release"
    )


def _change_returned(release: Release) -> str:
    draft = sent_back.returned_draft(release)
    return reverse("casework:move", args=[draft.pk, "drop"]) if draft else ""


def _holds_release(draft: Approval, user) -> bool:
    """Return whether a draft that came back is of a release, so that its contents can be changed."""
    return (
        draft.state == "returned"
        and user.has_perm("reporting.prepare_release")
        and draft.items.filter(case__kind=Release.KIND).exists()
    )


@also_follows(Approval.KIND, "drop")
def release_opens_again(draft: Approval) -> list:
    """Say that the contents of a release can be changed once its draft is dropped."""
    if not draft.items.filter(case__kind=Release.KIND).exists():
        return []
    return [_("The release opens again: change its contents, run the checks, and propose it anew.")]


def _released_from(*states: str):
    def offered(report: CollaborationReport, user) -> bool:
        may = report.state in states and user.has_perm("reporting.prepare_release")
        return may and not is_inside(report)

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
CHANGE = _("Change the contents (this draft ends, the release opens again)")
work_page(Release.KIND, CHANGE, _change_returned, _may_change_returned)
work_page(
    Approval.KIND, CHANGE, lambda draft: reverse("casework:move", args=[draft.pk, "drop"]),
    _holds_release,
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
