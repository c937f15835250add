"""The parts of the case page that casework itself shows, for its own kind: the approval."""

from .letters import sent_by
from .panels import panel


def approval_items(approval, request) -> dict:
    """Each move of the draft, with the letter it will send."""
    items = list(approval.items.select_related("case__organization").order_by("case_id"))
    for item in items:
        item.move = item.case.machine.flow[item.verb]
        item.letter_kind = sent_by(item.case, item.verb)
    return {"approval": approval, "items": items}


panel("approval", "casework/panels/approval_items.html", approval_items, order=10)
