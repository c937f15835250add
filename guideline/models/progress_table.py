"""The city’s progress table of a day: who reads it, what its summary prints, which file was taken in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .edition import Edition
from .measure import Classification, Status
from .of_a_day import OfADay
from .sources import Sourced


class PublicDayQuerySet(models.QuerySet):
    def standing(self):
        """Keep the days that nobody withdrew."""
        return self.filter(withdrawn_at__isnull=True)


class PublicDay(Sourced):
    """A day of an edition whose progress everybody may read, as it stood when it was released.

    What is on record for any other day is for those whom :func:`reads_all_progress` names alone.
    ``source`` is what made it public first; ``made_public_at`` is empty where the city itself had
    published the table before.

    :ivar frozen_at: the moment at which plan and result of its fiscal year, and of those before, were
        put together; empty where no release showed them.
    :ivar released_at: the moment at which everybody could read what stands there now: that of the last
        release of the day, where ``made_public_at`` is that of the first.
    :ivar year_versions: the very versions that everybody reads of these years.
    :ivar withdrawn_at: since when nobody reads it any more; a later release makes it public again.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, verbose_name=_("edition"))
    as_of = models.DateField(_("as of"))
    made_public_at = models.DateTimeField(_("made public at"), null=True, blank=True)
    frozen_at = models.DateTimeField(_("as it stood at"), null=True, blank=True, editable=False)
    released_at = models.DateTimeField(_("released last at"), null=True, blank=True, editable=False)
    year_versions = models.ManyToManyField(
        "guideline.MeasureYearVersion",
        related_name="public_days",
        editable=False,
        verbose_name=_("versions of the years’ plans and results"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)

    objects = PublicDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("public day of the progress")
        verbose_name_plural = _("public days of the progress")
        constraints = [
            models.UniqueConstraint(fields=["edition", "as_of"], name="public_day_once"),
        ]

    def __str__(self):
        return f"{self.edition} {self.as_of}"


class PrintedCount(OfADay, Sourced):
    """What the document's own summary says: so many of so many measures of a class."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, verbose_name=_("edition"))
    as_of = models.DateField(_("as of"))
    classification = models.CharField(_("class"), max_length=4, choices=Classification.choices)
    status = models.CharField(
        pgettext_lazy("of a measure", "status"), max_length=20, choices=Status.choices
    )
    count = models.PositiveSmallIntegerField(_("count"))
    denominator = models.PositiveSmallIntegerField(_("out of"))

    class Meta:
        verbose_name = _("printed count")
        verbose_name_plural = _("printed counts")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "as_of", "classification", "status", "is_public"],
                name="printed_count_once",
            ),
            models.CheckConstraint(
                condition=Q(classification__in=Classification.values) & Q(status__in=Status.values),
                name="printed_count_codes_known",
            ),
        ]

    def __str__(self):
        of_what = f"{self.get_classification_display()} {self.get_status_display()}"
        return f"{of_what} {self.count}/{self.denominator}"


class ProgressTable(models.Model):
    """One taking in of the city's progress table: which file changed the rows, when and by whom.

    ``digest`` is SHA-256 of the file; ``taken_by`` is empty where a command took it.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, verbose_name=_("edition"))
    as_of = models.DateField(_("as of"))
    title = models.CharField(_("title"), max_length=300)
    digest = models.CharField(_("digest of the file"), max_length=64)
    changes = models.PositiveSmallIntegerField(_("values that changed"))
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken by"),
    )

    class Meta:
        verbose_name = _("progress table taken in")
        verbose_name_plural = _("progress tables taken in")

    def __str__(self):
        return f"{self.title} {self.as_of}"
