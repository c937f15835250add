"""A measure of the guideline, what documents say of its class and status, and how far it has come."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Prefetch, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .edition import Edition, Section
from .of_a_day import OfADay, OnRecord, reads_all_progress
from .sources import Sourced
from .titles import Titled, fiscal_year_name


class Classification(models.TextChoices):
    """How soon a measure is to be done (分類)."""

    PRIORITY = "I", _("I (priority)")
    MEDIUM_TERM = "II-a", _("II-a")
    CONTINUED = "II-i", _("II-i")
    STEPWISE = "III", _("III")


class Status(models.TextChoices):
    """How far a measure has come (施策の実施), as the progress table marks it."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    PARTLY = "partly", _("Partly done")
    DONE = "done", _("Done")
    ONGOING = "ongoing", _("Done, continuing")


TONES = {
    Status.NOT_STARTED: "neutral",
    Status.IN_PROGRESS: "action",
    Status.PARTLY: "action",
    Status.DONE: "good",
    Status.ONGOING: "good",
}


class MeasureQuerySet(models.QuerySet):
    def of(self, edition: str):
        """Keep the measures of the edition with this code."""
        return self.filter(edition__code=edition)

    def by_edition(self):
        """Order by edition, what is in force before a draft, and then the latest first."""
        in_force = Q(edition__status=Edition.State.IN_FORCE)
        begins = F("edition__valid_from").desc(nulls_last=True)
        return self.select_related("edition").order_by(
            Case(When(in_force, then=0), default=1), begins, "-edition", "number"
        )

    def with_standing(self, user):
        """Fetch what a list shows ``user`` beside a measure: place, progress, claims and successors."""
        return self.select_related("section", "edition").prefetch_related(
            Prefetch("progress_set", Progress.objects.visible_to(user)),
            Prefetch("claim_set", Claim.objects.visible_to(user)),
            "leads_to__to_measure",
            Prefetch("comes_from__from_measure__claim_set", Claim.objects.visible_to(user)),
        )


class Measure(Titled, Sourced):
    """A measure (施策) of one edition.

    ``text`` and ``previous_actions`` are what the guideline prints of it; the office enters them.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, verbose_name=_("edition"))
    number = models.PositiveSmallIntegerField(_("number"))
    section = models.ForeignKey(Section, on_delete=models.PROTECT, verbose_name=_("section"))
    classification = models.CharField(_("class"), max_length=4, choices=Classification.choices)
    text = models.TextField(_("text of the guideline"), blank=True)
    previous_actions = models.TextField(_("what was done before"), blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number"], name="measure_number_once_an_edition"
            ),
            models.CheckConstraint(
                condition=Q(classification__in=Classification.values), name="measure_class_known"
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("guideline:measure", args=[self.edition.code, self.number])

    def clean(self):
        if self.section_id and self.section.edition_id != self.edition_id:
            raise ValidationError({"section": _("The section belongs to another edition.")})

    @property
    def standing(self) -> "Progress | None":
        """The latest progress that ``with_standing`` fetched: what its reader may see."""
        return max(self.progress_set.all(), key=lambda row: row.as_of, default=None)


class ClaimsOnRecord(OnRecord):
    def visible_to(self, user) -> models.QuerySet:
        """Return what ``user`` may read: of a day as :class:`OnRecord` says; of documents all."""
        if reads_all_progress(user):
            return self.all()
        of_documents = Q(is_public=False, as_of__isnull=True)
        return self.model._base_manager.filter(Q(is_public=True) | of_documents)


class Claim(OfADay, Sourced):
    """What a document says of a measure's class or status, whether or not others agree.

    ``about`` is the edition in which the measure would have that class; ``value`` is a code of
    :class:`Classification` or :class:`Status`, empty where the words name none; ``as_of`` is the day
    of the progress table that says so, empty for another document.
    """

    class Subject(models.TextChoices):
        CLASS = "class", _("class")
        STATUS = "status", pgettext_lazy("of a measure", "status")

    class Place(models.TextChoices):
        COLUMN = "column", _("in the column for the next edition")
        REASON = "reason", _("in the column of reasons")
        TEXT = "text", _("in the text")

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, verbose_name=_("measure"))
    about = models.ForeignKey(Edition, on_delete=models.PROTECT, verbose_name=_("about edition"))
    subject = models.CharField(_("subject"), max_length=10, choices=Subject.choices)
    value = models.CharField(_("value"), max_length=20, blank=True)
    as_printed = models.CharField(_("as printed"), max_length=50)
    place = models.CharField(_("where in the document"), max_length=10, choices=Place.choices)
    as_of = models.DateField(_("as of"), null=True, blank=True)

    objects = ClaimsOnRecord()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "about", "subject", "place", "source", "as_of", "is_public"],
                name="claim_once_a_place_of_a_table",
            ),
            models.UniqueConstraint(
                fields=["measure", "about", "subject", "place", "source"],
                condition=Q(as_of__isnull=True),
                name="claim_once_a_place_of_a_document",
            ),
            models.CheckConstraint(
                condition=Q(subject="class", value__in=["", *Classification.values])
                | Q(subject="status", value__in=["", *Status.values]),
                name="claim_value_known",
                violation_error_message=_("This is no class or status."),
            ),
        ]

    def __str__(self):
        return f"{self.measure} – {self.as_printed}"

    @property
    def value_label(self) -> str:
        """The class or status that the words name; empty where they name none."""
        codes = Classification if self.subject == self.Subject.CLASS else Status
        return str(codes(self.value).label) if self.value else ""


class Progress(OfADay, Sourced):
    """How far a measure had come on a day of a fiscal year."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, verbose_name=_("measure"))
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    as_of = models.DateField(_("as of"))
    status = models.CharField(
        pgettext_lazy("of a measure", "status"), max_length=20, choices=Status.choices
    )
    next_class = models.CharField(
        _("class in the next edition, as printed"), max_length=20, blank=True
    )
    result = models.TextField(_("result"), blank=True)
    reason = models.TextField(_("reason for the next edition"), blank=True)

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "as_of", "is_public"], name="progress_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="progress_status_known"
            ),
        ]

    def __str__(self):
        return f"{self.measure} {self.as_of}"

    @property
    def year(self) -> str:
        return fiscal_year_name(self.fiscal_year)

    @property
    def tone(self) -> str:
        """The colour of the status's badge, which only repeats what the words say."""
        return TONES[Status(self.status)]
