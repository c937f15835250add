from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from casework import clock
from reporting.figures import FIGURES, differences
from reporting.figures.verification import read_live
from reporting.publishing import exported
from reporting.publishing.site import Site, here

#: In which the outcome is told: whoever runs it may read either.
LANGUAGES = ("ja", "en")


class Command(BaseCommand):
    help = (
        "Reckon every published table of figures twice, in SQL from the live rows and in Python from the published "
        "files alone, and name each cell that differs (file: table: row: column: published / recomputed). "
        "Of an exported site, each cell of its data files is held against what was released, too. "
        "Exit 1 if anything differs or cannot be read. Changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--site",
            type=Path,
            help="folder of an exported site; without it, the files as they are served now",
        )

    def handle(self, *, site, **options):
        read = read_live(fictitious=settings.DEMO, at=clock.now())
        if site:
            read = _reader(site)
        try:
            found = differences(read, fictitious=settings.DEMO)
            if site:
                found += exported.differences(Site(here(), fictitious=settings.DEMO), read)
        except (KeyError, ValueError) as error:
            words = str(error)
            raise CommandError(_in_both(lambda: _("A file cannot be read: %s") % words)) from None
        for difference in dict.fromkeys(found):
            self.stdout.write(self.style.ERROR(str(difference)))
        told = {"tables": len(FIGURES), "cells": len(dict.fromkeys(found))}
        self.stdout.write(
            _in_both(lambda: _("%(tables)d tables reckoned twice; %(cells)d differences.") % told)
        )
        if found:
            words = _in_both(lambda: _("What is published is not what the rows add up to."))
            raise CommandError(words)


def _in_both(say) -> str:
    told = []
    for language in LANGUAGES:
        with translation.override(language):
            told.append(say())
    return "\n".join(told)


def _reader(site: Path):
    def read(path: str) -> bytes:
        try:
            return (site / path).read_bytes()
        except OSError as error:
            raise CommandError(f"{site / path}: {error.strerror}") from None

    return read
