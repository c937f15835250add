"""What a demonstration offers its visitors: invented people to be, and a clock to move forward."""

from datetime import date, datetime, time, timedelta
from itertools import groupby

from celery import current_app
from django.conf import settings

from accounts.models import Role, User, UserQuerySet

from . import calendar, clock
from .models import Deadline
from .parties import Party

#: A sign of life of the machinery, which is not due by the demo clock.
TICK = "casework.tasks.tick"
#: What comes last, since all other sweeps may write notices.
DELIVERY = "casework.tasks.deliver_pending"


def invented_people() -> UserQuerySet:
    """Return the people a visitor may log in as."""
    return User.objects.filter(fictitious=True, is_active=True, is_superuser=False)


def accounts_by_role(*, today: date) -> list[tuple[str, list[tuple[User, str]]]]:
    """Return role → the invented people who hold it, each with the group or department."""
    people = list(invented_people().with_duties().prefetch_related("organizations").order_by("pk"))
    rows = [row for person in people for row in _rows(person.act_on(today))]
    order = {str(Party.ORGANIZATION.label): 0}
    order |= {str(label): number for number, (_code, label) in enumerate(Role.choices, 1)}
    rows.sort(key=lambda row: (order[row[0]], row[1].pk))
    return [
        (role, [(person, where) for _role, person, where in found])
        for role, found in groupby(rows, key=lambda row: row[0])
    ]


def _rows(person: User) -> list[tuple[str, User, str]]:
    groups = [str(group) for group in person.organizations.all()]
    member = [(str(Party.ORGANIZATION.label), person, ", ".join(groups))] if groups else []
    duties = {duty.role: duty for duty in person.duty_set.all()}
    return member + [
        (str(duty.get_role_display()), person, str(duty.department or duty.post))
        for duty in duties.values()
    ]


def coming_deadlines(*, at: datetime) -> list[Deadline]:
    """Return the open deadlines that end after ``at``, the nearest first; five of them."""
    today = calendar.japan_date(at)
    rows = Deadline.objects.open().with_end().filter(ends__gte=today)
    rows = rows.select_related("case").prefetch_related("extensions").order_by("ends", "pk")
    return list(rows[:5])


def morning_of(day: date) -> datetime:
    return calendar.moment(day, time(9))


def morning_after(day: date) -> datetime:
    return morning_of(day + timedelta(days=1))


def move_clock(to: datetime) -> None:
    """Move the demo clock forward and do at once what beat would have done by then.

    :raises ValueError: outside a demonstration, or if ``to`` lies in the past.
    """
    clock.move_to(to)
    current_app.loader.import_default_modules()
    swept = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - {TICK, DELIVERY}
    for task in (*sorted(swept), DELIVERY):
        current_app.tasks[task]()
