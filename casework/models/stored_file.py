"""Files of a case: stored outside the web root, served only through ``visible_to``."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .case import Case


class StoredFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(case__in=Case.objects.visible_to(user))

    def standing(self):
        return self.filter(removed_at__isnull=True)


def place_of(stored: "StoredFile", name: str) -> str:
    """Return where an upload lies under the folder of uploads: beside the case's others."""
    return f"cases/{stored.case_id}/{name}"


class StoredFile(models.Model):
    """One upload. The bytes are never changed; taking a file out of a draft hides the row.

    Once its retention period is over the bytes may be destroyed; the row keeps its digest. Until
    they are off the disk, ``content`` still names them.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    label = models.CharField(_("what it is"), max_length=100, blank=True)
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size (bytes)"))
    digest = models.CharField(max_length=64)
    content = models.FileField(upload_to=place_of, max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, editable=False)
    destroyed_at = models.DateTimeField(null=True, editable=False)

    objects = StoredFileQuerySet.as_manager()

    def __str__(self):
        return self.name
