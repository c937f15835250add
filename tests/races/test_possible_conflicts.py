"""Whoever answers for a possible conflict, and the search at night, take the same locks in one order."""

import threading

import pytest
from django.db import transaction

from accounts.models import Officer, Role
from reviews import possible_conflicts
from reviews.conflict_answers import confirm
from reviews.models import Conflict, PossibleConflict
from tests import factories
from tests.factories import NOON
from tests.races.test_holds import waits_for_a_lock
from tests.races.threads import PATIENCE, kinds, race
from tests.reviews.conftest import refer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_answer_waits_for_the_search_that_finds_another_ground():
    factories.sender()
    office, round, told = factories.user(Role.OFFICE), factories.call(seats=0), []
    [seat] = factories.panel(round, seats=1)
    proposal = refer(round, office)

    def officer(post: str) -> Officer:
        named = {"name": seat.user.name, "organization": proposal.organization}
        return Officer.objects.create(post=post, **named)

    officer("会計")
    possible_conflicts.find(round, at=NOON)
    waiting = PossibleConflict.objects.get()
    officer("監事")
    answering = threading.Thread(
        target=lambda: told.extend(race(lambda: confirm(waiting, by=office, at=NOON)))
    )
    with transaction.atomic():
        possible_conflicts.lock([proposal.pk])
        answering.start()
        while answering.is_alive() and not waits_for_a_lock():
            answering.join(0.05)
        assert len(possible_conflicts.find(round, at=NOON)) == 1  # and no deadlock
    answering.join(PATIENCE)

    waiting.refresh_from_db()
    assert kinds(told) == ["ok"] and len(waiting.grounds) == 2
    assert Conflict.objects.get().proposal_id == proposal.pk
