"""What a change of the fiscal year comes to, worked out from facts alone: no rows, no clock.

Nothing is invented: a call without days, a budget without its document, a year without its decision
are named as what waits for a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from casework.calendar import wareki_year
from grants.plan import OF_THE_ROUND, Planned


class Section(StrEnum):
    """In the order in which a clerk goes through them."""

    RULES = "rules"
    CLOSED_DAYS = "closed_days"
    CALLS = "calls"
    BUDGET = "budget"
    PROJECTS = "projects"
    PEOPLE = "people"
    OLD_YEAR = "old_year"


class Status(StrEnum):
    """What becomes of one step.

    ``MAKE`` is what a run makes, ``THERE`` what stands already, ``WAITS`` what a person does,
    ``NOTE`` what is only to be known.
    """

    MAKE = "make"
    THERE = "there"
    WAITS = "waits"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing of the change of the year.

    :param what: which sentence says it; see :mod:`grants.rollover.words`.
    :param about: id of the row it is about, where there is one; tells steps of one sort apart.
    :param told: what the sentence names; strings, numbers, dates and lists of these.
    """

    section: Section
    status: Status
    what: str
    about: int | str | None = None
    told: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.section}:{self.what}:{self.about}"


# Facts


@dataclass(frozen=True, slots=True)
class EditionFact:
    """The edition of a course that counts in the new year.

    :param begins: whether it is new in that year.
    :param ends: name of the edition whose place it takes then.
    :param not_set: rules that are listed and not set.
    :param not_confirmed: rules that are set, and whose source was not read for the new year.
    """

    pk: int
    label: str
    begins: bool = False
    ends: str = ""
    not_set: int = 0
    not_confirmed: int = 0


@dataclass(frozen=True, slots=True)
class RoundFact:
    """A round of the old year, and what there is of it in the new one.

    :param edition: id of the edition that its course has in the new year.
    :param opens_on: the first, and ``last_day`` the last Japan date of its call.
    :param made: id of the round of the new year that took its place, with name, days, and whether
        it is announced.
    """

    pk: int
    name: str
    label: str
    edition: int
    opens_on: date
    last_day: date
    plan: tuple[Planned, ...] = ()
    made: int | None = None
    made_name: str = ""
    announced: bool = False
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetFact:
    """The budget of a course from one source: whether the new year has an entry of it."""

    edition: int
    label: str
    source: str
    entered: bool


@dataclass(frozen=True, slots=True)
class YearFact:
    """A project year of the new fiscal year.

    :param position: which year of its project it is.
    :param in_draft: whether a draft (起案) waits to decide on it.
    """

    pk: int
    number: str
    title: str
    state: str
    position: int
    decided_on: date | None = None
    in_draft: bool = False


@dataclass(frozen=True, slots=True)
class HandoverFact:
    """What passes from one clerk or department to another, as decided.

    :param kind: clerk or department.
    :param ids: of who gives and who takes.
    :param stays: number and reason of each case that cannot pass on.
    """

    kind: str
    ids: tuple[int, int]
    giver: str
    taker: str
    cases: tuple[int, ...] = ()
    there: int = 0
    stays: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the plan is made from; ``fiscal_year`` is the new one."""

    fiscal_year: int
    editions: tuple[EditionFact, ...] = ()
    rounds: tuple[RoundFact, ...] = ()
    budgets: tuple[BudgetFact, ...] = ()
    years: tuple[YearFact, ...] = ()
    missing_days: tuple[tuple[date, str], ...] = ()
    known_days: int = 0
    handovers: tuple[HandoverFact, ...] = ()
    duties_ending: int = 0
    duties_beginning: int = 0
    departments_ending: tuple[tuple[int, str, str], ...] = ()
    orphans: int = 0
    open_cases: tuple[tuple[str, str, int], ...] = ()
    closes_on: date | None = None


# Decisions


@dataclass(frozen=True, slots=True)
class Call:
    """When the call of the new year opens and closes, as a person decided.

    :param first_day: Japan date, as is ``last_day``; both are days of the call.
    :param name: empty keeps the name of the old round, with the new year in it.
    """

    first_day: date
    last_day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided, for a run to carry out.

    :param calls: id of a round of the old year → when its successor is open.
    :param continued: ids of the project years that continue, by the decision of ``decided_on``.
    :param clerks: pairs of ids of people: who hands all cases over to whom.
    :param departments: the same of departments.
    """

    calls: Mapping[int, Call] = field(default_factory=dict)
    continued: frozenset[int] = frozenset()
    decided_on: date | None = None
    document: str = ""
    clerks: tuple[tuple[int, int], ...] = ()
    departments: tuple[tuple[int, int], ...] = ()


