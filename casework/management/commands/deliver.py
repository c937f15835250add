import sys

from django.core.management.base import BaseCommand

from casework import clock, delivery
from casework.progress import progress


class Command(BaseCommand):
    help = "Deliver every notice that waits. Works without a broker; safe to run again."

    def handle(self, **options):
        waiting = delivery.pending(at=clock.now())
        sent = delivery.sweep(progress(waiting, sys.stderr), now=clock.now)
        self.stdout.write(f"{len(waiting)} notices waited, {sent} delivered.")
