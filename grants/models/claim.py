"""The claim of a group for money of one project year (請求書)."""

from datetime import date, datetime

from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from casework.asked_once import asked_once
from casework.calendar import japan_date
from casework.models import Case
from grants import claims
from grants.completeness import missing_in_claim
from grants.flow import CLAIM_FLOW
from grants.rules import RuleSet

from .bank import BankAccount
from .project_year import ProjectYear


class Claim(Case):
    """What a group claims of the city in one payment; accounting pays an accepted claim only.

    :param instalment: which payment of its kind it is, from 1; of what goes out beforehand only.
    :param claimed_on: the Japan date on which the claim arrived; of a paper 収受日.
    :param bank_account: where it is paid to: the group's account when the claim was sent.
    """

    class Kind(models.TextChoices):
        ADVANCE = claims.ADVANCE, _("Advance on account (概算払)")
        PREPAYMENT = claims.PREPAYMENT, _("Prepayment (前金払)")
        BALANCE = claims.BALANCE, _("Balance (精算払)")

    KIND = "claim"
    flow = CLAIM_FLOW
    shown_with = ("project_year__proposal__round__edition", "bank_account__by")
    label = _("Claim (請求書)")

    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_claim"
    )
    project_year = models.ForeignKey(
        ProjectYear, on_delete=models.PROTECT, related_name="claims", editable=False
    )
    payment_kind = models.CharField(_("kind of payment"), max_length=10, choices=Kind.choices)
    amount_yen = models.PositiveIntegerField(_("amount (yen)"), default=0)
    reason = models.TextField(_("why the money is needed beforehand"), blank=True)
    instalment = models.PositiveSmallIntegerField(_("instalment"), null=True, editable=False)
    claimed_on = models.DateField(_("claimed on"), null=True, editable=False)
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, null=True, editable=False, related_name="claims"
    )
    edit_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("claim for payment")
        verbose_name_plural = _("claims for payment")
        constraints = [
            models.CheckConstraint(
                condition=~Q(payment_kind=claims.BALANCE) | Q(instalment=None),
                name="claim_of_the_balance_is_no_instalment",
            ),
        ]

    @property
    def rules(self) -> RuleSet:
        return self.project_year.rules

    @property
    def goes_beforehand(self) -> bool:
        return self.payment_kind in claims.BEFOREHAND

    @property
    def needs_settlement(self) -> bool:
        """Whether a settlement (精算) follows the payment; after a prepayment (前金払) none does.

        Source: 地方自治法施行令 162条, 163条.
        """
        return self.payment_kind == self.Kind.ADVANCE

    @property
    def room(self) -> claims.Room:
        """How much of its kind can be paid for the project year now.

        What was paid once on this claim, and reversed, is paid again whatever the state is now:
        that so much could be paid was decided then. More is a matter of what can be paid now.
        """
        year, usual = self.project_year, claims.room(self.project_year, self.payment_kind)
        undone = self.undone_payment
        if undone is None or year.stage.final:
            return usual
        again = min(undone.amount_yen, max((year.granted_yen or 0) - year.paid_yen, 0))
        return usual if usual.most_yen >= again else claims.Room(self.payment_kind, again)

    def paid_by(self) -> list:
        """Return the lines of the ledger that paid this claim, in the order of entry."""
        return [line for line in self.project_year.ledger() if line.claim_id == self.pk]

    @property
    def undone_payment(self):
        """The last payment on this claim that was reversed, or ``None``."""
        return next((line for line in reversed(self.paid_by()) if line.undone), None)

    @property
    def has_account(self) -> bool:
        """Whether it is known where to pay; a claim on paper bears that itself."""
        return self.on_paper or self.registered_account() is not None

    @asked_once
    def registered_account(self) -> BankAccount | None:
        """Return the account that the group registered, which may have changed since it was sent."""
        own = BankAccount.objects.current().filter(organization=self.organization_id)
        return own.select_related("by").first()

    def why_not_payable(self) -> str:
        return str(self.room.why_not)

    @asked_once
    def missing_parts(self) -> list:
        """Return, in words, what has to be there before the claim can be sent."""
        return missing_in_claim(self)

    def _next_instalment(self) -> int:
        """Return the number after the highest that a claim bears which was not closed unpaid."""
        others = Claim.objects.filter(
            project_year=self.project_year_id, payment_kind=self.payment_kind
        )
        stand = others.exclude(pk=self.pk).exclude(state__in=("withdrawn", "dropped"))
        return (stand.aggregate(last=Max("instalment"))["last"] or 0) + 1

    def _send(self, at: datetime, received_on: date | None) -> None:
        self.claimed_on = received_on or japan_date(at)
        self.filed_at = self.filed_at or at
        own = BankAccount.objects.current().filter(organization=self.organization_id)
        self.bank_account = own.first()

    @CLAIM_FLOW.move
    def submit(self, *, at, received_on=None, **facts):
        self._send(at, received_on)
        if self.goes_beforehand:
            self.instalment = self._next_instalment()

    @CLAIM_FLOW.move
    def resubmit(self, *, at, received_on=None, **facts):
        self._send(at, received_on)

    @CLAIM_FLOW.move
    def accept(self, **facts): ...

    @CLAIM_FLOW.move
    def send_back(self, **facts): ...

    @CLAIM_FLOW.move
    def drop(self, **facts): ...

    @CLAIM_FLOW.move
    def withdraw(self, **facts): ...

    @CLAIM_FLOW.move
    def pay(self, **facts): ...

    @CLAIM_FLOW.move
    def reopen(self, **facts): ...
