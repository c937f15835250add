import sys
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from casework import clock, delivery, outbox, reminders
from casework.calendar import japan_date
from casework.progress import progress


class Command(BaseCommand):
    help = "Post the reminders due today, then deliver what waits. Safe to run again."

    def add_arguments(self, parser):
        parser.add_argument(
            "--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help="another Japan date"
        )
        parser.add_argument(
            "--no-deliver", action="store_true", help="leave the delivery to the worker"
        )

    def handle(self, *, today: date | None, no_deliver: bool, **options):
        at = clock.now()
        rows = list(reminders.open_with_a_date().order_by("pk"))
        with outbox.delivered_by_hand():  # so that it works without a broker
            came_to = reminders.sweep(
                progress(rows, sys.stderr), today=today or japan_date(at), at=at
            )
        self.stdout.write(f"{len(rows)} open deadlines, {came_to.posted} reminders posted.")
        if not no_deliver:
            self._deliver()
        if came_to.failed:
            raise CommandError(f"{came_to.failed} deadlines raised an error; see the log.")

    def _deliver(self) -> None:
        at = clock.now()
        waiting = delivery.pending(at=at)
        sent = delivery.sweep(progress(waiting, sys.stderr), at=at)
        self.stdout.write(f"{len(waiting)} notices waited, {sent} delivered.")
