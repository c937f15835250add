"""Cases at the places where the kernel's tests need them, taken there through the door."""

from casework.services import advance
from grants.models import Proposal
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered


def group_of(case):
    """The one member of the case's group."""
    return case.organization.members.get().act_on(factories.TODAY)


@remembered
def filed(**kwargs) -> Proposal:
    """A proposal that its group has submitted."""
    proposal = factories.draft(**kwargs)
    return advance(proposal, "submit", by=group_of(proposal), at=NOON)


@remembered
def accepted(**kwargs) -> Proposal:
    return advance(filed(**kwargs), "accept", by=factories.anyone("office"), at=NOON)


@remembered
def sent_back(proposal: Proposal | None = None, **facts) -> Proposal:
    """A proposal to be supplemented; needs a sender, for a letter goes out."""
    return advance(
        proposal or filed(), "send_back", by=factories.anyone("office"), at=NOON, **facts
    )


@remembered
def in_selection(**kwargs) -> Proposal:
    return advance(accepted(**kwargs), "refer", by=factories.anyone("office"), at=NOON)
