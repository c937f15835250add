from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.services.people import system_user
from casework import clock
from casework.faulty_files import Faulty
from guideline import year_import
from guideline.management.telling import (
    content_of,
    edition_named,
    in_both,
    outcome,
    overtaken_is_told,
    refusal,
)
from guideline.year_file import lines_in
from guideline.year_views import FISCAL_YEARS


class Command(BaseCommand):
    help = (
        "Take in plan and result of a fiscal year (the table of /guideline/<edition>/years/<year>/) as CSV "
        "or XLSX, all or nothing. Exit 1, naming each line, if anything in it is wrong. Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--edition", required=True, help="its code, such as first")
        parser.add_argument("--fiscal-year", required=True, type=int, help="such as 2026")
        parser.add_argument("--dry-run", action="store_true", help="only show what would change")

    def handle(self, *, file, edition, fiscal_year, dry_run, **options):
        edition, content = edition_named(edition), content_of(file)
        if fiscal_year not in FISCAL_YEARS:
            values = {"year": fiscal_year}
            raise CommandError(
                in_both(
                    lambda: (
                        _(
                            "--fiscal-year %(year)d is no fiscal year of the guideline. Write it like 2026."
                        )
                        % values
                    )
                )
            )
        try:
            lines = lines_in(content, edition, fiscal_year)
        except Faulty as faulty:
            raise CommandError(refusal(file.name, faulty)) from None
        if dry_run:
            found = year_import.plan(edition, fiscal_year, lines)
        else:
            at = clock.now()
            with overtaken_is_told():
                found = year_import.take(
                    edition, fiscal_year, lines, name=year_import.name_of(file.name, content),
                    by=system_user("import", at=at), at=at,
                )  # fmt: skip
        for change in found.changes:
            self.stdout.write(f"  {change}")
        self.stdout.write(self.style.SUCCESS(outcome(found.lines, len(found.changes), dry_run)))
