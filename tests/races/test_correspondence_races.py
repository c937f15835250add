"""Two clerks at the same letter, or the same pile of post, on PostgreSQL with real threads."""

from datetime import timedelta

import pytest

from accounts.models import Role, User
from casework import by_post, letter_versions, outbox, outbox_keeping, verification
from casework.models import Letter, Notice, Sender
from tests import factories
from tests.casework.cases import filed, sent_back
from tests.factories import NOON, TODAY
from tests.races.threads import kinds, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

LATER = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def world():
    """A sender of letters; and no worker is asked, for no broker runs here."""
    factories.sender()
    with outbox.delivered_by_hand():
        yield
    assert list(verification.faults()) == []


def person(someone: User) -> User:
    return User.objects.get(pk=someone.pk)


def by_post_letter() -> Notice:
    proposal = filed()
    proposal.organization.membership_set.all().delete()
    proposal.organization.address = "架空市見本町1-2"
    proposal.organization.save()
    return sent_back(type(proposal).objects.get(pk=proposal.pk)).notices.by_post().get()


def clerks(number: int) -> list[User]:
    return [factories.user(Role.OFFICE) for _ in range(number)]


def test_of_clerks_who_issue_a_letter_anew_at_once_one_wins():
    letter = sent_back(filed()).letters.get()
    Sender.objects.update(name="正しい 三郎")

    def issuing(clerk):
        mine, who = Letter.objects.get(pk=letter.pk), person(clerk)

        def run():
            with outbox.delivered_by_hand():
                return letter_versions.reissue(mine, reason="誤り", by=who, at=LATER)

        return run

    outcomes = race(*map(issuing, clerks(4)))

    assert kinds(outcomes) == ["NotPossible"] * 3 + ["ok"]
    assert list(letter.case.letters.order_by("pk").values_list("version", flat=True)) == [1, 2]
    assert letter.case.events.filter(verb="reissue_letter").count() == 1
    assert Notice.objects.filter(letter__version=2).count() == 1


def test_of_clerks_who_print_the_same_pile_each_sheet_is_ones():
    pile = [by_post_letter() for _ in range(4)]

    def printing(clerk, notices):
        who = person(clerk)
        return lambda: by_post.print_batch(notices, by=who, at=NOON)

    first, second = clerks(2)
    outcomes = race(printing(first, pile), printing(second, list(reversed(pile))))

    assert kinds(outcomes) == ["NotPossible", "ok"]
    assert Notice.objects.filter(state="printed").count() == len(pile)
    for notice in pile:
        assert notice.case.events.filter(verb="print_notice").count() == 1


def test_overlapping_piles_are_shared_out_without_waiting_for_ever():
    pile = [by_post_letter() for _ in range(3)]

    def printing(clerk, notices):
        who = person(clerk)
        return lambda: by_post.print_batch(notices, by=who, at=NOON)

    first, second = clerks(2)
    outcomes = race(printing(first, pile[:2]), printing(second, pile[1:]))

    assert kinds(outcomes) == ["ok", "ok"]
    taken = [notice.pk for batch in outcomes for notice in batch]
    assert sorted(taken) == [notice.pk for notice in pile]


def test_withdrawing_and_printing_at_once_does_one_of_the_two():
    """Printed first, it can still be withdrawn; withdrawn first, it is not printed."""
    notice = by_post_letter()
    first, second = map(person, clerks(2))

    outcomes = race(
        lambda: by_post.print_batch([notice], by=first, at=NOON),
        lambda: outbox_keeping.withdraw(notice, by=second, at=NOON),
    )

    assert not isinstance(outcomes[1], Exception)
    assert Notice.objects.get(pk=notice.pk).state == "withdrawn"
    assert notice.case.events.filter(verb="print_notice").count() == (
        not isinstance(outcomes[0], Exception)
    )


def test_of_two_who_record_the_posting_one_is_told_that_it_is_done():
    [notice] = by_post.print_batch([by_post_letter()], by=clerks(1)[0], at=NOON)

    def recording(clerk):
        who = person(clerk)
        return lambda: by_post.mail_batch([notice], on=TODAY, by=who, at=NOON)

    outcomes = race(*map(recording, clerks(3)))

    assert kinds(outcomes) == ["NotPossible", "NotPossible", "ok"]
    assert notice.case.events.filter(verb="mail_notice").count() == 1
