"""Taking in uploads: what they are is read from their bytes, not from their names."""

import hashlib
import io
import zipfile
from datetime import datetime
from pathlib import PurePath

import puremagic
import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require

from . import services
from .calendar import japan_date
from .models import Case, StoredFile

#: Largest upload, in bytes.
MAX_BYTES = 20 * 1024 * 1024

#: ending → (media type, what the first bytes may be).
ACCEPTED: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (b"PK\x03\x04",),
    ),
    ".xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        (b"PK\x03\x04",),
    ),
}
#: Where the contents of a document lie inside its zip.
_PARTS = {".docx": "word/", ".xlsx": "xl/"}


def check(name: str, content: bytes) -> str:
    """Return the media type of an upload.

    :raises ValidationError: if it is empty, too large, of a kind that is not accepted, not what
        its name says, or holds macros; the words say how to mend it.
    """
    ending = PurePath(name).suffix.lower()
    if not content:
        raise ValidationError(_("The file is empty. Choose it again."))
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 20 MB. Make it smaller, or split it."))
    if ending not in ACCEPTED:
        raise ValidationError(
            _("Files of this kind are not accepted. Send %(kinds)s.")
            % {"kinds": ", ".join(sorted(kind.lstrip(".").upper() for kind in ACCEPTED))}
        )
    media_type, beginnings = ACCEPTED[ending]
    if not content.startswith(beginnings) or _is_something_else(content, ending):
        raise _not_what_it_says(ending)
    if ending in _PARTS:
        _look_inside(content, ending)
    return media_type


def _not_what_it_says(ending: str) -> ValidationError:
    return ValidationError(
        _("The file is not what its name says. Save it again as %(kind)s and send that.")
        % {"kind": ending.lstrip(".").upper()}
    )


def _is_something_else(content: bytes, ending: str) -> bool:
    """Ask the library too: a script that begins like a picture is not one."""
    try:
        found = puremagic.from_string(content)
    except puremagic.PureError:
        return True
    return found.lower() in {".html", ".htm", ".js", ".exe", ".svg"}


def _look_inside(content: bytes, ending: str) -> None:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile as error:
        raise ValidationError(_("The file is damaged. Save it again and send that.")) from error
    if not any(name.startswith(_PARTS[ending]) for name in names):
        raise _not_what_it_says(ending)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise ValidationError(_("The file holds macros. Save it without macros and send that."))


@transaction.atomic
def store(case: Case, upload, *, label: str, by, at: datetime) -> StoredFile:
    """Check an upload and keep it with ``case``; its digest goes into the history.

    :raises PermissionDenied: if ``by`` may not add files to this case.
    :raises ValidationError: see :func:`check`.
    """
    require(by.act_on(japan_date(at)), "casework.add_file", case)
    content = upload.read(MAX_BYTES + 1)
    media_type = check(upload.name, content)
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
    )
    stored.content.save(f"{stored.key}{PurePath(upload.name).suffix.lower()}", upload, save=False)
    stored.save()
    services.record(case, "add_file", by=by, at=at, file=stored.pk, digest=digest)
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


def may_remove(case: Case, user) -> bool:
    """Return whether ``user`` may take files out of ``case`` in the state it is in."""
    being_written = not case.filed_at or case.state == "returned"
    return being_written and rules.has_perm("casework.add_file", user, case)
