"""The comment of the subcommittee on a proposal (講評), which the office sums up and writes down."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.approvals import waiting_draft
from casework.calendar import japan_date
from casework.edit_numbers import take_next
from casework.services import locked
from grants.models import Proposal

from .barring import refuse_hidden
from .models import PanelComment


@transaction.atomic
def comment_on(
    proposal: Proposal, *, text: str, edit_number: int, by, at: datetime
) -> PanelComment:
    """Write down what the subcommittee says of a proposal as a whole.

    :param edit_number: the number the page was loaded with; 0 where there was no comment.
    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if the proposal left the selection, or a decision on it is drafted.
    :raises StaleDraft: if somebody wrote a newer text; nothing is changed.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    refuse_hidden([proposal], by)
    proposal = locked(proposal)
    if proposal.state != "in_selection":
        raise ValidationError(_("The proposal is not in selection any more."))
    if waiting_draft(proposal):
        raise ValidationError(
            _("A decision is drafted that rests on this. Drop the draft before you change it.")
        )
    found = PanelComment.objects.select_for_update().filter(proposal=proposal).first()
    comment = found or PanelComment(proposal=proposal)
    take_next(comment, edit_number)
    comment.text, comment.by, comment.at = text, by, at
    comment.save()
    return comment
