"""A round with proposals in selection, and the people who deal with it."""

from types import SimpleNamespace

import pytest

from accounts.models import Role
from casework.services import advance
from reviews import services
from reviews.models import ScoreSheet
from tests import factories
from tests.factories import NOON


@pytest.fixture
def office(db):
    factories.sender()
    return factories.user(Role.OFFICE)


def refer(round, office, *, asks: int = 80_000, **fields):
    """A proposal of a group of its own, filed, accepted and referred to the selection."""
    proposal = factories.draft(round=round, asks=asks)
    proposal = advance(proposal, "submit", by=proposal.organization.members.get(), at=NOON)
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    return proposal


def fill(sheet, *points, submit: bool = True, comment: str = ""):
    """Give ``points`` in rubric order; ``None`` is not given."""
    criteria = sheet.proposal.round.rubric.criteria.order_by("position")
    sheet = services.save_scores(
        sheet,
        points={c.pk: p for c, p in zip(criteria, points, strict=True)},
        comment=comment,
        edit_number=sheet.edit_number,
        by=sheet.seat.user,
        at=NOON,
    )
    return services.submit_sheet(sheet, by=sheet.seat.user, at=NOON) if submit else sheet


@pytest.fixture
def scene(office):
    """One round, two members, two proposals referred, four sheets to score."""
    round = factories.call(seats=0)
    seats = factories.panel(round, seats=2)
    proposals = [refer(round, office), refer(round, office, asks=60_000)]
    return SimpleNamespace(
        round=round,
        office=office,
        seats=seats,
        proposals=proposals,
        sheet=lambda p, s: ScoreSheet.objects.get(proposal=proposals[p], seat=seats[s]),
    )
