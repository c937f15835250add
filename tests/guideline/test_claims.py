"""Where documents disagree: both values stand, and a flag shows."""

import pytest
from django.contrib.auth.models import AnonymousUser

from guideline.claims import disagreements
from guideline.models import Measure


def flagged(edition: str) -> dict[int, list[str]]:
    measures = Measure.objects.of(edition).with_standing(AnonymousUser()).order_by("number")
    found = ((measure.number, disagreements(measure)) for measure in measures)
    return {number: [claim.as_printed for claim in claims] for number, claims in found if claims}


def test_first_edition_flags_what_the_progress_table_proposes_otherwise(loaded):
    assert flagged("first") == {
        1: ["Ⅲに降格"],
        2: ["Ⅲに降格"],
        3: ["○"],
        4: ["Ⅱ-イ"],
        6: ["I"],
        7: ["I"],
        8: ["I", "令和元年度、７年度実施"],
        9: ["I"],
        11: ["Ⅱ-イ"],
        13: ["Ⅱ-イ"],
        15: ["Ⅲ"],
        16: ["I"],
        18: ["○→I"],
        20: ["Ⅱ-ア"],
        21: ["令和７年度４月から配置"],
        22: ["○"],
    }


def test_second_edition_flags_what_was_proposed_for_its_sources(loaded):
    assert flagged("second")[14] == ["Ⅲ", "I"]
    assert 5 not in flagged("second")


@pytest.mark.parametrize(("classification", "number"), [("I", 8), ("II-a", 18)])
def test_flag_goes_when_the_edition_agrees(loaded, classification, number):
    Measure.objects.of("second").filter(number=number).update(classification=classification)

    assert number not in flagged("second")
