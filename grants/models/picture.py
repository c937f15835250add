"""Photos and flyers of a project year (活動写真・チラシ): what was uploaded, and what is said of it."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.models import Case, PictureCopy, StoredFile

from .project_year import ProjectYear


class DescribedQuerySet(models.QuerySet):
    """Pictures with what is said of them."""

    def with_copies(self):
        """Say of each whether its large copy is drawn (``has_copy``)."""
        large = PictureCopy.objects.filter(file=OuterRef("file"), size=PictureCopy.Size.LARGE)
        return self.annotate(has_copy=Exists(large))

    def publishable(self):
        """Keep what could be published: described, agreed to, let pass by the scanner, and drawn.

        The same that :meth:`Described.missing_for_publication` says of one. What is published is its
        large copy, never the file.
        """
        kept = self.with_copies().filter(file__in=StoredFile.objects.served(), has_copy=True)
        return kept.filter(consent__in=Described.AGREED).exclude(alternative_text="")


class Described(models.Model):
    """What is said of a picture before it may be published; ``file`` is the original, and private.

    :ivar alternative_text: what it shows, for who does not see it (代替テキスト).
    :ivar consent: whether the people shown agree that it is published.
    """

    class Consent(models.TextChoices):
        NOT_YET = "", _("Not asked yet")
        GIVEN = "given", _("Yes: everybody shown agrees")
        NOBODY = "nobody", _("Nobody is recognisable")

    #: The answers with which a picture may be published.
    AGREED = (Consent.GIVEN, Consent.NOBODY)

    caption = models.CharField(_("caption"), max_length=200, blank=True)
    alternative_text = models.CharField(_("what the picture shows"), max_length=300, blank=True)
    consent = models.CharField(
        _("consent of the people shown"), max_length=7, choices=Consent.choices, blank=True
    )

    class Meta:
        abstract = True

    def __str__(self):
        return self.caption or self.file.name

    @property
    def has_large_copy(self) -> bool:
        """Whether the copy that would be published is drawn; lists read it with the rows."""
        known = getattr(self, "has_copy", None)
        if known is not None:
            return known
        return self.file.copies.filter(size=PictureCopy.Size.LARGE).exists()

    def missing_for_publication(self) -> list[Text]:
        """Return, in words, what keeps the picture from being published."""
        missing: list[Text] = []
        if not self.alternative_text:
            missing.append(_("Write what the picture shows, for who does not see it."))
        if self.consent == self.Consent.NOT_YET:
            missing.append(_("Say whether the people shown agree, or that nobody is recognisable."))
        if self.file.destroyed_at:
            missing.append(_("The file was destroyed after its retention period."))
        elif not self.file.is_served:
            missing.append(_("The virus scanner has not let the file pass."))
        elif not self.has_large_copy:
            missing.append(_("The copy without position and day is not drawn yet."))
        return missing


class PictureQuerySet(DescribedQuerySet):
    def visible_to(self, user):
        return self.filter(year__in=Case.objects.visible_to(user).values("pk"))


class Picture(Described):
    """One photo or flyer of a project year. The file is the original, and private.

    :ivar taken_on: the day it was taken, or the flyer made; Japan date, at first what the camera wrote.
    :ivar place: where it was taken, or the flyer handed out, in words.
    :ivar digest: of the file, so that no file stands twice in a year.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo (活動写真)")
        FLYER = "flyer", _("Flyer (チラシ)")

    year = models.ForeignKey(ProjectYear, on_delete=models.PROTECT, related_name="pictures")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    taken_on = models.DateField(_("day it was taken or made"), null=True, blank=True)
    place = models.CharField(_("where it was taken or handed out"), max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("added by"),
    )  # fmt: skip
    at = models.DateTimeField(_("added at"))

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo or flyer")
        verbose_name_plural = _("photos and flyers")
        constraints = [
            models.UniqueConstraint(fields=["year", "digest"], name="picture_once_a_year"),
            models.CheckConstraint(
                condition=Q(consent__in=("", "given", "nobody")), name="picture_consent_is_known"
            ),
        ]
