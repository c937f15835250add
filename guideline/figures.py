"""Figures and their parts: so many, of which so many are something narrower.

The parts of a number are never more than the number, unless the whole says that its document has it so.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .models import Figure


def are_more(whole: int, parts: Iterable[int]) -> bool:
    """Return whether parts are more than their whole, one alone or all together."""
    found = list(parts)
    return sum(found) > whole or any(part > whole for part in found)


def refuse_more_than_the_whole(figure: "Figure") -> None:
    """Refuse a figure that, as a part or as a whole, would not fit with the others on record.

    :raises ValidationError: naming the value.
    """
    whole = figure.part_of or figure
    if figure.part_of_id and whole.part_of_id:
        raise ValidationError({"part_of": _("A part has no parts of its own.")})
    if _belongs_to(whole) != _belongs_to(figure):
        raise ValidationError(
            {"part_of": _("A part is of the same measure and year as the whole.")}
        )
    if figure.value is None or whole.parts_exceed:
        return
    others = whole.parts.exclude(pk=figure.pk) if whole.pk else []
    parts = [part.value for part in others] + ([figure.value] if figure.part_of_id else [])
    if are_more(whole.value, parts):
        raise ValidationError(
            {
                "value": _(
                    "The parts are more than the whole. If the document says so, mark it there."
                )
            }
        )


def _belongs_to(figure: "Figure") -> tuple[int | None, ...]:
    return figure.measure_id, figure.of_year_id, figure.fiscal_year
