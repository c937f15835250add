"""What of a long list stands on a wall."""

import pytest

from reviews import wall
from reviews.board import Audience, Board, Line


@pytest.mark.parametrize(
    ("place", "before", "shown", "after"),
    [
        (0, 0, [0, 1, 2, 3, 4, 5], 14),
        (2, 0, [0, 1, 2, 3, 4, 5], 14),
        (3, 1, [1, 2, 3, 4, 5, 6], 13),
        (19, 14, [14, 15, 16, 17, 18, 19], 0),
    ],
)
def test_part_lies_around_the_place_and_says_how_many_are_left_out(place, before, shown, after):
    assert wall.around(range(20), place, 6) == wall.Part(before, range(20)[shown[0]:shown[-1] + 1], after)  # fmt: skip


@pytest.mark.parametrize("length", range(8))
def test_short_list_stands_there_whole(length):
    assert wall.around(range(length), 3, 7) == wall.whole(range(length))


@pytest.mark.parametrize(
    ("audience", "numbers"), [(Audience.WALL, range(10, 15)), (Audience.MEMBER, range(1, 21))]
)
def test_wall_alone_leaves_out_what_is_far_from_the_item(audience, numbers):
    lines = [Line(number, None, [], True) for number in range(1, 21)]
    board = Board(None, audience, lines, current=lines[10])

    assert [line.number for line in board.agenda.rows] == list(numbers)


def test_wall_shows_the_places_around_the_line():
    board = Board(None, Audience.WALL, order=[(rank, 0) for rank in range(1, 31)], cut=12)

    assert [rank for rank, _sum in board.places.rows] == list(range(11, 17))
