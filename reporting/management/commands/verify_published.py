from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casework import clock
from reporting.figures import FIGURES, differences
from reporting.figures.verification import read_live


class Command(BaseCommand):
    help = (
        "Reckon every published table of figures twice, in SQL from the live rows and in Python from the published "
        "files alone, and name each cell that differs (published / recomputed); exit 1 if any does. Changes nothing."
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
        found = differences(read, fictitious=settings.DEMO)
        for difference in found:
            self.stdout.write(self.style.ERROR(str(difference)))
        self.stdout.write(f"{len(FIGURES)} tables reckoned twice; {len(found)} differences.")
        if found:
            raise CommandError("What is published is not what the rows add up to.")


def _reader(site: Path):
    def read(path: str) -> bytes:
        try:
            return (site / path).read_bytes()
        except OSError as error:
            raise CommandError(f"{site / path}: {error.strerror}") from None

    return read
