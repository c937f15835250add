import sys

from django.core.management.base import BaseCommand, CommandError

from casework.progress import stepper
from grants import ledger_faults


class Command(BaseCommand):
    help = "Add up all the money again, in two ways, and name whatever differs; exit 1 if anything."

    def handle(self, **options):
        total, found = ledger_faults.count(), 0
        for fault in ledger_faults.faults(stepper(total, sys.stderr)):
            found += 1
            self.stdout.write(self.style.ERROR(str(fault)))
        self.stdout.write(f"{total} project years read; {found} differences.")
        if found:
            raise CommandError("The money does not add up.")
