"""What the reports on a project are kept with, and what of them is destroyed in the end."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.services.erasing import ERASED_NAME
from casework import retention
from casework.retention import RetentionClass

from .models import FieldNote, Receipt, ReportPhoto

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


retention.register(
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
