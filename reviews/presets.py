"""Rubrics of other cities, to begin with: labelled as theirs, and never Kamakura's own."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from casework.flow import Text


@dataclass(frozen=True, slots=True)
class Preset:
    """A rubric that can be loaded.

    :param criteria: names in Japanese and English with the most points, in order.
    :param source: written into the rubric, so that nobody takes it for the city's own.
    """

    code: str
    label: Text
    source: str
    criteria: tuple[tuple[str, str, int], ...]


#: Source: Hachinohe City's published 審査 of its support for citizens' activities: five criteria of ten.
HACHINOHE = Preset(
    "hachinohe",
    _("In the manner of Hachinohe City: five criteria of ten points"),
    "八戸市の公表例にならう（鎌倉市の審査基準ではない） city.hachinohe.aomori.jp",
    (
        ("公益性", "Public benefit", 10),
        ("実現性", "Feasibility", 10),
        ("費用対効果", "Effect for its cost", 10),
        ("協働性", "Working together", 10),
        ("独創性", "Originality", 10),
    ),
)

PRESETS = {preset.code: preset for preset in (HACHINOHE,)}
