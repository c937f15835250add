"""Categories of costs and income as a round froze them: which of them count, and up to what."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from guideline.models import in_language


class Treatment(models.TextChoices):
    """What a category means for the money: the first three of costs, the others of income."""

    ELIGIBLE = "eligible", _("counts")
    LIMITED = "limited", _("counts up to a limit")
    INELIGIBLE = "ineligible", _("does not count")
    DEDUCTED = "deducted", _("is taken off")
    NOT_DEDUCTED = "not_deducted", _("is not taken off")
    OTHER_SUBSIDY = "other_subsidy", _("another subsidy: is taken off")


#: What may be said of a category of each side of a budget.
OF_COSTS = (Treatment.ELIGIBLE, Treatment.LIMITED, Treatment.INELIGIBLE)
OF_INCOME = (Treatment.DEDUCTED, Treatment.NOT_DEDUCTED, Treatment.OTHER_SUBSIDY)


@dataclass(frozen=True, slots=True)
class Category:
    """One category, of the costs or of the income of a project.

    :param limit_yen: of a limited one: the most that counts, in yen.
    :param limit_percent: of a limited one: the most of all costs that count that it may be.
    :param proofs: which proofs the group keeps or hands in for it, in words.
    """

    side: str
    code: str
    label_ja: str
    treatment: str
    label_en: str = ""
    limit_yen: int | None = None
    limit_percent: int | None = None
    proofs: str = ""
    source: str = ""
    level: str = ""

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return in_language(self.label_ja, self.label_en)

    @property
    def name(self) -> dict[str, str]:
        """Both names, for an explanation that is kept."""
        return {"name": self.label_ja, "name_en": self.label_en}

    @property
    def in_words(self) -> Text:
        """What the category means for the money, with its limits."""
        yen = {"limit": f"{self.limit_yen or 0:,}", "percent": self.limit_percent}
        if self.limit_yen is not None and self.limit_percent is not None:
            words = _("counts up to %(limit)s yen and %(percent)s %% of all costs that count")
            return words % yen
        if self.limit_yen is not None:
            return _("counts up to %(limit)s yen") % yen
        if self.limit_percent is not None:
            return _("counts up to %(percent)s %% of all costs that count") % yen
        return Treatment(self.treatment).label

    @property
    def in_choice(self) -> str:
        """Name and meaning, as a list of choices shows them."""
        return _("%(name)s (%(meaning)s)") % {"name": self.label, "meaning": self.in_words}

    def frozen(self) -> dict:
        """Return the category as plain JSON."""
        return asdict(self)


def thaw(rows: list[dict]) -> tuple[Category, ...]:
    """Return the categories that a round keeps, in their order."""
    return tuple(Category(**row) for row in rows)


def of_side(categories: tuple[Category, ...], side: str) -> tuple[Category, ...]:
    return tuple(category for category in categories if category.side == side)


def by_code(categories: tuple[Category, ...]) -> Mapping[str, Category]:
    return {category.code: category for category in categories}
