"""What a group asks to be changed in a project year while it runs (変更承認申請)."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.asked_once import asked_once
from casework.flow import Stage
from casework.models import Case
from grants.change_flow import CHANGE_FLOW
from grants.change_threshold import MAJOR, Plan, Verdict, ends_or_moves, weigh
from grants.completeness import missing_in_change
from grants.rules import RuleSet

from .lines import Budgeted, LineBase
from .project_year import ProjectYear


class ChangeRequest(Budgeted, Case):
    """A change of one project year that its group asks for; one at a time.

    It holds the year as it is to be. Once it is noted or approved, the year is as it says.

    :param asks_for: a change of the plan, that the project ends early (中止), or takes place in
        another fiscal year (延期).
    :param ends_on: of a project that ends early, its last day.
    :param granted_before_yen: what was granted before the decision, and ``granted_yen`` by it.
    :param is_open: whether it is still to be decided; a year has one such request at most.
    """

    class AsksFor(models.TextChoices):
        CHANGE = "change", _("Change of the plan (変更)")
        END = "end", _("End early (中止)")
        POSTPONE = "postpone", _("Postpone (延期)")

    KIND = "change"
    flow = CHANGE_FLOW
    shown_with = ("project_year__proposal__round__edition",)
    label = _("Request for a change (変更承認申請)")

    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_change"
    )
    project_year = models.ForeignKey(
        ProjectYear, on_delete=models.PROTECT, related_name="changes", editable=False
    )
    asks_for = models.CharField(_("asks for"), max_length=8, choices=AsksFor.choices)
    content = models.TextField(_("what is done this year"), blank=True)
    starts_on = models.DateField(_("first day of the project"), null=True, blank=True)
    ends_on = models.DateField(_("last day of the project"), null=True, blank=True)
    to_fiscal_year = models.PositiveSmallIntegerField(_("to fiscal year"), null=True, blank=True)
    ground = models.CharField(_("ground"), max_length=20, blank=True)
    reason = models.TextField(_("why it is to change"), blank=True)
    granted_before_yen = models.PositiveIntegerField(null=True, editable=False)
    granted_yen = models.PositiveIntegerField(_("granted (yen)"), null=True, editable=False)
    is_open = models.BooleanField(default=True, editable=False)
    edit_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("request for a change")
        verbose_name_plural = _("requests for changes")
        constraints = [
            models.UniqueConstraint(
                fields=["project_year"], condition=Q(is_open=True), name="change_one_open_a_year"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
                name="change_ends_after_it_starts",
                violation_error_message=_("The last day must not be before the first day."),
            ),
        ]

    @property
    def rules(self) -> RuleSet:
        return self.project_year.rules

    @property
    def changes_the_plan(self) -> bool:
        """Whether the year goes on, with another plan."""
        return self.asks_for == self.AsksFor.CHANGE

    @asked_once
    def before_and_after(self) -> tuple[dict, dict]:
        """Return the plan of the year and the plan it is to have, as versions keep them.

        While nothing is decided, that of the year is the one that counts; later the one that
        counted when the request was filed.
        """
        from grants.versions import plan_of  # it reads the models

        filed = self.versions.order_by("-number").first() if not self.is_open else None
        if filed:
            return filed.content["before"], filed.content["after"]
        return plan_of(self.project_year), plan_of(self)

    @asked_once
    def weighed(self) -> Verdict:
        """Return whether it needs an approval, and why, by the rules of its round."""
        if not self.changes_the_plan:
            return ends_or_moves(self.asks_for)
        before, after = self.before_and_after()
        return weigh(Plan.of(before), Plan.of(after), self.rules, self._grants())

    def _grants(self) -> tuple[int, int] | None:
        """Return what is granted before and after it, in yen; of one that is open, as reckoned."""
        from grants.reckoning import changed_yen  # it reads the models

        granted = self.project_year.granted_yen if self.is_open else self.granted_before_yen
        if granted is None:
            return None
        after = changed_yen(self) if self.is_open else self.granted_yen
        return None if after is None else (granted, after)

    @property
    @asked_once
    def _needs_approval(self) -> bool:
        return self.weighed().outcome == MAJOR

    def meets(self, stage: Stage) -> bool:
        """A change that needs an approval is never only noted."""
        return stage.code != "noted" or not self._needs_approval

    @asked_once
    def missing_parts(self) -> list:
        """Return, in words, what has to be there before the request can be sent."""
        return missing_in_change(self)

    def _decide(self, granted_yen: int | None = None) -> None:
        self.is_open = False
        self.granted_before_yen = self.project_year.granted_yen
        self.granted_yen = granted_yen

    @CHANGE_FLOW.move
    def submit(self, *, at: datetime, received_on: date | None = None, **facts):
        self.filed_at = self.filed_at or at

    @CHANGE_FLOW.move
    def resubmit(self, **facts): ...

    @CHANGE_FLOW.move
    def send_back(self, **facts): ...

    @CHANGE_FLOW.move
    def note(self, **facts):
        from grants.reckoning import changed_yen  # it reads the models

        self._decide(changed_yen(self) if self.changes_the_plan else None)

    @CHANGE_FLOW.move
    def approve(self, *, granted_yen=None, **facts):
        self._decide(granted_yen)

    @CHANGE_FLOW.move
    def refuse(self, **facts):
        self.is_open = False

    @CHANGE_FLOW.move
    def withdraw(self, **facts):
        self.is_open = False

    @CHANGE_FLOW.move
    def drop(self, **facts):
        self.is_open = False


class ChangeLine(LineBase):
    """One line of the budget that a project year is to have."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="budget_lines")

    class Meta(LineBase.Meta):
        verbose_name = _("budget line of a change")
        verbose_name_plural = _("budget lines of changes")
