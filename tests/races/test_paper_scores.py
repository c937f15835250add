"""What is typed in from paper meets the member's own hand, or another clerk's: one of them stands."""

import pytest
from django.db import transaction

from accounts.models import Role
from casework.calendar import japan_date
from reviews import paper_files, paper_scores
from reviews.models import Score, ScoreSheet
from tests import factories
from tests.factories import NOON
from tests.races.threads import kinds, race
from tests.reviews.conftest import fill, refer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def a_file(round, office) -> list[paper_files.Line]:
    """Return the lines of a file in which every criterion of every sheet has three points."""
    resource = paper_scores.resource_of(round)
    text = "".join(paper_files.csv_of(resource, paper_scores.sheets_of(round, office)))
    lines = paper_files.read(text.replace(",,,", ",3,3,").encode(), resource).lines
    assert all(set(line.points.values()) == {3} for line in lines)
    return lines


def test_two_clerks_and_the_member_at_once_leave_one_hand_in_each_sheet():
    factories.sender()
    office, round = factories.user(Role.OFFICE), factories.call(seats=0)
    seats = factories.panel(round, seats=2)
    for _ in range(2):
        refer(round, office)
    lines = a_file(round, office)
    own = ScoreSheet.objects.filter(seat=seats[0]).order_by("-pk").first()

    def type_in():
        return paper_scores.enter(round, lines, received_on=japan_date(NOON), by=office, at=NOON)

    @transaction.atomic
    def score():
        return fill(own, 5, 5)

    told = race(type_in, type_in, score)

    assert ScoreSheet.objects.filter(state="submitted").exists()
    by_sheet = {
        sheet.pk: {score.points for score in Score.objects.filter(sheet=sheet)}
        for sheet in ScoreSheet.objects.all()
    }
    typed = [one for one in told if isinstance(one, list)]
    if by_sheet[own.pk] == {5}:  # the member was first: no line of any file was written
        assert not any(points for pk, points in by_sheet.items() if pk != own.pk)
        assert kinds(told) == ["FaultyFile", "FaultyFile", "ok"]
    else:  # a clerk was first: the other clerk finds all of it stored, the member a closed sheet
        assert all(points == {3} for points in by_sheet.values())
        assert sorted(len(changes) for changes in typed) in ([0, 4], [4])
        assert "ok" in kinds(told) and own.pk in by_sheet
