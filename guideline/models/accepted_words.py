"""Of which words that everybody reads at once a person said that they are right."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .crosswalk import Crosswalk
from .measure import Measure

#: What words can look like; higher apps find it.
LOOKS_LIKE = {
    "name": _("name of a person"),
    "email": _("e-mail address"),
    "phone": _("phone number"),
    "postcode": _("postcode"),
}


class AcceptedWords(models.Model):
    """A finding in the public words of a row that a person let stand; never changed afterwards.

    ``field`` is the field of the row, ``what`` what it looks like (``name``, ``phone`` …), and ``digest``
    what marks the finding (:class:`guideline.public_words.Finding`). The words stand in the row alone.
    """

    crosswalk = models.ForeignKey(
        Crosswalk, on_delete=models.PROTECT, null=True, related_name="accepted_words",
        verbose_name=_("crosswalk row"),
    )  # fmt: skip
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, related_name="accepted_words",
        verbose_name=_("measure"),
    )  # fmt: skip
    field = models.CharField(_("field"), max_length=30)
    what = models.CharField(_("what it looks like"), max_length=20)
    digest = models.CharField(_("digest of the finding"), max_length=16)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("looked at by"),
    )  # fmt: skip
    at = models.DateTimeField(_("accepted at"))

    class Meta:
        verbose_name = _("finding in public words that was accepted")
        verbose_name_plural = _("findings in public words that were accepted")
        constraints = [
            models.UniqueConstraint(
                fields=["crosswalk", "digest"], name="words_of_a_crosswalk_row_accepted_once"
            ),
            models.UniqueConstraint(
                fields=["measure", "digest"], name="words_of_a_measure_accepted_once"
            ),
            models.CheckConstraint(
                condition=Q(crosswalk__isnull=True, measure__isnull=False)
                | Q(crosswalk__isnull=False, measure__isnull=True),
                name="accepted_words_of_one_row",
            ),
        ]

    def __str__(self):
        return f"{self.crosswalk or self.measure}: {self.field}, {self.what}"

    @property
    def what_label(self) -> str:
        return str(LOOKS_LIKE.get(self.what, self.what))

    @property
    def field_label(self) -> str:
        """The field in words."""
        row = self.crosswalk or self.measure
        return str(row._meta.get_field(self.field).verbose_name)
