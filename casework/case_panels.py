"""What casework itself puts on pages: the part about an approval, and links on the desks."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.models import Role

from . import destruction, facts, messaging
from .asked_once import to_be_shown
from .beside_decisions import has_beside, shown_beside
from .decided_in_words import decided
from .desk_links import desk_link
from .flow import Text
from .letters import sent_by
from .models import ApprovalItem, Case, Destruction
from .models.case import KINDS, WAITING_DRAFT
from .panels import CONTACT, panel
from .parties import Party
from .permissions import decides_that_much, did_not_draft


def approval_items(approval, request) -> dict:
    """What the draft decides, and why the reader cannot decide it."""
    items = items_in_words(approval, request.user)
    for item in items:
        item.has_grounds = waits_with_grounds(item)
    sends = approval.state == "drafted" and any(item.letter_kind for item in items)
    return {
        "approval": approval,
        "items": items,
        "why_not": _why_not(approval, request.user),
        "sends_letters": sends,
    }


def items_to_decide(approval, user, *, today: date) -> list[ApprovalItem]:
    """Return what :func:`items_in_words` does, for the page on which the draft is decided.

    A draft of one case comes with what the decision rests on, one of several with a way to each.
    """
    items = items_in_words(approval, user)
    with_grounds = [item for item in items if waits_with_grounds(item)]
    for item in with_grounds:
        item.has_grounds = len(items) > 1
        item.beside = () if item.has_grounds else rests_on(item, today=today)
    return items


def items_in_words(approval, user) -> list[ApprovalItem]:
    """Return each move of the draft, with its facts in words and the letter it will send.

    Of what is destroyed, with how many rows of each class.
    """
    seen = approval.items.filter(case__in=Case.objects.visible_to(user))
    items = list(seen.select_related("case__organization").order_by("case_id"))
    for item in items:
        item.approval = approval
        put_in_words(item)
        if item.case.kind == Destruction.KIND:
            item.counts = destruction.counts_of(item.case)
            item.rows = sum(row["number"] for row in item.counts)
    return items


def put_in_words(item: ApprovalItem) -> None:
    """Note the move, its facts in words, and the letter that it will send."""
    item.move = item.case.machine.flow[item.verb]
    item.decided = decided(item.case.kind, item.verb, item.case_id)
    item.facts_in_words = facts.in_words(item.case.kind, item.verb, item.facts)
    item.letter_kind = sent_by(item.case, item.verb)


def waits_with_grounds(item: ApprovalItem) -> bool:
    """Return whether a move of a draft is still to be decided, and says what that rests on."""
    return item.approval.state in WAITING_DRAFT and has_beside(item.case, item.verb)


def rests_on(item: ApprovalItem, *, today: date) -> list[str]:
    """Return what the decision on one case of a draft rests on, drawn as it is now."""
    case = to_be_shown(item.case.machine.objects.as_shown().get(pk=item.case_id))
    return shown_beside(case, item.verb, facts=item.facts, today=today)


def _why_not(approval, user) -> Text:
    """Return why an approver cannot decide this draft; empty if they can, or if nobody can now."""
    if approval.state != "drafted" or not user.duties.holds(Role.APPROVER):
        return ""
    if not did_not_draft(user, approval):
        return _("You drafted this yourself. Another person decides it.")
    if not decides_that_much(user, approval):
        return _("The amount is above what your post decides. Another approver decides it.")
    return ""


def destruction_list(case, request) -> dict:
    """What the list of a month holds, and what became of it."""
    reads = request.user.has_perm("casework.read_retention", request.user)
    return {"counts": destruction.counts_of(case), "reads_retention": reads}


panel("approval", "casework/panels/approval_items.html", approval_items, order=10)
panel("destruction", "casework/panels/destruction.html", destruction_list, order=10)
for _kind, _model in KINDS.items():
    if not _model.flow.part_of:
        panel(
            _kind, "casework/panels/messages.html", messaging.case_panel, order=150,
            part=CONTACT, offered=messaging.may_read,
        )  # fmt: skip

desk_link(Party.ORGANIZATION, _("All our cases"), "casework:cases", order=90)
for _party in (Party.OFFICE, Party.APPROVER, Party.ACCOUNTING):
    desk_link(_party, _("All cases"), "casework:cases", order=10)
desk_link(Party.OFFICE, _("Groups"), "accounts:organization-list", order=20)
desk_link(Party.OFFICE, _("Outbox"), "casework:outbox", order=80)
desk_link(Party.OFFICE, _("Settings"), "casework:settings", order=90)
desk_link(Party.OFFICE, _("Engine room"), "casework:engine", order=100)
desk_link(Party.OFFICE, _("Retention"), "casework:retention", order=95)
desk_link(Party.OFFICE, _("Closed days"), "casework:closed-days", order=91)
