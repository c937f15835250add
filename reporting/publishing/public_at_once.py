"""Looks for people in the words of the guideline that are public with no release, as releases do in theirs."""

from collections.abc import Iterator, Mapping

from guideline import public_words

from . import personal


@public_words.finder
def people_in(told: Mapping[str, str]) -> Iterator[public_words.Finding]:
    """Yield names that the system knows, and ways to reach somebody, field by field."""
    names = personal.known_names()
    for field, text in told.items():
        for found in (*names.within(text), *personal.ways_to_reach(text)):
            yield public_words.Finding(field, found.what, found.words, found.said)
