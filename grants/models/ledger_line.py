"""What lines of money have in common that are only ever added: one is undone by its reversal."""

from collections.abc import Iterable
from typing import TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerLine(models.Model):
    """One line of an account; a wrong one is undone by another one, its reversal (訂正仕訳).

    :param amount_yen: whole yen, more than zero.
    :param document: the paper that says so.
    :param of: the line that a reversal undoes, whole.
    :param reason: why.
    """

    amount_yen = models.PositiveIntegerField(_("amount (yen)"))
    document = models.CharField(_("document"), max_length=200)
    of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="reversal"
    )
    reason = models.TextField(_("reason"), blank=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        abstract = True


Line = TypeVar("Line", bound=LedgerLine)


def standing(lines: Iterable[Line]) -> list[Line]:
    """Return those of all ``lines`` of an account that are neither a reversal nor reversed."""
    lines = list(lines)
    undone = {line.of_id for line in lines}
    return [line for line in lines if line.of_id is None and line.pk not in undone]