NOTHING = Decisions()

#: States of a project year in which nobody decides any more whether the project continues.
ENDED = ("not_continued", "not_funded", "withdrawn", "refused")


# The plan


def plan(facts: Facts, decisions: Decisions = NOTHING) -> list[Step]:
    """Return each step of the change to ``facts.fiscal_year``, in the order of the page."""
    return [
        *_rules(facts.editions),
        *_closed_days(facts),
        *_calls(facts, decisions),
        *_budgets(facts),
        *_projects(facts, decisions),
        *_people(facts),
        *_old_year(facts),
    ]


def _rules(editions: Iterable[EditionFact]) -> Iterable[Step]:
    for edition in editions:
        about = {"section": Section.RULES, "about": edition.pk}
        told = {"course": edition.label}
        if edition.begins:
            yield Step(
                status=Status.NOTE,
                what="edition_begins",
                told={**told, "ends": edition.ends},
                **about,
            )
        if edition.not_set:
            yield Step(
                status=Status.WAITS,
                what="rules_not_set",
                told={**told, "count": edition.not_set},
                **about,
            )
        if edition.not_confirmed:
            yield Step(
                status=Status.WAITS,
                what="rules_not_confirmed",
                told={**told, "count": edition.not_confirmed},
                **about,
            )
        if not (edition.not_set or edition.not_confirmed):
            yield Step(status=Status.THERE, what="rules_stand", told=told, **about)


def _closed_days(facts: Facts) -> Iterable[Step]:
    section = Section.CLOSED_DAYS
    if facts.missing_days:
        told = {"days": list(facts.missing_days)}
        yield Step(section, Status.WAITS, "closed_days_missing", told=told)
    else:
        yield Step(section, Status.THERE, "closed_days_there", told={"count": facts.known_days})


def _calls(facts: Facts, decisions: Decisions) -> Iterable[Step]:
    for round in facts.rounds:
        told = {"round": round.name, "course": round.label}
        if round.made is not None:
            yield from _made_call(round)
        elif (call := decisions.calls.get(round.pk)) is None:
            days = {"opens_on": round.opens_on, "last_day": round.last_day}
            yield Step(Section.CALLS, Status.WAITS, "call_without_days", round.pk, {**told, **days})
        else:
            kept, dropped = carried_over(round.plan)
            days = {"opens_on": call.first_day, "last_day": call.last_day}
            plan = {"kept": [one.what for one in kept], "dropped": [one.what for one in dropped]}
            made = {**told, **days, **plan, "name": name_of(round.name, call, facts.fiscal_year)}
            yield Step(Section.CALLS, Status.MAKE, "make_call", round.pk, made)


def _made_call(round: RoundFact) -> Iterable[Step]:
    told = {"round": round.made_name, "course": round.label}
    yield Step(Section.CALLS, Status.THERE, "call_there", round.made, told)
    if not round.announced:
        yield Step(Section.CALLS, Status.WAITS, "call_not_announced", round.made, told)
    for lack in round.lacks:
        yield Step(
            Section.CALLS,
            Status.WAITS,
            "call_lacks",
            f"{round.made}-{lack}",
            {**told, "lack": lack},
        )


def carried_over(plan: Iterable[Planned]) -> tuple[list[Planned], list[Planned]]:
    """Return which milestones a rule gives a day in another year, and which it does not.

    A fixed day is the old year's own; what is counted from one has no day without it.
    """
    kept: list[Planned] = []
    left = list(plan)
    founded = {what.value for what in OF_THE_ROUND}
    while found := [one for one in left if one.on is None and one.follows in founded]:
        kept += found
        founded |= {one.what for one in found}
        left = [one for one in left if one not in found]
    return kept, left


