"""What the reminder ladders will send in the days to come, if nothing changes until then."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User

from .calendar import japan_date
from .climbing import days_to_come
from .deadlines import KINDS, Audience, LadderRungs, Pace, Rung, Tone
from .ladders import all_ladders, climbed_of, ladder_of
from .models import Deadline, Reminder
from .models.deadline import DeadlineQuerySet
from .parties import in_words

#: How far the office looks ahead, in calendar days.
AHEAD = 60

Ladders = Mapping[str, LadderRungs]


def how_in_words(rung: Rung) -> str:
    """Return tone and channel of a rung in words; nothing if it is plain and leaves at once."""
    words = [_("firm")] if rung.tone == Tone.FIRM else []
    words += [_("with the daily digest")] if rung.channel == Pace.DIGEST else []
    return pgettext("between the names of parties", ", ").join(words)


@dataclass(frozen=True, slots=True)
class Coming:
    """One rung of one ladder that is still to be climbed.

    :param on: Japan date of the sweep that sends it.
    """

    on: date
    deadline: Deadline
    rung: Rung

    @property
    def is_late(self) -> bool:
        """Whether the duty is late by then, so that it is not a reminder but a warning."""
        return self.on > self.deadline.ends_on

    @property
    def audience_in_words(self) -> str:
        """Whom it goes to; of who owes the duty, the party itself."""
        return _whom(self.rung, self.deadline.owed_by)

    @property
    def how(self) -> str:
        """Its tone and how soon it leaves, where they are not the usual ones."""
        return how_in_words(self.rung)


def _whom(rung: Rung, owed_by: str) -> str:
    """Name whom a rung tells; of who owes the duty, the party itself."""
    if rung.audience == Audience.OWNER and owed_by:
        return in_words([owed_by])
    return str(Audience(rung.audience).label)


def in_words_of(ladder: LadderRungs) -> list[str]:
    """Return each rung in one line."""
    return [_in_words(rung) for rung in ladder]


def _in_words(rung: Rung, owed_by: str = "") -> str:
    days = abs(rung.days)
    if rung.days > 0:
        when = ngettext("%(days)d day before", "%(days)d days before", days) % {"days": days}
    elif rung.days < 0:
        when = ngettext("%(days)d day after", "%(days)d days after", days) % {"days": days}
    else:
        when = _("on the day itself")
    line = _("%(when)s: %(who)s") % {"when": when, "who": _whom(rung, owed_by)}
    how = how_in_words(rung)
    return f"{line} ({how})" if how else line


def changes(
    deadlines: DeadlineQuerySet, kind: str, wanted: LadderRungs, *, today: date
) -> tuple[list[Coming], list[Coming]]:
    """Return which reminders another ladder of ``kind`` adds within the days ahead, and leaves out."""
    rows = deadlines.filter(kind=kind)
    now = coming(rows, today=today, ladders={kind: ladder_of(kind)})
    then = coming(rows, today=today, ladders={kind: wanted})
    old, new = set(now), set(then)
    return [item for item in then if item not in old], [item for item in now if item not in new]


def open_and_later(deadlines: DeadlineQuerySet, kind: str, *, today: date) -> tuple[int, int]:
    """Return how many dates of ``kind`` are open, and how many of them end after the days ahead."""
    later = Q(ends__gt=today + timedelta(days=AHEAD))
    rows = deadlines.open().filter(kind=kind).with_end()
    counted = rows.aggregate(all=Count("pk"), later=Count("pk", filter=later))
    return counted["all"], counted["later"]


def coming(
    deadlines: DeadlineQuerySet, *, today: date, ladders: Ladders | None = None
) -> list[Coming]:
    """Return what goes out from ``today`` (Japan date) on, by day.

    :param deadlines: those that the reader may see; asked in as many queries for many as for few.
    :param ladders: kind → ladder, to ask what would go out by others than those that count now;
        kinds that it lacks are left out.
    """
    counting = all_ladders() if ladders is None else ladders
    rows = _within_reach(deadlines, counting, today)
    found = [item for row in rows for item in _of(row, counting[row.kind], today)]
    return sorted(found, key=lambda item: (item.on, item.deadline.pk, -item.rung.days))


def _within_reach(deadlines: DeadlineQuerySet, ladders: Ladders, today: date) -> DeadlineQuerySet:
    """Keep the open deadlines that end near enough for a rung of theirs to lie ahead."""
    days = [rung.days for ladder in ladders.values() for rung in ladder] or [0]
    # What is long past its date may still have its last rung to climb, if no sweep ran since.
    until = today + timedelta(days=AHEAD + max(days))
    near = deadlines.open().with_end().filter(ends__lte=until, kind__in=ladders)
    return near.select_related("case__organization").prefetch_related("extensions", "reminders")


def _of(deadline: Deadline, ladder: LadderRungs, today: date) -> Iterator[Coming]:
    """Yield what the next sweep sends of one ladder, and what those of later days will."""
    for rung, on in _days(deadline, ladder, deadline.ends_on, today).items():
        if on <= today + timedelta(days=AHEAD):
            yield Coming(on, deadline, rung)


def _days(deadline: Deadline, ladder: LadderRungs, ends_on, today: date) -> dict[Rung, date]:
    climbed = climbed_of(deadline) if ends_on == deadline.ends_on else {}
    return days_to_come(ladder, ends_on, japan_date(deadline.opened_at), climbed, today)


#: A rung, the day on which it goes out now, and the one on which it would.
Moved = tuple[Rung, date | None, date | None]


class Line(NamedTuple):
    """A date, or a reminder, that moves: what it is in words, its days, and for how many duties.

    :param old: Japan date so far; ``None`` if it does not go out any more, or is not set.
    :param new: Japan date then; ``None`` if it goes out on no day at all, or is not set.
    :param sent: Japan date on which a reminder went out already, before the date that counts now.
    """

    words: str
    old: date | None
    new: date | None
    number: int = 1
    sent: date | None = None


class Together(NamedTuple):
    """What moves for many deadlines at once: their ``dates``, and the reminders that are ``moved``.

    :param others_move: whether dates move too that the reader may not see; nothing counts them.
    """

    dates: list[Line]
    moved: list[Line]
    others_move: bool


def lines_of(deadline: Deadline, found: Iterable[Moved]) -> list[Line]:
    """Put into words what moves of the ladder of one deadline, and what of it was sent already."""
    sent = _sent_of(deadline)
    return [
        Line(_in_words(rung), old, new, sent=sent.get((rung.days, rung.audience)))
        for rung, old, new in found
    ]


def _sent_of(deadline: Deadline) -> dict[tuple[int, str], date]:
    """Return the rungs of the date that counts now that went out, each with its Japan date."""
    return {
        (row.rung, row.audience): japan_date(row.at)
        for row in deadline.reminders.all()
        if row.ends_on == deadline.ends_on and row.outcome == Reminder.Outcome.SENT
    }


def moved(deadline: Deadline, until: date, *, today: date) -> list[Moved]:
    """Return of each rung on which day it goes out now, and on which if ``until`` is the date.

    The ladder starts anew for another date; what goes out on no day at all is ``None``.
    """
    ladder = ladder_of(deadline.kind)
    return _moved(deadline, ladder, _days(deadline, ladder, until, today), today)


def replaced(deadline: Deadline, until: date, *, today: date) -> list[Moved]:
    """Return the same if a new row takes the place of ``deadline``, which is there from ``today`` on.

    It skips the rungs dated before it; for the same date the ladder goes on where it has come to.
    """
    return _replaced(deadline, ladder_of(deadline.kind), until, today)


def replaced_together(
    found: Iterable[tuple[Deadline, date | None]], *, reader: User, today: date
) -> Together:
    """Return the dates, and the reminders, that move if a new row takes the place of each deadline.

    Those that move alike are counted, as far as ``reader`` may see them: whoever moves them all at
    once need not see each. Asked in as many queries for many as for few.
    """
    every = list(found)
    seen = _seen_by(reader, [deadline for deadline, _until in every])
    pairs = [(deadline, until) for deadline, until in every if deadline.pk in seen]
    prefetch_related_objects([deadline for deadline, _until in pairs], "extensions", "reminders")
    ladders = all_ladders()
    dates: Counter = Counter()
    rungs: Counter = Counter()
    for deadline, until in pairs:
        kind, owed_by, ladder = deadline.kind, deadline.owed_by, ladders[deadline.kind]
        dates[kind, deadline.ends_on, until] += deadline.ends_on != until
        sent = _sent_of(deadline)
        for rung, old, new in _replaced(deadline, ladder, until, today):
            went = sent.get((rung.days, rung.audience))
            rungs[kind, owed_by, ladder.index(rung), old, new, went] += 1
    return Together(
        [Line(str(KINDS[kind].label), *days, n) for (kind, *days), n in _sorted(dates) if n],
        [
            Line(_of_kind(kind, ladders[kind][index], owed_by), old, new, n, sent)
            for (kind, owed_by, index, old, new, sent), n in _sorted(rungs)
        ],
        others_move=len(pairs) < len(every),
    )


def _seen_by(reader: User, deadlines: list[Deadline]) -> set[int]:
    keys = [deadline.pk for deadline in deadlines]
    seen = Deadline.objects.visible_to(reader).filter(pk__in=keys)
    return set(seen.values_list("pk", flat=True))


def _sorted(counted: Counter) -> list[tuple[tuple, int]]:
    """Return what was counted by kind, rung and day; a day that is not set comes first."""
    return sorted(counted.items(), key=lambda item: [(part is not None, part) for part in item[0]])


def _of_kind(kind: str, rung: Rung, owed_by: str) -> str:
    said = {"what": KINDS[kind].label, "reminder": _in_words(rung, owed_by)}
    return _("%(what)s, %(reminder)s") % said


def _replaced(
    deadline: Deadline, ladder: LadderRungs, until: date | None, today: date
) -> list[Moved]:
    climbed = climbed_of(deadline) if until == deadline.ends_on else {}
    return _moved(deadline, ladder, days_to_come(ladder, until, today, climbed, today), today)


def _moved(
    deadline: Deadline, ladder: LadderRungs, then: Mapping[Rung, date], today: date
) -> list[Moved]:
    now = _days(deadline, ladder, deadline.ends_on, today)
    days = [(rung, now.get(rung), then.get(rung)) for rung in ladder]
    return [(rung, old, new) for rung, old, new in days if old != new]
