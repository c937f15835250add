"""How a due date came about: data that is stored with the date, and said in words on request.

A rule in some ``deadlines.py`` builds a :class:`Due` from the functions below; it is stored as JSON
and never computed again.  ``in_words`` says it in Japanese or English::

    due = days_after(completed_on, 30, basis="project_completed", source="交付要綱 第12条")
    due = move_to_next_open_day(cap_at(due, last_day(fy), basis="fiscal_year_end"), closed)

**No gettext here.**  The words also go into stored letters and notices, where both languages may
stand side by side whatever the language of the page, so each phrase is kept in both.

A due date that is *not set* stays so through every later step: nothing is counted from it, and it
never means that there is no limit.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, time

from casework import calendar

JA, EN = 0, 1

#: What a day or a parameter is called, by code, in Japanese and English.  A code is kept for
#: ever, since stored derivations name it.  Higher apps add theirs with ``register_basis``.
BASES: dict[str, tuple[str, str]] = {
    "set_by_office": ("窓口が定めた日", "day set by the office"),
    "named_when_asked": ("依頼のときに定めた日", "day named when asked"),
    "typed_in": ("入力した日", "day typed in"),
    "received": ("収受日", "day received"),
    "fiscal_year_end": ("年度末", "end of the fiscal year"),
    "supplement_open": ("補正を待つ間", "while a supplement was open"),
    "accounts_closed": ("出納閉鎖", "closing of the accounts"),
}

#: What each rule says, in Japanese and English; ``day`` is the date it led to.
PHRASES: dict[str, tuple[str, str]] = {
    "fixed": ("{basis}、{day}", "{basis}: {day}"),
    "days_after": (
        "{since}（{basis}）の翌日から起算して{count}日目、{day}",
        "{nth} day counted from the day after {since} ({basis}): {day}",
    ),
    "months_after": (
        "{since}（{basis}）の翌日から起算して{count}か月の満了日、{day}",
        "last day of {months} counted from the day after {since} ({basis}): {day}",
    ),
    "days_from": (
        "{since}（{basis}）から起算して{count}日目（初日を含む）、{day}",
        "{nth} day counted from {since} ({basis}), that day included: {day}",
    ),
    "months_from": (
        "{since}（{basis}）から起算して{count}か月の満了日（初日を含む）、{day}",
        "last day of {months} counted from {since} ({basis}), that day included: {day}",
    ),
    "open_days_after": (
        "{since}（{basis}）の翌日から数えて{count}開庁日目、{day}",
        "{nth} open day after {since} ({basis}): {day}",
    ),
    "open_days_before": (
        "{since}（{basis}）の{count}開庁日前、{day}",
        "{nth} open day before {since} ({basis}): {day}",
    ),
    "cap_at": ("ただし{basis}を限度とし、{day}", "but no later than {day} ({basis})"),
    "move_to_next_open_day": (
        "閉庁日に当たるため次の開庁日、{day}",
        "city hall is closed on that day, so the next open day: {day}",
    ),
    "move_to_previous_open_day": (
        "閉庁日に当たるため直前の開庁日、{day}",
        "city hall is closed on that day, so the open day before: {day}",
    ),
    "the_earlier_of": (
        "「{a}」と「{b}」のうち早い日、{day}",
        "the earlier of “{a}” and “{b}”: {day}",
    ),
    "ran": ("{day}までに通算{count}日が経過", "{days} had run by {day}"),
    "ran_open": ("{day}までに通算{count}開庁日が経過", "{open_days} had run by {day}"),
    "stood_still": (
        "{since}の翌日から{day}までの{count}日は算入しない（{basis}）",
        "the clock then stood still for {days}, until {day} ({basis})",
    ),
    "runs_on": ("残る{count}日で、{day}", "{days} were left: {day}"),
    "runs_on_open": ("残る{count}開庁日で、{day}", "{open_days} were left: {day}"),
    "not_set": (
        "未設定（{basis}が決まっていません。窓口がお答えします）",
        "Not set ({basis} has not been decided; the office will answer)",
    ),
}

#: What follows the steps where more time was approved; no stored derivation knows of it.
EXTENDED = ("決裁{number}により{day}まで延長", "extended by approval {number} until {day}")

MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def register_basis(code: str, ja: str, en: str) -> None:
    """Name a basis in both languages; the same words again change nothing.

    :raises ValueError: if ``code`` is registered with other words.
    """
    if BASES.setdefault(code, (ja, en)) != (ja, en):
        raise ValueError(f"The basis {code} is registered with other words: {BASES[code]}.")


def name_of_basis(code: str, language: str) -> str:
    """Return what a day is called: Japanese for ``ja``, English for all others."""
    return BASES[code][JA if language.startswith("ja") else EN]


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to a due date.

    :param rule: a key of ``PHRASES``.
    :param on: the date this step led to; ``None`` if it is not set.
    :param since: the day counted from, or to.
    :param count: how many days, open days or months, as the rule says.
    :param basis: a code of ``BASES``: what ``since``, the date or the parameter is.
    :param choices: what ``the_earlier_of`` chose from.
    """

    rule: str
    on: date | None = None
    since: date | None = None
    count: int | None = None
    basis: str = ""
    choices: "tuple[Due, ...]" = ()

    def __post_init__(self):
        if self.rule not in PHRASES:
            raise LookupError(f"There is no rule {self.rule}.")
        if self.basis and self.basis not in BASES:
            raise LookupError(f"The basis {self.basis} is not registered: see register_basis.")

    def to_json(self) -> dict:
        """Return what is stored; what is empty is left out."""
        stored = {
            "rule": self.rule,
            "on": self.on and self.on.isoformat(),
            "since": self.since and self.since.isoformat(),
            "count": self.count,
            "basis": self.basis,
            "choices": [due.to_json() for due in self.choices],
        }
        return {key: value for key, value in stored.items() if value or value == 0}

    @classmethod
    def from_json(cls, stored: dict) -> "Step":
        choices = tuple(Due.from_json(choice) for choice in stored.get("choices", ()))
        days = {key: date.fromisoformat(stored[key]) for key in ("on", "since") if key in stored}
        return cls(**{**stored, **days, "choices": choices})


