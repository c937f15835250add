"""Bulk handover (異動・引継ぎ): cases pass from one clerk, or one department, to another.

What is shown before and what is done afterwards is worked out by the same functions from the rows.
Each case gets its own line of history; each person concerned gets one notice of all of them, those
of the groups too. Asked again it finds nothing to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department, Duty, Role, User
from accounts.permissions import require

from . import outbox
from .calendar import japan_date
from .flow import Text
from .models import Access, Approval, Case
from .models.case import CaseQuerySet
from .parties import Party, writers_on
from .services import assign, record

CONFLICT = gettext_lazy("It is barred to the new clerk (conflict of interest).")
DECIDES = gettext_lazy(
    "A draft (起案) on it waits, and the new clerk is an approver: decide the draft first, or hand the "
    "case to somebody else."
)
MOVED_ON = gettext_lazy("Somebody else is in charge of it by now.")
CLOSED = gettext_lazy("It was closed meanwhile.")


@dataclass(frozen=True, slots=True)
class Handover:
    """What a handover does to which cases.

    :param moves: the cases that pass on.
    :param stays: the cases that do not, each with the reason.
    :param there: how many of the chosen cases the taker has already.
    """

    moves: list[Case] = field(default_factory=list)
    stays: list[tuple[Case, Text]] = field(default_factory=list)
    there: int = 0


# Who can be in charge


def clerks_on(day: date):
    """Return who logs in and works in the office on ``day`` (Japan date)."""
    held = Duty.objects.valid_on(day).filter(role=Role.OFFICE)
    return User.objects.filter(is_active=True, pk__in=held.values("user"))


def open_cases(user) -> CaseQuerySet:
    """Return the open cases that ``user`` may see and that were filed: drafts are their groups' own."""
    return Case.objects.visible_to(user).open().filter(filed_at__isnull=False)


def ever_clerks(on_cases: CaseQuerySet):
    """Return who works or worked in the office, or is in charge of one of these cases."""
    held = Duty.objects.filter(role=Role.OFFICE).values("user")
    return User.objects.filter(Q(pk__in=held) | Q(pk__in=on_cases.order_by().values("clerk")))


def without_active_clerk(user) -> CaseQuerySet:
    """Return the open cases that nobody of today's office is in charge of."""
    return open_cases(user).exclude(clerk__in=clerks_on(user.acting_on))


# Clerks


def look(cases: CaseQuerySet, giver: User | None, taker: User, *, on: date) -> Handover:
    """Return what would pass from ``giver`` to ``taker``; nothing is written.

    :param cases: among these; what ``giver`` is not in charge of stays.
    :param giver: ``None`` for the cases that nobody is in charge of.
    """
    chosen = list(cases.with_parties().order_by("pk"))
    ids = [case.pk for case in chosen]
    told = Access.objects.concerning(taker.act_on(on)).filter(barred=True, case__in=ids)
    barred = set(told.values_list("case", flat=True))
    waiting = _waiting_in_a_draft(ids) if taker.duties.holds(Role.APPROVER) else set()
    found = Handover()
    there = 0
    for case in chosen:
        if case.closed_at is None and case.clerk_id == taker.pk:
            there += 1
        elif why := _why_not(case, giver, barred, waiting):
            found.stays.append((case, why))
        else:
            found.moves.append(case)
    return Handover(found.moves, found.stays, there)


def _why_not(case: Case, giver: User | None, barred: set[int], waiting: set[int]) -> Text | None:
    if case.closed_at is not None:
        return CLOSED
    if case.clerk_id != (giver and giver.pk):
        return MOVED_ON
    if case.pk in barred:
        return CONFLICT
    return DECIDES if case.pk in waiting else None


def _waiting_in_a_draft(ids: list[int]) -> set[int]:
    """Return which of the cases a draft waits to decide on, or are such a draft."""
    rows = Case.objects.filter(pk__in=ids).with_drafts()
    return set(rows.filter(Q(in_draft=True) | Q(kind=Approval.KIND)).values_list("pk", flat=True))


@transaction.atomic
def hand_over(
    chosen: Iterable[int], giver: User | None, taker: User, *, by: User, at: datetime
) -> Handover:
    """Give the chosen cases of ``giver`` to ``taker``, in one transaction.

    What cannot pass on, or somebody changed meanwhile, stays as it is, with the reason.

    :param chosen: ids of cases; those that ``by`` does not see count for nothing.
    :param giver: ``None`` for the cases that nobody is in charge of.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if ``taker`` is not of the office on that day, or both are one person.
    """
    today = japan_date(at)
    require(by.act_on(today), "casework.handle_case")
    refuse_taker(giver, taker, on=today)
    found = look(_locked(chosen, by), giver, taker, on=today)
    for case in found.moves:
        assign(case, taker, by=by, at=at)
    if found.moves:
        _tell_clerks(giver, taker, len(found.moves), by=by, at=at)
        _tell_groups(found.moves, taker, at=at)
    return found


