"""An acceptance, a return or the answer "none" is taken back (訂正): what followed from it is undone.

Each can be taken back as long as nothing came after it. What comes later has a move: an accepted
report is returned until it is published.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from casework.consequences import on
from casework.flow import TAKE_BACK, Text
from casework.models import Event
from casework.refusals import refuses
from casework.services import follow

from .models import CollaborationReport, PartnerPart
from .partner_flow import PART
from .publishing.releases import waits_in_release
from .versions import content_of_collaboration

#: What stands in a text besides the words of the department.
OF_OTHERS = ("views", "scale", "committee")

WAITS = _("The report waits in a release. Drop the draft of the release first.")
NONE = "answer_none"
RESTS_ON_IT = _(
    "Your department answered the office’s request with “none” while this report was there. Let the office take that answer back first."
)
WRITTEN_ON = _("The department has changed the report since. It sends the report again.")


@refuses("collaboration_report", "send_back")
def waits_to_be_public(report: CollaborationReport, *, at: datetime) -> Text | None:
    """Refuse to return what an approver is reading."""
    return WAITS if waits_in_release(report) else None


@refuses("collaboration_report", "drop")
def asked_for_is_missing_again(report: CollaborationReport, *, at: datetime) -> Text | None:
    """Refuse to withdraw what the department’s “none” rests on: else a missing answer reads as given.

    “None” may say that the department has reported already. What it has begun after that, is another
    thing.
    """
    of_the_year = CollaborationReport.objects.filter(
        department=report.department_id, fiscal_year=report.fiscal_year
    )
    begun = report.events.order_by("pk").values_list("pk", flat=True).first()
    said = Event.objects.filter(case__in=of_the_year.filter(state="none").values("pk"), verb=NONE)
    if not said.filter(pk__gt=begun).exists():
        return None
    ended = ("none", "dropped")
    others = of_the_year.exclude(pk=report.pk).exclude(state__in=ended)
    return None if others.exists() else RESTS_ON_IT


@refuses("collaboration_report", TAKE_BACK)
def neither_frozen_nor_changed(report: CollaborationReport, *, at: datetime) -> Text | None:
    """Refuse what would change a report under an approver, or let unsent words count as sent."""
    if waits_in_release(report):
        return WAITS
    if report.state != "returned":
        return None
    sent = report.versions.order_by("-number").first()
    now = content_of_collaboration(report, views=False)
    return None if sent and _of_department(sent.content) == _of_department(now) else WRITTEN_ON


def _of_department(content: dict) -> dict:
    """Return what the department wrote, without what others say of it."""
    return {name: said for name, said in content.items() if name not in OF_OTHERS}


@on("collaboration_report", TAKE_BACK, binds=False)
def ask_partners_on(report: CollaborationReport, *, by, at: datetime, facts: dict) -> None:
    """Ask on for the views that the move which is taken back had closed, by the date there was."""
    for part in report.partner_parts.filter(state="closed").order_by("pk"):
        if _closed_by(part) == facts["event"]:
            follow(part, "reopen", cause=report, by=by, at=at, **_date_of(part))


def _closed_by(part: PartnerPart) -> int | None:
    """Return the line of history that made the part be closed."""
    closed = part.events.filter(verb="close").order_by("-pk").first()
    return closed.facts.get("cause") if closed else None


def _date_of(part: PartnerPart) -> dict:
    before = part.deadlines.filter(kind=PART).order_by("-pk").first()
    return {"due_on": before.due_on} if before and before.due_on else {}


@on("collaboration_report", TAKE_BACK, binds=False)
def withhold_the_notes(report: CollaborationReport, *, by, at: datetime, facts: dict) -> None:
    """Let the notes that the return had given be the office’s own again."""
    moved = Event.objects.get(pk=facts["event"])
    if moved.verb == "send_back":
        report.field_notes.filter(given_at=moved.at).update(given_at=None)
