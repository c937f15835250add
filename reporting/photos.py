"""Photos of a report: picked from the project, added with what is said of them, taken out.

Who is shown may object at any time: consent is taken back, or a photo taken out, whatever the state of
the report, and from that moment on the public sees it no more (:mod:`reporting.public_photos`). Of a
public report, other words and new photos ask for a correction (:mod:`reporting.correction_owed`).
"""

from datetime import datetime
from pathlib import PurePath

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework import files, picture_copies
from casework.calendar import japan_date
from casework.services import advance, locked, record
from casework.windows import is_to_be_written
from grants.models import Picture
from grants.models.picture import Described

from .correction_owed import ask_for_a_correction
from .models import CollaborationReport, ReportPhoto
from .publishing.releases import waits_in_release
from .services import may_edit_collaboration

#: The most photos of one report.
MOST = 12
#: What an added file is called among those of the case; documents, so in Japanese.
LABEL_JA = "活動写真"
#: What the public reads of a photo: with the text it is frozen while a release is under way.
READ_BY_PUBLIC = ("alternative_text", "caption")


def to_pick(report: CollaborationReport):
    """Return the pictures of the report's project that can be picked: agreed to, and not in it yet."""
    found = Picture.objects.filter(year=report.project_year_id, consent__in=Described.AGREED)
    there = report.photos.values("file")
    return found.exclude(file__in=there).select_related("file").order_by("-pk")


def may_add(report: CollaborationReport, user) -> bool:
    """Return whether ``user`` may add photos now: whoever may write the report."""
    return may_edit_collaboration(report, user) and not waits_in_release(report)


def _being_written(report: CollaborationReport, *, by, at: datetime) -> CollaborationReport:
    report = locked(report)
    if not may_edit_collaboration(report, by.act_on(japan_date(at))):
        raise PermissionDenied("reporting.write_collaboration")
    if waits_in_release(report):
        raise ValidationError(
            _("The report waits in a release. Drop the draft of the release first.")
        )
    if report.photos.count() >= MOST:
        raise ValidationError(_("A report holds %(most)s photos at most.") % {"most": MOST})
    return advance(report, "start", by=by, at=at) if report.state == "requested" else report


@transaction.atomic
def pick(report: CollaborationReport, picture: Picture, *, by, at: datetime) -> ReportPhoto:
    """Take a picture of the project into the report, with what is said of it there.

    :raises PermissionDenied: if ``by`` may not write the report now.
    :raises ValidationError: if it is none of the project's, nobody agreed to it, or there are too many.
    """
    report = _being_written(report, by=by, at=at)
    found = to_pick(report).filter(pk=picture.pk).first()
    if found is None:
        raise ValidationError(_("This picture cannot be picked."))
    said = {name: getattr(found, name) for name in (*READ_BY_PUBLIC, "consent")}
    made = ReportPhoto.objects.create(
        report=report, picture=found, file=found.file, **said, by=by, at=at
    )
    ask_for_a_correction(report, at=at)
    record(report, "pick_photo", by=by, at=at, photo=made.pk, picture=found.pk)
    return made


@transaction.atomic
def add(report: CollaborationReport, upload, *, by, at: datetime, **said) -> ReportPhoto:
    """Add a photo to the report itself.

    :param said: values of ``alternative_text, caption, people, consent``.
    :raises PermissionDenied: if ``by`` may not write the report now.
    :raises ValidationError: if it is no picture, the file is refused or there already, or there are
        too many.
    """
    report = _being_written(report, by=by, at=at)
    if PurePath(upload.name).suffix.lower() not in files.PICTURES:
        kinds = ", ".join(ending.lstrip(".").upper() for ending in files.PICTURES)
        raise ValidationError(_("Choose a picture (%(kinds)s).") % {"kinds": kinds})
    stored = files.store(
        report, upload, label=LABEL_JA, by=by, at=at, apart=True,
        permission="reporting.tend_photos",
    )  # fmt: skip
    if report.photos.filter(file__digest=stored.digest).exists():
        stored.content.delete(save=False)
        raise ValidationError(_("This picture is already there."))
    made = ReportPhoto.objects.create(report=report, file=stored, **said, by=by, at=at)
    picture_copies.ask_soon(stored)
    ask_for_a_correction(report, at=at)
    return made


@transaction.atomic
def describe(
    photo: ReportPhoto, *, fields: dict, seen: str | None = None, by, at: datetime
) -> ReportPhoto:
    """Say what a photo shows; another answer about the people, or a decision, goes into the history.

    :param fields: values of ``alternative_text, caption, people, consent, kept_internal``.
    :param seen: the mark of what the window showed; ``None`` where a program writes, without one.
    :raises PermissionDenied: if ``by`` is neither of the office nor of the department.
    :raises Overtaken: if the window is older than what it would change: an objection stays.
    :raises ValidationError: if the photo was taken out, or the words would change while they are
        frozen in a release, or are not for ``by`` to write any more.
    """
    report = locked(photo.report)
    by.act_on(japan_date(at))
    require(by, "reporting.tend_photos", report)
    found = ReportPhoto.objects.select_related("file", "picture").filter(pk=photo.pk).first()
    if found is None:
        raise ValidationError(_("The photo was taken out meanwhile."))
    photo, before = found, {name: getattr(found, name) for name in fields}
    if not is_to_be_written(fields, before, seen=seen):
        return photo
    changed = [name for name, value in fields.items() if value != before[name]]
    if any(name in READ_BY_PUBLIC for name in changed):
        _require_words_are_open(report, by)
    for name in changed:
        setattr(photo, name, fields[name])
    photo.save(update_fields=changed)
    ask_for_a_correction(report, at=at)
    if "consent" in changed:
        told = {"photo": photo.pk, "consent": photo.consent or "not_yet"}
        record(report, "photo_consent", by=by, at=at, **told)
    if "kept_internal" in changed:
        verb = "keep_photo_internal" if photo.kept_internal else "let_photo_be_public"
        record(report, verb, by=by, at=at, photo=photo.pk)
    return photo


def _require_words_are_open(report: CollaborationReport, by) -> None:
    """Refuse other words under a photo, where the text of the report is not open to ``by`` either.

    While a report is with the office, the office mends what stands under a photo.
    """
    if waits_in_release(report):
        raise ValidationError(
            _("The report waits in a release. Drop the draft of the release first.")
        )
    handles = by.has_perm("reporting.handle_collaboration", report)
    if not handles and not may_edit_collaboration(report, by):
        raise ValidationError(
            _("The report is with the office. Ask it to change the words under the photo.")
        )


@transaction.atomic
def take_out(photo: ReportPhoto, *, by, at: datetime) -> None:
    """Take a photo out of the report, with what was said of it; the public sees it no more.

    One that another press took out already stays out. One of the project stays among its pictures.
    One that was added stays closed to everybody until its retention period is over.

    :raises PermissionDenied: if ``by`` is neither of the office nor of the department.
    """
    report = locked(photo.report)
    require(by.act_on(japan_date(at)), "reporting.tend_photos", report)
    found = ReportPhoto.objects.select_related("file").filter(pk=photo.pk).first()
    if found is None:
        return
    photo = found
    if photo.file.case_id == report.pk:
        files.take_away(photo.file, at=at)
    record(report, "take_out_photo", by=by, at=at, photo=photo.pk, file=photo.file_id)
    photo.delete()
    ask_for_a_correction(report, at=at)
