import re
import sys

from django.core.management.base import BaseCommand, CommandError

from casework.progress import progress
from reviews import verifying
from reviews.models import DecisionSnapshot


class Command(BaseCommand):
    help = "Recompute decisions from their frozen documents and the rows; exit 1 on any difference."

    def add_arguments(self, parser):
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("number", nargs="?", help="of one decision, as its page shows it: 12-1")
        which.add_argument("--all", action="store_true", help="every decision there is")

    def handle(self, *, number, all, **options):
        wanted = list(_every() if all else _one(number))
        faults = [
            f"{snapshot.name}: {fault}"
            for snapshot in progress(wanted, sys.stderr)
            for fault in verifying.faults(snapshot)
        ]
        faults += verifying.orphans() if all else []
        for fault in faults:
            self.stdout.write(self.style.ERROR(fault))
        self.stdout.write(f"{len(wanted)} decisions read; {len(faults)} faults.")
        if faults:
            raise CommandError("A decision cannot be reproduced from what is stored.")


def _every():
    return DecisionSnapshot.objects.select_related("round__rubric").order_by("pk")


def _one(number: str):
    parts = re.fullmatch(r"(\d+)-(\d+)", number)
    found = parts and _every().filter(round=parts[1], number=parts[2])
    if not found:
        raise CommandError(f"There is no decision {number}. Its page shows its number.")
    return found
