"""The city's guideline as data: its editions, their measures, and what became of each measure.

Names, classes, statuses and figures only; the documents themselves are the city's.  Where two
documents disagree both values stand, each with its source.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Prefetch, Q, When
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casework import calendar
from guideline import figures

from .of_a_day import OfADay, OnRecord, reads_all_progress


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


class Level(models.TextChoices):
    """What a value rests on."""

    PAGE = "K", _("the city’s page")
    DOCUMENT = "S", _("a document of the city")
    INFERENCE = "I", _("inference")


class Sourced(models.Model):
    """Base of whatever was taken from a document."""

    source = models.CharField(_("source"), max_length=300, blank=True)
    level = models.CharField(_("rests on"), max_length=1, choices=Level.choices, blank=True)

    class Meta:
        abstract = True


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


def fiscal_year_name(fiscal_year: int | None) -> str:
    """Name a fiscal year in the language of the page: 令和5年度, FY 2023; empty if unknown."""
    if fiscal_year is None:
        return ""
    return calendar.wareki_year(fiscal_year) if in_japanese() else f"FY {fiscal_year}"


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
        STATUS = "status", _("status")

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


class Crosswalk(Sourced):
    """What became of a measure from one edition to the next; one row per kind of change.

    Read from the documents, and unconfirmed until the office says so.
    """

    class Kind(models.TextChoices):
        KEPT = "kept", _("Kept")
        RENAMED = "renamed", _("Renamed")
        RECLASSED = "reclassed", _("Class changed")
        MERGED = "merged", _("Merged")
        SPLIT = "split", _("Split")
        DROPPED = "dropped", pgettext_lazy("measure", "Dropped")
        NEW = "new", _("New")

    from_measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leads_to",
        verbose_name=pgettext_lazy("crosswalk", "from"),
    )
    to_measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="comes_from",
        verbose_name=pgettext_lazy("crosswalk", "to"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reason_en = models.CharField(_("reason in English"), max_length=300, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("crosswalk row")
        verbose_name_plural = _("crosswalk")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="new", from_measure__isnull=True, to_measure__isnull=False)
                | Q(kind="dropped", from_measure__isnull=False, to_measure__isnull=True)
                | Q(
                    kind__in=["kept", "renamed", "reclassed", "merged", "split"],
                    from_measure__isnull=False,
                    to_measure__isnull=False,
                ),
                name="crosswalk_ends_fit_its_kind",
                violation_error_message=_(
                    "A new measure comes from none, a dropped one leads to none, all others have both."
                ),
            ),
            models.UniqueConstraint(
                fields=["from_measure", "to_measure", "kind"], name="crosswalk_kind_once_a_pair"
            ),
            models.UniqueConstraint(
                fields=["from_measure"], condition=Q(kind="dropped"), name="crosswalk_dropped_once"
            ),
            models.UniqueConstraint(
                fields=["to_measure"], condition=Q(kind="new"), name="crosswalk_new_once"
            ),
        ]

    def __str__(self):
        return f"{self.from_measure or '–'} → {self.to_measure or '–'}"

    @property
    def why(self) -> str:
        """The reason in the language of the page."""
        return in_language(self.reason, self.reason_en)


class PublicDayQuerySet(models.QuerySet):
    def standing(self):
        """Keep the days that nobody withdrew."""
        return self.filter(withdrawn_at__isnull=True)


class PublicDay(Sourced):
    """A day of an edition whose progress everybody may read, as it stood when it was released.

    What is on record for any other day is for those whom :func:`reads_all_progress` names alone.
    ``source`` is what made it public first; ``made_public_at`` is empty where the city itself had
    published the table before.

    :ivar frozen_at: the moment as of which everybody reads plan and result of its fiscal year and of
        those before; empty where no release showed them.
    :ivar withdrawn_at: since when nobody reads it any more; a later release makes it public again.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, verbose_name=_("edition"))
    as_of = models.DateField(_("as of"))
    made_public_at = models.DateTimeField(_("made public at"), null=True, blank=True)
    frozen_at = models.DateTimeField(_("as it stood at"), null=True, blank=True, editable=False)
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


class Progress(OfADay, Sourced):
    """How far a measure had come on a day of a fiscal year."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, verbose_name=_("measure"))
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    as_of = models.DateField(_("as of"))
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
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
        """The unit in the language of the page; in English a plain count has none."""
        return self.unit if in_japanese() else self.unit_en


class PrintedCount(OfADay, Sourced):
    """What the document's own summary says: so many of so many measures of a class."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, verbose_name=_("edition"))
    as_of = models.DateField(_("as of"))
    classification = models.CharField(_("class"), max_length=4, choices=Classification.choices)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
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
