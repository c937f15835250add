"""Taking in uploads: what they are is read from their bytes, not from their names."""

import hashlib
import re
from datetime import datetime
from pathlib import PurePath

import puremagic
import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require

from . import city, pictures, scanning, services, upload_limit, zips
from .calendar import japan_date
from .models import Case, PictureCopy, StoredFile

#: Largest upload that the program takes, in bytes; the city may set less (``upload_limit``).
MAX_BYTES = upload_limit.MOST * upload_limit.MB

#: How a photo of a telephone begins (HEIC, HEIF): what it is, behind the length of saying so.
_HEIF = re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL)
#: ending → (media type, how the bytes begin).
ACCEPTED: dict[str, tuple[str, re.Pattern[bytes]]] = {
    ".pdf": ("application/pdf", re.compile(b"%PDF-")),
    ".png": ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ".jpg": ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ".jpeg": ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ".webp": ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ".heic": ("image/heic", _HEIF),
    ".heif": ("image/heif", _HEIF),
    ".docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        re.compile(b"PK\x03\x04"),
    ),
    ".xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        re.compile(b"PK\x03\x04"),
    ),
}
#: The endings of pictures.
PICTURES = tuple(ending for ending, (kind, _head) in ACCEPTED.items() if kind in pictures.FORMATS)
#: How a document begins that is locked with a password; a zip would begin otherwise.
_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def largest() -> int:
    """Return how many bytes an upload may have: what the city set, or what the program takes."""
    return upload_limit.parse(city.value("upload_limit"))


