"""Long work: asked for once, done once, picked up again, and read by whom it concerns."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from accounts.models import Role
from casework import works
from casework.models import Work
from casework.work_kinds import KINDS, work
from tests import factories
from tests.factories import NOON, TODAY

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


class Clock:
    """The machine's own clock, which goes on by some seconds each time it is read."""

    def __init__(self, at: datetime = NOON, step: timedelta = SECOND / 2):
        self.at, self.step = at, step

    def __call__(self) -> datetime:
        self.at += self.step
        return self.at


def words(found: Work) -> str:
    return f"no. {found.params['number']}"


@pytest.fixture
def kind() -> Iterator[SimpleNamespace]:
    """Two kinds of work, one private and one shared by the office; ``does`` is what they do."""
    this = SimpleNamespace(does=lambda found, progress: sum(progress.each([1, 2, 3])))
    told = {"label": "Adding up", "address": lambda found: "/sum/", "about": words}
    shared = {"readers": lambda user: Q() if user.duties.holds(Role.OFFICE) else Q(pk__in=[])}
    work("private", **told)(lambda *said: this.does(*said))
    work("shared", **told, **shared)(lambda *said: this.does(*said))
    yield this
    del KINDS["private"], KINDS["shared"]


def asked(by, code="private", number=1, fingerprint="f") -> Work:
    return works.ask(code, params={"number": number}, fingerprint=fingerprint, by=by, at=NOON)


def done(found: Work, now: Callable[[], datetime] | None = None) -> Work:
    works.do(found.pk, now=now or Clock())
    found.refresh_from_db()
    return found


def test_the_same_work_is_asked_for_and_done_once(kind):
    clerk, times = factories.user(), []
    kind.does = lambda found, progress: times.append(1)

    first = done(asked(clerk))
    again = asked(clerk)

    assert not works.do(again.pk, now=Clock())
    assert (again.pk, again.state, times) == (first.pk, "done", [1])
    others = [asked(clerk, number=2), asked(clerk, fingerprint="g"), asked(factories.user())]
    assert len({first.pk, *(other.pk for other in others)}) == 4


def test_shared_work_is_one_for_all_and_private_work_is_read_by_whoever_asked(kind):
    office, other = factories.user(Role.OFFICE), factories.user(Role.OFFICE)
    shared, private = asked(office, "shared"), asked(office)

    assert asked(other, "shared") == shared
    assert list(Work.objects.visible_to(other)) == [shared]
    assert set(Work.objects.visible_to(office)) == {shared, private}
    assert not Work.objects.visible_to(factories.user(Role.APPROVER)).exists()


def test_progress_is_written_once_a_second_and_renews_the_lease(kind):
    found, seen = asked(factories.user()), []
    now = Clock()

    def does(claimed, progress):
        for _item in progress.each(range(6)):
            row = Work.objects.get()
            seen.append((row.done, row.total, row.lease_until >= now.at - SECOND + works.LEASE))
        return {"figures": [1]}

    kind.does = does
    found = done(found, now)

    assert seen == [(n, 6, True) for n in (0, 0, 2, 2, 4, 4)]
    assert (found.state, found.done, found.result) == ("done", 6, {"figures": [1]})
    assert found.lease_until is None and found.ended_at > found.started_at


def test_work_of_a_dead_worker_is_taken_again_and_the_late_one_writes_nothing_more(kind):
    found, late = asked(factories.user()), []
    Work.objects.update(state="running", claim="0" * 32, lease_until=NOON, tries=1)

    def does(claimed, progress):
        for _item in progress.each(range(2)):
            works.do(found.pk, now=Clock(NOON + works.LEASE * 2))  # this one's lease has ended
            late.append(1)
        return "late"

    results = iter([does, lambda *_: "in time"])
    kind.does = lambda *said: next(results)(*said)
    assert not works.do(found.pk, now=Clock(step=SECOND))
    found.refresh_from_db()

    assert (found.state, found.result, late) == ("done", "in time", [1])


def test_work_whose_lease_runs_is_nobody_elses(kind):
    found = asked(factories.user())
    Work.objects.update(state="running", claim="0" * 32, lease_until=NOON + works.LEASE)

    assert not works.do(found.pk, now=Clock())
    assert works.carry_on(now=NOON) == 0
    assert works.carry_on(now=NOON + works.LEASE) == 1


