from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.permissions import require
from casework import clock
from casework.calendar import fiscal_year, japan_date
from casework.errors import NotPossible
from grants import rollover
from grants.rollover.doing import steps_of
from grants.rollover.plan import Decisions, Status, Step
from grants.rollover.words import HEADINGS, STATUSES, in_words


class Command(BaseCommand):
    help = (
        "Change to a new fiscal year (年度更新): prepare its calls, open the years of projects that "
        "continue, hand cases over. What no decision was given for is listed. Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("year", type=int, help="the new fiscal year, such as 2027")
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="the clerk of the office who changes it"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would be made; write nothing"
        )
        parser.add_argument(
            "--file", type=Path, metavar="PLAN", help="decisions as JSON; docs/architecture.md"
        )

    def handle(self, *, year, by, dry_run, file, **options):
        at = clock.now()
        if year - fiscal_year(japan_date(at)) not in (0, 1):
            raise CommandError("The new fiscal year is this one or the next.")
        person = User.objects.filter(email__iexact=by, is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody logs in as {by}.")
        try:
            require(person.act_on(japan_date(at)), "grants.plan")
            decisions = _decisions(file, year)
            if dry_run:
                _facts, steps = steps_of(year, decisions, by=person, at=at)
            else:
                steps = rollover.roll_over(year, decisions, by=person, at=at)
        except PermissionDenied:
            raise CommandError(f"{by} does not work in the office today.") from None
        except (rollover.Unreadable, ValidationError, NotPossible) as fault:
            raise CommandError(f"Nothing was changed. {_said(fault)}") from None
        for step in steps:
            self.stdout.write(_line(step))
        made = sum(step.status == Status.MAKE for step in steps)
        waits = sum(step.status == Status.WAITS for step in steps)
        done = "would be made" if dry_run else "made"
        self.stdout.write(self.style.SUCCESS(f"{made} {done}; {waits} wait for a person."))


def _decisions(file: Path | None, year: int) -> Decisions:
    if file is None:
        return Decisions()
    try:
        return rollover.read(file.read_text(encoding="utf-8"), year)
    except OSError as fault:
        raise rollover.Unreadable(str(fault)) from None


def _said(fault: Exception) -> str:
    return " ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault)


def _line(step: Step) -> str:
    number = f" [{step.about}]" if step.what == "call_without_days" else ""
    return f"{HEADINGS[step.section]}: {STATUSES[step.status]}: {in_words(step)}{number}"
