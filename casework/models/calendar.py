from django.db import models
from django.utils.translation import gettext_lazy as _


class ClosedDay(models.Model):
    """A weekday on which city hall is closed: holidays of the nation and of the city."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=50)
    source = models.CharField(_("source"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")

    def __str__(self):
        return f"{self.day} {self.name}"
