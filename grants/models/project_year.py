"""One fiscal year of a selected project: the unit of money."""

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from casework.asked_once import asked_once
from casework.counting import number
from casework.errors import NotPossible
from casework.flow import Stage
from casework.models import Case, CaseQuerySet, Deadline, Event
from grants.claims import BEFOREHAND
from grants.completeness import missing_in_year
from grants.flow import YEAR_FLOW
from grants.rules import RuleSet

from .agreement import SIGNERS
from .courses import Instrument
from .ledger_line import standing
from .lines import Budgeted, LineBase, Side
from .program_budget import ProgramBudget
from .proposal import Proposal

CONTINUATION_UNDECIDED = _(
    "The decision to continue the project (継続決定) is not recorded for this year."
)


#: What ``with_figures`` calls whether a party has signed.
SIGNED_BY = "signed_by_"
#: States in which a project year has ended and nothing was granted for it.
NEVER_GRANTED = ("refused", "withdrawn", "not_continued", "not_funded")
#: Whether a year was revoked, and whether it ended with no grant, where it tells ``settled_from``.
REVOKED = Q(state="revoked") | Q(state="settled", settled_from="revoked")
WITHOUT_GRANT = Q(state__in=NEVER_GRANTED) | REVOKED


class ProjectYearQuerySet(CaseQuerySet):
    def as_shown(self):
        return super().as_shown().with_figures()

    def with_figures(self):
        """Tell of each year, with the row itself, what most of its boxes and moves ask.

        ``asked_yen``, ``paid_so_far`` and ``paid_beforehand``, ``is_ledger_begun``, ``are_claims_there``,
        ``open_claims``, ``claim_to_pay`` (the id of an accepted claim), the Japan date
        ``to_pay_back_by``, and by whom its agreement is ``signed_by_…``.
        """
        of = self.model
        payments = of.payments.rel.related_model.objects.filter(year=OuterRef("pk"), reversal=None)
        claims = of.claims.rel.related_model.objects.filter(project_year=OuterRef("pk"))
        signed = of.signatures.rel.related_model.objects.filter(year=OuterRef("pk"), struck_at=None)
        asked = {"year": OuterRef("pk"), "side": Side.INCOME, "from_city": True}
        repayment = Deadline.objects.open().filter(kind="repayment", case=OuterRef("pk")).with_end()
        accepted = claims.filter(state="accepted").order_by("pk").values("pk")[:1]
        return self.annotate(
            asked_yen=_yen(of.budget_lines.rel.related_model.objects.filter(**asked)),
            paid_so_far=_yen(payments.exclude(kind__in=("repayment", "reversal")))
            - _yen(payments.filter(kind="repayment")),
            paid_beforehand=_yen(payments.filter(kind__in=BEFOREHAND)),
            open_claims=number(claims.filter(closed_at=None)),
            are_claims_there=Exists(claims),
            is_ledger_begun=Exists(of.payments.rel.related_model.objects.filter(year=OuterRef("pk"))),
            claim_to_pay=Subquery(accepted),
            to_pay_back_by=Subquery(repayment.values("ends")[:1]),
            **{f"{SIGNED_BY}{p}": Exists(signed.filter(party=p)) for p in SIGNERS},
        )  # fmt: skip

    def revoked(self):
        """Keep the years whose grant was revoked (取消し), also when the account is settled since."""
        return self._with_settled_from().filter(REVOKED)

    def without_grant(self):
        """Keep the years that ended with no grant: none was decided, or it was revoked."""
        return self._with_settled_from().filter(WITHOUT_GRANT)

    def but_without_grant(self):
        """Leave out the years that ended with no grant."""
        return self._with_settled_from().exclude(WITHOUT_GRANT)

    def _with_settled_from(self):
        settled = Event.objects.filter(case=OuterRef("pk"), verb="settle").order_by("-pk")
        source = Subquery(settled.values("source")[:1])
        return self.alias(settled_from=Coalesce(source, Value("")))


