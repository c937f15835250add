"""Keys that an address names."""

import pytest

from accounts.numbers_named import key_in, keys_in


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "１", "²", "9" * 19, "9" * 5000])
def test_text_that_is_no_key_names_none(text):
    assert key_in(text) is None


def test_keys_are_kept_in_order_and_the_rest_left_out():
    assert keys_in(["3", "x", "9" * 18, "1"]) == [3, 10**18 - 1, 1]
