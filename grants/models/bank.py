"""Where the city pays a group's money: bank accounts, kept so that only accounting can read them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class BankAccountQuerySet(models.QuerySet):
    def current(self):
        """Keep the account of each group that no newer one has replaced."""
        return self.filter(replaced_at=None, destroyed_at=None)


class BankAccount(models.Model):
    """An account of a group; a newer one replaces it, and it stays with the claims that name it.

    :param document: on what paper accounting entered it; empty where the group did so itself.
    :param secret: bank, branch, number and holder, encrypted with a key that lies apart from the
        database (:mod:`grants.bank_secrets`); empty once it is destroyed.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="bank_accounts"
    )
    secret = models.TextField(editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False)
    at = models.DateTimeField(editable=False)
    document = models.CharField(
        _("document on which accounting entered it"), max_length=200, blank=True, editable=False
    )
    replaced_at = models.DateTimeField(null=True, editable=False)
    destroyed_at = models.DateTimeField(null=True, editable=False)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(replaced_at=None, destroyed_at=None),
                name="one_bank_account_a_group",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at=None) & ~Q(secret="")
                | Q(destroyed_at__isnull=False, secret=""),
                name="bank_account_holds_nothing_once_destroyed",
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"
