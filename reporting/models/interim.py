"""The interim report of a group on a running project year (中間報告), where one is asked for."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.models import Case
from grants.models import ProjectYear
from grants.rules import RuleSet
from reporting.completeness import empty_fields
from reporting.interim_flow import INTERIM_FLOW

#: What an interim report cannot do without.
WANTED = ("done", "against_plan")


class InterimReport(Case):
    """How a project stands while it runs, in the words of its group; one at a time.

    :param asks: what the office wants to hear besides, in its words.
    :param done: what was done so far.
    :param against_plan: how that compares with the plan.
    :param is_open: whether it is still to be written, sent or noted.
    """

    KIND = "interim_report"
    flow = INTERIM_FLOW
    label = _("Interim report (中間報告)")

    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_interim_report"
    )
    project_year = models.ForeignKey(
        ProjectYear, on_delete=models.PROTECT, related_name="interim_reports", editable=False
    )
    asks = models.TextField(_("what the office asks for"), blank=True, editable=False)
    done = models.TextField(_("what was done so far"), blank=True)
    against_plan = models.TextField(_("how that compares with the plan"), blank=True)
    troubles = models.TextField(_("what is difficult"), blank=True)
    needs = models.TextField(_("what your group needs"), blank=True)
    is_open = models.BooleanField(default=True, editable=False)
    edit_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("interim report")
        verbose_name_plural = _("interim reports")
        constraints = [
            models.UniqueConstraint(
                fields=["project_year"], condition=Q(is_open=True), name="interim_one_open_a_year"
            ),
        ]

    @property
    def rules(self) -> RuleSet:
        return self.project_year.rules

    def missing_parts(self) -> list[Text]:
        """Return, in words, what has to be there before the report can be sent."""
        return empty_fields(self, WANTED)

    @INTERIM_FLOW.move
    def submit(self, *, received_on: date | None = None, **facts): ...

    @INTERIM_FLOW.move
    def resubmit(self, *, received_on: date | None = None, **facts): ...

    @INTERIM_FLOW.move
    def send_back(self, **facts): ...

    @INTERIM_FLOW.move
    def note(self, **facts):
        self.is_open = False

    @INTERIM_FLOW.move
    def waive(self, **facts):
        self.is_open = False

    @INTERIM_FLOW.move
    def drop(self, **facts):
        self.is_open = False

    @INTERIM_FLOW.move
    def extend(self, **facts): ...
