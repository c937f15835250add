from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class PastAward(models.Model):
    """A project adopted before this system, as public documents tell; what they omit stays empty.

    A row with ``count`` says only how many were adopted.
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
    status = models.CharField(_("status"), max_length=30)
    count = models.PositiveSmallIntegerField(_("how many"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    source = models.CharField(_("source"), max_length=500)
    level = models.CharField(_("rests on"), max_length=1, blank=True)

    class Meta:
        verbose_name = _("past award")
        verbose_name_plural = _("past awards")
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="past_award_has_a_source"),
        ]

    def __str__(self):
        return self.key
