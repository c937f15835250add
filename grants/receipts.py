"""The receipt: everyone who writes for the group is told that a filing has come in, and its number."""

from datetime import datetime

from casework import outbox
from casework.calendar import japan_date
from casework.consequences import on
from casework.parties import Party

from .models import Proposal


@on("proposal", "submit", "file_paper", "resubmit")
def send_receipt(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Tell the group, the person who submitted included: this is their proof."""
    version = proposal.versions.order_by("-number").values_list("number", flat=True).first()
    outbox.tell(
        proposal,
        Party.ORGANIZATION,
        "receipt",
        at=at,
        key=f"receipt-{proposal.pk}-{version}",
        filed_at=at,
        day=japan_date(at),
    )
