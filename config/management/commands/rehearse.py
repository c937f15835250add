import sys
from datetime import date, time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from casework import clock
from casework.calendar import closing_day, first_day, japan_date, moment
from casework.calendar import fiscal_year as fiscal_year_of
from casework.progress import progress
from config.rehearsal import cast, stories, visit
from config.rehearsal.program import Program
from config.rehearsal.stage import Stage
from guideline.models import Measure


class Command(BaseCommand):
    help = (
        "Play an invented program year through the program's own services, in an empty database, and "
        "add up its money. Nothing is ever sent by e-mail."
    )

    def add_arguments(self, parser):
        parser.add_argument("--fiscal-year", type=int, help="the year to play; this year if none")
        parser.add_argument(
            "--until-today",
            action="store_true",
            help="let the curtain fall today, as the demo year does, not on 31 May of the year after",
        )

    def handle(self, *, fiscal_year: int | None, until_today: bool, **options):
        if User.objects.filter(is_active=True).exists():
            raise CommandError(
                "A rehearsal needs an empty database: name another folder in DATA. / "
                "リハーサルには空のデータベースが必要です。別のフォルダーを DATA に指定してください。"
            )
        if not Measure.objects.exists():  # the groups name measures of the guideline
            call_command("load_reference", verbosity=0)
        now = clock.now()
        year = fiscal_year or fiscal_year_of(japan_date(now))
        until = moment(closing_day(year), time(23))
        visited = until_today and first_day(year) <= japan_date(now) and now < until
        self.play(Stage(year, until=now if visited else until), visited=visited)

    def play(self, stage: Stage, *, visited: bool) -> None:
        """Play until the curtain falls.

        :param visited: the curtain falls today: visitors come, and something waits for each.
        """
        since = date(stage.fiscal_year - 1, 4, 1)
        stage.at = stage.when(-2, 3, 1)
        program = Program(cast.gather(stage.fiscal_year, since=since, at=stage.at))
        stories.enter_all(stage, program)
        if visited:
            visit.enter_all(stage, program)
        for day in progress(stage.days(), sys.stderr):
            stage.play_day(day)
        if visited:
            visit.open_calls(stage, program)
        elif settings.DEMO and clock.now() < stage.until:
            clock.move_to(stage.until)  # whoever looks at what has not come yet stands at its end
        words = f"Played fiscal year {stage.fiscal_year} until {stage.until:%Y-%m-%d}."
        self.stdout.write(self.style.SUCCESS(words))
        call_command("verify_ledger", stdout=self.stdout, stderr=self.stderr)
