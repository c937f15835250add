"""Who answered the request for reports on a fiscal year, who is missing, and who is asked again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department, Duty, Role
from accounts.permissions import require
from casework import outbox
from casework.asking import Asked, not_asked
from casework.calendar import japan_date
from casework.models import Deadline, Event, Extension
from casework.parties import Party, people_behind
from casework.services import locked, record

from .deadlines import KIND
from .models import CollaborationReport
from .services import REQUEST, WRITTEN_BY_DEPARTMENT

ASKED_AGAIN = "ask_again"
NOBODY_READS = gettext_lazy(
    "Nobody of “%(department)s” logs in, so that nobody was reached. Ask by telephone, and let the administrator give somebody of it the duty."
)


def read_by_nobody(departments: Iterable[int], *, today: date) -> set[int]:
    """Return which of these departments nobody logs in for."""
    read = Duty.objects.valid_on(today).filter(role=Role.DEPARTMENT, user__is_active=True)
    return set(departments) - set(read.values_list("department", flat=True))


@dataclass(frozen=True, slots=True)
class Answers:
    """How the departments answered on one fiscal year, counted by department.

    :ivar asked: how many have a report to write, or wrote one.
    :ivar answered: how many of them owe none any more.
    :ivar none: how many of those said that there was none, and nothing else.
    :ivar late: how many owe one whose date has passed.
    """

    asked: int
    answered: int
    none: int
    late: int

    @property
    def missing(self) -> int:
        return self.asked - self.answered


def answers(fiscal_year: int, *, today: date) -> Answers:
    """Count the answers on a fiscal year, in one query; what was begun by mistake is none."""
    standing = CollaborationReport.objects.filter(fiscal_year=fiscal_year).exclude(state="dropped")
    rows = with_dates(standing, today=today)
    by_department: dict[int, list[tuple[str, bool]]] = {}
    for department, state, late in rows.values_list("department", "state", "is_late").order_by():
        by_department.setdefault(department, []).append((state, late))
    said = by_department.values()
    owing = [one for one in said if any(state in WRITTEN_BY_DEPARTMENT for state, _l in one)]
    return Answers(
        asked=len(by_department),
        answered=len(by_department) - len(owing),
        none=sum(all(state == "none" for state, _late in one) for one in said),
        late=sum(any(late for _state, late in one) for one in said),
    )


def without_request(fiscal_year: int, *, today: date) -> list[Asked]:
    """Return the departments that a request for a fiscal year did not reach, once there was one.

    They were entered, or began, after it; or they closed, and no successor is on record.
    """
    requested = CollaborationReport.objects.filter(
        fiscal_year=fiscal_year, request_key__isnull=False
    )
    return not_asked(REQUEST, fiscal_year, today=today) if requested.exists() else []


def with_dates(reports, *, today: date):
    """Tell of each as ``is_late`` whether the department's date has passed, and when it was asked again.

    By when the office publishes what it accepted is no date of the department's.
    """
    more = Extension.objects.filter(deadline=OuterRef("pk"), until__gte=today)
    open_ones = Deadline.objects.filter(
        case=OuterRef("pk"), kind=KIND, met_at=None, closed_at=None, due_on__lt=today
    )
    again = Event.objects.filter(case=OuterRef("pk"), verb=ASKED_AGAIN).order_by("-pk")
    return reports.annotate(
        is_late=Exists(open_ones.exclude(Exists(more))),
        asked_again_at=Subquery(again.values("at")[:1]),
    )


def owed_by_department(report: CollaborationReport) -> Deadline | None:
    """Return the date by which the department still has to answer, from deadlines fetched along."""
    return next((one for one in report.deadlines.all() if one.kind == KIND and one.is_open), None)


#: Shows, in the place of reports, the departments that the request did not reach.
NOT_ASKED = "not-asked"
#: The other reports of the same department on the same year, which say that there was one.
_OTHERS = CollaborationReport.objects.filter(
    department=OuterRef("department"), fiscal_year=OuterRef("fiscal_year")
).exclude(state__in=("none", "dropped"))
#: What the list can be narrowed to, by the word in its address.
SHOWN = {
    "missing": Q(state__in=WRITTEN_BY_DEPARTMENT),
    "late": Q(is_late=True),
    "answered": ~Q(state__in=(*WRITTEN_BY_DEPARTMENT, "dropped")),
    "none": Q(state="none") & ~Q(Exists(_OTHERS)),
}


def said_there_was_none(department: Department, fiscal_year: int) -> bool:
    """Return whether a department answered that there was no collaboration in a fiscal year."""
    answers = CollaborationReport.objects.filter(department=department, fiscal_year=fiscal_year)
    return answers.filter(state="none").exists()


@transaction.atomic
def ask_again(report: CollaborationReport, *, by, at: datetime) -> CollaborationReport:
    """Tell the department once more that its report is awaited; once a day at most.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the department owes nothing now, was asked again today, or nobody of
        it logs in, so that nobody would read it.
    """
    report = locked(report)
    today = japan_date(at)
    require(by.act_on(today), "reporting.request_collaboration")
    if report.state not in WRITTEN_BY_DEPARTMENT:
        raise ValidationError(_("The department owes nothing here now."))
    last = report.events.filter(verb=ASKED_AGAIN).order_by("-pk").first()
    if last and japan_date(last.at) == today:
        raise ValidationError(_("The department was asked again today."))
    if not people_behind(report, Party.DEPARTMENT, day=today):
        raise ValidationError(NOBODY_READS % {"department": report.department})
    outbox.tell(
        report, Party.DEPARTMENT, "your_turn", at=at, key=f"{report.pk}-{ASKED_AGAIN}-{today}"
    )
    record(report, ASKED_AGAIN, by=by, at=at)
    return report
