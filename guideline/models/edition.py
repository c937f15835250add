"""The editions of the city’s guideline, and the sections by which their measures are ordered."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework import calendar

from .sources import Sourced
from .titles import Titled


class EditionQuerySet(models.QuerySet):
    def in_force_in(self, fiscal_year: int):
        """Keep what is in force on any day of a fiscal year; an open end of its time is no end."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=calendar.last_day(fiscal_year))
        going_on = Q(valid_until__isnull=True) | Q(valid_until__gte=calendar.first_day(fiscal_year))
        return self.filter(begun, going_on, status=Edition.State.IN_FORCE)


class Edition(Titled, Sourced):
    """One edition of the guideline (第一次指針, 第二次指針)."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("edition", "Draft")
        IN_FORCE = "in_force", _("In force")

    code = models.SlugField(_("code"), unique=True)
    status = models.CharField(_("status"), max_length=10, choices=State.choices)
    numbered = models.BooleanField(
        _("prints numbers"),
        default=True,
        help_text=_("Off: the document prints no numbers; ours follow its order."),
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_force"]), name="edition_status_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="edition_ends_after_it_starts",
                violation_error_message=_("The last day must not be before the first day."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_in_force(self) -> bool:
        return self.status == self.State.IN_FORCE


class Section(Titled, Sourced):
    """A section (place 0) of an edition, or a subsection of one (place 1 and on).

    ``letter`` is the subsection's mark (ア, イ …) where the document prints one.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, verbose_name=_("edition"))
    number = models.PositiveSmallIntegerField(_("section"))
    place = models.PositiveSmallIntegerField(_("place"), default=0)
    letter = models.CharField(_("letter"), max_length=2, blank=True)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number", "place"], name="section_once_an_edition"
            ),
        ]

    def __str__(self):
        return f"({self.number}){self.letter} {self.title}"
