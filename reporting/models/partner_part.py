"""What a partner says of a collaboration: its scores, what changed, what it would put right."""

from datetime import date
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.models import Case
from reporting.completeness import EMPTY
from reporting.partner_flow import PARTNER_FLOW

from .collaboration import SCORES, CollaborationReport
from .partner import Partner
from .report_form import FormQuestion


class PartnerPart(Case):
    """The part of one partner in a department's report: a case of its own, for it has its own date.

    The group does not see the report's case; it reads what its page shows of the report. What it
    writes stays with it until it gives it.

    :ivar said_on: the day on which a partner without log-in told the department, Japan date.
    :ivar typed_in_by: who of the department typed that in; nobody once the partner is asked anew.
    """

    KIND = "partner_part"
    flow = PARTNER_FLOW
    shown_with = ("report__report_form", "report__department", "partner")
    label = _("View of a partner")

    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_partner_part"
    )
    report = models.ForeignKey(
        CollaborationReport, on_delete=models.PROTECT, editable=False, related_name="partner_parts"
    )
    partner = models.OneToOneField(
        Partner, on_delete=models.PROTECT, editable=False, related_name="part"
    )
    process_score = models.PositiveSmallIntegerField(
        _("how well we worked together"), choices=SCORES, null=True, blank=True
    )
    outcome_score = models.PositiveSmallIntegerField(
        _("how much came of it"), choices=SCORES, null=True, blank=True
    )
    said_on = models.DateField(_("day on which the partner said it"), null=True, editable=False)
    typed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False,
        related_name="+",
    )  # fmt: skip
    edit_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("view of a partner")
        verbose_name_plural = _("views of partners")
        constraints = [
            models.CheckConstraint(
                condition=(Q(process_score__isnull=True) | Q(process_score__range=(1, 5)))
                & (Q(outcome_score__isnull=True) | Q(outcome_score__range=(1, 5))),
                name="partner_scores_1_to_5",
            ),
        ]

    @cached_property
    def questions(self) -> list[FormQuestion]:
        """What the form asks the partner, in order; each tells as ``said`` its answer in words."""
        said = PartnerAnswer.objects.filter(part=self.pk, question=OuterRef("pk"))
        asked = FormQuestion.objects.filter(
            form=self.report.report_form_id, filled_by=FormQuestion.Side.PARTNER
        )
        return list(asked.with_answers(said).order_by("position", "pk"))

    @cached_property
    def answers_by_code(self) -> dict[str, str]:
        return {one.code: one.said for one in self.questions if one.said}

    def answer_to(self, question: FormQuestion):
        if question.is_own:
            return self.answers_by_code.get(question.code, "")
        return getattr(self, question.code)

    def missing_parts(self) -> list[Text]:
        """Return, in words, what has to be there before the view can be given."""
        return [
            format_lazy(EMPTY, field=one.name)
            for one in self.questions
            if one.required and self.answer_to(one) in (None, "")
        ]

    @PARTNER_FLOW.move
    def give(self, *, received_on: date | None = None, **facts):
        self.said_on, self.typed_in_by = received_on, None

    @PARTNER_FLOW.move
    def type_in(self, *, by, said_on: date, **facts):
        self.said_on, self.typed_in_by = said_on, by

    @PARTNER_FLOW.move
    def reopen(self, **facts): ...

    @PARTNER_FLOW.move
    def close(self, **facts): ...

    @PARTNER_FLOW.move
    def ask_anew(self, **facts):
        self.said_on = self.typed_in_by = None


class PartnerAnswer(models.Model):
    """The words, or the number, that a partner gives to one question of the form."""

    part = models.ForeignKey(PartnerPart, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(FormQuestion, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(_("answer"))

    class Meta:
        verbose_name = _("answer of a partner")
        verbose_name_plural = _("answers of partners")
        constraints = [
            models.UniqueConstraint(fields=["part", "question"], name="partner_answer_once"),
        ]

    def __str__(self):
        return f"{self.part_id} {self.question_id}"
