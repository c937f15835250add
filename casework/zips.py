"""Looking into the zip that a document of Word or Excel is, before anything opens it."""

import io
import zipfile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: Where the contents of a document lie inside its zip.
PARTS = {".docx": "word/", ".xlsx": "xl/"}

#: The most parts a document may have, and the most bytes that they may come to, unpacked.
MAX_PARTS, MAX_UNPACKED = 10_000, 200 * 1024 * 1024

LOCKED = gettext_lazy("The file is locked with a password. Save it without one and send that.")


def look_inside(content: bytes, ending: str) -> bool:
    """Return whether the zip holds what its name promises; nothing in it is unpacked.

    :raises ValidationError: if it is damaged, locked, would burst, or holds macros.
    """
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ValidationError(_("The file is damaged. Save it again and send that.")) from error
    if any(part.flag_bits & 0x1 for part in parts):
        raise ValidationError(LOCKED)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise ValidationError(
            _(
                "Unpacked, the file would be far too large. Save it again without pictures, or as PDF."
            )
        )
    if any(_is_program(part.filename.lower()) for part in parts):
        raise ValidationError(_("The file holds macros. Save it without macros and send that."))
    return any(part.filename.startswith(PARTS[ending]) for part in parts)


def _is_program(name: str) -> bool:
    """Whether a part is run when the document is opened: VBA, or the macro sheets before it."""
    return name.endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith("xl/macrosheets/")