def refuse_taker(giver: User | None, taker: User, *, on: date) -> None:
    """Refuse whoever cannot be in charge on a Japan date.

    :raises ValidationError: with the reason.
    """
    if giver is not None and giver.pk == taker.pk:
        raise ValidationError(_("Choose two different people."))
    if not clerks_on(on).filter(pk=taker.pk).exists():
        raise ValidationError(
            _("%(person)s does not work in the office on that day. Enter the duty first.")
            % {"person": taker}
        )


def _locked(chosen: Iterable[int], by: User) -> CaseQuerySet:
    """Lock the chosen cases that ``by`` sees, by their ids, and return them."""
    seen = Case.objects.visible_to(by).filter(pk__in=list(chosen)).values_list("pk", flat=True)
    ids = sorted(seen)
    list(Case.objects.filter(pk__in=ids).order_by("pk").select_for_update())
    return Case.objects.filter(pk__in=ids)


def _tell_clerks(giver: User | None, taker: User, count: int, *, by: User, at: datetime) -> None:
    """Tell both of them once, whoever of them did not do it; one who has left reads nothing here."""
    told = {"giver": giver or _("nobody"), "taker": taker, "count": count}
    still_here = set(clerks_on(japan_date(at)).values_list("pk", flat=True))
    for person in (taker, giver):
        if person is not None and person.pk in still_here and person.pk != by.pk:
            _post(person, told, f"{reverse('casework:office')}?whose=mine", at=at)


def _tell_groups(moved: list[Case], taker: User, *, at: datetime) -> None:
    """Tell whoever writes for the groups of these cases, once each, who looks after them from now on."""
    day = japan_date(at)
    shown = {case.pk for case in moved if not (case.internal or case.machine.flow.part_of)}
    groups = {case.organization_id for case in moved if case.pk in shown}
    writers = writers_on(day).filter(organization__in=groups)
    for person in User.objects.filter(pk__in=writers.values("user")).order_by("pk"):
        seen = Case.objects.visible_to(person.act_on(day)).filter(pk__in=shown)
        own = list(seen.filter(organization__in=person.duties.organizations))
        if own:
            path = outbox.case_path(own[0]) if len(own) == 1 else reverse("casework:my")
            outbox.post(
                "new_clerk", to=person, at=at, path=path, taker=taker, count=len(own),
                key=f"new-clerk-{taker.pk}-{at.isoformat()}-{person.pk}",
            )  # fmt: skip


def _post(person: User, told: dict, path: str, *, at: datetime) -> None:
    giver, taker = (getattr(told[side], "pk", "") for side in ("giver", "taker"))
    outbox.post(
        "handed_over", to=person, at=at, path=path, **told,
        key=f"handover-{giver}-{taker}-{at.isoformat()}-{person.pk}",
    )  # fmt: skip


# Departments


def look_at_department(
    cases: CaseQuerySet, giver: Department, taker: Department, *, on: date
) -> Handover:
    """Return what would pass from one department to another; nothing is written."""
    found, there = Handover(), 0
    for case in cases.with_parties().order_by("pk"):
        if case.closed_at is not None:
            found.stays.append((case, CLOSED))
        elif case.department_id == taker.pk:
            there += 1
        elif case.department_id != giver.pk:
            found.stays.append(
                (case, gettext_lazy("Another department is in charge of it by now."))
            )
        else:
            found.moves.append(case)
    return Handover(found.moves, found.stays, there)


@transaction.atomic
def hand_over_department(
    chosen: Iterable[int], giver: Department, taker: Department, *, by: User, at: datetime
) -> Handover:
    """Give the chosen cases of a department to its successor, in one transaction.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if ``taker`` does not exist on that day, or both are one.
    """
    today = japan_date(at)
    require(by.act_on(today), "casework.handle_case")
    refuse_department(giver, taker, on=today)
    found = look_at_department(_locked(chosen, by), giver, taker, on=today)
    for case in found.moves:
        _pass_on(case, giver, taker, by=by, at=at)
    if found.moves:
        _tell_departments(giver, taker, len(found.moves), by=by, at=at)
    return found


def refuse_department(giver: Department, taker: Department, *, on: date) -> None:
    """Refuse a department that cannot be in charge on a Japan date.

    :raises ValidationError: with the reason.
    """
    if giver.pk == taker.pk:
        raise ValidationError(_("Choose two different departments."))
    if not Department.objects.valid_on(on).filter(pk=taker.pk).exists():
        raise ValidationError(
            _("There is no department “%(department)s” on that day.") % {"department": taker}
        )


def _pass_on(case: Case, giver: Department, taker: Department, *, by: User, at: datetime) -> None:
    Case.objects.filter(pk=case.pk).update(department=taker)
    record(case, "change_department", by=by, at=at, department=taker.pk, was=giver.pk)


def _tell_departments(
    giver: Department, taker: Department, count: int, *, by: User, at: datetime
) -> None:
    told = {"giver": giver, "taker": taker, "count": count}
    held = Duty.objects.valid_on(japan_date(at)).filter(
        role=Party.DEPARTMENT, department__in=(giver, taker), user__is_active=True
    )
    people = User.objects.filter(pk__in=held.values("user")).exclude(pk=by.pk)
    for person in people.order_by("pk"):
        _post(person, told, reverse("casework:department"), at=at)