def test_refusal_is_kept_in_words_and_asking_anew_tries_again(kind):
    clerk = factories.user(language="en")
    found = asked(clerk)

    def refuses(*_said):
        raise ValidationError("The table has two columns of the same name.")

    kind.does, sums = refuses, kind.does
    assert done(found).refusal == "The table has two columns of the same name."
    assert not works.do(found.pk, now=Clock()), "a message that comes late changes nothing"

    kind.does = sums
    assert asked(clerk).state == "waiting"
    assert done(found).result == 6 and found.refusal == ""


def test_failure_of_the_program_is_raised_says_nothing_and_can_be_sent_again(kind):
    found = asked(factories.user())

    def fails(*_said):
        raise ZeroDivisionError("佐藤花子")

    kind.does, sums = fails, kind.does
    with pytest.raises(ZeroDivisionError):
        works.do(found.pk, now=Clock())
    found.refresh_from_db()
    assert (found.state, found.refusal, found.result) == ("failed", "", None)
    assert works.carry_on(now=NOON) == 0, "nothing but a person tries it again"

    kind.does = sums
    assert done(found).state == "done"


def test_work_over_which_every_worker_dies_fails_in_the_end(kind):
    found = asked(factories.user())
    dead = {"state": "running", "claim": "0" * 32, "lease_until": NOON}
    Work.objects.update(**dead, tries=works.MAX_TRIES)

    with pytest.raises(TimeoutError):
        works.do(found.pk, now=Clock())

    found.refresh_from_db()
    assert found.state == "failed"
    assert works.again(found, at=NOON).tries == 0


def test_what_waits_is_handed_out_after_the_commit_and_what_is_long_over_is_removed(
    kind, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        old, waiting = done(asked(factories.user())), asked(factories.user(), number=2)

    assert len(callbacks) == 2
    assert works.carry_on(now=old.ended_at + works.KEPT) == 1
    assert Work.objects.count() == 2
    assert works.carry_on(now=old.ended_at + works.KEPT + SECOND) == 1
    assert list(Work.objects.all()) == [waiting]


# Its page


def address(found: Work, name: str = "work") -> str:
    return reverse(f"casework:{name}", args=[found.pk])


def shown(client, found: Work, seen: str = "", **headers: str) -> str:
    said = {"seen": seen} if seen else {}
    answer = client.get(address(found), said, headers={"accept-language": "en", **headers})
    return answer.content.decode()


def test_page_shows_how_far_it_is_and_asks_again_with_and_without_javascript(kind, client):
    clerk = factories.user(Role.OFFICE, language="en")
    client.force_login(clerk)
    found = asked(clerk)
    assert "not begun yet" in shown(client, found)
    running = {"state": "running", "claim": "0" * 32, "lease_until": NOON, "done": 3, "total": 7}
    Work.objects.update(**running)

    page = shown(client, found)
    part = shown(client, found, "waiting", **{"HX-Request": "true"})

    assert '<meta http-equiv="refresh"' in page and 'hx-trigger="every 2s"' in page
    assert "step 3 of 7 done" in page and 'value="3" max="7"' in page
    assert "<html" not in part
    assert "It is being done." in part, "whoever listens is told of the change"
    assert "It is being done." not in shown(client, found, "running", **{"HX-Request": "true"})


def test_page_leads_to_the_result_or_says_what_to_do(kind, client):
    clerk = factories.user(Role.OFFICE, language="en")
    client.force_login(clerk)
    found = done(asked(clerk))
    page = shown(client, found)
    assert 'href="/sum/"' in page and "refresh" not in page

    Work.objects.update(state="failed", result=None)
    assert "Try again" in shown(client, found)
    assert client.post(address(found, "work-again")).status_code == 302
    assert Work.objects.get().state == "waiting"

    Work.objects.update(state="failed", ended_at=NOON, refusal="Something is missing.")
    page = shown(client, found)
    assert "Something is missing." in page and "Try again" not in page


def test_page_is_not_there_for_whoever_may_not_read_the_work(kind, client):
    found = asked(factories.user(Role.OFFICE))
    client.force_login(factories.user(Role.OFFICE).act_on(TODAY))

    assert client.get(address(found)).status_code == 404
    assert client.post(address(found, "work-again")).status_code == 404
