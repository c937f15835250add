"""The report of a department on a collaboration (協働事業報告書), and what of it is public."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import CharField, Exists, F, OuterRef, Prefetch, Q, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.flow import Text
from casework.models import Case, Version
from casework.models.case import CaseQuerySet
from grants.models import ProjectYear
from guideline.models import Measure
from reporting.completeness import missing_in_collaboration
from reporting.flow import COLLABORATION_FLOW

from .release import UNDER_WAY, PublicEntry, ReleaseItem
from .report_form import FormQuestion, ReportForm

SCORES = [(score, str(score)) for score in range(1, 6)]


class Form(models.TextChoices):
    """In which form city and group worked together."""

    CO_HOST = "co_host", _("Joint hosting (共催)")
    COMMISSION = "commission", _("Commission (委託)")
    SUBSIDY = "subsidy", _("Subsidy (補助)")
    COST_SHARE = "cost_share", _("Shared cost or agreement (負担金・協定)")
    PATRONAGE = "patronage", _("Patronage (後援)")
    JOINT_COMMITTEE = "joint_committee", _("Joint committee (実行委員会)")
    COOPERATION = "cooperation", _("Cooperation in a project (事業協力)")
    OTHER = "other", _("Other")


#: The states in which the public reads a report, and a correction can wait.
PUBLIC = ("published", "corrected")


class CollaborationReportQuerySet(CaseQuerySet):
    def as_shown(self):
        return super().as_shown().with_figures()

    def with_figures(self):
        """Tell of each what its boxes ask, with the row itself.

        ``is_partner_unasked`` and ``is_view_awaited``, of its partners; of the last time that it was
        tabled ``last_tabling`` (its id) and ``comments_until``; whether ``are_comments_waiting``:
        comments are there, and the office released none. And ``open_release`` (its id): the newest
        in which it is that is not public yet.
        """
        of = self.model
        partners = of.partners.rel.related_model.objects.filter(report=OuterRef("pk"))
        parts = of.partner_parts.rel.related_model.objects.filter(report=OuterRef("pk"))
        tabled = of.tablings.rel.related_model.objects.filter(report=OuterRef("pk"))
        last = tabled.order_by("-pk")
        inside = ReleaseItem.objects.filter(
            kind="report", key=Cast(OuterRef("pk"), CharField()),
            release__state__in=("draft", *UNDER_WAY),
        )  # fmt: skip
        waiting = tabled.filter(comments__isnull=False).exclude(comments__release__isnull=False)
        return self.annotate(
            is_partner_unasked=Exists(partners.filter(part=None)),
            is_view_awaited=Exists(parts.filter(state="asked")),
            last_tabling=Subquery(last.values("tabling")[:1]),
            comments_until=Subquery(last.values("tabling__comments_until")[:1]),
            are_comments_waiting=Exists(waiting),
            open_release=Subquery(inside.order_by("-release").values("release")[:1]),
        )

    def with_a_correction(self):
        """Keep public reports in which something was saved that the public does not read."""
        return self.filter(state__in=PUBLIC, edit_number__gt=F("public_edit_number"))

    def published(self):
        """Keep what an approver has published, corrected or not."""
        return self.filter(publication__isnull=False)

    def public(self, *, fictitious: bool):
        """Keep what the public may read.

        :param fictitious: whether invented reports are shown too; only in a demonstration.
        """
        found = self.published()
        if fictitious:
            return found
        real = Q(
            project_year__proposal__round__edition__fictitious=False,
            project_year__proposal__organization__fictitious=False,
        )
        return found.filter(Q(project_year__isnull=True) | real, department__fictitious=False)

    def as_released(self):
        """Add ``released_tabled_on``: the day of the committee as the release froze it, as text.

        A report may be tabled after it was published; the public reads of it after a correction.
        """
        entry = PublicEntry.objects.filter(kind="report", key=Cast(OuterRef("pk"), CharField()))
        # SQLite gives the word for a JSON null, PostgreSQL gives NULL.
        told = entry.annotate(
            told=NullIf(
                KeyTextTransform("tabled_on", "item__content"),
                Value("null", output_field=TextField()),
            )
        ).values("told")
        return self.annotate(released_tabled_on=Subquery(told, output_field=CharField()))

    def with_publication(self):
        """Fetch along what the public pages show; the PDF stays where it is.

        Adds ``first_published_at``: the moment of the first publication, whatever was corrected.
        """
        first = Publication.objects.filter(report=OuterRef("pk")).order_by("number").values("at")
        fetched = self.as_released().select_related(
            "department",
            "publication__version",
            "project_year__proposal__round__edition",
            "project_year__proposal__organization",
        )
        return fetched.annotate(first_published_at=Subquery(first[:1])).defer("publication__pdf")


class CollaborationReport(Case):
    """What a department says about working with a group in one fiscal year.

    The fields are the working copy; the public reads only what a :class:`Publication` froze.
    Its ``organization`` stays empty: a group does not read a report before it is published.

    :param cost_yen: what the collaboration cost, in yen; empty is not known.
    :param report_form: the form it was begun with, which it keeps.
    :param scores_fixed_at: when the department's scores were given for good, so that it may read
        what the partners scored.
    :param public_edit_number: the edit number of what the public reads; empty while it reads nothing.
    :param request_key: department and fiscal year of a request by the office, which is made once.
    """

    KIND = "collaboration_report"
    flow = COLLABORATION_FLOW
    shown_with = (
        "project_year__proposal__round__edition", "project_year__proposal__city_issue",
        "publication", "report_form",
    )  # fmt: skip
    label = _("Collaboration report")

    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_collaboration_report"
    )
    project_year = models.OneToOneField(
        ProjectYear,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="collaboration_report",
    )
    partner_names = models.TextField(_("partner"), blank=True)
    form = models.CharField(_("form"), max_length=20, choices=Form.choices, blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    content = models.TextField(pgettext_lazy("collaboration", "what was done"), blank=True)
    city_role = models.TextField(_("what the city did"), blank=True)
    partner_role = models.TextField(_("what the partner did"), blank=True)
    cost_yen = models.PositiveIntegerField(_("cost (yen)"), null=True, blank=True)
    cost_borne_by = models.TextField(_("who bore the cost"), blank=True)
    results = models.TextField(_("what came of it"), blank=True)
    process_score = models.PositiveSmallIntegerField(
        _("how well we worked together"), choices=SCORES, null=True, blank=True
    )
    outcome_score = models.PositiveSmallIntegerField(
        _("how much came of it"), choices=SCORES, null=True, blank=True
    )
    report_form = models.ForeignKey(
        ReportForm, on_delete=models.PROTECT, null=True, editable=False, related_name="reports",
        verbose_name=_("form"),
    )  # fmt: skip
    scores_fixed_at = models.DateTimeField(null=True, editable=False)
    tabled_on = models.DateField(_("received by the committee on"), null=True, editable=False)
    measures = models.ManyToManyField(
        Measure,
        through="AdvancedMeasure",
        verbose_name=_("measures"),
        related_name="collaboration_reports",
    )
    request_key = models.CharField(max_length=40, null=True, unique=True, editable=False)  # noqa: DJ001
    edit_number = models.PositiveIntegerField(default=0, editable=False)
    public_edit_number = models.PositiveIntegerField(null=True, editable=False)
    publication = models.OneToOneField(
        "reporting.Publication",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="shown_by",
    )

    objects = CollaborationReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("collaboration report")
        verbose_name_plural = _("collaboration reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(form__in=["", *Form.values]), name="collaboration_form_known"
            ),
            models.CheckConstraint(
                condition=Q(process_score__isnull=True) | Q(process_score__range=(1, 5)),
                name="collaboration_process_scored_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(outcome_score__isnull=True) | Q(outcome_score__range=(1, 5)),
                name="collaboration_outcome_scored_1_to_5",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("reporting:report", args=[self.pk])

    @property
    def fictitious(self) -> bool:
        """Whether department, project or its group are invented, for a demonstration."""
        if self.department.fictitious or self.project_year is None:
            return self.department.fictitious
        proposal = self.project_year.proposal
        return proposal.round.edition.fictitious or proposal.organization.fictitious

    @cached_property
    def questions(self) -> list[FormQuestion]:
        """What the form asks the department, in order; each tells as ``said`` its answer in words."""
        said = type(self).answers.rel.related_model.objects.filter(
            report=self.pk, question=OuterRef("pk")
        )
        asked = FormQuestion.objects.filter(
            form=self.report_form_id, filled_by=FormQuestion.Side.DEPARTMENT
        )
        return list(asked.with_answers(said).order_by("position", "pk"))

    def label_of(self, code: str) -> Text:
        """Return the question of a code, in the language of the page."""
        return next((one.name for one in self.questions if one.code == code), code)

    @cached_property
    def answers_by_code(self) -> dict[str, str]:
        """Code → words of the answers that are rows of their own."""
        return {one.code: one.said for one in self.questions if one.said}

    def answer_to(self, question: FormQuestion):
        """Return what the department answered; of a table, whether there is a row."""
        if question.is_own:
            return self.answers_by_code.get(question.code, "")
        if question.kind == FormQuestion.Kind.PARTNERS:
            return self.partner_names
        if question.kind == FormQuestion.Kind.FIGURES:
            return self.figures.exists()
        if question.kind == FormQuestion.Kind.MEASURES:
            return self.advanced_measures.exists()
        if question.kind == FormQuestion.Kind.PHOTOS:
            return self.photos.exists()
        return getattr(self, question.code)

    @cached_property
    def all_parts(self) -> list:
        """The parts of the partners, in the order in which they were named."""
        found = self.partner_parts.select_related("partner", "organization")
        answers = type(self).partner_parts.rel.related_model.answers.rel.related_model.objects
        said = Prefetch("answers", answers.select_related("question"))
        return list(found.prefetch_related(said).order_by("partner"))

    @property
    def has_correction(self) -> bool:
        """Whether something was saved that the public does not read yet."""
        told = self.public_edit_number
        return self.state in PUBLIC and told is not None and self.edit_number > told

    def missing_parts(self) -> list:
        """Return, in words, what has to be there before the report can be sent."""
        return missing_in_collaboration(self)

    @COLLABORATION_FLOW.move
    def start(self, **facts): ...

    @COLLABORATION_FLOW.move
    def submit(self, **facts): ...

    @COLLABORATION_FLOW.move
    def send_back(self, **facts): ...

    @COLLABORATION_FLOW.move
    def resubmit(self, **facts): ...

    @COLLABORATION_FLOW.move
    def accept(self, **facts): ...

    @COLLABORATION_FLOW.move
    def answer_none(self, **facts): ...

    @COLLABORATION_FLOW.move
    def drop(self, **facts): ...

    @COLLABORATION_FLOW.move
    def publish(self, **facts):
        self.public_edit_number = self.edit_number

    @COLLABORATION_FLOW.move
    def extend(self, **facts): ...

    @COLLABORATION_FLOW.move
    def correct(self, **facts):
        self.public_edit_number = self.edit_number

    @COLLABORATION_FLOW.move
    def withdraw(self, **facts): ...


class AdvancedMeasure(models.Model):
    """A measure of the guideline that a collaboration advanced, and how."""

    report = models.ForeignKey(
        CollaborationReport, on_delete=models.CASCADE, related_name="advanced_measures"
    )
    measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        verbose_name=_("measure"),
        related_name="advanced_measures",
    )
    how = models.TextField(_("how the collaboration advanced it"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "measure"], name="advanced_measure_once"),
        ]

    def __str__(self):
        return f"{self.report_id} → {self.measure_id}"


class Publication(models.Model):
    """A report as the public reads it: the version that was approved, and its PDF. Only added.

    :param number: 1 for the first publication; a correction is the next one.
    :param note: what was corrected, for the public; empty for the first publication.
    """

    report = models.ForeignKey(
        CollaborationReport, on_delete=models.PROTECT, related_name="publications"
    )
    number = models.PositiveSmallIntegerField()
    version = models.OneToOneField(Version, on_delete=models.PROTECT)
    note = models.TextField(blank=True)
    measures = models.ManyToManyField(Measure, related_name="publications")
    pdf = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="publication_number_once"),
        ]

    def __str__(self):
        return f"{self.report_id} no. {self.number}"
