"""What the front page says to whoever reads it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.models import Case
from casework.parties import Party, parties_of
from grants.models import Round

#: party → name of its desk's address, and what it is called.
DESKS = {
    Party.ORGANIZATION: ("casework:my", _("My group’s desk")),
    Party.OFFICE: ("casework:office", _("Desk of the office")),
    Party.APPROVER: ("casework:approvals", _("Desk of approvals")),
    Party.ACCOUNTING: ("casework:accounting", _("Desk of accounting")),
    Party.DEPARTMENT: ("casework:department", _("Desk of the department")),
    Party.PANEL: ("casework:panel", _("Desk of the subcommittee")),
    Party.COORDINATOR: ("casework:coordinator", _("Desk of the coordinator")),
}


@dataclass(frozen=True, slots=True)
class NextAction:
    """A desk of the reader, and how many cases wait there."""

    url: str
    label: Text
    waiting: int


def next_actions(user) -> list[NextAction]:
    """Return the reader's desks, each with the number of cases that wait for the reader."""
    if not user.is_authenticated:
        return []
    return [_action(user, party) for party in parties_of(user.duties)]


def _action(user, party: str) -> NextAction:
    name, label = DESKS[Party(party)]
    waiting = Case.objects.visible_to(user).open().held_by(party)
    if party == Party.ORGANIZATION:
        waiting = waiting.filter(organization__in=user.duties.organizations)
    return NextAction(reverse(name), label, waiting.count())


def calls(*, at, fictitious: bool) -> tuple[list[Round], list[Round]]:
    """Return the calls that are open at ``at``, and those announced to open later."""
    found = Round.objects.announced(at).filter(closes_at__gt=at).select_related("edition")
    if not fictitious:
        found = found.filter(edition__fictitious=False)
    rounds = list(found.order_by("closes_at", "pk"))
    return [r for r in rounds if r.is_open(at)], [r for r in rounds if not r.is_open(at)]
