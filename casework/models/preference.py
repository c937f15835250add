"""How a person wants to hear of what they may also read later."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticePreference(models.Model):
    """How the e-mails of one group of notices come to one person; without a row, at once."""

    class Delivery(models.TextChoices):
        AT_ONCE = "at_once", _("By e-mail at once")
        DIGEST = "digest", _("In one e-mail a day")
        NONE = "none", _("No e-mail; it stands in the mailbox here")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences"
    )
    group = models.CharField(max_length=20)
    delivery = models.CharField(max_length=7, choices=Delivery.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="preference_once_a_group"),
        ]

    def __str__(self):
        return f"{self.user_id} {self.group}: {self.delivery}"
