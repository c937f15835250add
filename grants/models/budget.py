"""The city's money: its budget by course and fiscal year, and the ledger of payments."""

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from .courses import CourseEdition


class BudgetEntry(models.Model):
    """One entry of the city's budget (当初, 補正 …) for a course and fiscal year; a sum of these is it."""

    class Kind(models.TextChoices):
        INITIAL = "initial", _("Initial (当初)")
        SUPPLEMENTARY = "supplementary", _("Supplementary (補正)")
        TRANSFER = "transfer", _("Transfer (流用)")
        REDUCTION = "reduction", _("Reduction (減額)")

    edition = models.ForeignKey(
        CourseEdition, on_delete=models.PROTECT, related_name="budget_entries"
    )
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    amount_yen = models.BigIntegerField(
        _("amount (yen)"), help_text=_("A reduction is entered with a minus.")
    )
    voted_on = models.DateField(_("voted or decided on"))
    document = models.CharField(_("document"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("budget entry")
        verbose_name_plural = _("budget entries")

    def __str__(self):
        return f"{self.fiscal_year} {self.kind} {self.amount_yen}"


@dataclass(frozen=True, slots=True)
class ProgramBudget:
    """The budget of one course in one fiscal year, computed from the rows, in yen.

    :param planned_yen: ``None`` while no entry is recorded: not set, which is not zero.
    """

    planned_yen: int | None
    granted_yen: int

    @property
    def free_yen(self) -> int | None:
        return None if self.planned_yen is None else self.planned_yen - self.granted_yen

    @classmethod
    def of(cls, edition: CourseEdition, fiscal_year: int, *, leaving_out=None) -> "ProgramBudget":
        """Add up the entries and the grants of ``edition``'s course in ``fiscal_year``."""
        same = Q(edition__course=edition.course, edition__fictitious=edition.fictitious)
        entries = BudgetEntry.objects.filter(same, fiscal_year=fiscal_year)
        years = Payment._meta.get_field("year").related_model.objects.filter(
            proposal__round__edition__course=edition.course,
            proposal__round__edition__fictitious=edition.fictitious,
            fiscal_year=fiscal_year,
        )
        if leaving_out is not None:
            years = years.exclude(pk=leaving_out.pk)
        committed = models.functions.Coalesce("confirmed_yen", "granted_yen")
        return cls(
            planned_yen=entries.aggregate(total=Sum("amount_yen"))["total"],
            granted_yen=years.aggregate(total=Sum(committed))["total"] or 0,
        )

    @classmethod
    def all(cls) -> dict[tuple[str, bool, int], "ProgramBudget"]:
        """Return the budget of each course, sort (fictitious or not) and fiscal year at once."""
        years = Payment._meta.get_field("year").related_model.objects.all()
        keys = ("edition__course", "edition__fictitious", "fiscal_year")
        planned = _sums(BudgetEntry.objects.all(), keys, "amount_yen")
        committed = models.functions.Coalesce("confirmed_yen", "granted_yen")
        keys = (*(f"proposal__round__{key}" for key in keys[:2]), "fiscal_year")
        granted = _sums(years, keys, committed)
        return {
            key: cls(planned.get(key), granted.get(key) or 0)
            for key in sorted({*planned, *granted})
        }


def _sums(rows, keys: tuple[str, ...], amount) -> dict[tuple, int | None]:
    found = rows.values_list(*keys).annotate(total=Sum(amount)).order_by()
    return {tuple(key): total for *key, total in found}


class Payment(models.Model):
    """One line of the ledger of a project year: money out, or money back. Only ever added.

    A line that was entered by mistake is undone by another one, its reversal (訂正仕訳).

    :param of: the line that a reversal undoes, whole.
    :param reason: why; of a reversal only.
    """

    class Kind(models.TextChoices):
        ADVANCE = "advance", _("Advance on account (概算払)")
        BALANCE = "balance", _("Balance (精算払)")
        REPAYMENT = "repayment", _("Repayment (返還)")
        REVERSAL = "reversal", _("Reversal of a wrong entry (訂正仕訳)")

    year = models.ForeignKey(
        "grants.ProjectYear", on_delete=models.PROTECT, related_name="payments"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    amount_yen = models.PositiveIntegerField(_("amount (yen)"))
    paid_on = models.DateField(_("paid on"))
    document = models.CharField(_("document"), max_length=200)
    of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="reversal"
    )
    reason = models.TextField(_("reason"), blank=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(condition=Q(amount_yen__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(kind="reversal", of__isnull=False) & ~Q(reason="")
                | ~Q(kind="reversal") & Q(of=None),
                name="payment_reversal_says_of_what_and_why",
            ),
        ]

    def __str__(self):
        return f"{self.year_id} {self.kind} {self.amount_yen}"

    @property
    def signed_yen(self) -> int:
        """The amount as the city's ledger counts it: out is positive, back is negative."""
        if self.of is not None:
            return -self.of.signed_yen
        return -self.amount_yen if self.kind == self.Kind.REPAYMENT else self.amount_yen
