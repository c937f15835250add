"""What waits at the office around the committee and the public: comments, corrections, the next step."""

from datetime import date, datetime

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Role
from casework.calendar import japan_date
from casework.desk_notes import desk_notes
from casework.desk_panels import desk_panel
from casework.flow import Text
from casework.notice_words import in_words as day_in_words
from casework.parties import Party

from .models import CollaborationReport, TabledReport
from .models.collaboration import PUBLIC

#: How many things of each sort the desk names; the rest follows once these are done.
FIRST = 10


def comments_to_release(today: date) -> QuerySet:
    """Return the tabled reports whose last day for comments is over, with comments and none released."""
    over = TabledReport.objects.filter(tabling__comments_until__lt=today)
    waits = over.exclude(comments__release__isnull=False)
    said = waits.annotate(said=Count("comments")).filter(said__gt=0)
    return said.select_related("report", "tabling").order_by("tabling__comments_until", "pk")


def waits_at_the_office(request: HttpRequest) -> dict | None:
    """The comments that wait to be released, and the corrections that wait to be published."""
    comments = list(comments_to_release(request.today)[: FIRST + 1])
    corrected = CollaborationReport.objects.visible_to(request.user).with_a_correction()
    corrections = list(corrected.order_by("pk")[: FIRST + 1])
    if not comments and not corrections:
        return None
    return {
        "comments": comments[:FIRST],
        "corrections": corrections[:FIRST],
        "more": len(comments) > FIRST or len(corrections) > FIRST,
    }


def next_of_reports(reports: list[CollaborationReport], at: datetime) -> dict[int, Text]:
    """Return what comes next for accepted reports, and for public ones with a correction or comments."""
    today = japan_date(at)
    notes = {one.pk: _of_accepted(one, today) for one in reports if one.state == "accepted"}
    words = _(
        "The committee has commented after it was public. Release its comments, then publish a correction with them."
    )
    notes |= {one.pk: words for one in reports if _waits_with_comments(one, today)}
    words = _("A correction was saved that the public does not read yet. Put it into a release.")
    return notes | {one.pk: words for one in reports if one.has_correction}


def _waits_with_comments(report: CollaborationReport, today: date) -> bool:
    """Return whether a public report has comments of which the office released none, and no more come."""
    if report.state not in PUBLIC or not report.are_comments_waiting:  # type: ignore[attr-defined]
        return False
    until: date | None = report.comments_until  # type: ignore[attr-defined]
    return until is not None and until < today


def _of_accepted(report: CollaborationReport, today: date) -> Text:
    if report.tabled_on is None:
        return _("Table it at the committee, and put it into a release.")
    until: date | None = report.comments_until  # type: ignore[attr-defined]
    if report.last_tabling and until is None:  # type: ignore[attr-defined]
        return _("The committee has it. Name the last day for its comments on the written report.")
    if until and today <= until:
        words = _("The committee comments until %(day)s. After that release its comments, and put the report into a release.")  # fmt: skip
        return words % {"day": day_in_words(until)}
    if report.are_comments_waiting:  # type: ignore[attr-defined]
        return _("The committee has commented. Release its comments, then put the report into a release.")  # fmt: skip
    return _("The committee has received it. Put it into a release.")


desk_notes(CollaborationReport.KIND, Party.OFFICE, next_of_reports)
desk_panel(Role.OFFICE, "reporting/desk/committee_waits.html", waits_at_the_office, order=30)
