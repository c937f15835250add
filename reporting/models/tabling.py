"""Reports that the committee receives in writing (書面報告), and what its members say of them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from casework.calendar import wareki_year
from casework.models import Version

from .collaboration import CollaborationReport


class TablingQuerySet(models.QuerySet):
    #: The committee, whose paper it is, and who reads all cases.
    READERS = (Role.COMMITTEE, Role.OFFICE, Role.APPROVER, Role.AUDITOR)

    def visible_to(self, user):
        """Keep all for the committee and the city's readers, nothing for others."""
        reads = user.is_authenticated and user.duties.holds(*self.READERS)
        return self.all() if reads else self.none()


class Tabling(models.Model):
    """A set of accepted reports on one fiscal year, as the committee received them on a day.

    :ivar tabled_on: the day, Japan date.
    :ivar answers: how the departments had answered for the year when the reports were tabled, one
        row for each (``reporting.booklet_answers.Answered``).
    :ivar comments_until: last day on which members comment, Japan date; empty is not set: then they
        comment until the office closes it by naming a day.
    """

    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    tabled_on = models.DateField(_("received by the committee on"))
    comments_until = models.DateField(_("comments until"), null=True, blank=True)
    answers = models.JSONField(_("answers of the departments"), default=list, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = TablingQuerySet.as_manager()

    class Meta:
        verbose_name = _("written report to the committee")
        verbose_name_plural = _("written reports to the committee")

    def __str__(self):
        return f"協働事業報告書（{wareki_year(self.fiscal_year)}）"

    def takes_comments(self, today) -> bool:
        return self.comments_until is None or today <= self.comments_until


class TabledReport(models.Model):
    """One report of a tabling, as it stood then.

    :ivar place: in the booklet, from 1.
    """

    tabling = models.ForeignKey(Tabling, on_delete=models.PROTECT, related_name="tabled")
    report = models.ForeignKey(
        CollaborationReport, on_delete=models.PROTECT, related_name="tablings"
    )
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("report to the committee")
        verbose_name_plural = _("reports to the committee")
        constraints = [
            models.UniqueConstraint(fields=["tabling", "report"], name="tabled_once_a_tabling"),
            models.UniqueConstraint(fields=["tabling", "place"], name="tabled_place_once"),
        ]

    def __str__(self):
        return f"{self.tabling_id} {self.place}"


class CommitteeComment(models.Model):
    """What a member of the committee says of a report: the third party's evaluation. Only added."""

    tabled = models.ForeignKey(TabledReport, on_delete=models.PROTECT, related_name="comments")
    words = models.TextField(pgettext_lazy("of the committee", "comment"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("comment of the committee")
        verbose_name_plural = _("comments of the committee")

    def __str__(self):
        return f"{self.tabled_id} {self.pk}"


class ReleasedComment(models.Model):
    """A comment that the office lets be part of the public text; gone once it is held back again.

    Its row stands apart, since a comment itself never changes.
    """

    comment = models.OneToOneField(
        CommitteeComment, on_delete=models.PROTECT, related_name="release"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("released comment of the committee")
        verbose_name_plural = _("released comments of the committee")

    def __str__(self):
        return f"{self.comment_id}"


class Booklet(models.Model):
    """The paper of a tabling, made by a worker from versions that never change.

    :param photos: ids of the photos that it shows; when one of them may not be shown any more, the paper
        is given to nobody, and made anew (``reporting.booklet.made_of``).
    """

    tabling = models.OneToOneField(Tabling, on_delete=models.PROTECT, related_name="booklet")
    photos = models.JSONField(default=list)
    pdf = models.BinaryField()
    docx = models.BinaryField()

    class Meta:
        verbose_name = _("booklet for the committee")
        verbose_name_plural = _("booklets for the committee")

    def __str__(self):
        return f"{self.tabling_id}"
