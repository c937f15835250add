"""The year of a round as the office plans it: fixed days, and days that follow from others.

A plan is a list of :class:`Planned` milestones. :func:`schedule` computes the day of each; moving one
moves what follows from it. Nothing here reads a clock or writes a row.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.calendar import is_closed
from casework.derivation import Due, register_basis
from casework.periods import Period


class Milestone(models.TextChoices):
    """What a round comes past, in the order of a year."""

    OPENS = "opens", _("The call opens")
    INFO_SESSION = "info_session", _("Information session")
    CLOSES = "closes", _("The call closes")
    ACCEPTANCE = "acceptance", _("All proposals are accepted or sent back")
    MATCHING = "matching", _("Talks with the departments end")
    SCORES = "scores", _("Score sheets are handed in")
    MEETING = "meeting", _("Meeting of the subcommittee")
    RESULT = "result", _("The result is sent")
    APPLICATION = "application", _("Applications for the grant are in")
    GRANT = "grant", _("The grants are decided")
    PROJECTS_BEGIN = "projects_begin", _("The projects begin")
    PROJECTS_END = "projects_end", _("The projects end")
    REPORTS = "reports", _("Final reports are in")
    COMMITTEE = "committee", _("Report to the committee")
    PUBLICATION = "publication", _("The results are published")


#: What the round itself says; a plan counts from them, and does not move them.
OF_THE_ROUND = (Milestone.OPENS, Milestone.CLOSES)

#: What a plan may set.
PLANNED = [what for what in Milestone if what not in OF_THE_ROUND]

for what, ja, en in (
    ("opens", "募集の開始", "the call opens"),
    ("info_session", "説明会", "information session"),
    ("closes", "募集の締切", "the call closes"),
    ("acceptance", "受理または補正依頼の完了", "all proposals are accepted or sent back"),
    ("matching", "担当課協議の終わり", "talks with the departments end"),
    ("scores", "採点表の提出", "score sheets are handed in"),
    ("meeting", "選考部会", "meeting of the subcommittee"),
    ("result", "結果の通知", "the result is sent"),
    ("application", "交付申請の締切", "applications for the grant are in"),
    ("grant", "交付決定", "the grants are decided"),
    ("projects_begin", "事業の開始", "the projects begin"),
    ("projects_end", "事業の終わり", "the projects end"),
    ("reports", "実績報告の締切", "final reports are in"),
    ("committee", "委員会への報告", "report to the committee"),
    ("publication", "結果の公表", "the results are published"),
):
    register_basis(f"plan_{what}", ja, en)


@dataclass(frozen=True, slots=True)
class Planned:
    """One milestone: either a fixed day ``on``, or a ``period`` counted from what it ``follows``.

    :param what: a value of :class:`Milestone`, and none of the round itself.
    :param on: Japan date.
    :param period: as :class:`casework.periods.Period` is written, such as ``5 open_days_before``.
    """

    what: str
    on: date | None = None
    follows: str = ""
    period: str = ""

    def to_json(self) -> dict[str, str]:
        """Return what is stored; ``from_json`` undoes it."""
        if self.on:
            return {"what": self.what, "on": self.on.isoformat()}
        return {"what": self.what, "follows": self.follows, "period": self.period}

    @classmethod
    def from_json(cls, stored: dict[str, str]) -> "Planned":
        on = stored.get("on")
        return cls(**{**stored, "on": date.fromisoformat(on)} if on else stored)


class Unfounded(ValueError):
    """A milestone that follows, directly or by others, from itself or from nothing that has a day."""

    def __init__(self, what: str):
        super().__init__(f"The day of {what} rests on nothing.")
        self.what = what


def schedule(
    plan: Iterable[Planned],
    *,
    opens: date,
    closes: date,
    closed: Collection[date],
    fiscal_year: int,
) -> dict[str, Due]:
    """Return the day of each milestone, those of the round included, in the order of the year.

    :param opens: the first, and ``closes`` the last Japan date of the call.
    :param closed: weekdays on which city hall is closed.
    :param fiscal_year: the year of the selection.
    :raises Unfounded: if a milestone rests on nothing that has a day.
    """
    days = {
        Milestone.OPENS.value: Due.fixed(opens, basis="plan_opens"),
        Milestone.CLOSES.value: Due.fixed(closes, basis="plan_closes"),
    }
    waiting = {planned.what: planned for planned in plan}
    while waiting:
        founded = [what for what, planned in waiting.items() if _is_founded(planned, days)]
        if not founded:
            raise Unfounded(next(iter(waiting)))
        for what in founded:
            days[what] = _day(waiting.pop(what), days, closed, fiscal_year)
    return {what: days[what] for what in Milestone.values if what in days}


def _is_founded(planned: Planned, days: dict[str, Due]) -> bool:
    return planned.on is not None or planned.follows in days


def _day(
    planned: Planned, days: dict[str, Due], closed: Collection[date], fiscal_year: int
) -> Due:  # fmt: skip
    if planned.on:
        return Due.fixed(planned.on, basis=f"plan_{planned.what}")
    return Period.parse(planned.period).after(
        days[planned.follows].on, closed, basis=f"plan_{planned.follows}", fiscal_year=fiscal_year
    )


@dataclass(frozen=True, slots=True)
class Shift:
    """What a changed plan does to one milestone.

    :param before: its Japan date so far, ``None`` if the plan did not have it.
    :param after: its Japan date then, ``None`` if the plan has it no more.
    """

    what: str
    before: date | None
    after: date | None

    @property
    def days(self) -> int | None:
        """By how many calendar days it comes later; negative is earlier, ``None`` with one day only."""
        return (self.after - self.before).days if self.before and self.after else None

    @property
    def label(self) -> str:
        return Milestone(self.what).label

    @property
    def is_later(self) -> bool:
        return (self.days or 0) > 0

    @property
    def by(self) -> int:
        """How many calendar days lie between both days, whichever comes first."""
        return abs(self.days or 0)


def shifts(before: dict[str, Due], after: dict[str, Due]) -> list[Shift]:
    """Return what moves, appears or disappears between two schedules, in the order of the year."""
    days = [(what, _on(before, what), _on(after, what)) for what in Milestone.values]
    return [Shift(*found) for found in days if found[1] != found[2]]


def _on(schedule: dict[str, Due], what: str) -> date | None:
    return schedule[what].on if what in schedule else None


def out_of_order(days: dict[str, Due]) -> list[tuple[str, str]]:
    """Return each milestone that comes before one that it should follow, with that one.

    The information session is free: it may lie before or within the call.
    """
    found, latest = [], ""
    for what, due in days.items():
        if what == Milestone.INFO_SESSION:
            continue
        if latest and due.on < days[latest].on:
            found.append((what, latest))
        else:
            latest = what
    return found


def on_closed_days(days: dict[str, Due], closed: Collection[date]) -> list[str]:
    """Return the milestones on which somebody has to be at city hall, and it is closed."""
    at_work = (Milestone.INFO_SESSION, Milestone.MEETING, Milestone.RESULT, Milestone.GRANT)
    return [what for what in at_work if what in days and is_closed(days[what].on, closed)]
