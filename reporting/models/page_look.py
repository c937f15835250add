"""That axe looked at the pages of one thing in a release, and what it found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .release import ReleaseItem


class PageLook(models.Model):
    """The last look at the pages of one item; another takes its place.

    :param digest: of what the pages showed; if they read otherwise now, nobody looked.
    :param violations: each as :class:`reporting.publishing.axe.Violation` has it, with its ``language``.
    :param at: when it was looked at.
    """

    item = models.OneToOneField(ReleaseItem, on_delete=models.CASCADE, related_name="look")
    digest = models.CharField(max_length=64)
    violations = models.JSONField(_("what axe found"), default=list)
    at = models.DateTimeField(_("looked at"))

    class Meta:
        verbose_name = _("look of axe at a page")
        verbose_name_plural = _("looks of axe at pages")

    def __str__(self):
        return f"{self.item_id}"
