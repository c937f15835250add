"""Long work is asked for by many at once, and taken by many workers at once: it is done once."""

import pytest

from accounts.models import Role
from casework import works
from casework.models import Work
from tests import factories
from tests.casework.test_works import Clock, asked, kind  # noqa: F401  a fixture
from tests.races.threads import kinds, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_work_that_several_ask_for_at_once_is_one_and_of_several_workers_one_does_it(kind):  # noqa: F811
    office, times = factories.user(Role.OFFICE), []
    kind.does = lambda found, progress: times.append(list(progress.each("abc")))

    found = race(*[lambda: asked(office, "shared")] * 4)
    assert kinds(found) == ["ok"] * 4
    done = race(*[lambda: works.do(found[0].pk, now=Clock())] * 4)

    assert sorted(done) == [False, False, False, True]
    assert times == [["a", "b", "c"]]
    assert Work.objects.get().state == "done"
