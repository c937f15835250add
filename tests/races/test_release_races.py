"""Two people propose releases of the same table at once: it waits in one of them."""

import pytest

from accounts.models import Role
from casework.services import advance
from reporting.models import Release
from reporting.publishing import releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.races.threads import kinds, race
from tests.reporting import makers

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("withdraw", [False, True])
def test_register_waits_in_one_release(withdraw):
    makers.granted_year()
    clerk = factories.user(Role.OFFICE)
    if withdraw:
        first = releases.begin(by=clerk, at=NOON)
        releases.put_in(first, "register", "all", by=clerk, at=NOON)
        draft = releases.propose(first, by=clerk, at=NOON)
        advance(draft, "approve", by=factories.user(Role.APPROVER), at=NOON, decided_on=TODAY)
    said = {"withdraw": withdraw, "note": "誤り" if withdraw else ""}

    def proposing():
        release = releases.begin(by=clerk, at=NOON)
        releases.put_in(release, "register", "all", by=clerk, at=NOON, **said)
        return lambda: releases.propose(release, by=clerk, at=NOON)

    told = race(*[proposing() for _clerk in range(4)])

    assert kinds(told) == ["NotPossible"] * 3 + ["ok"]
    assert Release.objects.filter(state="waiting").count() == 1
