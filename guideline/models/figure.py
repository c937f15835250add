"""A number for a measure, and how much of another one it is."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guideline import figures

from .measure import Measure
from .sources import Sourced
from .titles import fiscal_year_name, in_language, unit_of


class FigureQuerySet(models.QuerySet):
    def of_documents(self):
        """Keep what documents give; the figures of a year's row are read with that row."""
        return self.filter(of_year__isnull=True)


class Figure(Sourced):
    """A number for a measure: from a document, or of a year's row that the office keeps.

    A figure with ``part_of`` says how much of another one is something narrower (うち市民団体).
    ``parts_exceed`` flags a whole whose parts are more than it, for so the document has it.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, verbose_name=_("measure"))
    of_year = models.ForeignKey(
        "MeasureYear",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="figures",
        verbose_name=_("of the year’s row"),
    )
    part_of = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
    )
    label = models.CharField(_("label"), max_length=100)
    label_en = models.CharField(_("label in English"), max_length=200, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), null=True, blank=True)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    value = models.BigIntegerField(_("value"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    unit_en = models.CharField(_("unit in English"), max_length=40, blank=True)
    parts_exceed = models.BooleanField(
        _("parts are more than the whole"),
        default=False,
        help_text=_("Only where the document itself says so; the page flags it."),
    )

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "label", "fiscal_year"],
                condition=Q(of_year__isnull=True, part_of__isnull=True),
                name="figure_once_a_fiscal_year",
            ),
            models.UniqueConstraint(
                fields=["measure", "label"],
                condition=Q(fiscal_year__isnull=True, of_year__isnull=True, part_of__isnull=True),
                name="figure_without_a_year_once",
            ),
            models.UniqueConstraint(
                fields=["of_year", "label"],
                condition=Q(of_year__isnull=False, part_of__isnull=True),
                name="figure_once_a_row_of_a_year",
            ),
            models.UniqueConstraint(
                fields=["part_of", "label"],
                condition=Q(part_of__isnull=False),
                name="figure_part_once_a_whole",
            ),
        ]

    def __str__(self):
        return f"{self.label} {self.value}{self.unit}"

    def clean(self):
        figures.refuse_more_than_the_whole(self)

    @property
    def year(self) -> str:
        return fiscal_year_name(self.fiscal_year)

    @property
    def name(self) -> str:
        """The label in the language of the page."""
        return in_language(self.label, self.label_en)

    @property
    def number(self) -> str:
        """The value with its thousands apart."""
        return f"{self.value:,}"

    @property
    def measured_in(self) -> str:
        """The unit in the language of the page."""
        return unit_of(self.label_en, self.unit, self.unit_en)
