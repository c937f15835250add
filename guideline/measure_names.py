"""How a measure is named where both editions can meet: each edition counts its measures from 1."""

from guideline.models import Measure, in_japanese


def in_edition(name: str, edition: str, *, japanese: bool) -> str:
    """Return a measure’s name with its edition behind it; of an old text the edition may be unknown."""
    if not edition:
        return name
    return f"{name}（{edition}）" if japanese else f"{name} ({edition})"


def with_edition(measure: Measure | dict) -> str:
    """Return number, name and edition of a measure, in the language of the page.

    :param measure: with its edition, or a row of a frozen text: ``number, name, edition_name``.
    """
    if isinstance(measure, dict):
        number, name, edition = (measure[key] for key in ("number", "name", "edition_name"))
    else:
        number, name, edition = measure.number, measure.name, measure.edition.name
    return f"{number}. {in_edition(name, edition, japanese=in_japanese())}"
