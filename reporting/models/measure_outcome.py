"""What came of a measure of the guideline in one project or collaboration, and what proves it."""

from django.db import models
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.models import Case, StoredFile
from grants.models import Activity, Picture
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
PROOFS = ("file", "receipt", "picture", "activity")


def _exactly_one() -> Q:
    """Return the condition that one of the columns of ``PROOFS`` is filled and the others are not."""
    one = Q()
    for filled in PROOFS:
        one |= Q(**{f"{name}__isnull": name != filled for name in PROOFS})
    return one


class OutcomeEvidence(models.Model):
    """One thing that proves an outcome: a file of the report, a receipt, a picture or an activity.

    It goes with what it points to.
    """

    outcome = models.ForeignKey(MeasureOutcome, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, null=True, related_name="+")
    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, null=True, related_name="+")
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, null=True, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, null=True, related_name="+")

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


def proof_in_words(kind: str, proof: StoredFile | Receipt | Picture | Activity) -> Text:
    """Return what a person reads of a piece of evidence."""
    words = {
        "file": _("File: {name}"), "receipt": _("Receipt {name}"),
        "picture": _("Picture: {name}"), "activity": _("Activity: {name}"),
    }  # fmt: skip
    return format_lazy(words[kind], name=str(proof))
