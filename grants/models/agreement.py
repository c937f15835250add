"""Who has signed the yearly agreement (年度協定書) of a project year."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AgreementSignature(models.Model):
    """One party signed the agreement of one project year; kept, though it may be struck out.

    :param name: who signed, as it stands under the agreement.
    :param signed_on: Japan date under the signature.
    :param struck_at: since when it does not count any more; the history says why.
    """

    class Party(models.TextChoices):
        ORGANIZATION = "organization", _("The group")
        CITY = "city", _("The city")
        DEPARTMENT = "department", _("The department")

    year = models.ForeignKey(
        "grants.ProjectYear", on_delete=models.PROTECT, related_name="signatures"
    )
    party = models.CharField(_("party"), max_length=12, choices=Party.choices)
    name = models.CharField(_("name of who signed"), max_length=100)
    signed_on = models.DateField(_("signed on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False)
    at = models.DateTimeField(editable=False)
    struck_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("signature of an agreement")
        verbose_name_plural = _("signatures of agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["year", "party"],
                condition=Q(struck_at=None),
                name="agreement_signed_once_a_party",
            ),
        ]

    def __str__(self):
        return f"{self.year_id}: {self.party}"


#: Who may have to sign, as codes.
SIGNERS = tuple(AgreementSignature.Party.values)
