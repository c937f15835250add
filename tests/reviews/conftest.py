"""A round with proposals in selection, and the people who deal with it."""

import pytest

from accounts.models import Role
from casework.services import advance
from reviews import services
from reviews.decisions import Outcome, draft_decision
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered
from tests.reviews.scenes import Scene


@pytest.fixture
def office(db):
    factories.sender()
    return factories.user(Role.OFFICE)


@remembered
def refer(round, office, *, asks: int = 80_000, **fields):
    """A proposal of a group of its own, filed, accepted and referred to the selection."""
    proposal = factories.draft(round=round, asks=asks)
    proposal = advance(proposal, "submit", by=proposal.organization.members.get(), at=NOON)
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    return proposal


@remembered
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
@remembered
def scene(office):
    """One round, two members, two proposals referred, four sheets to score."""
    round = factories.call(seats=0)
    seats = factories.panel(round, seats=2)
    proposals = [refer(round, office), refer(round, office, asks=60_000)]
    return Scene(round=round, office=office, seats=seats, proposals=proposals)


@pytest.fixture
@remembered
def scored(scene):
    """The first proposal has 12 and 13 points of 15, the second 9 and 10."""
    for proposal, points in enumerate([((8, 4), (9, 4)), ((6, 3), (7, 3))]):
        for seat, given in enumerate(points):
            fill(scene.sheet(proposal, seat), *given)
    return scene


@remembered
def draft(scene, *verbs, missing_reason="", correction_reason="", **fields):
    """Draft what people decide, who say why wherever it is not what the rules propose."""
    said = {"departure": "合議による", **fields}
    outcomes = [Outcome(p, verb, **said) for p, verb in zip(scene.proposals, verbs, strict=True)]
    return draft_decision(
        scene.round, outcomes=outcomes, missing_reason=missing_reason,
        correction_reason=correction_reason, by=scene.office, at=NOON,
    )  # fmt: skip


@remembered
def approve(approval):
    return advance(
        approval, "approve", by=factories.user(Role.APPROVER), at=NOON, decided_on=NOON.date()
    )
