from datetime import date
from hashlib import sha256
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from casework import clock
from casework.faulty_files import Faulty
from guideline import progress_import
from guideline.management.telling import (
    content_of,
    edition_named,
    in_both,
    outcome,
    overtaken_is_told,
    refusal,
)
from guideline.progress_reading import table_in
from guideline.progress_table import Guideline, Table
from guideline.table_days import why_not


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
        edition, day, content = edition_named(edition), _day(as_of), content_of(file)
        if why_not(edition, day, today=clock.today()):
            words = in_both(lambda: why_not(edition, day, today=clock.today()))
            raise CommandError(f"--as-of {as_of}: {words}")
        try:
            table = table_in(content, Guideline.of(edition))
        except Faulty as faulty:
            raise CommandError(refusal(file.name, faulty)) from None
        if dry_run:
            found = progress_import.plan(edition, table, as_of=day)
        else:
            digest = sha256(content).hexdigest()
            with overtaken_is_told():
                found = progress_import.take(
                    edition, table, as_of=day, digest=digest, by=None, at=clock.now()
                )
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
        self.stdout.write(self.style.SUCCESS(outcome(len(table.rows), len(found.changes), dry_run)))


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise CommandError(
            in_both(
                lambda: _("“%(day)s” is no day. Write --as-of like 2023-12-20.") % {"day": words}
            )
        ) from None
