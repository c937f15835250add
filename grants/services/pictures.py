"""Adding photos and flyers to a project year, saying what they show, and taking them out."""

import hashlib
from datetime import date, datetime
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework import files, picture_copies, pictures
from casework.calendar import japan_date
from casework.services import locked, record
from casework.windows import is_to_be_written
from grants.models import Picture, ProjectYear

#: What files are called among those of the case; documents, so in Japanese.
LABELS_JA = {Picture.Kind.PHOTO: "活動写真", Picture.Kind.FLYER: "チラシ"}
#: Endings that are taken of each kind.
ENDINGS = {
    Picture.Kind.PHOTO: files.PICTURES,
    Picture.Kind.FLYER: (*files.PICTURES, ".pdf"),
}


#: So small (longer side, in points) is a page drawn only to see whether it can be.
PROBE = 64


@transaction.atomic
def add_picture(
    year: ProjectYear, upload, *, kind: str, taken_on: date | None = None, place: str = "",
    consent: str = "", by, at: datetime,
) -> Picture:  # fmt: skip
    """Add a photo or flyer to a project year.

    :param taken_on: Japan date; without one, the day that the camera wrote.
    :raises PermissionDenied: if ``by`` neither writes for the group nor works for the department,
        or the year is closed.
    :raises ValidationError: if the file is refused or stands in the year already, the day has
        not come, or no page of a flyer (PDF) can be drawn.
    """
    year = locked(year)
    require(by.act_on(japan_date(at)), "grants.keep_pictures", year)
    _require_past(taken_on, at)
    if PurePath(upload.name).suffix.lower() not in ENDINGS[Picture.Kind(kind)]:
        kinds = ", ".join(ending.lstrip(".").upper() for ending in ENDINGS[Picture.Kind(kind)])
        raise ValidationError(_("Choose a picture (%(kinds)s).") % {"kinds": kinds})
    content = upload.read(files.MAX_BYTES + 1)
    upload.seek(0)
    digest = hashlib.sha256(content).hexdigest()
    if year.pictures.filter(digest=digest).exists():
        raise ValidationError(_("This picture is already there."))
    _require_readable(upload.name, content)
    stored = files.store(
        year, upload, label=LABELS_JA[Picture.Kind(kind)], by=by, at=at,
        apart=True, permission="grants.keep_pictures",
    )  # fmt: skip
    if taken_on is None and stored.media_type in pictures.FORMATS:
        taken_on = _day_of_camera(content, stored.media_type, at)
    made = Picture.objects.create(
        year=year, file=stored, digest=digest, kind=kind, taken_on=taken_on, place=place,
        consent=consent, by=by, at=at,
    )  # fmt: skip
    picture_copies.ask_soon(stored)
    return made


def _require_readable(name: str, content: bytes) -> None:
    """Refuse a flyer (PDF) of which no page can be drawn; pictures are read when they are stored.

    What is too large is not opened: storing it says so.
    """
    if PurePath(name).suffix.lower() != ".pdf" or not 0 < len(content) <= files.largest():
        return
    try:
        pictures.draw(content, pictures.PAPER, bound=PROBE)
    except pictures.Unreadable:
        words = _("The first page of the PDF cannot be shown. Save it as a PDF once more, or send a picture of it.")  # fmt: skip
        raise ValidationError(words) from None


def _day_of_camera(content: bytes, media_type: str, at: datetime) -> date | None:
    """Return the day that the camera wrote, unless its clock was wrong: that day has not come."""
    day = pictures.taken_on(content, media_type)
    return day if day and day <= japan_date(at) else None


@transaction.atomic
def describe_picture(
    picture: Picture, *, fields: dict, seen: str | None = None, by, at: datetime
) -> Picture:
    """Say what a picture shows; another answer about the people shown goes into the history.

    :param fields: values of ``taken_on, place, caption, alternative_text, consent``.
    :param seen: the mark of what the window showed; ``None`` where a program writes, without one.
    :raises PermissionDenied: as :func:`add_picture`.
    :raises Overtaken: if the window is older than what it would change: an objection stays.
    :raises ValidationError: if the day has not come, or the picture was taken out.
    """
    year = locked(picture.year)
    require(by.act_on(japan_date(at)), "grants.keep_pictures", year)
    _require_past(fields.get("taken_on"), at)
    found = Picture.objects.select_related("file").filter(pk=picture.pk).first()
    if found is None:
        raise ValidationError(_("The picture was taken out meanwhile."))
    picture, before = found, found.consent
    if not is_to_be_written(fields, {n: getattr(found, n) for n in fields}, seen=seen):
        return picture
    for name, value in fields.items():
        setattr(picture, name, value)
    picture.save(update_fields=[*fields])
    if picture.consent != before:
        told = {"picture": picture.pk, "consent": picture.consent or "not_yet"}
        record(year, "picture_consent", by=by, at=at, **told)
    return picture


@transaction.atomic
def remove_picture(picture: Picture, *, by, at: datetime) -> None:
    """Take a picture out, with what was said of it; the office may, also when the year is closed.

    One that another press took out already stays out. Its copies go at once. The file stays closed
    to everybody until its retention period is over.

    :raises PermissionDenied: if ``by`` may not.
    """
    year = locked(picture.year)
    require(by.act_on(japan_date(at)), "grants.remove_picture", year)
    found = Picture.objects.select_related("file").filter(pk=picture.pk).first()
    if found is None:
        return
    picture, stored = found, found.file
    files.take_away(stored, at=at)
    picture.delete()
    record(year, "remove_file", by=by, at=at, file=stored.pk)


def _require_past(day: date | None, at: datetime) -> None:
    if day and day > japan_date(at):
        raise ValidationError({"taken_on": _("The day cannot lie in the future.")})
