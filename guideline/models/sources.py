"""What was taken from a document of the city, and what each value rests on.

Names, classes, statuses and figures only; the documents themselves are the city’s. Where two
documents disagree both values stand, each with its source.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """What a value rests on."""

    PAGE = "K", _("the city’s page")
    DOCUMENT = "S", _("a document of the city")
    INFERENCE = "I", _("inference")


class Sourced(models.Model):
    """Base of whatever was taken from a document."""

    source = models.CharField(_("source"), max_length=300, blank=True)
    level = models.CharField(_("rests on"), max_length=1, choices=Level.choices, blank=True)

    class Meta:
        abstract = True
