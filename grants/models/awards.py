from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization

#: How the code of a row ends that says only how many were adopted, as a document tells.
SUMMARY = "-count"


class PastAward(models.Model):
    """A project adopted before this system, as public documents tell; what they omit stays empty.

    A row whose code ends in ``SUMMARY`` says only how many were adopted: it has no yen of its own, so
    that no yen are counted for projects that another row names. A row that was taken over from the register
    of another system tells what stood there; it need not name a document.

    :param status: ``adopted``, ``ended_after_adoption``, or what a document says instead.
    :param confirmed_amount_yen: the confirmed amount, in yen; ``None`` where nobody says it.
    :param ended_as: the code of how the project ended; empty while it stands.
    :param taken_from: SHA-256 of the file of the register from which it was taken over.
    """

    key = models.SlugField(_("code"), unique=True)
    course = models.SlugField(_("course"), max_length=30)
    adoption_fiscal_year = models.PositiveSmallIntegerField(_("adopted in fiscal year"), null=True)
    implementation_fiscal_year = models.PositiveSmallIntegerField(
        _("carried out in fiscal year"), null=True, blank=True
    )
    group_name = models.CharField(_("group"), max_length=200, blank=True)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("the same group here"),
        related_name="past_awards",
    )
    project_title = models.CharField(_("project"), max_length=200, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    amount_yen = models.PositiveIntegerField(_("amount (yen)"), null=True, blank=True)
    confirmed_amount_yen = models.PositiveIntegerField(_("confirmed (yen)"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=30)
    ended_as = models.CharField(_("how it ended"), max_length=30, blank=True, default="")
    count = models.PositiveSmallIntegerField(_("how many"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    level = models.CharField(_("rests on"), max_length=1, blank=True)
    fictitious = models.BooleanField(_("fictitious"), default=False, editable=False)
    taken_from = models.CharField(
        _("digest of the register it was taken from"), max_length=64, default="", editable=False
    )

    class Meta:
        verbose_name = _("past award")
        verbose_name_plural = _("past awards")
        constraints = [
            models.CheckConstraint(
                condition=~Q(source="") | ~Q(taken_from=""), name="past_award_has_a_source"
            ),
            models.CheckConstraint(
                condition=~Q(key__endswith=SUMMARY)
                | Q(source="")
                | Q(amount_yen=None, confirmed_amount_yen=None),
                name="past_award_summary_has_no_yen",
                violation_error_message=_(
                    "A row that tells only how many were adopted has no yen of its own: give them "
                    "to the projects by name."
                ),
            ),
        ]

    def __str__(self):
        return self.key
