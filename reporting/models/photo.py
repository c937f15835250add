"""The photos of a department's report: picked from the project, or added to the report itself."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.models import StoredFile
from grants.models import Picture
from grants.models.picture import Described, DescribedQuerySet

from .collaboration import CollaborationReport
from .partner_part import PartnerPart
from .tabling import TabledReport, Tabling


class ReportPhotoQuerySet(DescribedQuerySet):
    def with_files(self):
        """Fetch along what is asked of each: its file, its picture, and whether it is drawn."""
        return self.with_copies().select_related("file", "picture").order_by("pk")

    def visible_to(self, user):
        """Keep all photos of the reports ``user`` sees.

        Of what the committee received, and of what a partner is asked about, what may be published.
        """
        reports = CollaborationReport.objects.visible_to(user).values("pk")
        tabled = TabledReport.objects.filter(tabling__in=Tabling.objects.visible_to(user))
        asked = PartnerPart.objects.visible_to(user)
        read = Q(report__in=tabled.values("report")) | Q(report__in=asked.values("report"))
        shown = ReportPhoto.objects.publishable().filter(read)
        return self.filter(Q(report__in=reports) | Q(pk__in=shown.values("pk")))

    def publishable(self):
        """Keep what the public may see, if it is released; of a picked one the project agrees, too."""
        agreed = Q(picture=None) | Q(picture__consent__in=Described.AGREED)
        return super().publishable().filter(agreed, kept_internal=False)


class ReportPhoto(Described):
    """One photo of a report. What is published is its large copy, never the file.

    :ivar picture: of the project, from which it was picked; its consent counts beside this one.
    :ivar file: of the picture, or one that was added to the report.
    :ivar people: who is shown, for the city alone.
    :ivar kept_internal: whether somebody decided that it is not published.
    """

    report = models.ForeignKey(CollaborationReport, on_delete=models.CASCADE, related_name="photos")
    picture = models.ForeignKey(
        Picture, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, editable=False, related_name="+")
    people = models.CharField(_("who is shown"), max_length=200, blank=True)
    kept_internal = models.BooleanField(_("stays with the city"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+",
        verbose_name=_("added by"),
    )  # fmt: skip
    at = models.DateTimeField(_("added at"), editable=False)

    objects = ReportPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo of a collaboration report")
        verbose_name_plural = _("photos of collaboration reports")
        constraints = [
            models.UniqueConstraint(fields=["report", "file"], name="report_photo_once"),
            models.CheckConstraint(
                condition=Q(consent__in=("", "given", "nobody")),
                name="report_photo_consent_is_known",
            ),
        ]

    @property
    def agreed(self) -> str:
        """The consent that counts: none as soon as the project has taken back its own."""
        if self.picture and self.picture.consent not in self.AGREED:
            return ""
        return self.consent

    def missing_for_publication(self) -> list[Text]:
        """Return, in words, what keeps the photo from being published."""
        missing = super().missing_for_publication()
        if self.consent and not self.agreed:
            missing.append(_("Among the pictures of the project the consent was taken back."))
        return missing
