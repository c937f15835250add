"""The report of a group on one project year (実績報告書), and its settlement."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.asked_once import asked_once, is_shown, to_be_shown
from casework.flow import Text
from casework.models import Case, CaseQuerySet, Extension
from grants.models import ProjectYear, YearBudgetLine
from grants.models.lines import LineBase, Side
from reporting.completeness import missing_in_report
from reporting.flow import REPORT_FLOW
from reporting.settlement import Settlement, settle

#: States of a report that its group has sent.
SENT = ("submitted", "returned", "accepted")


class ReportQuerySet(CaseQuerySet):
    def as_shown(self):
        """Tell as well whether a date of the project year was extended."""
        extended = Extension.objects.filter(deadline__case=OuterRef("project_year"))
        return super().as_shown().annotate(year_has_more_time=Exists(extended))


class Report(Case):
    """What a group did in one project year and what it cost; one for each granted year.

    :param behind_change: whether the budget was changed since, and the group has not said yet
        whether its lines follow.
    :param struck_out: what was found of lines that were not allowed and that the group took out, as
        ``SettlementLine.set_aside`` keeps it: whoever types such a line again finds it there.
    """

    KIND = "report"
    flow = REPORT_FLOW
    shown_with = ("project_year__proposal__round__edition",)
    label = _("Final report")

    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_report"
    )
    project_year = models.OneToOneField(
        ProjectYear, on_delete=models.PROTECT, related_name="final_report", editable=False
    )
    completed_on = models.DateField(_("last day of the project"), null=True, blank=True)
    content = models.TextField(_("what was done"), blank=True)
    results = models.TextField(_("what came of it"), blank=True)
    participants = models.PositiveIntegerField(_("people who took part"), null=True, blank=True)
    reflection = models.TextField(_("what your group learned"), blank=True)
    edit_number = models.PositiveIntegerField(default=0, editable=False)
    behind_change = models.BooleanField(default=False, editable=False)
    struck_out = models.JSONField(_("verdicts on lines taken out"), default=list, editable=False)

    objects = ReportQuerySet.as_manager()
    #: Whether a date of its year was extended: no, where read ``as_shown`` says so.
    year_has_more_time: bool = True

    class Meta:
        verbose_name = _("final report")
        verbose_name_plural = _("final reports")

    @asked_once
    def lines(self) -> list["SettlementLine"]:
        """Return the settlement, in the order in which it was written."""
        return list(self.settlement_lines.order_by("pk"))

    def taken_out(self) -> list[Text]:
        """Return in words what was not allowed of lines that the group took out since."""
        words = _("The group took out “{label}” ({amount} yen). Of it {yen} yen were not allowed, because: {reason}.")  # fmt: skip
        return [
            format_lazy(
                words, label=one["label"], amount=f"{one['amount_yen']:,}",
                yen=f"{one['disallowed_yen']:,}", reason=one["disallowed_reason"],
            )
            for one in self.struck_out
        ]  # fmt: skip

    @property
    @asked_once
    def settlement(self) -> Settlement:
        """The settlement as its lines stand, against what was granted for the year."""
        year = self.project_year
        return settle(self.lines(), year.granted_yen or 0, year.rules)

    def label_of(self, field: str) -> Text:
        """Return what a field is called, for what the office asks for there."""
        return self._meta.get_field(field).verbose_name

    @asked_once
    def missing_parts(self) -> list:
        """Return, in words, what has to be there before the report can be sent."""
        return missing_in_report(self)

    @REPORT_FLOW.move
    def submit(self, **facts): ...

    @REPORT_FLOW.move
    def send_back(self, **facts): ...

    @REPORT_FLOW.move
    def resubmit(self, **facts): ...

    @REPORT_FLOW.move
    def accept(self, **facts): ...

    @REPORT_FLOW.move
    def drop(self, **facts): ...

    @REPORT_FLOW.move
    def reopen(self, **facts):
        self.fiscal_year = self.project_year.fiscal_year


@asked_once
def report_of(year: ProjectYear) -> Report | None:
    """Return the report of a project year, if there is one; what is known of the year holds for it."""
    report = Report.objects.filter(project_year=year).first()
    if report is not None:
        report.project_year = year
        if "by_paper" in year.__dict__:
            report.by_paper = year.by_paper  # it came on paper if the year did, and of that group
        if is_shown(year):
            to_be_shown(report)
    return report


def sent_report_of(year: ProjectYear) -> Report | None:
    """Return the report on a project year that its group has sent, if it did."""
    return Report.objects.filter(project_year=year, state__in=SENT).first()


class Verdict(models.TextChoices):
    """What the office found of a line of spending."""

    NOT_CHECKED = "", _("Not checked yet")
    ALLOWED = "allowed", _("Allowed")
    DISALLOWED = "disallowed", _("Not allowed")


#: What a line says that the verdict of the office rests on.
JUDGED_BY = ("side", "label", "amount_yen", "category")

_NOTHING_OFF = Q(disallowed_yen=0, disallowed_reason="")


class SettlementLine(LineBase):
    """One line of a settlement (収支決算), in whole yen.

    :param origin: the line of the budget that it began with.
    :param verdict: of the office, on spending only.
    :param disallowed_yen: what of it does not count for the grant, all of it or a part.
    :param set_aside: the verdict that stood before the group changed the line, with what the line
        said then (``JUDGED_BY``); ``None`` where nothing waits to be judged again.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="settlement_lines")
    origin = models.ForeignKey(
        YearBudgetLine, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    verdict = models.CharField(
        _("verdict"), max_length=10, choices=Verdict.choices, blank=True, editable=False
    )
    disallowed_yen = models.PositiveIntegerField(default=0, editable=False)
    disallowed_reason = models.CharField(max_length=300, blank=True, editable=False)
    set_aside = models.JSONField(_("verdict before a change"), null=True, editable=False)

    class Meta(LineBase.Meta):
        verbose_name = _("line of a settlement")
        verbose_name_plural = _("lines of a settlement")
        constraints = [
            *LineBase.Meta.constraints,
            models.CheckConstraint(
                condition=Q(verdict="") | Q(verdict__in=Verdict.values, side=Side.EXPENDITURE),
                name="settlementline_only_spending_is_checked",
            ),
            models.CheckConstraint(
                condition=(~Q(verdict=Verdict.DISALLOWED) & _NOTHING_OFF)
                | Q(
                    ~Q(disallowed_reason=""),
                    verdict=Verdict.DISALLOWED,
                    disallowed_yen__gt=0,
                    disallowed_yen__lte=models.F("amount_yen"),
                ),
                name="settlementline_disallowed_says_what_and_why",
            ),
        ]

    @property
    def counted_yen(self) -> int:
        return self.amount_yen - self.disallowed_yen

    @property
    def receipts_yen(self) -> int:
        """What its receipts come to, in yen."""
        return sum(receipt.amount_yen for receipt in self.receipts.all())

    def forget_the_verdict(self) -> None:
        """Let the office check the line again: what it had checked is not what stands there now."""
        self.verdict, self.disallowed_yen, self.disallowed_reason = Verdict.NOT_CHECKED, 0, ""

    def judged_as(self) -> dict:
        """Return what the line says that its verdict rests on."""
        return {name: getattr(self, name) for name in JUDGED_BY}

    def keep_the_verdict(self, before: dict) -> None:
        """Keep the verdict apart if the line says something else than ``before``, until it says so again.

        The office judges again what the group changed, and both read what was found before.
        """
        now = self.judged_as()
        if self.verdict and now != before:
            self.set_aside = {**before, **self._found()}
            self.forget_the_verdict()
        elif self.set_aside and all(self.set_aside[name] == now[name] for name in JUDGED_BY):
            self._take_up(self.set_aside)

    def refusal(self) -> dict | None:
        """Return what was found of the line, where it is not allowed or was not before a change."""
        if self.verdict == Verdict.DISALLOWED:
            return {**self.judged_as(), **self._found()}
        return self.set_aside if self.set_aside and self.set_aside["disallowed_yen"] else None

    def remember(self, refusal: dict) -> None:
        """Let a line that is typed again bear what was found of it before the group took it out."""
        self.set_aside = refusal
        self.keep_the_verdict({})

    def _found(self) -> dict:
        names = ("verdict", "disallowed_yen", "disallowed_reason")
        return {name: getattr(self, name) for name in names}

    def _take_up(self, kept: dict) -> None:
        self.verdict, self.set_aside = kept["verdict"], None
        self.disallowed_yen, self.disallowed_reason = (
            kept["disallowed_yen"], kept["disallowed_reason"]
        )  # fmt: skip

    @property
    def before_the_change(self) -> Text:
        """What the office had not allowed before the group changed the line; empty if nothing."""
        kept = self.set_aside
        if not kept or not kept["disallowed_yen"]:
            return ""
        words = _("Before: {yen} yen were not allowed, because: {reason}. The group changed this line, so the office checks it again.")  # fmt: skip
        told = {"yen": f"{kept['disallowed_yen']:,}", "reason": kept["disallowed_reason"]}
        return format_lazy(words, **told)

    @property
    def verdict_in_words(self) -> Text:
        if 0 < self.disallowed_yen < self.amount_yen:
            return _("Partly not allowed")
        return self.get_verdict_display()
