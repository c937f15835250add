"""The form of a figure: what is counted, how many, in which unit."""

from django.utils import translation

from guideline.year_forms import FigureForm
from tests.factories import TODAY


def test_what_is_counted_and_its_unit_are_told_apart_in_japanese():
    with translation.override("ja"):
        labels = [str(one.label) for one in FigureForm(today=TODAY).fields.values() if one.label]

    assert len(labels) == len(set(labels))
