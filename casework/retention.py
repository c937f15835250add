"""Retention (保存年限): which classes of rows there are, for how long the city keeps each, what is held.

A class says which of its rows ended by a day, and how they are destroyed. Each app registers its
own from ``AppConfig.ready``; how many years the city keeps a class is a row that the office fills
in. While it is not set, nothing of the class is ever proposed for destruction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, F, Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.permissions import require

from . import services
from .calendar import end_of_day, fiscal_year, japan_date, last_day
from .errors import NotPossible
from .flow import Text
from .models import ApprovalItem, Case, Event, LegalHold, Remark, RetentionPeriod


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """One class of rows that are kept for as long.

    :param what: what of a row is destroyed, and what of it stays.
    :param counts_from: what ends a row; its years are counted from the end of that fiscal year.
    :param due: called with a Japan date: the rows that ended by it and are not destroyed yet.
    :param destroy: called with rows, ``by=`` and ``at=``, in the transaction of the decision.
    :param covers: what ``destroy`` takes away: whole rows as ``"accounts.Officer"``, or columns as
        ``"casework.Letter.pdf"``. A test holds these against every column of words there is.
    :param cases: lookup from a row to the cases whose holds keep it.
    :param name: says which row it is, and nothing personal.
    :param reads: the relations that ``name`` reads.
    :param about: lookup from a row to the one case of which ``name`` tells, if it tells of one.
    """

    code: str
    label: Text
    what: Text
    counts_from: Text
    due: Callable[[date], QuerySet]
    destroy: Callable[..., None]
    covers: tuple[str, ...]
    cases: str
    name: Callable[[Model], str] = str
    reads: tuple[str, ...] = ()
    about: str = ""


_CLASSES: dict[str, RetentionClass] = {}
#: Kind of case → called with a moment: which cases of this kind were over before it.
_OVER: dict[str, Callable[[datetime], Q]] = {}
#: Kind of case → lookups from a case of this kind to the case with which it is kept and held.
_PARTS: dict[str, tuple[str, ...]] = {}


def register(*classes: RetentionClass) -> None:
    """Add classes.

    :raises ValueError: if there is a class of this code already.
    """
    for added in classes:
        if _CLASSES.setdefault(added.code, added) is not added:
            raise ValueError(f"There are two retention classes {added.code}.")


def classes() -> dict[str, RetentionClass]:
    """Return code → class, in the order of registration."""
    return dict(_CLASSES)


def over_when(kind: str):
    """Register the decorated function to say which cases of ``kind`` were over before a moment.

    Of a kind for which nobody says it, a case is over once it is closed.

    :raises ValueError: if somebody else says it.
    """

    def registered(function: Callable[[datetime], Q]):
        if _OVER.setdefault(kind, function) is not function:
            raise ValueError(f"Two say when a {kind} is over.")
        return function

    return registered


def keep_with(kind: str, *heads: str) -> None:
    """Let the cases of ``kind`` be over with another one, and whatever holds either hold both.

    A case that is part of none is over once it is closed.

    :param heads: lookups from a case to the one that it is a part of, which is no part itself; the
        first that leads to a case counts.
    :raises ValueError: if it was said otherwise before.
    """
    if _PARTS.setdefault(kind, heads) != heads:
        raise ValueError(f"A {kind} is kept with two cases.")


def cases_over(day: date) -> QuerySet[Case]:
    """Return the cases that were over by the end of ``day`` (Japan date)."""
    before = end_of_day(day)
    found = Q(closed_at__lt=before) & ~Q(kind__in={*_OVER, *_PARTS})
    for kind, over in _OVER.items():
        found |= Q(kind=kind) & over(before)
    closed = _with_heads().filter(kind__in=_PARTS, closed_at__lt=before)
    found |= Q(pk__in=closed.filter(head=F("pk")).values("pk"))
    parts = closed.filter(head__in=Case.objects.filter(found).values("pk"))
    return Case.objects.filter(found | Q(pk__in=parts.values("pk")))


def _with_heads() -> QuerySet[Case]:
    """Tell of each case as ``head`` the id of the one that it is kept with, or its own."""
    lookups = chain.from_iterable(_PARTS.values())
    head = Coalesce(*lookups, "pk", "pk", output_field=BigIntegerField())
    return Case.objects.annotate(head=head)


def families(cases: Iterable[int] | QuerySet) -> QuerySet:
    """Return the ids of ``cases``, given by theirs, and of all that is kept with them."""
    heads = _with_heads().filter(pk__in=cases).values("head")
    return _with_heads().filter(head__in=heads).values("pk")


# The period


def kept_until(ended_on: date, years: int) -> date:
    """Return the last day on which a row that ended on ``ended_on`` is kept.

    Counted from the end of the fiscal year in which it ended, ``years`` full fiscal years.

    :param years: 1 or more.
    """
    return last_day(fiscal_year(ended_on) + years)


def ended_by(today: date, years: int) -> date:
    """Return the latest day on which a row must have ended so that its period is over ``today``."""
    return last_day(fiscal_year(today) - years - 1)


def periods() -> dict[str, int]:
    """Return code → years of the classes for which they are set."""
    rows = RetentionPeriod.objects.filter(years__isnull=False, code__in=_CLASSES)
    return dict(rows.values_list("code", "years"))


@transaction.atomic
def set_period(code: str, years: int | None, *, source: str, by, at: datetime) -> RetentionPeriod:
    """Say for how many full fiscal years the city keeps a class; ``None`` is "not set".

    :raises KeyError: if there is no such class.
    :raises PermissionDenied: if ``by`` does not keep retention.
    :raises ValidationError: if it is less than a year.
    """
    require(by.act_on(japan_date(at)), "casework.keep_retention")
    said = {"years": years, "source": source, "by": by, "at": at}
    code = _CLASSES[code].code
    RetentionPeriod(code=code, **said).clean_fields()
    row, _created = RetentionPeriod.objects.update_or_create(code=code, defaults=said)
    return row


def due(kept: RetentionClass, years: int, *, today: date) -> QuerySet:
    """Return the rows of a class whose period of ``years`` is over; held ones, too."""
    return kept.due(ended_by(today, years))


def held(kept: RetentionClass, rows: QuerySet) -> QuerySet:
    """Keep those of ``rows`` that a hold keeps from being destroyed.

    A hold on one part of a project holds all of its parts, and the approvals that decided on them.
    """
    cases = families(LegalHold.objects.filter(lifted_at=None).values("case"))
    approvals = ApprovalItem.objects.filter(case__in=cases).values("approval")
    found = Q(**{f"{kept.cases}__in": cases}) | Q(**{f"{kept.cases}__in": approvals})
    return rows.filter(pk__in=rows.model._base_manager.filter(found).values("pk"))


# Holds


def lock(cases: Iterable[int]) -> None:
    """Lock ``cases``, given by their ids, and what holds them too, in the order of their ids.

    Who puts or lifts a hold and who destroys all take these locks first, so that one waits for the
    other.
    """
    decided = ApprovalItem.objects.filter(approval__in=cases).values("case")
    both = Q(pk__in=families(cases)) | Q(pk__in=families(decided))
    rows = Case.objects.filter(both).order_by("pk")
    list(rows.select_for_update().values_list("pk"))


@transaction.atomic
def hold(case: Case, *, reason: str, by, at: datetime) -> LegalHold:
    """Let nothing of ``case``, and no person of its group, be destroyed until it is lifted.

    :raises PermissionDenied: if ``by`` does not keep retention.
    :raises NotPossible: if a hold stands already.
    """
    require(by.act_on(japan_date(at)), "casework.keep_retention")
    lock([case.pk])
    try:
        with transaction.atomic():
            made = LegalHold.objects.create(case_id=case.pk, by=by, at=at)
    except IntegrityError:
        raise NotPossible(_("A hold stands on this case already.")) from None
    services.record(case, "hold", by=by, at=at, reason=reason)
    return made


def with_reasons(*lists: Iterable[LegalHold]) -> None:
    """Give each hold its ``reason``, and why it was ``lifted_because``; in two queries for all.

    The history of the case says it. What is destroyed, or not said yet, is an empty text.
    """
    holds = [hold for some in lists for hold in some]
    of_holds = Event.objects.filter(
        case__in={hold.case_id for hold in holds}, verb__in=("hold", "lift_hold")
    )
    said = {
        (line.case_id, line.verb, line.at): line.facts.get("reason", {}).get("remark")
        for line in of_holds.order_by("pk")
    }
    words = Remark.objects.in_bulk([remark for remark in said.values() if remark])
    for hold in holds:
        hold.reason = _text(words, said.get((hold.case_id, "hold", hold.at)))
        hold.lifted_because = _text(words, said.get((hold.case_id, "lift_hold", hold.lifted_at)))


def _text(words: dict[int, Remark], remark: int | None) -> str:
    return words[remark].text if remark in words else ""


@transaction.atomic
def lift(standing: LegalHold, *, reason: str, by, at: datetime) -> None:
    """Lift a hold.

    :raises PermissionDenied: if ``by`` does not keep retention.
    :raises NotPossible: if it was lifted.
    """
    require(by.act_on(japan_date(at)), "casework.keep_retention")
    lock([standing.case_id])
    rows = LegalHold.objects.filter(pk=standing.pk, lifted_at=None)
    if not rows.update(lifted_at=at, lifted_by=by):
        raise NotPossible(_("This hold was lifted already."))
    services.record(standing.case, "lift_hold", by=by, at=at, reason=reason)
