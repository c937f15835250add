"""The rows that the plan of a new fiscal year is made from, as facts; nothing is written."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count

from accounts.models import Department, Duty, User
from casework import handover
from casework.calendar import closing_day, first_day, japan_date, last_day, standard_closed_days
from casework.handover import Handover
from casework.models import ClosedDay
from grants.models import BudgetEntry, CourseEdition, ProjectYear, Proposal, Round
from grants.round_lacks import lacks_of
from grants.rules import Status as RuleStatus
from grants.services.plan import plan_of

from .plan import (
    BudgetFact,
    Decisions,
    EditionFact,
    Facts,
    HandoverFact,
    RoundFact,
    YearFact,
)

Course = tuple[str, bool]

#: How the names of invented rows say that they are.
INVENTED = "架空"


def look(fiscal_year: int, decisions: Decisions, *, by: User, on: date) -> Facts:
    """Return the facts of the change to ``fiscal_year`` as ``by`` sees them on a Japan date.

    :raises ValidationError: if a decision names who cannot be in charge on that day.
    """
    by.act_on(on)
    every = list(CourseEdition.objects.order_by("course", "fictitious", "first_fiscal_year"))
    editions = in_force(every, fiscal_year)
    known = ClosedDay.objects.filter(
        day__range=(first_day(fiscal_year), last_day(fiscal_year))
    ).values_list("day", flat=True)
    known_days = set(known)
    ends = last_day(fiscal_year - 1)
    return Facts(
        fiscal_year=fiscal_year,
        editions=tuple(_editions(every, editions, fiscal_year)),
        rounds=tuple(_rounds(editions, fiscal_year)),
        budgets=tuple(_budgets(editions, fiscal_year)),
        years=tuple(_years(fiscal_year, by)),
        missing_days=tuple(_missing(fiscal_year, known_days)),
        known_days=len(known_days),
        handovers=tuple(_handovers(decisions, by, on)),
        duties_ending=Duty.objects.filter(valid_until=ends).count(),
        duties_beginning=Duty.objects.filter(valid_from=first_day(fiscal_year)).count(),
        departments_ending=tuple(_departments(ends)),
        orphans=handover.without_active_clerk(by).count(),
        open_cases=tuple(_open_cases(fiscal_year, by)),
        closes_on=closing_day(fiscal_year - 1),
    )


def in_force(editions: Iterable[CourseEdition], fiscal_year: int) -> dict[Course, CourseEdition]:
    """Return for each course the edition that counts in ``fiscal_year``; in the order of its years."""
    found = [edition for edition in editions if edition.first_fiscal_year <= fiscal_year]
    in_order = sorted(found, key=lambda edition: edition.first_fiscal_year)
    return {(edition.course, edition.fictitious): edition for edition in in_order}


def _editions(
    every: list[CourseEdition], standing: dict[Course, CourseEdition], fiscal_year: int
) -> Iterable[EditionFact]:
    before = in_force(every, fiscal_year - 1)
    rules = _rules(standing.values(), fiscal_year)
    for course, edition in sorted(standing.items()):
        begins = edition.first_fiscal_year == fiscal_year
        not_set, not_confirmed = rules[edition.pk]
        yield EditionFact(
            pk=edition.pk, label=_label(edition), begins=begins,
            ends=str(before[course]) if begins and course in before else "",
            not_set=not_set, not_confirmed=not_confirmed,
        )  # fmt: skip


def _rules(editions: Iterable[CourseEdition], fiscal_year: int) -> dict[int, list[int]]:
    """Return for each edition how many rules are not set, and not confirmed for the year."""
    found: dict[int, list[int]] = {edition.pk: [0, 0] for edition in editions}
    rows = CourseEdition.objects.filter(pk__in=found).values_list(
        "pk", "parameters__status", "parameters__confirmed_years"
    )
    for pk, status, confirmed in rows:
        if status == RuleStatus.NOT_SET:
            found[pk][0] += 1
        elif status == RuleStatus.SET and str(fiscal_year) not in (confirmed or "").split():
            found[pk][1] += 1
    return found


def _label(edition: CourseEdition) -> str:
    """Return the name of the course; of an invented edition, its name says so already or is told."""
    invented = edition.fictitious and INVENTED not in edition.label
    return f"{edition.label}（{INVENTED}）" if invented else edition.label


def _course(edition: CourseEdition) -> Course:
    return edition.course, edition.fictitious


def _rounds(editions: dict[Course, CourseEdition], fiscal_year: int) -> list[RoundFact]:
    """Return the rounds of the old year, each with the one of the new year that took its place.

    One that somebody made by hand stands for the first of its course that has none yet. A course that
    has no edition in the new year has no call either.
    """
    rows = Round.objects.select_related("edition").order_by("opens_at", "pk")
    old = list(
        rows.filter(fiscal_year=fiscal_year - 1, announced_at__isnull=False)
        .prefetch_related("plans")
    )  # fmt: skip
    new = list(rows.filter(fiscal_year=fiscal_year))
    copies = {made.copied_from_id: made for made in new if made.copied_from_id}
    by_hand: dict[Course, list[Round]] = defaultdict(list)
    for made in new:
        if not made.copied_from_id:
            by_hand[_course(made.edition)].append(made)
    lacks = lacks_of(made.pk for made in new)
    facts = []
    for round in old:
        course = _course(round.edition)
        if course not in editions:
            continue
        made = copies.get(round.pk) or (by_hand[course].pop(0) if by_hand[course] else None)
        facts.append(_round(round, made, editions[course], lacks))
    return facts


def _round(
    round: Round, made: Round | None, edition: CourseEdition, lacks: dict[int, tuple[str, ...]]
) -> RoundFact:
    return RoundFact(
        pk=round.pk, name=round.name, label=_label(edition), edition=edition.pk,
        opens_on=japan_date(round.opens_at), last_day=round.last_day,
        plan=tuple(plan_of(round)),
        made=made.pk if made else None,
        made_name=made.name if made else "",
        announced=bool(made and made.is_announced),
        lacks=lacks[made.pk] if made else (),
    )  # fmt: skip


def _budgets(editions: dict[Course, CourseEdition], fiscal_year: int) -> list[BudgetFact]:
    """Return the sources that the old year's budgets had, by course, and whether the new one has it.

    A course that had no budget is asked for from the general account.
    """
    rows = BudgetEntry.objects.filter(fiscal_year__in=(fiscal_year - 1, fiscal_year))
    known = set(
        rows.values_list(
            "edition__course", "edition__fictitious", "fiscal_year", "financed_by"
        ).distinct()
    )
    facts = []
    for course, edition in sorted(editions.items()):
        here = {(year, source) for *of, year, source in known if tuple(of) == course}
        sources = {source for _year, source in here} or {BudgetEntry.Source.GENERAL.value}
        facts += [
            BudgetFact(edition.pk, _label(edition), source, (fiscal_year, source) in here)
            for source in sorted(sources, reverse=True)
        ]
    return facts


def _years(fiscal_year: int, by: User) -> Iterable[YearFact]:
    seen = ProjectYear.objects.visible_to(by).filter(fiscal_year=fiscal_year)
    for year in seen.with_drafts().exclude(position=1).order_by("number", "pk"):
        yield YearFact(
            pk=year.pk, number=year.number or str(year.pk), title=year.title, state=year.state,
            position=year.position, decided_on=year.continuation_decided_on,
            in_draft=year.in_draft,
        )  # fmt: skip


def _missing(fiscal_year: int, known: set[date]) -> list[tuple[date, str]]:
    first, last = first_day(fiscal_year), last_day(fiscal_year)
    usual = standard_closed_days(first.year, last.year)
    return [(day, name) for day, name in usual if first <= day <= last and day not in known]


def _departments(ends: date) -> Iterable[tuple[int, str, str]]:
    """Return the departments that exist until the turn of the year, with who follows them."""
    rows = Department.objects.filter(valid_until=ends).select_related("successor")
    for row in rows.order_by("name", "pk"):
        yield row.pk, row.name, row.successor.name if row.successor else ""


def _handovers(decisions: Decisions, by: User, on: date) -> Iterable[HandoverFact]:
    """Return what would pass on, of all the cases that ``by`` may see."""
    cases = handover.open_cases(by)
    people = User.objects.in_bulk({pk for pair in decisions.clerks for pk in pair})
    for giver, taker in decisions.clerks:
        handover.refuse_taker(people[giver], people[taker], on=on)
        found = handover.look(cases.filter(clerk=giver), people[giver], people[taker], on=on)
        yield _handover("clerk", people[giver], people[taker], found)
    departments = Department.objects.in_bulk({pk for pair in decisions.departments for pk in pair})
    for giver, taker in decisions.departments:
        old, new = departments[giver], departments[taker]
        handover.refuse_department(old, new, on=on)
        found = handover.look_at_department(cases.filter(department=giver), old, new, on=on)
        yield _handover("department", old, new, found)


def _handover(kind: str, giver, taker, found: Handover) -> HandoverFact:
    return HandoverFact(
        kind=kind, ids=(giver.pk, taker.pk), giver=str(giver), taker=str(taker), there=found.there,
        cases=tuple(case.pk for case in found.moves),
        stays=tuple((case.number or str(case.pk), str(why)) for case, why in found.stays),
    )  # fmt: skip


def _open_cases(fiscal_year: int, by: User) -> list[tuple[str, str, int]]:
    """Return what of the years before is still open, by kind and state, with how many.

    Of a proposal whose project years are open, or were, these say what is left.
    """
    rows = handover.open_cases(by).tasks().filter(fiscal_year__lt=fiscal_year)
    rows = rows.exclude(kind=Proposal.KIND, state="ready")
    counted = rows.order_by().values_list("kind", "state").annotate(count=Count("pk"))
    return sorted(tuple(row) for row in counted)