def check(name: str, content: bytes, *, limit: int = MAX_BYTES) -> str:
    """Return the media type of an upload.

    :param limit: how many bytes it may have.
    :raises ValidationError: if it is empty, too large, of a kind that is not accepted, not what
        its name says, damaged, locked, packed so that it bursts, or holds macros; the words say
        how to mend it.
    """
    ending = PurePath(name).suffix.lower()
    if not content:
        raise ValidationError(_("The file is empty. Choose it again."))
    if len(content) > limit:
        raise ValidationError(
            _("The file is larger than %(number)d MB. Make it smaller, or split it.")
            % {"number": limit // upload_limit.MB}
        )
    if ending not in ACCEPTED:
        raise ValidationError(
            _("Files of this kind are not accepted. Send %(kinds)s.")
            % {"kinds": ", ".join(sorted(kind.lstrip(".").upper() for kind in ACCEPTED))}
        )
    media_type, beginning = ACCEPTED[ending]
    if ending in zips.PARTS and content.startswith(_LOCKED):
        raise ValidationError(zips.LOCKED)
    if not beginning.match(content) or _is_something_else(content):
        raise _not_what_it_says(ending)
    if ending in zips.PARTS and not zips.look_inside(content, ending):
        raise _not_what_it_says(ending)
    if ending in PICTURES:
        _decode(content, media_type)
    return media_type


def _not_what_it_says(ending: str) -> ValidationError:
    return ValidationError(
        _("The file is not what its name says. Save it again as %(kind)s and send that.")
        % {"kind": ending.lstrip(".").upper()}
    )


def _is_something_else(content: bytes) -> bool:
    """Ask the library too: a script that begins like a picture is not one."""
    try:
        found = puremagic.from_string(content)
    except puremagic.PureError:
        return True
    return found.lower() in {".html", ".htm", ".js", ".exe", ".svg"}


def _decode(content: bytes, media_type: str) -> None:
    try:
        pictures.look_at(content, media_type)
    except pictures.Unreadable:
        raise ValidationError(
            _("The picture cannot be read to its end. Open it, save it again and send that.")
        ) from None
    except pictures.TooManyPoints:
        raise ValidationError(
            _("The picture has too many points. Make it smaller, and send that.")
        ) from None


@transaction.atomic
def store(
    case: Case, upload, *, label: str, by, at: datetime,
    apart: bool = False, permission: str = "casework.add_file",
) -> StoredFile:  # fmt: skip
    """Check an upload and keep it with ``case``; its digest goes into the history.

    :param apart: whether it is shown elsewhere, and not among the papers of the case.
    :param permission: what ``by`` needs, asked of the case.
    :raises PermissionDenied: if ``by`` may not add files to this case.
    :raises ValidationError: see :func:`check`.
    """
    require(by.act_on(japan_date(at)), permission, case)
    limit = largest()
    content = upload.read(limit + 1)
    media_type = check(upload.name, content, limit=limit)
    digest = hashlib.sha256(content).hexdigest()
    upload.seek(0)
    stored = StoredFile(
        case_id=case.pk,
        label=label,
        name=PurePath(upload.name).name[:200],
        media_type=media_type,
        size=len(content),
        digest=digest,
        by=by,
        at=at,
        apart=apart,
        **scanning.first_state(at),
    )
    stored.content.save(f"{stored.key}{PurePath(upload.name).suffix.lower()}", upload, save=False)
    stored.save()
    services.record(case, "add_file", by=by, at=at, file=stored.pk, digest=digest)
    scanning.ask_soon(stored)
    return stored


@transaction.atomic
def add_paper(case: Case, upload, *, label: str, by, at: datetime) -> StoredFile:
    """Put an upload among the papers of ``case``; the same bytes once, also from two windows at once.

    :raises PermissionDenied: as :func:`store`.
    :raises ValidationError: as :func:`store`, or if the file stands there already.
    """
    case = services.locked(case)
    stored = store(case, upload, label=label, by=by, at=at)
    others = case.files.standing().filter(digest=stored.digest).exclude(pk=stored.pk)
    if same := others.order_by("pk").first():
        stored.content.delete(save=False)
        words = _("This file is with the case already, as “%(name)s”.")
        raise ValidationError(words % {"name": same.label or same.name})
    return stored


@transaction.atomic
def remove(stored: StoredFile, *, by, at: datetime) -> None:
    """Take a file out of a case that is not filed yet; the bytes and the history stay.

    :raises PermissionDenied: if the case was filed, or ``by`` may not write for it.
    """
    case = services.locked(stored.case)
    if not may_remove(case, by.act_on(japan_date(at))):
        raise PermissionDenied("casework.add_file")
    stored.removed_at = at
    stored.save(update_fields=["removed_at"])
    services.record(case, "remove_file", by=by, at=at, file=stored.pk)


def take_away(stored: StoredFile, *, at: datetime) -> None:
    """Close a file to everybody; the copies for browsers go at once.

    The bytes stay until the retention period is over. The caller writes the history.
    """
    stored.removed_at = at
    stored.save(update_fields=["removed_at"])
    PictureCopy.objects.filter(file=stored).delete()


def mark_destroyed(rows, *, at: datetime) -> None:
    """Say of files that their bytes are gone; the copies for browsers go at once.

    The bytes go once this is committed (:func:`unlink_destroyed`).
    """
    ids = list(rows.filter(destroyed_at=None).values_list("pk", flat=True))
    StoredFile.objects.filter(pk__in=ids).update(destroyed_at=at)
    PictureCopy.objects.filter(file__in=ids).delete()


def unlink_destroyed() -> int:
    """Take the bytes of destroyed files off the disk; return how many. Safe to run again.

    What an interruption left behind is found by its name, which goes only after the bytes.
    """
    destroyed = StoredFile.objects.filter(destroyed_at__isnull=False).order_by("pk")
    rows = list(destroyed.exclude(content=""))
    for stored in rows:
        stored.content.storage.delete(stored.content.name)
        StoredFile.objects.filter(pk=stored.pk).update(content="")
    return len(rows)


def is_intact(stored: StoredFile) -> bool:
    """Return whether the bytes are there and have their digest; destroyed ones are not missed."""
    if stored.destroyed_at:
        return True
    found = hashlib.sha256()
    try:
        with stored.content.open() as content:
            for chunk in content.chunks():
                found.update(chunk)
    except FileNotFoundError:
        return False
    return found.hexdigest() == stored.digest


def may_remove(case: Case, user) -> bool:
    """Return whether ``user`` may take files out of ``case`` in the state it is in."""
    being_written = not case.filed_at or case.state == "returned"
    return being_written and rules.has_perm("casework.add_file", user, case)
