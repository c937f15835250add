"""What is known of backups, of drills, and of a site that was brought back from one.

Their moments are by the machine's own clock, as those of the other rows of the machinery.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class BackupRun(models.Model):
    """One backup that came to its end.

    :param size: of all its parts together, in bytes.
    :param digest: SHA-256 of its manifest, which names the digests of the other parts.
    """

    at = models.DateTimeField()
    folder = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, unique=True)

    def __str__(self):
        return self.folder


class RestoreDrill(models.Model):
    """One backup that was restored beside the site, for trial, and found whole."""

    at = models.DateTimeField()
    backup_at = models.DateTimeField()
    folder = models.CharField(max_length=100)

    def __str__(self):
        return f"{self.folder} {self.at}"


class Restoration(models.Model):
    """The site was brought back to ``backup_at``; until a person releases it, notices are held.

    Written by ``manage.py restore``, the only way back: no backup can know of its own restoring.

    :param folder: what the backup is called.
    """

    backup_at = models.DateTimeField()
    restored_at = models.DateTimeField()
    folder = models.CharField(max_length=100, blank=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="restoration_released_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.backup_at} → {self.restored_at}"
