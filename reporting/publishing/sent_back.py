"""Why an approver sent the draft of a release back: told until the release is proposed anew."""

from casework.approvals import waiting_draft
from casework.case_history import words_of
from casework.models import Approval
from reporting.models import Release


def returned_draft(release: Release) -> Approval | None:
    """Return the draft of a release that came back and waits for the office."""
    draft = waiting_draft(release) if release.state == "waiting" else None
    return draft if draft and draft.state == "returned" else None


def why(release: Release, user) -> list[str]:
    """Return the words with which the approver sent the last draft back, for who may see the draft.

    While the draft waits for the office, and while the release that it held is put together anew.
    """
    draft = returned_draft(release) if release.state == "waiting" else _ended_draft(release)
    if draft is None or not Approval.objects.visible_to(user).filter(pk=draft.pk).exists():
        return []
    event = draft.events.filter(verb="send_back").order_by("pk").last()
    return words_of(draft, event, inside=True) if event else []


def _ended_draft(release: Release) -> Approval | None:
    if (
        release.state != "draft" or release.came_from != "waiting"
    ):  # it never waited for an approver
        return None
    return Approval.objects.filter(items__case=release, state="dropped").order_by("pk").last()