@dataclass(frozen=True, slots=True)
class Due:
    """A due date and the steps that led to it.

    :param on: the last Japan date on which the duty is met in time; ``None`` is "not set".
    :param clock: a time of ``on`` in Japan at which it ends earlier than at 24:00.
    :param source: the rule of the city or the law it rests on, as text; empty if none is known.
    """

    on: date | None
    clock: time | None
    steps: tuple[Step, ...]
    source: str = ""

    @classmethod
    def fixed(cls, day: date, *, basis: str = "set_by_office", source: str = "") -> "Due":
        """Return a day that somebody fixed, such as the end of a call.

        :raises LookupError: if ``basis`` is not registered; so does every function below.
        """
        return _first("fixed", day, source, basis=basis)

    def to_json(self) -> dict:
        """Return what is stored in a JSON column; ``from_json`` undoes it."""
        return {
            "on": self.on and self.on.isoformat(),
            "clock": self.clock and self.clock.isoformat(),
            "steps": [step.to_json() for step in self.steps],
            "source": self.source,
        }

    @classmethod
    def from_json(cls, stored: dict) -> "Due":
        """Return the due date that was stored.

        :raises LookupError: if it names a rule or a basis that is not known any more.
        """
        return cls(
            on=date.fromisoformat(stored["on"]) if stored["on"] else None,
            clock=time.fromisoformat(stored["clock"]) if stored["clock"] else None,
            steps=tuple(Step.from_json(step) for step in stored["steps"]),
            source=stored["source"],
        )


def _first(rule: str, on: date | None, source: str, **facts) -> Due:
    return Due(on=on, clock=None, steps=(Step(rule, on, **facts),), source=source)


def _then(due: Due, rule: str, on: date, **facts) -> Due:
    return replace(due, on=on, steps=(*due.steps, Step(rule, on, **facts)))


# Where a due date begins


def not_set(parameter: str, *, source: str = "") -> Due:
    """Return a due date that cannot be computed because ``parameter`` is not set.

    :param parameter: a code of ``BASES``: what has not been decided.
    """
    return _first("not_set", None, source, basis=parameter)


def days_after(day: date, days: int, *, basis: str, source: str = "") -> Due:
    """Return ``days`` calendar days after ``day``, which is not counted itself.

    :raises ValueError: if ``days`` is less than 1.

    Source: 民法 140条 (初日不算入).
    """
    if days < 1:
        raise ValueError(f"Days are counted from 1, not {days}.")
    on = day + days * calendar.ONE_DAY
    return _first("days_after", on, source, since=day, count=days, basis=basis)


def months_after(day: date, months: int, *, basis: str, source: str = "") -> Due:
    """Return the last day of ``months`` counted from the day after ``day``.

    :raises ValueError: if ``months`` is less than 1.

    Source: 民法 140条, 143条; see ``casework.calendar.months_after``.
    """
    on = calendar.months_after(day, months)
    return _first("months_after", on, source, since=day, count=months, basis=basis)


def days_from(day: date, days: int, *, basis: str, source: str = "") -> Due:
    """Return the last of ``days`` calendar days of which ``day`` is the first.

    Only where a rule says that the first day counts.

    :raises ValueError: if ``days`` is less than 1.
    """
    if days < 1:
        raise ValueError(f"Days are counted from 1, not {days}.")
    on = day + (days - 1) * calendar.ONE_DAY
    return _first("days_from", on, source, since=day, count=days, basis=basis)


def months_from(day: date, months: int, *, basis: str, source: str = "") -> Due:
    """Return the last day of ``months`` of which ``day`` is the first day.

    :raises ValueError: if ``months`` is less than 1.

    Source: 民法 143条.
    """
    on = calendar.months_after(day - calendar.ONE_DAY, months)
    return _first("months_from", on, source, since=day, count=months, basis=basis)


