"""The fund of the program (市民活動推進基金): what came in, what was used, what was hoped for."""

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from .courses import CourseEdition


class FundEntryQuerySet(models.QuerySet):
    def told(self, *, fictitious: bool):
        """Keep the entries of the city; in a demonstration the invented ones, too."""
        return self if fictitious else self.filter(fictitious=False)

    def sums(self) -> dict[int, dict[str, int]]:
        """Return fiscal year → kind → yen; a reversal takes off in its own year."""
        signed = Case(
            When(kind="reversal", then=-F("amount_yen")),
            default=F("amount_yen"),
            output_field=models.BigIntegerField(),
        )
        rows = self.order_by().values_list("fiscal_year", Coalesce("of__kind", "kind"))
        found: dict[int, dict[str, int]] = {}
        for year, kind, yen in rows.annotate(yen=Sum(signed)):
            found.setdefault(year, {})[kind] = yen
        return found


class FundEntry(models.Model):
    """One line of the ledger of the fund. Only ever added; who gave is never written down.

    A line that was entered by mistake is undone by another one, its reversal (訂正仕訳).

    :param fiscal_year: the year whose books it belongs to; of a gift the year of its receipt.
    :param edition: for which course the money was used; of a use only.
    :param of: the line that a reversal undoes, whole.
    :param reason: why; of a reversal only.
    """

    class Kind(models.TextChoices):
        GIFT = "gift", _("Gifts (寄附)")
        INTEREST = "interest", _("Interest (運用益)")
        OTHER = "other", _("Other income (その他の積立て)")
        USE = "use", _("Use (取崩し)")
        REVERSAL = "reversal", _("Reversal of a wrong entry (訂正仕訳)")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    amount_yen = models.PositiveBigIntegerField(_("amount (yen)"))
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    on = models.DateField(_("day"))
    document = models.CharField(_("document"), max_length=200)
    edition = models.ForeignKey(
        CourseEdition, on_delete=models.PROTECT, null=True, blank=True,
        verbose_name=_("course"), related_name="fund_entries",
    )  # fmt: skip
    of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="reversal"
    )
    reason = models.TextField(_("reason"), blank=True, editable=False)
    fictitious = models.BooleanField(_("fictitious"), default=False, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False)
    at = models.DateTimeField(editable=False)

    objects = FundEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the fund")
        verbose_name_plural = _("entries of the fund")
        constraints = [
            models.CheckConstraint(condition=Q(amount_yen__gt=0), name="fund_entry_of_something"),
            models.CheckConstraint(
                condition=Q(kind="use") | Q(edition=None), name="fund_entry_course_of_a_use_only"
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", of__isnull=False) & ~Q(reason="")
                | ~Q(kind="reversal") & Q(of=None),
                name="fund_entry_reversal_says_of_what_and_why",
            ),
        ]

    def __str__(self):
        return f"{self.fiscal_year} {self.kind} {self.amount_yen}"

    @property
    def signed_yen(self) -> int:
        """The amount as the balance counts it: in is positive, out is negative."""
        if self.of is not None:
            return -self.of.signed_yen
        return -self.amount_yen if self.kind == self.Kind.USE else self.amount_yen


class FundTarget(models.Model):
    """What gifts of one fiscal year are to come to at least, in yen, and who said so."""

    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    amount_yen = models.PositiveBigIntegerField(_("target (yen, at least)"))
    source = models.CharField(_("source"), max_length=500)
    level = models.CharField(_("rests on"), max_length=1, blank=True)
    fictitious = models.BooleanField(_("fictitious"), default=False, editable=False)

    class Meta:
        verbose_name = _("target of the fund")
        verbose_name_plural = _("targets of the fund")
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "fictitious"], name="fund_target_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(amount_yen__gt=0) & ~Q(source=""), name="fund_target_has_a_source"
            ),
        ]

    def __str__(self):
        return f"{self.fiscal_year} {self.amount_yen}"


class FundTargetChange(models.Model):
    """What a target of the fund was and became; only ever added.

    :param old_yen: ``None`` where no target was set before.
    """

    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    old_yen = models.PositiveBigIntegerField(_("target before (yen)"), null=True)
    old_source = models.CharField(_("source before"), max_length=500, blank=True)
    new_yen = models.PositiveBigIntegerField(_("target (yen, at least)"))
    new_source = models.CharField(_("source"), max_length=500)
    fictitious = models.BooleanField(_("fictitious"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("change of a target of the fund")
        verbose_name_plural = _("changes of targets of the fund")

    def __str__(self):
        return f"{self.fiscal_year} {self.old_yen} → {self.new_yen}"
