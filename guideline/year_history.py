"""Who changed what of a year's row when: each version against the one before, value by value."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import parties

from .models import BY_MONTH, MeasureYear, MeasureYearVersion
from .prefill import said_in_words
from .years import KEPT, FigureShown, shown_from


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that a version changed, in the words of the page; empty where there was or is nothing."""

    label: str | Promise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """A version and what it changed of the one before it."""

    version: MeasureYearVersion
    changed: list[Changed]


def steps(versions: Iterable[MeasureYearVersion]) -> list[Step]:
    """Return what each version changed, the newest first.

    :param versions: with their authors, of one row.
    """
    shown = sorted(versions, key=lambda version: -version.number)
    numbers = {version.number - 1 for version in shown} - {version.number for version in shown}
    year = shown[0].year_id if shown else None
    earlier = MeasureYearVersion.objects.filter(year=year, number__in=numbers)
    known = {version.number: version for version in [*shown, *earlier]}
    return [Step(version, _changed(version, known.get(version.number - 1))) for version in shown]


def versions_of(year: MeasureYear) -> QuerySet[MeasureYearVersion]:
    """Return the versions of a row with their authors, the newest first."""
    return MeasureYearVersion.objects.filter(year=year.pk).select_related("by").order_by("-number")


def _changed(version: MeasureYearVersion, older: MeasureYearVersion | None) -> list[Changed]:
    before, after = (one.content if one else {} for one in (older, version))
    found = []
    for name in KEPT:
        was, is_now = (content.get(name) or _nothing(name) for content in (before, after))
        if was != is_now:
            label = MeasureYear._meta.get_field(name).verbose_name
            found.append(Changed(label, said_in_words(name, was), said_in_words(name, is_now)))
    figures = [_figures(content) for content in (before, after)]
    if (before.get("figures") or []) != (after.get("figures") or []):
        found.append(Changed(gettext_lazy("figures"), *figures))
    return found


def _nothing(name: str):
    if name in BY_MONTH:
        return {}
    return [] if name.endswith("_months") else ""


def _figures(content: dict) -> str:
    """Return the figures of a version, one a line."""
    if not content:
        return ""
    return "\n".join(_in_words(figure) for figure in shown_from(content, 0, 0).figures)


def _in_words(figure: FigureShown) -> str:
    said = [_value(figure), *(f"{_('of which')} {_value(part)}" for part in figure.parts)]
    return parties.listed(said)


def _value(figure: FigureShown) -> str:
    day = f" ({figure.as_of.isoformat()})" if figure.as_of else ""
    return f"{figure.name} {figure.number} {figure.measured_in}".rstrip() + day
