"""The words of notices as the office wrote them; rows are only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _


class NoticeTemplateQuerySet(models.QuerySet):
    def latest_of(self, kind: str, variant: str) -> "NoticeTemplate | None":
        return self.filter(kind=kind, variant=variant).order_by("-version").first()

    def newest(self):
        """Keep the newest version of each text."""
        later = NoticeTemplate.objects.filter(
            kind=OuterRef("kind"), variant=OuterRef("variant"), version__gt=OuterRef("version")
        )
        return self.filter(~Exists(later)).select_related("by")


class NoticeTemplate(models.Model):
    """One version of the words of one kind of notice; the newest counts.

    :param version: counts from 1 for each kind and variant.
    :param body: empty, as the subject is, where the office went back to the program's own text.
    """

    class Variant(models.TextChoices):
        JA = "ja", _("Japanese")
        EN = "en", _("English")
        PAPER = "paper", _("By post (Japanese)")

    kind = models.CharField(max_length=40)
    variant = models.CharField(max_length=5, choices=Variant.choices)
    version = models.PositiveIntegerField()
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = NoticeTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "variant", "version"], name="notice_template_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(subject="", body="") | ~Q(subject="") & ~Q(body=""),
                name="notice_template_says_all_or_nothing",
            ),
        ]

    def __str__(self):
        return f"{self.kind}.{self.variant} {self.version}"

    @property
    def is_reset(self) -> bool:
        """Whether this version says: the program's own text again."""
        return not self.body
