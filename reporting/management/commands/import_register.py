from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.faulty_files import Faulty
from guideline.management.telling import content_of, in_both
from reporting import register_import

#: In which faults are told: whoever mends the file may read either.
LANGUAGES = ("ja", "en")
#: Where in a folder the register may stand, the first that is there.
NAMES = ("awards.csv", "awards.json", "data/awards.csv", "data/awards.json")


class Command(BaseCommand):
    help = (
        "Take over the register of adopted projects from a file of open data (awards.csv or awards.json), or from "
        "the folder of an exported site, all or nothing. Exit 1, naming each line, if anything in it is wrong. "
        "Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("place", type=Path, metavar="FILE_OR_FOLDER")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be taken")

    def handle(self, *, place, dry_run, **options):
        file = _file(place)
        try:
            taken = register_import.take(content_of(file), dry_run=dry_run)
        except Faulty:
            raise CommandError(_said(file)) from None
        words = _("%(added)d rows would be taken over; %(there)d are on record already.")
        if not dry_run:
            words = _("%(added)d rows taken over; %(there)d were on record already.")
        told = words % {"added": taken.added, "there": taken.there}
        self.stdout.write(self.style.SUCCESS(told))
        if taken.invented and not settings.DEMO:
            words = ngettext(
                "%(invented)d of the new rows is invented: only a demonstration shows it, so no page or file here has it.",
                "%(invented)d of the new rows are invented: only a demonstration shows them, so no page or file here has them.",
                taken.invented,
            )
            self.stdout.write(self.style.WARNING(words % {"invented": taken.invented}))


def _file(place: Path) -> Path:
    if not place.is_dir():
        return place
    found = next((place / name for name in NAMES if (place / name).is_file()), None)
    if found is None:
        raise CommandError(
            in_both(lambda: f"{place}: {_('there is no awards.csv or awards.json in this folder')}")
        )
    return found


def _said(file: Path) -> str:
    """Return every fault, in each language."""
    told = []
    for language in LANGUAGES:
        with translation.override(language):
            try:
                register_import.take(file.read_bytes(), dry_run=True)
            except Faulty as faulty:
                told.append(
                    _("%(file)s: nothing was taken. Mend all of this:") % {"file": file.name}
                )
                told += [f"  {fault}" for fault in faulty.faults]
    return "\n".join(told)
