"""What bears a Japanese name, our English translation of it, and the name of a fiscal year."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casework import calendar


class Titled(models.Model):
    """Base of what bears a Japanese name and our English translation of it."""

    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """The title in the language of the page; the Japanese one where no other is."""
        return in_language(self.title, self.title_en)


def in_japanese() -> bool:
    """Return whether the page is in Japanese."""
    return (get_language() or "ja").startswith("ja")


def in_language(japanese: str, english: str) -> str:
    """Return the one of two data texts that suits the page's language."""
    return japanese if in_japanese() else english or japanese


def unit_of(label_en: str, unit: str, unit_en: str) -> str:
    """Return the unit of a figure in the language of the page.

    In English a plain count has none (件); a figure that nobody translated keeps the Japanese one.
    """
    return unit if in_japanese() or not (label_en or unit_en) else unit_en


def fiscal_year_name(fiscal_year: int | None) -> str:
    """Name a fiscal year in the language of the page: 令和5年度, FY 2023; empty if unknown."""
    if fiscal_year is None:
        return ""
    return calendar.wareki_year(fiscal_year) if in_japanese() else f"FY {fiscal_year}"