def open_days_after(
    day: date, count: int, closed: Collection[date], *, basis: str, source: str = ""
) -> Due:
    """Return the ``count``-th day after ``day`` on which city hall is open.

    :raises ValueError: if ``count`` is less than 1.
    """
    on = calendar.open_days_after(day, count, closed)
    return _first("open_days_after", on, source, since=day, count=count, basis=basis)


def open_days_before(
    day: date, count: int, closed: Collection[date], *, basis: str, source: str = ""
) -> Due:
    """Return the ``count``-th day before ``day`` on which city hall is open.

    :raises ValueError: if ``count`` is less than 1.
    """
    on = calendar.open_days_before(day, count, closed)
    return _first("open_days_before", on, source, since=day, count=count, basis=basis)


def the_earlier_of(a: Due, b: Due) -> Due:
    """Return whichever ends first; not set if either is, because either may be the earlier."""
    on, clock = None, None
    if a.on and b.on:
        on, end = min((due.on, due.clock or time.max) for due in (a, b))
        clock = None if end == time.max else end
    source = " / ".join(dict.fromkeys(due.source for due in (a, b) if due.source))
    return Due(on, clock, (Step("the_earlier_of", on, choices=(a, b)),), source)


# What may follow


def cap_at(due: Due, day: date, *, basis: str) -> Due:
    """Let ``due`` be no later than ``day``; where it is not, nothing is changed or recorded."""
    if due.on is None or due.on <= day:
        return due
    return _then(due, "cap_at", day, basis=basis)


def move_to_next_open_day(due: Due, closed: Collection[date]) -> Due:
    """Move ``due`` to the next open day, if city hall is closed on it.

    Only where the rule of this deadline says so: 地方自治法 4条の2第4項 speaks of periods set by law.
    """
    if due.on is None or not calendar.is_closed(due.on, closed):
        return due
    return _then(due, "move_to_next_open_day", calendar.next_open_day(due.on, closed))


def move_to_previous_open_day(due: Due, closed: Collection[date]) -> Due:
    """Move ``due`` back to the open day before, if city hall is closed on it and its rule says so."""
    if due.on is None or not calendar.is_closed(due.on, closed):
        return due
    day = calendar.open_days_before(due.on, 1, closed)
    return _then(due, "move_to_previous_open_day", day)


def with_clock(due: Due, clock: time) -> Due:
    """Let ``due`` end when clocks in Japan show ``clock``, not at 24:00."""
    return due if due.on is None else replace(due, clock=clock)


# In words


def in_words(due: Due, language: str) -> str:
    """Say when it is due and how that came about: Japanese for ``ja``, English for all others."""
    tongue = JA if language.startswith("ja") else EN
    steps = [_say(step, tongue) for step in due.steps]
    said = ("。" if tongue == JA else "; ").join(steps) + _say_clock(due.clock, tongue)
    return said[0].upper() + said[1:]


def in_words_extended(due: Due, language: str, *, until: date, number: str) -> str:
    """Say the same, and at the end until when more time was approved.

    :param number: of the approval.
    """
    tongue = JA if language.startswith("ja") else EN
    then = EXTENDED[tongue].format(number=number, day=_say_day_and_weekday(until, tongue))
    return ("。" if tongue == JA else "; ").join([in_words(due, language), then])


def each_step(due: Due, language: str) -> list[tuple[str, date | None]]:
    """Return every step in words with the date it led to, in order; of a choice, first its choices."""
    tongue = JA if language.startswith("ja") else EN
    found = []
    for step in due.steps:
        for choice in step.choices:
            found += each_step(choice, language)
        found.append((_say(step, tongue), step.on))
    return found


def _say(step: Step, tongue: int) -> str:
    phrase = PHRASES[step.rule][tongue]
    if step.on is None:
        phrase = phrase.removesuffix("、{day}").removesuffix(": {day}")
    choices = [in_words(due, ("ja", "en")[tongue]) for due in step.choices]
    return phrase.format(
        basis=BASES[step.basis][tongue] if step.basis else "",
        since=step.since and _say_day(step.since, tongue),
        count=step.count,
        nth=step.count and _nth(step.count),
        days="1 day" if step.count == 1 else f"{step.count} days",
        open_days="1 open day" if step.count == 1 else f"{step.count} open days",
        months="1 month" if step.count == 1 else f"{step.count} months",
        day=step.on and _say_day_and_weekday(step.on, tongue),
        **dict(zip("ab", choices, strict=False)),
    )


def _say_day(day: date, tongue: int) -> str:
    if tongue == JA:
        return calendar.wareki(day)
    return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"


def _say_day_and_weekday(day: date, tongue: int) -> str:
    if tongue == JA:
        return f"{calendar.wareki(day)}（{calendar.weekday_ja(day)}）"
    return f"{WEEKDAYS_EN[day.weekday()]} {_say_day(day, tongue)}"


def _say_clock(clock: time | None, tongue: int) -> str:
    if clock is None:
        return ""
    if tongue == EN:
        return f", until {clock:%H:%M}"
    return f"、{clock.hour}時{f'{clock.minute}分' if clock.minute else ''}まで"


def _nth(count: int) -> str:
    teens = 10 < count % 100 < 20
    return f"{count}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(count % 10, 'th')}"
