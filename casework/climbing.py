"""How a reminder ladder is climbed down: pure rules over days before a date.

Each audience climbs by itself. Of its rungs whose day has come, only the latest is sent; the ones
before it, and those that lie before the deadline existed, are passed over. Nobody climbs up again:
once a rung was dealt with, those further from the date are not sent any more, whatever the clock or
a new ladder says.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from .deadlines import LadderRungs, Rung

#: audience → the rung nearest to the date (or farthest behind it) that was dealt with.
Climbed = Mapping[str, int]

#: Further from any date than a rung can be.
NOT_YET = 10_000


def day_of(rung: Rung, ends_on: date) -> date:
    """Return the Japan date on which ``rung`` of a ladder that leads to ``ends_on`` is due."""
    return ends_on - timedelta(days=rung.days)


def still_to_climb(
    ladder: Iterable[Rung], ends_on: date, opened_on: date, climbed: Climbed
) -> list[Rung]:
    """Return the rungs that may still be sent, now or one day; all dates are Japan dates."""
    return [
        rung
        for rung in ladder
        if day_of(rung, ends_on) >= opened_on and rung.days < climbed.get(rung.audience, NOT_YET)
    ]


def next_day(
    ladder: Iterable[Rung], ends_on: date | None, opened_on: date, climbed: Climbed
) -> date | None:
    """Return the day from which on there is a rung to climb; ``None`` if there is none left."""
    if ends_on is None:
        return None
    left = still_to_climb(ladder, ends_on, opened_on, climbed)
    return min((day_of(rung, ends_on) for rung in left), default=None)


def due_rungs(
    ladder: LadderRungs, ends_on: date, opened_on: date, climbed: Climbed, today: date
) -> tuple[list[Rung], list[Rung]]:
    """Return ``(to send, to pass over)`` on ``today``: of each audience the latest rung, once."""
    left = still_to_climb(ladder, ends_on, opened_on, climbed)
    latest: dict[str, Rung] = {}
    for rung in sorted(left, key=lambda rung: -rung.days):
        if day_of(rung, ends_on) <= today:
            latest[rung.audience] = rung
    passed = [
        rung
        for rung in ladder
        if rung.audience in latest and rung.days > latest[rung.audience].days
    ]
    return [rung for rung in ladder if latest.get(rung.audience) == rung], passed


def days_to_come(
    ladder: LadderRungs, ends_on: date | None, opened_on: date, climbed: Climbed, today: date
) -> dict[Rung, date]:
    """Return rung → the Japan date of the sweep that sends it, if one runs every day from now."""
    if ends_on is None:
        return {}
    now, _passed = due_rungs(ladder, ends_on, opened_on, climbed, today)
    later = [
        rung
        for rung in still_to_climb(ladder, ends_on, opened_on, climbed)
        if day_of(rung, ends_on) > today
    ]
    return {rung: max(day_of(rung, ends_on), today) for rung in [*now, *later]}


def mark_of(ladder: LadderRungs) -> str:
    """Return a short digest by which two ladders can be told apart."""
    words = ";".join(f"{r.days} {r.audience} {r.tone} {r.channel}" for r in ladder)
    return hashlib.sha256(words.encode()).hexdigest()[:16]