def _yen(rows: models.QuerySet) -> Coalesce:
    total = rows.order_by().values("year").annotate(total=Sum("amount_yen")).values("total")
    return Coalesce(Subquery(total, output_field=models.BigIntegerField()), 0)


class ProjectYear(Budgeted, Case):
    """One fiscal year of a project (年度事業), granted, reported and settled on its own.

    :param position: 1 for the first year of the selection.
    :param reckoning: how the grant was reckoned when it was decided, see ``grants.amount``.
    :param confirmed_reckoning: the same of the confirmed amount.
    """

    KIND = "project_year"
    flow = YEAR_FLOW
    shown_with = ("proposal__round__edition", "proposal__organization", "proposal__city_issue")
    label = _("Project year")

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="project_years")
    position = models.PositiveSmallIntegerField(editable=False)
    content = models.TextField(_("what is done this year"), blank=True)
    starts_on = models.DateField(_("first day of the project"), null=True, blank=True)
    ends_on = models.DateField(_("last day of the project"), null=True, blank=True)
    continuation_decided_on = models.DateField(
        _("continuation decided on"), null=True, editable=False
    )
    continuation_document = models.CharField(
        _("document of the continuation"), max_length=200, blank=True, editable=False
    )
    granted_yen = models.PositiveIntegerField(_("granted (yen)"), null=True, editable=False)
    confirmed_yen = models.PositiveIntegerField(_("confirmed (yen)"), null=True, editable=False)
    reckoning = models.JSONField(null=True, editable=False)
    confirmed_reckoning = models.JSONField(null=True, editable=False)
    edit_number = models.PositiveIntegerField(default=0, editable=False)

    objects = ProjectYearQuerySet.as_manager()

    class Meta:
        verbose_name = _("project year")
        verbose_name_plural = _("project years")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "position"], name="year_position_once_a_proposal"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_yen__isnull=True)
                | Q(granted_yen__isnull=False, confirmed_yen__lte=models.F("granted_yen")),
                name="year_confirmed_within_the_grant",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
                name="year_ends_after_it_starts",
                violation_error_message=_("The last day must not be before the first day."),
            ),
        ]

    @property
    def rules(self) -> RuleSet:
        return self.proposal.round.rules

    @property
    def paid_yen(self) -> int:
        """What the city has paid and not got back, in yen, summed over the ledger.

        A reversal undoes its line whole, so neither counts.
        """
        if (known := self.__dict__.get("paid_so_far")) is not None:
            return known
        return sum(line.signed_yen for line in self._standing_payments())

    @asked_once
    def ledger(self) -> list:
        """Return every line of the ledger, in the order of entry; each knows whether it is ``undone``."""
        lines = sorted(self.payments.all(), key=lambda line: line.pk)
        undone = {line.of_id for line in lines}
        for line in lines:
            line.undone = line.pk in undone
        return lines

    def _standing_payments(self) -> list:
        return standing(self.ledger())

    @property
    @asked_once
    def signed_by(self) -> set[str]:
        """The parties whose signature under the yearly agreement counts."""
        if f"{SIGNED_BY}{SIGNERS[0]}" in self.__dict__:
            return {party for party in SIGNERS if self.__dict__[f"{SIGNED_BY}{party}"]}
        return {s.party for s in self.signatures.all() if s.struck_at is None}

    @property
    def has_claims(self) -> bool:
        if (known := self.__dict__.get("are_claims_there")) is not None:
            return known
        return self.claims.exists()

    @property
    def has_ledger(self) -> bool:
        """Whether anything was ever paid, or came back."""
        if (known := self.__dict__.get("is_ledger_begun")) is not None:
            return known
        return self.payments.exists()

    @property
    def has_open_claim(self) -> bool:
        if (known := self.__dict__.get("open_claims")) is not None:
            return known > 0
        return self.claims.filter(closed_at=None).exists()

    @property
    def accepted_claim(self) -> int | None:
        """The id of the claim that accounting pays next; ``None`` if none is accepted."""
        if "claim_to_pay" in self.__dict__:
            return self.__dict__["claim_to_pay"]
        return (
            self.claims.filter(state="accepted").order_by("pk").values_list("pk", flat=True).first()
        )

    @property
    def owed_yen(self) -> int:
        """What the city owes for this year in the end: confirmed, or granted until then."""
        settled = self.confirmed_yen if self.confirmed_yen is not None else self.granted_yen
        return settled or 0

    @property
    def balance_yen(self) -> int:
        """What is still to be paid (positive) or to come back (negative), in yen."""
        return self.owed_yen - self.paid_yen

    def earlier_years(self):
        return self.proposal.project_years.filter(position__lt=self.position)

    def years_of_others(self) -> set[int]:
        """Return the fiscal years that other years of the project hold; one that fell away has none."""
        others = self.proposal.project_years.exclude(pk=self.pk)
        held = others.filter(Q(closed_at=None) | Q(state="settled"))
        return set(held.values_list("fiscal_year", flat=True))

    @asked_once
    def program_budget(self) -> ProgramBudget:
        """Return the city's budget of this course and fiscal year, without this case's own part."""
        return ProgramBudget.of(self.proposal.round.edition, self.fiscal_year, leaving_out=self)

    @asked_once
    def missing_parts(self) -> list:
        """Return, in words, what has to be there before the grant can be applied for."""
        return missing_in_year(self)

    @property
    def by_agreement(self) -> bool:
        """Whether the money is a shared cost, so that the parties sign an agreement (年度協定書)."""
        return self.proposal.round.edition.instrument == Instrument.COST_SHARE

    def meets(self, stage: Stage) -> bool:
        """The first year follows from the selection: nobody decides whether it continues."""
        return self.position > 1 or stage.code != "expected"

    @YEAR_FLOW.move
    def plan(self, *, decided_on=None, document="", **facts):
        if self.position > 1 and decided_on is None:
            raise NotPossible(CONTINUATION_UNDECIDED)
        self.continuation_decided_on, self.continuation_document = decided_on, document

    @YEAR_FLOW.move
    def defer(self, *, fiscal_year, **facts):
        self.fiscal_year = fiscal_year

    @YEAR_FLOW.move
    def apply(self, **facts): ...

    @YEAR_FLOW.move
    def reapply(self, **facts): ...

    @YEAR_FLOW.move
    def send_back(self, **facts): ...

    @YEAR_FLOW.move
    def grant(self, *, granted_yen, **facts):
        self.granted_yen = granted_yen

    @YEAR_FLOW.move
    def refuse(self, **facts): ...

    @YEAR_FLOW.move
    def withdraw(self, **facts):
        self.granted_yen = self.reckoning = None

    @YEAR_FLOW.move
    def postpone(self, *, fiscal_year, **facts):
        self.fiscal_year, self.granted_yen, self.reckoning = fiscal_year, None, None

    @YEAR_FLOW.move
    def not_continue(self, **facts): ...

    @YEAR_FLOW.move
    def not_fund(self, **facts): ...

    @YEAR_FLOW.move
    def discontinue(self, *, ended_on, **facts):
        self.ends_on = ended_on

    @YEAR_FLOW.move
    def report(self, *, completed_on, **facts):
        self.ends_on = completed_on

    @YEAR_FLOW.move
    def return_report(self, **facts): ...

    @YEAR_FLOW.move
    def confirm(self, *, confirmed_yen, **facts):
        self.confirmed_yen = confirmed_yen

    @YEAR_FLOW.move
    def settle(self, **facts): ...

    @YEAR_FLOW.move
    def extend(self, **facts): ...

    @YEAR_FLOW.move
    def revoke(self, **facts):
        self.confirmed_yen, self.confirmed_reckoning = 0, None


class YearBudgetLine(LineBase):
    """One line of the budget of one project year."""

    year = models.ForeignKey(ProjectYear, on_delete=models.CASCADE, related_name="budget_lines")

    class Meta(LineBase.Meta):
        verbose_name = _("budget line of a year")
        verbose_name_plural = _("budget lines of a year")
