"""The form of the departments' reports as data: what is asked from which fiscal year on, in what words."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from casework.calendar import wareki_year
from casework.flow import Text
from guideline.models import in_language


class ReportFormQuerySet(models.QuerySet):
    def in_force(self, fiscal_year: int) -> "ReportForm | None":
        """Return the form by which a report on a fiscal year is begun: the newest up to that year.

        A report on a year before the first form takes the first one.
        """
        since = self.filter(first_fiscal_year__lte=fiscal_year).order_by("-first_fiscal_year")
        return since.first() or self.order_by("first_fiscal_year").first()

    def with_use(self):
        """Tell of each as ``used`` whether a report was begun with it: it is frozen then."""
        reports = ReportForm.reports.rel.related_model.objects
        return self.annotate(used=Exists(reports.filter(report_form=OuterRef("pk"))))


class ReportForm(models.Model):
    """What departments and partners are asked from a fiscal year on.

    A report keeps the form it was begun with; a form that a report uses never changes.

    :ivar source: where its questions come from, in words.
    """

    first_fiscal_year = models.PositiveSmallIntegerField(_("first fiscal year"), unique=True)
    source = models.TextField(_("source"), blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False,
        related_name="+",
    )  # fmt: skip
    changed_at = models.DateTimeField(null=True, editable=False)

    objects = ReportFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("form of collaboration reports")
        verbose_name_plural = _("forms of collaboration reports")

    def __str__(self):
        return f"{wareki_year(self.first_fiscal_year)}からの様式"

    @property
    def is_used(self) -> bool:
        return self.reports.exists()

    @cached_property
    def all_questions(self) -> list["FormQuestion"]:
        return list(self.questions.order_by("position", "pk"))

    def asked(self, whom: str) -> list["FormQuestion"]:
        """Return what one side is asked, in order."""
        return [one for one in self.all_questions if one.filled_by == whom]

    @cached_property
    def scale(self) -> dict[int, "ScoreWord"]:
        """Score → its words; a score without words lies between its neighbours."""
        return {word.score: word for word in self.score_words.order_by("score")}


class FormQuestionQuerySet(models.QuerySet):
    def with_answers(self, answers):
        """Tell of each as ``said`` what was answered in words; empty where nothing was.

        :param answers: rows of one side's answers to the question at hand.
        """
        words = Subquery(answers.values("words")[:1])
        said = Coalesce(words, Value(""), output_field=models.TextField())
        return self.annotate(said=said)


class FormQuestion(models.Model):
    """One field of a form.

    What is counted has a code of the program and a column; words that are not have a code alone,
    and their answers are rows. Of a question of another year the words differ, the code does not.

    :ivar code: names the field for good; the answers of all years are found by it.
    :ivar is_public: whether the public reads the answer; else it stays with office and department.
    """

    class Kind(models.TextChoices):
        LINE = "line", _("A line of words")
        WORDS = "words", _("Words")
        CHOICE = "choice", _("A choice")
        YEN = "yen", _("Yen")
        WHOLE = "whole", _("A whole number")
        SCORE = "score", _("A score from 1 to 5")
        PARTNERS = "partners", _("A table of partners")
        FIGURES = "figures", _("A table of figures")
        MEASURES = "measures", _("Measures of the guideline")
        PHOTOS = "photos", _("Photos")

    class Side(models.TextChoices):
        DEPARTMENT = "department", _("The department")
        PARTNER = "partner", _("The partner")

    form = models.ForeignKey(ReportForm, on_delete=models.PROTECT, related_name="questions")
    filled_by = models.CharField(_("who answers"), max_length=10, choices=Side.choices)
    code = models.SlugField(_("code"), max_length=30)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    position = models.PositiveSmallIntegerField(_("place"))
    section = models.CharField(_("section"), max_length=60)
    section_en = models.CharField(_("section in English"), max_length=60, blank=True)
    label = models.CharField(_("question"), max_length=100)
    label_en = models.CharField(_("question in English"), max_length=100, blank=True)
    help = models.CharField(_("help"), max_length=300, blank=True)
    help_en = models.CharField(_("help in English"), max_length=300, blank=True)
    required = models.BooleanField(_("has to be answered"), default=False)
    is_public = models.BooleanField(_("the public reads it"), default=True)

    objects = FormQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of a form")
        verbose_name_plural = _("questions of a form")
        constraints = [
            models.UniqueConstraint(
                fields=["form", "filled_by", "code"], name="question_once_a_side"
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def name(self) -> Text:
        """The question in the language of the page."""
        return in_language(self.label, self.label_en)

    @property
    def section_name(self) -> Text:
        return in_language(self.section, self.section_en)

    @property
    def help_text(self) -> Text:
        return in_language(self.help, self.help_en)

    @property
    def is_own(self) -> bool:
        """Whether the answer is a row of its own; the others have columns or tables."""
        return self.kind in (self.Kind.WORDS, self.Kind.WHOLE) and self.code not in COLUMNS


#: The codes whose answers are columns of the report: what is counted, and what every report tells.
COLUMNS = (
    "title", "form", "purpose", "content", "city_role", "partner_role", "cost_yen",
    "cost_borne_by", "results", "process_score", "outcome_score",
)  # fmt: skip
#: The kinds that every form has as the program has them: without them nothing could be added up.
COUNTED = (
    FormQuestion.Kind.LINE, FormQuestion.Kind.CHOICE, FormQuestion.Kind.YEN,
    FormQuestion.Kind.SCORE, FormQuestion.Kind.PARTNERS, FormQuestion.Kind.MEASURES,
)  # fmt: skip


class ScoreWord(models.Model):
    """What a score of a form means, in words, and who says so."""

    form = models.ForeignKey(ReportForm, on_delete=models.PROTECT, related_name="score_words")
    score = models.PositiveSmallIntegerField(_("score"))
    words = models.CharField(_("what it means"), max_length=60)
    words_en = models.CharField(_("what it means, in English"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_candidate = models.BooleanField(_("another city's words, as a proposal"), default=False)

    class Meta:
        verbose_name = _("meaning of a score")
        verbose_name_plural = _("meanings of scores")
        constraints = [
            models.UniqueConstraint(fields=["form", "score"], name="score_word_once"),
            models.CheckConstraint(condition=Q(score__range=(1, 5)), name="score_word_1_to_5"),
        ]

    def __str__(self):
        return f"{self.score}: {self.words}"

    @property
    def name(self) -> Text:
        return in_language(self.words, self.words_en)
