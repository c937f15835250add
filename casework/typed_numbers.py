"""Numbers that a person types in from the city's register of documents: letters wait for them.

What such a letter decides is as it was when its move was made. The dates that it names are read
when it gets its number: who was given more time meanwhile reads that, not the date of before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require

from . import history
from .calendar import japan_date
from .errors import NotPossible
from .flow import Move, Text
from .letters import KINDS, issue, with_dates
from .models import Case, Deadline, Letter, LetterToNumber
from .verbs import name_verbs

name_verbs(number_letter=_("Number of a letter entered"))

#: Who works with what waits; asked of nobody else.
PERMISSION = "casework.number_letters"

NOT_WAITING = _("This letter has its number already, or is not sent any more.")


class NotGiven(NotPossible):
    """A number cannot be given, so that none of those typed in with it was.

    :param row: the letter that it was meant for.
    """

    def __init__(self, row: LetterToNumber, why):
        super().__init__(why)
        self.row = row


@transaction.atomic
def give_numbers(numbers: Mapping[LetterToNumber, int], *, by, at: datetime) -> list[Letter]:
    """Let all these letters leave, each with its number, or none of them.

    Their cases are locked in the order of their ids, as everyone does, before any number.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotGiven: as :func:`give_number` refuses one of them, with the row that it refuses.
    """
    cases = Case.objects.filter(pk__in={row.case_id for row in numbers})
    list(cases.order_by("pk").select_for_update().values_list("pk"))
    return [_given(row, number, by=by, at=at) for row, number in numbers.items()]


def _given(row: LetterToNumber, number: int, *, by, at: datetime) -> Letter:
    try:
        return give_number(row, number, by=by, at=at)
    except NotPossible as refusal:
        raise NotGiven(row, refusal.why) from refusal


@transaction.atomic
def give_number(waiting: LetterToNumber, number: int, *, by, at: datetime) -> Letter:
    """Let a letter leave that waited for its number; it bears the day on which it gets it.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if it has a number already, the number is taken in the fiscal year, or it is
        not set in whose name letters leave that day.
    """
    require(by.act_on(japan_date(at)), PERMISSION)
    case = Case.objects.select_for_update().get(pk=waiting.case_id).specific
    row = LetterToNumber.objects.waiting().filter(pk=waiting.pk).first()
    if row is None:
        raise NotPossible(NOT_WAITING)
    content = with_dates(row.content, named_by([row])[row])
    row.letter = issue(KINDS[row.kind], case, content, by=by, at=at, number=number)
    row.save(update_fields=["letter"])
    history.append(
        case, "number_letter", source=case.state, target=case.state, by=by, at=at,
        facts={"letter": row.letter.pk},
    )  # fmt: skip
    return row.letter


def name_too(waiting: LetterToNumber, case: Case, move: Move) -> None:
    """Let a letter that waits name what ``case`` owes by ``move``, which followed from its own."""
    kinds = set(KINDS[waiting.kind].also_names) & set(move.opens)
    if kinds:
        opened = case.deadlines.open().filter(kind__in=kinds).order_by("pk")
        waiting.deadlines = [*waiting.deadlines, *opened.values_list("pk", flat=True)]
        waiting.save(update_fields=["deadlines"])


def named_by(rows: Iterable[LetterToNumber]) -> dict[LetterToNumber, list[Deadline]]:
    """Return which deadlines each letter names if it leaves now: as they are now, ``with_end``.

    One that was replaced is named by the row in its place; one that was met stays, since the letter
    set it. What fell away, or has no date any more, is left out.
    """
    rows = list(rows)
    keys = {key for row in rows for key in row.deadlines}
    cases = Deadline.objects.filter(pk__in=keys).values("case")
    of_cases = Deadline.objects.filter(case__in=cases)
    found = {deadline.pk: deadline for deadline in of_cases.with_end()} if keys else {}
    named = defaultdict(list)
    for row in rows:
        latest = (_latest(found[key], found) for key in row.deadlines)
        named[row] = [d for d in latest if d.closed_at is None and d.ends]
    return named


def _latest(deadline: Deadline, found: Mapping[int, Deadline]) -> Deadline:
    """Return the row that stands in the place of ``deadline`` now."""
    while deadline.superseded_by_id:
        deadline = found[deadline.superseded_by_id]
    return deadline


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits for its number, as the office reads of it.

    :param since: the Japan date of the move that sends it; its dates count from that day.
    :param days: calendar days from then until today.
    :param earliest: the first date that it will name; ``None`` where it names none.
    """

    row: LetterToNumber
    title: Text
    since: date
    days: int
    earliest: date | None


def told_of(rows: Iterable[LetterToNumber], *, today: date) -> list[Waiting]:
    """Return what the office must know of letters that wait, in the same order."""
    named = named_by(rows)
    return [_waiting(row, deadlines, today) for row, deadlines in named.items()]


def _waiting(row: LetterToNumber, deadlines: list[Deadline], today: date) -> Waiting:
    since = japan_date(row.at)
    earliest = min((deadline.ends for deadline in deadlines), default=None)
    return Waiting(row, KINDS[row.kind].title, since, (today - since).days, earliest)


def waiting_of(case: Case) -> list[tuple[Text, datetime]]:
    """Return which letters of ``case`` wait for a number, and since when."""
    if not case.awaits_number:
        return []
    rows = LetterToNumber.objects.waiting().filter(case_id=case.pk)
    return [(KINDS[row.kind].title, row.at) for row in rows.order_by("pk")]


def drop_waiting(case: Case, *, since: datetime) -> None:
    """Forget the letters of a move that is taken back, and that never left."""
    LetterToNumber.objects.waiting().filter(case_id=case.pk, at__gte=since).delete()


def desk_part(request) -> dict | None:
    """How many letters wait for a number; nothing where none does."""
    waiting = LetterToNumber.objects.visible_to(request.user).waiting().count()
    return {"to_number": waiting} if waiting else None
