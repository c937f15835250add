"""Which ladder counts for each kind of deadline, and keeping ``Deadline.remind_on`` in step with it.

What changes the day of a reminder (a new row, an extension, a move that is taken back, a rung that
was climbed, a ladder that the office or a new release changes) leaves a row whose ``reckoned_by`` is
not the mark of the ladder that counts. :func:`reckon` finds these rows by an index, however many
others there are, and is run before each sweep; killed half-way, it goes on where the rows say.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.permissions import require

from .calendar import japan_date
from .climbing import Climbed, mark_of, next_day
from .deadlines import KINDS, Audience, LadderRungs, Pace
from .deadlines import Rung as ClimbedRung
from .errors import NotPossible
from .models import Case, Deadline, Ladder, Rung
from .models.deadline import DeadlineQuerySet

#: How many deadlines are held in memory, and how many cases locked, at a time.
BATCH = 500


def all_ladders() -> dict[str, LadderRungs]:
    """Return kind → the ladder that counts now, in two queries for all kinds together."""
    return counting(versions())


def counting(rows: Mapping[str, Ladder]) -> dict[str, LadderRungs]:
    """Return kind → the ladder that counts, where ``rows`` are the newest versions of the office."""
    of_office = {code: rungs_of(row) for code, row in rows.items() if not row.of_program}
    return {code: of_office.get(code, kind.ladder) for code, kind in KINDS.items()}


def versions() -> dict[str, Ladder]:
    """Return kind → the version of the office that counts, for kinds that ever had one."""
    newest = Ladder.objects.filter(kind=OuterRef("kind")).order_by("-version")
    rows = Ladder.objects.filter(version=Subquery(newest.values("version")[:1]))
    return {row.kind: row for row in rows.prefetch_related("rungs")}


def ladder_of(kind: str) -> LadderRungs:
    """Return the ladder of one kind that counts now; a sweep asks :func:`all_ladders` once."""
    row = latest(kind)
    return KINDS[kind].ladder if row is None or row.of_program else rungs_of(row)


def latest(kind: str) -> Ladder | None:
    """Return the version of the office that counts; ``None`` if there never was one."""
    return Ladder.objects.filter(kind=kind).order_by("-version").first()


def rungs_of(ladder: Ladder) -> LadderRungs:
    """Return the rungs of a version of the office."""
    return in_order(rung.as_climbed for rung in ladder.rungs.all())


def in_order(rungs: Iterable[ClimbedRung]) -> LadderRungs:
    """Return ``rungs`` as they are climbed down."""
    audiences = Audience.values
    return tuple(sorted(rungs, key=lambda r: (-r.days, audiences.index(r.audience))))


@transaction.atomic
def change(kind: str, rungs: Iterable[ClimbedRung], *, reason: str, by, at: datetime) -> Ladder:
    """Put a new ladder in the place of the one of ``kind``; what was sent stays sent.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if the law wants a reminder that the ladder lacks.
    """
    require(by.act_on(japan_date(at)), "casework.keep_ladders")
    wanted = in_order(rungs)
    check(kind, wanted)
    ladder = _add(kind, reason=reason, by=by, at=at)
    Rung.objects.bulk_create(
        Rung(ladder=ladder, days=r.days, audience=r.audience, tone=r.tone, channel=r.channel)
        for r in wanted
    )
    return ladder


@transaction.atomic
def back_to_the_programs(kind: str, *, reason: str, by, at: datetime) -> Ladder:
    """Let the program's own ladder of ``kind`` count again.

    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "casework.keep_ladders")
    return _add(kind, reason=reason, by=by, at=at, of_program=True)


def _add(kind: str, **fields) -> Ladder:
    before = latest(KINDS[kind].code)
    return Ladder.objects.create(kind=kind, version=before.version + 1 if before else 1, **fields)


def check(kind: str, ladder: LadderRungs) -> None:
    """Refuse a ladder that leaves out what must be told.

    :raises NotPossible: with the reason.
    """
    if len({(rung.days, rung.audience) for rung in ladder}) < len(ladder):
        raise NotPossible(_("The same people are to be told twice on one day."))
    if not KINDS[kind].owed_by and any(r.audience == Audience.OWNER for r in ladder):
        raise NotPossible(_("Nobody owes this; so nobody can be told as the one who does."))
    told = [r for r in ladder if r.audience == Audience.OWNER and r.channel == Pace.AT_ONCE]
    if KINDS[kind].statutory and not any(rung.days >= 0 for rung in told):
        raise NotPossible(
            _(
                "This date has legal effect: who owes it must be told at once, "
                "on the day itself or before it."
            )
        )


# The next day of each deadline


def climbed_of(deadline: Deadline) -> Climbed:
    """Return how far each audience has come on the way to the date that counts now."""
    climbed: dict[str, int] = {}
    for row in deadline.reminders.all():
        if row.ends_on == deadline.ends_on:
            climbed[row.audience] = min(row.rung, climbed.get(row.audience, row.rung))
    return climbed


def next_day_of(deadline: Deadline, ladder: LadderRungs) -> date | None:
    """Return what ``remind_on`` of an open deadline is to be."""
    opened_on = japan_date(deadline.opened_at)
    return next_day(ladder, deadline.ends_on, opened_on, climbed_of(deadline))


def reckon() -> int:
    """Bring ``remind_on`` of all open deadlines into step; return how many were not."""
    return sum(_reckon_kind(kind, ladder) for kind, ladder in all_ladders().items())


def stale(kind: str, mark: str) -> list[DeadlineQuerySet]:
    """Return the open deadlines of ``kind`` that another ladder than the marked one was reckoned by.

    Two parts, so that the index leads to each of them and the other rows are not read.
    """
    rows = Deadline.objects.open().filter(kind=kind)
    return [rows.filter(reckoned_by__lt=mark), rows.filter(reckoned_by__gt=mark)]


def _reckon_kind(kind: str, ladder: LadderRungs) -> int:
    mark, done = mark_of(ladder), 0
    for part in stale(kind, mark):
        while found := list(part.values_list("pk", "case_id")[:BATCH]):
            _reckon_batch(found, ladder, mark)
            done += len(found)
    return done


@transaction.atomic
def _reckon_batch(found: list[tuple[int, int]], ladder: LadderRungs, mark: str) -> None:
    cases = sorted(case for _pk, case in found)
    list(Case.objects.select_for_update().filter(pk__in=cases).order_by("pk").values_list("pk"))
    rows = Deadline.objects.open().filter(pk__in=[pk for pk, _case in found])
    deadlines = list(rows.prefetch_related("extensions", "reminders"))
    for deadline in deadlines:
        deadline.remind_on, deadline.reckoned_by = next_day_of(deadline, ladder), mark
    Deadline.objects.bulk_update(deadlines, ["remind_on", "reckoned_by"])
