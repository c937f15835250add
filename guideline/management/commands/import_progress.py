from datetime import date
from hashlib import sha256
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework import clock
from guideline import progress_import
from guideline.models import Edition
from guideline.progress_table import Faulty, Guideline, Table, table_in

#: In which faults are told: whoever mends the file may read either.
LANGUAGES = ("ja", "en")


class Command(BaseCommand):
    help = (
        "Take in the city's table of how far the measures have come (具体施策の進捗状況一覧) as text, "
        "CSV or XLSX, all or nothing. Exit 1, naming each line, if anything in it is wrong. Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--edition", required=True, help="its code, such as first")
        parser.add_argument("--as-of", required=True, help="the day of the table, YYYY-MM-DD")
        parser.add_argument("--dry-run", action="store_true", help="only show what would change")

    def handle(self, *, file, edition, as_of, dry_run, **options):
        edition, day, content = _edition(edition), _day(as_of), _content(file)
        try:
            table = table_in(content, Guideline.of(edition))
        except Faulty as faulty:
            raise CommandError(_said(file.name, faulty)) from None
        if dry_run:
            found = progress_import.plan(edition, table, as_of=day)
        else:
            digest = sha256(content).hexdigest()
            at = clock.now()
            found = progress_import.take(edition, table, as_of=day, digest=digest, by=None, at=at)
        self._tell(table, found, dry_run)

    def _tell(self, table: Table, found: progress_import.Plan, dry_run: bool) -> None:
        for note in table.notes:
            self.stdout.write(str(note))
        if found.mismatches:
            self.stdout.write(_("The printed summary (達成状況) disagrees with its own rows:"))
        for mismatch in found.mismatches:
            self.stdout.write(f"  {mismatch}")
        for change in found.changes:
            self.stdout.write(f"  {change}")
        self.stdout.write(self.style.SUCCESS(_outcome(table, found, dry_run)))


def _outcome(table: Table, found: progress_import.Plan, dry_run: bool) -> str:
    values = {"rows": len(table.rows), "changes": len(found.changes)}
    if not found.changes:
        return _("%(rows)d rows read. Nothing changes.") % values
    words = (
        ngettext(
            "%(rows)d rows read. %(changes)d value would change; nothing was written (--dry-run).",
            "%(rows)d rows read. %(changes)d values would change; nothing was written (--dry-run).",
            len(found.changes),
        )
        if dry_run
        else ngettext(
            "%(rows)d rows read. %(changes)d value changed.",
            "%(rows)d rows read. %(changes)d values changed.",
            len(found.changes),
        )
    )
    return words % values


def _said(name: str, faulty: Faulty) -> str:
    parts = []
    for language in LANGUAGES:
        with translation.override(language):
            parts += [_("%(file)s: nothing was taken. Mend all of this:") % {"file": name}]
            parts += [f"  {fault}" for fault in faulty.faults]
    return "\n".join(parts)


def _in_both(words) -> str:
    """Return a refusal in both languages."""
    parts = []
    for language in LANGUAGES:
        with translation.override(language):
            parts.append(words())
    return "\n".join(parts)


def _edition(code: str) -> Edition:
    found = Edition.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Edition.objects.order_by("pk").values_list("code", flat=True)) or "–"
        values = {"code": code, "known": known}
        raise CommandError(
            _in_both(
                lambda: _("There is no edition “%(code)s”. Name one of these: %(known)s.") % values
            )
        )
    return found


def _day(words: str) -> date:
    try:
        day = date.fromisoformat(words)
    except ValueError:
        raise CommandError(
            _in_both(
                lambda: _("“%(day)s” is no day. Write --as-of like 2023-12-20.") % {"day": words}
            )
        ) from None
    if day > clock.today():
        raise CommandError(
            _in_both(lambda: _("--as-of %(day)s lies in the future.") % {"day": words})
        )
    return day


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        values = {"file": str(file), "why": error.strerror}
        raise CommandError(
            _in_both(lambda: _("%(file)s cannot be read: %(why)s.") % values)
        ) from None
