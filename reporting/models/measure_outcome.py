"""What came of a measure of the guideline in one project or collaboration, and what proves it."""

from collections.abc import Callable
from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator, format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.models import Case, StoredFile
from grants.models import Activity, ActivityDone, LogEntry, Picture
from guideline.models import Measure

from .receipt import Receipt


class MeasureOutcome(models.Model):
    """What a report says came of one measure: in words, and as a figure with its unit.

    It is the working copy; what was sent stands in the version of the report.

    :param case: a group's final report, or a department's collaboration report.
    :param counted: what the figure counts, such as 相談件数; empty where there is no figure.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="measure_outcomes")
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="outcomes", verbose_name=_("measure")
    )
    words = models.TextField(_("what came of it"))
    counted = models.CharField(_("what is counted"), max_length=100, blank=True)
    figure = models.BigIntegerField(_("figure"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("outcome of a measure")
        verbose_name_plural = _("outcomes of measures")
        constraints = [
            models.UniqueConstraint(fields=["case", "measure"], name="measure_outcome_once"),
            models.CheckConstraint(
                condition=Q(figure__isnull=True, counted="", unit="")
                | Q(~Q(counted=""), ~Q(unit=""), figure__isnull=False),
                name="outcome_figure_says_what_and_in_which_unit",
            ),
        ]

    def __str__(self):
        return f"{self.case_id} → {self.measure_id}"

    @property
    def in_figures(self) -> str:
        """What is counted, how many, and in which unit; empty where there is no figure."""
        return "" if self.figure is None else f"{self.counted} {self.figure:,}{self.unit}"


#: What a piece of evidence can be: the columns of which exactly one is filled.
PROOFS = ("file", "receipt", "picture", "activity", "done", "entry")
#: So much of what was noted stands beside an outcome; the rest is read where it was noted.
SHORT = 60


def _exactly_one() -> Q:
    """Return the condition that one of the columns of ``PROOFS`` is filled and the others are not."""
    one = Q()
    for filled in PROOFS:
        one |= Q(**{f"{name}__isnull": name != filled for name in PROOFS})
    return one


class OutcomeEvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Leave out what points to a note, an activity or a picture that ``user`` may not read."""
        entries = LogEntry.objects.visible_to(user).values("pk")
        activities = Activity.objects.visible_to(user).values("pk")
        pictures = Picture.objects.visible_to(user).values("pk")
        return self.filter(
            Q(entry=None) | Q(entry__in=entries),
            Q(activity=None) | Q(activity__in=activities),
            Q(done=None) | Q(done__activity__in=activities),
            Q(picture=None) | Q(picture__in=pictures),
        )


class OutcomeEvidence(models.Model):
    """One thing that proves an outcome; it goes with what it points to.

    :param file: of the report.
    :param done: what was noted of an activity in one month.
    :param entry: of the log of the project.
    """

    outcome = models.ForeignKey(MeasureOutcome, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, null=True, related_name="+")
    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, null=True, related_name="+")
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, null=True, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, null=True, related_name="+")
    done = models.ForeignKey(ActivityDone, on_delete=models.CASCADE, null=True, related_name="+")
    entry = models.ForeignKey(LogEntry, on_delete=models.CASCADE, null=True, related_name="+")

    objects = OutcomeEvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence of an outcome")
        verbose_name_plural = _("evidence of outcomes")
        constraints = [
            models.CheckConstraint(condition=_exactly_one(), name="evidence_is_one_thing"),
        ]

    def __str__(self):
        return f"{self.outcome_id}: {self.code}"

    @property
    def kind(self) -> str:
        return next(name for name in PROOFS if getattr(self, f"{name}_id") is not None)

    @property
    def code(self) -> str:
        """What a form calls it, such as ``receipt-3``."""
        return f"{self.kind}-{getattr(self, f'{self.kind}_id')}"

    @property
    def in_words(self) -> Text:
        return proof_in_words(self.kind, getattr(self, self.kind))

    @property
    def address(self) -> str:
        """Where it is read: a file as it is, everything else on the page where it stands."""
        return _ADDRESSES[self.kind](getattr(self, self.kind))


#: Kind → address of one thing that proves an outcome.
_ADDRESSES: dict[str, Callable[..., str]] = {
    "file": lambda file: reverse("casework:file", args=[file.key]),
    "receipt": lambda receipt: reverse("reporting:receipts", args=[receipt.report_id]),
    "picture": lambda picture: reverse("grants:pictures", args=[picture.year_id]),
    "activity": lambda activity: reverse("grants:months", args=[activity.year_id]),
    "done": lambda done: reverse("grants:months", args=[done.activity.year_id]),
    "entry": lambda entry: reverse("grants:case-log", args=[entry.case_id]),
}


def proof_in_words(kind: str, proof: models.Model) -> Text:
    """Return what a person reads of a piece of evidence."""
    return _WORDS[kind](proof)


def _named(words: Text) -> Callable[[models.Model], Text]:
    return lambda proof: format_lazy(words, name=str(proof))


def _of_done(done: ActivityDone) -> Text:
    words = _("Note of {activity} ({month}): {note}")
    note = Truncator(done.note).chars(SHORT)
    month = date_format(date(2000, done.month, 1), "M")
    return format_lazy(words, activity=done.activity.label, month=month, note=note)


def _of_entry(entry: LogEntry) -> Text:
    words = _("Log {day} ({kind}): {note}")
    note = Truncator(entry.text).chars(SHORT)
    return format_lazy(words, day=entry.on, kind=entry.get_kind_display(), note=note)


_WORDS: dict[str, Callable[..., Text]] = {
    "file": _named(_("File: {name}")),
    "receipt": _named(_("Receipt {name}")),
    "picture": _named(_("Picture: {name}")),
    "activity": _named(_("Activity: {name}")),
    "done": _of_done,
    "entry": _of_entry,
}
