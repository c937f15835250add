import sys
from datetime import date

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from casework import clock
from casework.calendar import closing_day, end_of_day, japan_date
from casework.calendar import fiscal_year as fiscal_year_of
from casework.progress import progress
from config.rehearsal import cast, stories, visit
from config.rehearsal.stage import Stage


class Command(BaseCommand):
    help = (
        "Play an invented program year through the program's own services, in an empty database. "
        "Nothing is ever sent by e-mail."
    )

    def add_arguments(self, parser):
        parser.add_argument("--fiscal-year", type=int, help="the year to play; this year if none")
        parser.add_argument(
            "--whole", action="store_true", help="play until 31 May of the year after, not to today"
        )

    def handle(self, *, fiscal_year: int | None, whole: bool, **options):
        if User.objects.filter(is_active=True).exists():
            raise CommandError(
                "A rehearsal needs an empty database: name another folder in DATA. / "
                "リハーサルには空のデータベースが必要です。別のフォルダーを DATA に指定してください。"
            )
        call_command("load_reference", verbosity=0)  # the groups name measures of the guideline
        now = clock.now()
        year = fiscal_year or fiscal_year_of(japan_date(now))
        end = end_of_day(closing_day(year))
        until = end if whole else min(now, end)
        stage = Stage(year, until=until)
        self.play(stage)
        if not whole:
            visit.open_calls(stage, at=until)
        self.stdout.write(self.style.SUCCESS(f"Played fiscal year {year} until {until:%Y-%m-%d}."))

    def play(self, stage: Stage) -> None:
        since = date(stage.fiscal_year - 1, 4, 1)
        stage.at = stage.when(-2, 3, 1)
        program = stories.Program(cast.gather(since=since, at=stage.at))
        stories.enter_all(stage, program)
        for day in progress(stage.days(), sys.stderr):
            stage.play_day(day)
