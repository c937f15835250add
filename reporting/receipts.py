"""Entering receipts: added, changed and removed while the group writes its report."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from casework import files, picture_copies
from casework.calendar import japan_date
from casework.models import StoredFile
from casework.services import locked, record

from .models import Receipt, Report, SettlementLine
from .services import may_edit_report

#: Endings of what proves a payment; a document of an office program does not.
PHOTOS_AND_PDF = (*files.PICTURES, ".pdf")


@dataclass(frozen=True, slots=True)
class Paid:
    """What stands on a receipt; ``paid_on`` is a Japan date."""

    line: int
    item: str
    paid_on: date
    amount_yen: int


@transaction.atomic
def add_receipt(report: Report, paid: Paid, *, upload=None, by, at: datetime) -> Receipt:
    """Add a receipt to a line of the settlement.

    :param upload: its photo or PDF; without one, a copy is handed in on paper.
    :raises PermissionDenied: if ``by`` may not write, or the report is not being written.
    :raises ValidationError: if the line is no spending of this report, the day has not come, or the
        file is not accepted or stands in this report already.
    """
    report = _being_written(report, by=by, at=at)
    last = report.receipts.aggregate(last=Max("number"))["last"] or 0
    receipt = Receipt(report=report, number=last + 1)
    _fill(receipt, paid, upload, by=by, at=at)
    record(report, "add_receipt", by=by, at=at, number=receipt.number, amount_yen=paid.amount_yen)
    return receipt


@transaction.atomic
def change_receipt(receipt: Receipt, paid: Paid, *, upload=None, by, at: datetime) -> Receipt:
    """Put right what a receipt says, or move it to another line.

    :param upload: takes the place of its file; without one the file stays.
    :raises PermissionDenied: as :func:`add_receipt`.
    :raises ValidationError: as :func:`add_receipt`.
    """
    report = _being_written(receipt.report, by=by, at=at)
    receipt = report.receipts.select_related("file").get(pk=receipt.pk)
    _fill(receipt, paid, upload, by=by, at=at)
    record(
        report, "change_receipt", by=by, at=at, number=receipt.number, amount_yen=paid.amount_yen
    )
    return receipt


@transaction.atomic
def remove_receipt(receipt: Receipt, *, by, at: datetime) -> None:
    """Take a receipt out; the others keep their numbers, and the bytes of its file stay.

    :raises PermissionDenied: as :func:`add_receipt`.
    """
    report = _being_written(receipt.report, by=by, at=at)
    receipt = report.receipts.select_related("file").get(pk=receipt.pk)
    _hide(receipt.file, at=at)
    record(report, "remove_receipt", by=by, at=at, number=receipt.number)
    receipt.delete()


def used_elsewhere(report: Report, user) -> list[tuple[Receipt, Receipt]]:
    """Return the receipts whose file proves a payment in another report, too, each with the other one.

    :param user: for whom; of a report that they do not see nothing is said.
    """
    own = {one.digest: one for one in report.receipts.all() if one.digest and one.has_file}
    seen = Report.objects.visible_to(user).exclude(pk=report.pk)
    others = Receipt.objects.filter(digest__in=own, report__in=seen.values("pk"))
    standing = others.filter(file__removed_at=None, file__isnull=False)
    return [(own[one.digest], one) for one in standing.select_related("report").order_by("pk")]


def _being_written(report: Report, *, by, at: datetime) -> Report:
    report = locked(report)
    if not may_edit_report(report, by.act_on(japan_date(at))):
        raise PermissionDenied("reporting.write_report")
    return report


def _fill(receipt: Receipt, paid: Paid, upload, *, by, at: datetime) -> None:
    if paid.paid_on > japan_date(at):
        raise ValidationError({"paid_on": _("The day cannot lie in the future.")})
    receipt.line = _line_of(receipt.report, paid.line)
    receipt.item, receipt.paid_on, receipt.amount_yen = paid.item, paid.paid_on, paid.amount_yen
    if upload:
        _hide(receipt.file, at=at)
        receipt.file = _take_in(receipt, upload, by=by, at=at)
        receipt.digest = receipt.file.digest
    receipt.save()


def _line_of(report: Report, pk: int) -> SettlementLine:
    line = report.settlement_lines.filter(pk=pk, side="expenditure").first()
    if line is None:
        raise ValidationError({"line": _("This line is no longer there. Choose another one.")})
    return line


def _take_in(receipt: Receipt, upload, *, by, at: datetime) -> StoredFile:
    """Keep the file of a receipt with the report, unless another receipt has the same one."""
    digest = hashlib.sha256(upload.read(files.MAX_BYTES + 1)).hexdigest()
    upload.seek(0)
    others = receipt.report.receipts.filter(digest=digest).exclude(pk=receipt.pk)
    others.filter(file__removed_at__isnull=False).update(digest="")  # taken out on the case page
    same = others.first()
    if same:
        words = _(
            "This file is already there, as receipt no. %(number)s (%(item)s). If it shows several "
            "receipts, enter the others without a file."
        )
        raise ValidationError({"file": words % {"number": same.number, "item": same.item}})
    if PurePath(upload.name).suffix.lower() not in PHOTOS_AND_PDF:
        raise ValidationError({"file": _("Send a photo or a PDF of the receipt.")})
    label = f"領収書 {receipt.number}"
    try:
        stored = files.store(receipt.report, upload, label=label, by=by, at=at)
    except ValidationError as refusal:
        raise ValidationError({"file": refusal.messages}) from refusal
    picture_copies.ask_soon(stored)
    return stored


def _hide(stored: StoredFile | None, *, at: datetime) -> None:
    if stored and stored.removed_at is None:
        stored.removed_at = at
        stored.save(update_fields=["removed_at"])
