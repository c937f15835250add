import sys

from django.core.management.base import BaseCommand, CommandError

from casework import verification
from casework.models import Case, Event, Seal
from casework.progress import stepper


class Command(BaseCommand):
    help = "Read the whole history back and name whatever does not fit; exit 1 if anything."

    def handle(self, **options):
        found = 0
        for fault in verification.faults(stepper(verification.count(), sys.stderr)):
            found += 1
            self.stdout.write(self.style.ERROR(str(fault)))
        for line in verification.destroyed():
            self.stdout.write(line)
        read = f"{Case.objects.count()} cases, {Event.objects.count()} lines of history"
        self.stdout.write(f"{read}, {Seal.objects.count()} seals read; {found} faults.")
        if found:
            raise CommandError("The history was tampered with, or damaged.")
