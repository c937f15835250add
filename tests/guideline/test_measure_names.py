"""Each edition counts its measures from 1, so a number alone does not name a measure."""

import pytest
from django.utils import translation

from guideline.measure_names import in_edition, with_edition
from tests import factories

FROZEN = {"number": 9, "name": "案内", "edition_name": "第一次"}


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "said"), [("ja", "{}（{}）"), ("en", "{} ({})")])
def test_number_and_name_stand_with_the_edition(language, said):
    measure = factories.measure()
    with translation.override(language):
        told = said.format(f"{measure.number}. {measure.name}", measure.edition.name)
        assert with_edition(measure) == told
        assert with_edition(FROZEN) == said.format("9. 案内", "第一次")


def test_text_that_was_frozen_without_its_edition_is_named_as_it_was():
    assert in_edition("案内", "", japanese=True) == "案内"
    assert with_edition(FROZEN | {"edition_name": ""}) == "9. 案内"
