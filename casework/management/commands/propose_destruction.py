from django.core.management.base import BaseCommand

from casework import clock, destruction, files


class Command(BaseCommand):
    help = "List what is past its retention period. A month gets one list, however often this runs."

    def handle(self, **options):
        files.unlink_destroyed()
        made = destruction.propose(at=clock.now())
        self.stdout.write(str(made) if made else "No list: nothing is due, or the month has one.")
