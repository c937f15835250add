from django.core.management.base import BaseCommand, CommandError

from casework import clock, digests, outbox


class Command(BaseCommand):
    help = "Write the daily digest of all for whom notices wait. Safe to run again."

    def handle(self, **options):
        with outbox.delivered_by_hand():  # so that it works without a broker
            sent = digests.send(at=clock.now())
        self.stdout.write(f"{sent.written} digests written.")
        if sent.failed:
            raise CommandError(f"{sent.failed} digests raised an error; see the log.")