def _budgets(facts: Facts) -> Iterable[Step]:
    for budget in facts.budgets:
        what = "budget_there" if budget.entered else "budget_waits"
        status = Status.THERE if budget.entered else Status.WAITS
        told = {"course": budget.label, "source": budget.source}
        yield Step(Section.BUDGET, status, what, f"{budget.edition}-{budget.source}", told)


def _projects(facts: Facts, decisions: Decisions) -> Iterable[Step]:
    for year in facts.years:
        yield _project(year, decisions)


def _project(year: YearFact, decisions: Decisions) -> Step:
    told: dict[str, object] = {"number": year.number, "title": year.title}
    if year.state in ENDED:
        return Step(
            Section.PROJECTS, Status.THERE, "year_ended", year.pk, {**told, "state": year.state}
        )
    if year.state != "expected":
        decided = {"decided_on": year.decided_on}
        return Step(Section.PROJECTS, Status.THERE, "year_open", year.pk, {**told, **decided})
    if year.in_draft:
        return Step(Section.PROJECTS, Status.WAITS, "year_in_draft", year.pk, told)
    if year.pk in decisions.continued and decisions.decided_on and decisions.document:
        decided = {"decided_on": decisions.decided_on, "document": decisions.document}
        return Step(Section.PROJECTS, Status.MAKE, "open_year", year.pk, {**told, **decided})
    return Step(Section.PROJECTS, Status.WAITS, "year_undecided", year.pk, told)


def _people(facts: Facts) -> Iterable[Step]:
    section = Section.PEOPLE
    counts = {"ending": facts.duties_ending, "beginning": facts.duties_beginning}
    yield Step(section, Status.NOTE, "duties_change", told=counts)
    for pk, name, successor in facts.departments_ending:
        told = {"department": name, "successor": successor}
        yield Step(section, Status.NOTE, "department_ends", pk, told)
    for handover in facts.handovers:
        yield from _handed_over(handover)
    if facts.orphans:
        yield Step(section, Status.WAITS, "cases_without_clerk", told={"count": facts.orphans})
    else:
        yield Step(section, Status.THERE, "every_case_has_a_clerk")


def _handed_over(handover: HandoverFact) -> Iterable[Step]:
    about = f"{handover.kind}-{handover.ids[0]}-{handover.ids[1]}"
    told = {"giver": handover.giver, "taker": handover.taker}
    if handover.cases:
        made = {**told, "kind": handover.kind, "ids": handover.ids, "cases": list(handover.cases)}
        yield Step(Section.PEOPLE, Status.MAKE, "hand_over", about, made)
    elif not handover.stays:
        yield Step(Section.PEOPLE, Status.THERE, "handed_over", about, told)
    for number, why in handover.stays:
        stays = {**told, "number": number, "why": why}
        yield Step(Section.PEOPLE, Status.WAITS, "case_stays", f"{about}-{number}", stays)


def _old_year(facts: Facts) -> Iterable[Step]:
    for kind, state, count in facts.open_cases:
        told = {"kind": kind, "state": state, "count": count, "closes_on": facts.closes_on}
        yield Step(Section.OLD_YEAR, Status.WAITS, "cases_open", f"{kind}-{state}", told)
    if not facts.open_cases:
        yield Step(Section.OLD_YEAR, Status.THERE, "old_year_done")


def name_of(old: str, call: Call, fiscal_year: int) -> str:
    """Return the name of the new round: the one that was decided, or the old one in the new year."""
    return call.name or new_name(old, fiscal_year)


def new_name(old: str, fiscal_year: int) -> str:
    """Return the name of a round in a new year: where it names the year before, that is replaced."""
    now = wareki_year(fiscal_year)
    for before, after in (
        (wareki_year(fiscal_year - 1), now),
        (f"{fiscal_year - 1}年度", f"{fiscal_year}年度"),
    ):
        if before in old:
            return old.replace(before, after)
    return f"{old}（{now}）"
