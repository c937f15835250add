"""What the reports on a project are kept with, and what of them is destroyed in the end."""

from datetime import date, datetime

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.services.erasing import ERASED_NAME
from casework import retention
from casework.retention import RetentionClass

from . import withdrawn_reports
from .models import CommitteeComment, FieldNote, Kind, Receipt, ReleaseItem, ReportPhoto
from .models.release import UNDER_WAY

# A report is accepted long before its project ends. A department's report may be about no project;
# its partners' views are kept with it then.
retention.keep_with("report", "as_report__project_year__proposal")
retention.keep_with("interim_report", "as_interim_report__project_year__proposal")
retention.keep_with("collaboration_report", "as_collaboration_report__project_year__proposal")
retention.keep_with(
    "partner_part", "as_partner_part__report__project_year__proposal", "as_partner_part__report"
)


def _notes(day: date) -> QuerySet[FieldNote]:
    return FieldNote.objects.filter(report__in=retention.cases_over(day).values("pk"))


def _delete(rows: QuerySet, *, by, at: datetime) -> None:
    rows.delete()


def _receipts(day: date) -> QuerySet[Receipt]:
    over = Receipt.objects.filter(report__in=retention.cases_over(day).values("pk"))
    return over.exclude(item=ERASED_NAME)


def _erase_items(rows: QuerySet, *, by, at: datetime) -> None:
    rows.update(item=ERASED_NAME)


def _photos(day: date) -> QuerySet[ReportPhoto]:
    return ReportPhoto.objects.filter(report__in=retention.cases_over(day).values("pk"))


def _comments(day: date) -> QuerySet[CommitteeComment]:
    """Leave out what the public reads now, or will by a release under way.

    A correction of its report would lose it, and what is frozen would say more than is on record.
    """
    over = retention.cases_over(day).values("pk")
    said = CommitteeComment.objects.filter(tabled__report__in=over).exclude(words=ERASED_NAME)
    waits = ReleaseItem.objects.filter(
        kind=Kind.REPORT, key=Cast(OuterRef("tabled__report"), CharField()),
        release__state__in=UNDER_WAY,
    )  # fmt: skip
    is_read = Q(tabled__report__publication__isnull=False) | Q(Exists(waits))
    return said.exclude(is_read, release__isnull=False)


def _erase_comments(rows: QuerySet[CommitteeComment], *, by, at: datetime) -> None:
    rows.update(words=ERASED_NAME)


retention.register(
    RetentionClass(
        withdrawn_reports.CODE, _("What the public read of reports that were withdrawn"),
        _("The words and the PDF go. Digest, number, day and note stay, and so do the page in place of the report and what the department filed."),
        _("The day it was withdrawn from the public"),
        withdrawn_reports.withdrawn, withdrawn_reports.destroy,
        ("reporting.Publication.pdf", "reporting.ReleaseItem.content"), "report",
        lambda made: f"{made.report.number or made.report_id} · {made.number}", ("report",), "report",
    ),
    RetentionClass(
        "committee_comments", _("Comments of the committee on reports"),
        _("The words go, unless the public reads them now, or will by a release that waits. Who commented when stays."),
        _("The project is over"),
        _comments, _erase_comments, ("reporting.CommitteeComment.words",), "tabled__report",
        lambda said: f"{said.tabled.report.number or said.tabled.report_id} · {said.pk}",
        ("tabled__report",), "tabled__report",
    ),
    RetentionClass(
        "report_photos", _("What is said of photos of collaboration reports"),
        _("The row goes, and with it the photo from the public pages. The files go with the files of the case."),
        _("The project is over"),
        _photos, _delete, ("reporting.ReportPhoto",), "report",
        lambda photo: f"{photo.report.number or photo.report_id} · #{photo.pk}", ("report",), "report",
    ),
    RetentionClass(
        "field_notes", _("What the office asked for at places of a report"),
        _("The notes go. The history keeps that the report was returned, and when."),
        _("The project is over"),
        _notes, _delete, ("reporting.FieldNote",), "report",
        lambda note: f"{note.report.number} · {note.pk}", ("report",), "report",
    ),
    RetentionClass(
        "receipts", _("What receipts were for"),
        _("The words go. Number, day and amount stay; the files go with the files of the case."),
        _("The project is over"),
        _receipts, _erase_items, ("reporting.Receipt.item",), "report",
        lambda receipt: f"{receipt.report.number} · {receipt.number}", ("report",), "report",
    ),
)  # fmt: skip
