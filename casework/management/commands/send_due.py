import sys
from datetime import date

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from casework import clock, ladders, outbox, reminders
from casework.calendar import japan_date
from casework.progress import stepped


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
        today = today or japan_date(at)
        ladders.reckon()
        rows = reminders.due(today)
        total = rows.count()
        with outbox.delivered_by_hand():  # so that it works without a broker
            each = stepped(reminders.in_batches(rows), total, sys.stderr)
            came_to = reminders.sweep(each, today=today, at=at)
        self.stdout.write(f"{total} deadlines with a reminder due, {came_to.posted} posted.")
        if not no_deliver:
            call_command("deliver", stdout=self.stdout, stderr=self.stderr)
        if came_to.failed:
            raise CommandError(f"{came_to.failed} deadlines raised an error; see the log.")
