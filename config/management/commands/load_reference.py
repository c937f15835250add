from importlib import import_module
from importlib.util import find_spec

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from casework import clock
from casework.reference import DamagedFile

#: Lowest first: later files refer to rows of earlier ones.
APPS = ("casework", "guideline", "grants", "reviews", "reporting")


class Command(BaseCommand):
    help = (
        "Add the reference data that the database does not have yet and report what differs. "
        "What the office entered is never overwritten. Safe to run again."
    )

    @transaction.atomic
    def handle(self, **options):
        at = clock.now()
        differences = []
        for app in APPS:
            if find_spec(f"{app}.reference_data"):
                try:
                    differences += import_module(f"{app}.reference_data").load(at=at)
                except DamagedFile as error:
                    raise CommandError(f"Nothing was loaded.\n{error}") from error
        for difference in differences:
            self.stdout.write(f"differs, kept as it is: {difference}")
        self.stdout.write(self.style.SUCCESS("The reference data are in the database."))
