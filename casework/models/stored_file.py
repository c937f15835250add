"""Files of a case: stored outside the web root, served only through ``visible_to``."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.pictures import FORMATS, PAPER

from .case import Case


class StoredFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Keep the files of cases ``user`` sees; of those with messages, where they read the message."""
        from .message import Message  # it points here

        read = Q(attachment__message__in=Message.objects.visible_to(user).values("pk"))
        return self.filter(
            Q(attachment=None) | read, case__in=Case.objects.visible_to(user).values("pk")
        )

    def standing(self):
        """Keep what belongs among the papers of the case.

        That is not taken out, no attachment of a message, and shown nowhere else.
        """
        return self.kept().filter(attachment=None, apart=False)

    def kept(self):
        """Leave out what was taken out of a draft."""
        return self.filter(removed_at__isnull=True)

    def to_scan(self):
        """Keep what no scanner has answered about yet, and what is still there."""
        unanswered = (StoredFile.Scan.NOT_ASKED, StoredFile.Scan.WAITING, StoredFile.Scan.FAILED)
        return self.kept().filter(destroyed_at=None, scan__in=unanswered)

    def served(self):
        """Keep what anybody may have now, if they may see it: as :attr:`StoredFile.is_served`."""
        clean = (StoredFile.Scan.CLEAN,)
        fine = clean if settings.CLAMD_URL else (*clean, StoredFile.Scan.NOT_ASKED)
        return self.kept().filter(destroyed_at=None, scan__in=fine)


def place_of(stored: "StoredFile", name: str) -> str:
    """Return where an upload lies under the folder of uploads: beside the case's others."""
    return f"cases/{stored.case_id}/{name}"


class StoredFile(models.Model):
    """One upload. The bytes are never changed; taking a file out of a draft hides the row.

    Once its retention period is over the bytes may be destroyed; the row keeps its digest. Until
    they are off the disk, ``content`` still names them.

    :ivar apart: whether it is shown by what it was added for, not among the papers of the case.
    :ivar scan_at: when ``scan`` became what it is; ``None`` while no scanner was asked.
    :ivar scan_after: until then a worker has it, or lets the scanner rest.
    """

    class Scan(models.TextChoices):
        NOT_ASKED = "", _("No scanner was asked")
        WAITING = "waiting", _("Waits for the virus scanner")
        CLEAN = "clean", _("Nothing found by the virus scanner")
        INFECTED = "infected", _("Infected")
        FAILED = "failed", _("The virus scanner did not answer; it is asked again")

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
    apart = models.BooleanField(_("shown apart from the papers"), default=False, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    destroyed_at = models.DateTimeField(null=True, editable=False)
    scan = models.CharField(
        max_length=10, choices=Scan.choices, default=Scan.NOT_ASKED, blank=True, editable=False
    )
    scan_at = models.DateTimeField(null=True, editable=False)
    scan_found = models.CharField(max_length=200, blank=True, editable=False)
    scan_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    scan_after = models.DateTimeField(null=True, editable=False)

    objects = StoredFileQuerySet.as_manager()

    def __str__(self):
        return self.name

    @property
    def is_served(self) -> bool:
        """Whether anybody may have the bytes, as far as the scanner goes.

        Where one is configured, that is only what it found clean; without one, what was never to
        be scanned. What it found infected, or has not answered about, stays closed either way.
        """
        if self.scan == self.Scan.NOT_ASKED:
            return not settings.CLAMD_URL
        return self.scan == self.Scan.CLEAN

    @property
    def is_picture(self) -> bool:
        """Whether browsers are shown a copy of it, drawn anew; of a flyer that is a PDF, its first page."""
        return self.media_type in FORMATS or (self.apart and self.media_type == PAPER)


class PictureCopy(models.Model):
    """A picture drawn anew from an upload, as browsers show it; the original goes to nobody else.

    It is in the database like the PDF of a letter (decision 0005): a worker that dies leaves no
    half of it, and it goes with its file. It can be drawn again at any time.

    :ivar width: in points, like ``height``.
    """

    class Size(models.TextChoices):
        SMALL = "small", _("Small, for lists")
        LARGE = "large", _("Large, for reading")

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="copies")
    size = models.CharField(_("size"), max_length=5, choices=Size.choices)
    media_type = models.CharField(_("media type"), max_length=100)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    digest = models.CharField(_("digest"), max_length=64)
    content = models.BinaryField(_("picture"))

    class Meta:
        verbose_name = _("copy of a picture")
        verbose_name_plural = _("copies of pictures")
        constraints = [
            models.UniqueConstraint(fields=["file", "size"], name="picture_copy_once_a_size"),
        ]

    def __str__(self):
        return f"{self.file_id} {self.size}"
