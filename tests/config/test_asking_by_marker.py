"""A pass over the tests of one marker imports no file that has none of them."""

import pytest

from tests.conftest import asked_for


@pytest.mark.parametrize(
    ("expression", "markers"),
    [
        ("", []),
        ("not postgres and not journey and not long", []),
        ("postgres", ["postgres"]),
        ("journey and not long", ["journey"]),
        ("journey or postgres", []),
        ("journey and long or postgres", []),
    ],
)
def test_marker_is_asked_of_a_file_only_if_every_test_must_bear_it(expression, markers):
    assert asked_for(expression) == markers
