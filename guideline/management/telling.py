"""What commands that take in a file tell: what they refuse, in both languages, and what came of the rest."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.faulty_files import Faulty
from casework.flow import Text
from guideline.models import Edition
from guideline.progress_import import OutOfDate

#: In which a refusal is told: whoever mends the file may read either.
LANGUAGES = ("ja", "en")
#: Why a file cannot be read, where the words of the system, which are English, can be told in both.
WHY: dict[type[OSError], Text] = {
    FileNotFoundError: gettext_lazy("there is no such file"),
    IsADirectoryError: gettext_lazy("it is a folder"),
    PermissionError: gettext_lazy("access to it is denied"),
}


def in_both(words: Callable[[], str]) -> str:
    """Return a refusal in both languages."""
    parts = []
    for language in LANGUAGES:
        with translation.override(language):
            parts.append(words())
    return "\n".join(parts)


def refusal(name: str, faulty: Faulty) -> str:
    """Return every fault of a file of this name."""

    def words() -> str:
        head = _("%(file)s: nothing was taken. Mend all of this:") % {"file": name}
        return "\n".join([head, *(f"  {fault}" for fault in faulty.faults)])

    return in_both(words)


def edition_named(code: str) -> Edition:
    """Return the edition of this code.

    :raises CommandError: naming those there are.
    """
    found = Edition.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Edition.objects.order_by("pk").values_list("code", flat=True)) or "–"
        values = {"code": code, "known": known}
        raise CommandError(
            in_both(
                lambda: _("There is no edition “%(code)s”. Name one of these: %(known)s.") % values
            )
        )
    return found


def content_of(file: Path) -> bytes:
    """Return what stands in a file.

    :raises CommandError: if it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        words = next(
            (said for kind, said in WHY.items() if isinstance(error, kind)), error.strerror
        )
        raise CommandError(
            in_both(
                lambda: _("%(file)s cannot be read: %(why)s.") % {"file": str(file), "why": words}
            )
        ) from None


@contextmanager
def overtaken_is_told() -> Iterator[None]:
    """Refuse in words what somebody else overtook while a file was taken in.

    :raises CommandError: saying that nothing was taken.
    """
    try:
        yield
    except OutOfDate:
        raise CommandError(
            in_both(lambda: _("The guideline changed meanwhile; nothing was taken. Run it again."))
        ) from None


def outcome(rows: int, changes: int, dry_run: bool) -> str:
    """Say how many lines were read, and how many values changed or would."""
    values = {"rows": rows, "changes": changes}
    if not changes:
        return _("%(rows)d rows read. Nothing changes.") % values
    words = (
        ngettext(
            "%(rows)d rows read. %(changes)d value would change; nothing was written (--dry-run).",
            "%(rows)d rows read. %(changes)d values would change; nothing was written (--dry-run).",
            changes,
        )
        if dry_run
        else ngettext(
            "%(rows)d rows read. %(changes)d value changed.",
            "%(rows)d rows read. %(changes)d values changed.",
            changes,
        )
    )
    return words % values
