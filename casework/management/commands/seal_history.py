from datetime import date, timedelta

from django.core.management.base import BaseCommand

from casework import clock, history


class Command(BaseCommand):
    help = "Seal the last lines of all cases, as of yesterday. Sealing a day again changes nothing."

    def add_arguments(self, parser):
        parser.add_argument(
            "--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="another Japan date"
        )

    def handle(self, *, day: date | None, **options):
        seal = history.seal(day=day or clock.today() - timedelta(days=1))
        self.stdout.write(str(seal) if seal else "There is no history to seal yet.")
