"""Looking into the zip that a document of Word or Excel is, before anything opens it."""

import io
import zipfile
import zlib

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: Where the contents of a document lie inside its zip.
PARTS = {".docx": "word/", ".xlsx": "xl/"}

#: The most parts a document may have, and the most bytes that they may come to, unpacked.
MAX_PARTS, MAX_UNPACKED = 10_000, 200 * 1024 * 1024

DAMAGED = gettext_lazy("The file is damaged. Save it again and send that.")
LOCKED = gettext_lazy("The file is locked with a password. Save it without one and send that.")

#: The part that says of which type every other one is, whatever its name, and the most bytes that
#: are read of it.
TYPES, MOST_TYPES = "[content_types].xml", 4 * 1024 * 1024
#: How types of programs are called: VBA, documents with it, and the macro sheets before it.
PROGRAMS = (b"vbaproject", b"macroenabled", b"macrosheet")


def look_inside(content: bytes, ending: str) -> bool:
    """Return whether the zip holds what its name promises; only its list of types is unpacked.

    :raises ValidationError: if it is damaged, locked, would burst, or holds macros.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ValidationError(DAMAGED) from error
    parts = archive.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        raise ValidationError(LOCKED)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise ValidationError(
            _(
                "Unpacked, the file would be far too large. Save it again without pictures, or as PDF."
            )
        )
    if any(_is_program(part.filename.lower()) for part in parts) or _names_programs(archive):
        raise ValidationError(_("The file holds macros. Save it without macros and send that."))
    return any(part.filename.startswith(PARTS[ending]) for part in parts)


def _is_program(name: str) -> bool:
    """Whether a part is run when the document is opened: VBA, or the macro sheets before it."""
    return name.endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith("xl/macrosheets/")


def _names_programs(archive: zipfile.ZipFile) -> bool:
    """Whether the list of types names a program: the part that is one may have any name.

    :raises ValidationError: if the list is damaged.
    """
    named = [part for part in archive.infolist() if part.filename.lower() == TYPES]
    try:
        types = b"".join(archive.open(part).read(MOST_TYPES) for part in named)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ValidationError(DAMAGED) from error
    plain = types.replace(b"\0", b"").lower()  # it may be UTF-16
    return any(kind in plain for kind in PROGRAMS)
