"""Lines of a budget or a settlement, and the categories of them that a course edition knows."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.asked_once import asked_once
from grants.categories import OF_COSTS, OF_INCOME, Category, Treatment

from .courses import CourseEdition


class Side(models.TextChoices):
    INCOME = "income", _("Income")
    EXPENDITURE = "expenditure", _("Expenditure")


#: What every line says, wherever it is copied to.
LINE_FIELDS = ("side", "label", "detail", "amount_yen", "from_city", "category")
#: What a category says, in the order of its table.
CATEGORY_FIELDS = (
    "side", "label_ja", "label_en", "position", "treatment", "limit_yen", "limit_percent", "proofs",
)  # fmt: skip

_LIMITED = Q(treatment=Treatment.LIMITED)
_HAS_LIMIT = Q(limit_yen__isnull=False) | Q(limit_percent__isnull=False)


class LineCategory(models.Model):
    """A category of costs or income of one course edition; a round freezes them with its rules.

    Which ones Kamakura knows could not be read: its editions have none, and pages say so.
    """

    edition = models.ForeignKey(
        CourseEdition,
        on_delete=models.PROTECT,
        verbose_name=_("course edition"),
        related_name="categories",
    )
    side = models.CharField(_("side"), max_length=11, choices=Side.choices)
    code = models.SlugField(_("code"), max_length=30)
    label_ja = models.CharField(_("name"), max_length=100)
    label_en = models.CharField(_("name in English"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(
        _("place in the list"), default=0, help_text=_("Lower numbers come first.")
    )
    treatment = models.CharField(
        _("what it means for the money"), max_length=15, choices=Treatment.choices
    )
    limit_yen = models.PositiveIntegerField(_("counts up to (yen)"), null=True, blank=True)
    limit_percent = models.PositiveSmallIntegerField(
        _("counts up to (percent of all costs that count)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    proofs = models.CharField(_("proofs that are wanted"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=500)
    level = models.CharField(_("rests on"), max_length=1, blank=True)

    class Meta:
        verbose_name = _("category of costs or income")
        verbose_name_plural = _("categories of costs and income")
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="category_once_an_edition"),
            models.CheckConstraint(
                condition=Q(side=Side.EXPENDITURE, treatment__in=OF_COSTS)
                | Q(side=Side.INCOME, treatment__in=OF_INCOME),
                name="category_is_treated_as_its_side_can_be",
                violation_error_message=_("Costs count or not; income is taken off or not."),
            ),
            models.CheckConstraint(
                condition=(_LIMITED & _HAS_LIMIT)
                | (~_LIMITED & Q(limit_yen=None, limit_percent=None)),
                name="category_has_a_limit_exactly_when_limited",
                violation_error_message=_("Give a limit exactly when it counts up to a limit."),
            ),
        ]

    def __str__(self):
        return f"{self.edition}: {self.label_ja}"

    @property
    def category(self) -> Category:
        """What a round keeps of it."""
        names = (name for name in Category.__dataclass_fields__)
        return Category(**{name: getattr(self, name) for name in names})


class Budgeted:
    """A case with a budget: rows named ``budget_lines``."""

    @asked_once
    def lines(self) -> list["LineBase"]:
        """Return the budget, in the order in which it was written."""
        return list(self.budget_lines.order_by("pk"))

    @property
    def requested_yen(self) -> int:
        """What is asked of the city, in yen: the lines of income marked so."""
        if (known := self.__dict__.get("asked_yen")) is not None:
            return known
        return sum(
            line.amount_yen for line in self.lines() if line.side == Side.INCOME and line.from_city
        )

    def total_yen(self, side: str) -> int:
        """Return the sum of the lines of one side, in yen."""
        return sum(line.amount_yen for line in self.lines() if line.side == side)


class LineBase(models.Model):
    """One line of income or expenditure, in whole yen.

    :param category: a code of those that the round froze; empty where none is chosen.
    """

    side = models.CharField(_("side"), max_length=11, choices=Side.choices)
    label = models.CharField(_("item"), max_length=100)
    detail = models.CharField(_("how it is reckoned"), max_length=200, blank=True)
    amount_yen = models.PositiveIntegerField(_("amount (yen)"))
    from_city = models.BooleanField(_("asked of the city"), default=False)
    category = models.SlugField(_("category"), max_length=30, blank=True, db_index=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="%(class)s_side_known"),
            models.CheckConstraint(
                condition=Q(from_city=False) | Q(side=Side.INCOME),
                name="%(class)s_only_income_from_city",
            ),
        ]

    def __str__(self):
        return f"{self.label}: {self.amount_yen}"
