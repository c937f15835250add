"""Rubrics of other cities, to begin with: labelled as theirs, and never Kamakura's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from casework.flow import Text

from .scoring import Aggregation, Allocation, PassUnit, RecusedCounts


@dataclass(frozen=True, slots=True)
class Preset:
    """A rubric that can be loaded; what that city did not publish stays not set.

    :param criteria: names in Japanese and English with the most points, in order; none where only
        the rules are published: then the criteria that were entered stay.
    :param source: written into the rubric, so that nobody takes it for the city's own.
    :param rules: fields of ``Rubric`` that the city published.
    """

    code: str
    label: Text
    source: str
    criteria: tuple[tuple[str, str, int], ...] = ()
    rules: Mapping[str, object] = field(default_factory=dict)


def _manner(city: str, address: str) -> str:
    return f"{city}の公表例にならう（鎌倉市の審査基準ではない） {address}"


#: Source: Hachinohe City's published 審査 of its support for citizens' activities: five criteria of
#: ten, about 70 % of the mean without the highest and the lowest sheet; a member who belongs to the
#: group does not score it.
HACHINOHE = Preset(
    "hachinohe",
    _("In the manner of Hachinohe City: five criteria of ten points"),
    _manner("八戸市", "city.hachinohe.aomori.jp"),
    (
        ("公益性", "Public benefit", 10),
        ("実現性", "Feasibility", 10),
        ("費用対効果", "Effect for its cost", 10),
        ("協働性", "Working together", 10),
        ("独創性", "Originality", 10),
    ),
    {
        "aggregation": Aggregation.TRIMMED,
        "pass_mark": Decimal(70),
        "pass_unit": PassUnit.PERCENT,
        "recused_counts": RecusedCounts.LEFT_OUT,
    },
)

#: Source: Motosu City: six criteria of ten; for an excluded member the mean of the others is added.
MOTOSU = Preset(
    "motosu",
    _("In the manner of Motosu City: six criteria of ten points"),
    _manner("本巣市", "city.motosu.lg.jp"),
    (
        ("主体性", "Own initiative", 10),
        ("公共性", "Public nature", 10),
        ("実現性", "Feasibility", 10),
        ("独創性・発展性", "Originality and growth", 10),
        ("啓発性", "Raising awareness", 10),
        ("協働性・継続性", "Working together and lasting", 10),
    ),
    {"recused_counts": RecusedCounts.AS_MEAN},
)

#: Source: Mobara City: twelve criteria of five points, of which it publishes the mean of each. Their
#: names could not be read, so they bear numbers until the office names them.
MOBARA = Preset(
    "mobara",
    _("In the manner of Mobara City: twelve criteria of five points, names to be entered"),
    _manner("茂原市", "city.mobara.chiba.jp"),
    tuple((f"項目{number}", f"Criterion {number}", 5) for number in range(1, 13)),
    {"aggregation": Aggregation.MEAN},
)

#: Source: Obu City (協働企画提案): scores converted to 100, 50 are needed; a member with an interest
#: takes no part.
OBU = Preset(
    "obu",
    _("In the manner of Obu City: 50 percent are needed; the criteria stay as entered"),
    _manner("大府市", "city.obu.aichi.jp"),
    rules={
        "pass_mark": Decimal(50),
        "pass_unit": PassUnit.PERCENT,
        "recused_counts": RecusedCounts.LEFT_OUT,
    },
)

#: Source: Sanda City (協働事業提案): a mean of 30 points of 50.
SANDA = Preset(
    "sanda",
    _("In the manner of Sanda City: a mean of 60 percent is needed; the criteria stay as entered"),
    _manner("三田市", "ssl.city.sanda.lg.jp"),
    rules={
        "aggregation": Aggregation.MEAN,
        "pass_mark": Decimal(60),
        "pass_unit": PassUnit.PERCENT,
    },
)

#: Source: Ayase City: the budget is given out in the order of the points, by assessed amounts. What
#: becomes of the first above the budget could not be read.
AYASE = Preset(
    "ayase",
    _("In the manner of Ayase City: assessed amounts; the criteria stay as entered"),
    _manner("綾瀬市", "city.ayase.kanagawa.jp"),
    rules={"allocation": Allocation.ASSESSED},
)

PRESETS = {preset.code: preset for preset in (HACHINOHE, MOTOSU, MOBARA, OBU, SANDA, AYASE)}
