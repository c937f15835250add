"""The desks: one page per party, with what waits for it first."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    prefetch_related_objects,
)
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from accounts.models import Role

from .flow import Text
from .models import Access, Case, CaseQuerySet, Deadline
from .models.case import KINDS
from .models.deadline import DeadlineQuerySet
from .parties import Party


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk.

    :param url_name: the page's address; a name of ``casework.urls``.
    :param party: the party whose desk it is, or the role of people for whom no case ever waits.
    :param nothing: what to say when nothing waits, and what to do instead.
    :param acts: whether cases wait for this party.
    """

    party: str
    url_name: str
    title: Text
    nothing: Text = ""
    acts: bool = True


DESKS: dict[str, Desk] = {
    desk.party: desk
    for desk in (
        Desk(Party.ORGANIZATION, "casework:my", _("My projects"),
             _("When your group has to do something, it stands here with its date.")),
        Desk(Party.OFFICE, "casework:office", _("Office"),
             _("Every case waits for somebody else, or none has come in yet.")),
        Desk(Party.DEPARTMENT, "casework:department", _("My department"),
             _("When a group’s proposal needs your department, it stands here with its date.")),
        Desk(Party.PANEL, "casework:panel", _("Selection"),
             _("When a proposal is referred to the selection, your score sheets stand here.")),
        Desk(Party.APPROVER, "casework:approvals", _("Approvals"),
             _("When the office drafts a decision, it stands here.")),
        Desk(Party.ACCOUNTING, "casework:accounting", _("Accounting"),
             _("When money has to be paid, or comes back, the project stands here.")),
        Desk(Party.COORDINATOR, "casework:coordinator", _("Support of groups"),
             _("When a group shares its draft with you, it stands here.")),
        Desk(Role.COMMITTEE, "casework:committee", _("Committee"), acts=False),
        Desk(Role.AUDITOR, "casework:auditor", _("Audit"), acts=False),
        Desk(Role.ADMINISTRATOR, "casework:administration", _("Administration"), acts=False),
    )
}  # fmt: skip


def desks_of(user) -> list[Desk]:
    """Return the desks of a person; whoever holds no role has that of a group's member."""
    duties = user.duties
    mine = [d for d in DESKS.values() if d.party in duties.roles and d.party != Party.ORGANIZATION]
    if duties.organizations or not duties.roles:
        return [DESKS[Party.ORGANIZATION], *mine]
    return mine


def cases_on(user, party: str) -> CaseQuerySet:
    """Return the open cases that concern ``user`` as one of ``party``."""
    return concerning(user, party).open()


def concerning(user, party: str) -> CaseQuerySet:
    """Return the cases, open and closed, that concern ``user`` as one of ``party``."""
    seen = Case.objects.visible_to(user).tasks()
    if party == Party.ORGANIZATION:
        return seen.filter(organization__in=user.duties.organizations, internal=False)
    if party == Party.DEPARTMENT:
        return seen.filter(department__in=user.duties.departments, internal=False)
    if party in (Party.PANEL, Party.COORDINATOR):
        opened = Access.objects.concerning(user).filter(barred=False)
        return seen.filter(pk__in=opened.values("case"))
    return seen


def kinds_of_interest(cases: CaseQuerySet, party: str) -> CaseQuerySet:
    """Keep the kinds of case that can come to wait for ``party``; all, where none ever does.

    A department takes part in all that bears its name.
    """
    if party == Party.DEPARTMENT:
        return cases
    kinds = [kind for kind, model in KINDS.items() if model.flow.states_held_by(party)]
    return cases.filter(kind__in=kinds) if kinds else cases


def waiting_for(user, party: str) -> CaseQuerySet:
    """Return what waits for ``user`` as one of ``party``; for the office also paper of groups.

    For a group also what it owes by a date while others hold the case, such as money to pay back;
    for each what higher apps put on its desk.
    No table names a coordinator: what waits for one is a draft that its group shared.
    """
    cases = cases_on(user, party)
    if party == Party.COORDINATOR:
        return cases.filter(filed_at=None)
    if party == Party.OFFICE:
        return cases.waiting_for_office(user.acting_on, besides=_besides(party))
    if party == Party.ORGANIZATION:
        owed = Deadline.objects.open().duties().filter(owed_by=party)
        besides = cases.filter(_besides(party) | Q(pk__in=owed.values("case")))
        waiting = cases.held_by(party) | besides
        return waiting.exclude(pk__in=set_aside(party, user.acting_on))
    return cases.held_by(party) | cases.filter(_besides(party))


#: party → functions that return the ids of cases in which it has something to do besides.
_BESIDES: dict[str, list[Callable[[], QuerySet]]] = defaultdict(list)


def put_on_desk(party: str, found: Callable[[], QuerySet]) -> None:
    """Put cases on the list of what ``party`` has to do, though their tables name others as holder.

    :param found: returns a query of their ids.
    """
    _BESIDES[party].append(found)


def _besides(party: str) -> Q:
    """Keep the cases that higher apps put on the desk of ``party``."""
    found = Q(pk__in=[])
    for ids in _BESIDES[party]:
        found |= Q(pk__in=ids())
    return found


#: party → functions of a Japan date → ids of cases that are of no use on the desk any more.
_SET_ASIDE: dict[str, list[Callable[[date], QuerySet]]] = defaultdict(list)


def leave_off_desk(party: str, found: Callable[[date], QuerySet]) -> None:
    """Take cases off the list of what ``party`` has to do, though their tables name it holder.

    :param found: called with a Japan date; returns a query of their ids.
    """
    _SET_ASIDE[party].append(found)


def set_aside(party: str, day: date) -> QuerySet:
    """Return the ids of the cases that higher apps took off the desk of ``party``."""
    found = Case.objects.none().values("pk")
    for ids in _SET_ASIDE[party]:
        found = Case.objects.filter(Q(pk__in=ids(day)) | Q(pk__in=found)).values("pk")
    return found


def late_elsewhere(user) -> DeadlineQuerySet:
    """Return what others owe past its date, the longest first, on cases that ``user`` may see.

    What the office enters for a group on paper is its own work, and stands among that.
    """
    on_paper = waiting_for(user, Party.OFFICE).filter(by_paper=True).held_by(Party.ORGANIZATION)
    owed = Deadline.objects.open().filter(
        owed_by__in=(Party.ORGANIZATION, Party.DEPARTMENT, Party.PANEL),
        case__in=Case.objects.visible_to(user).open().values("pk"),
    )
    owed = owed.exclude(owed_by=Party.ORGANIZATION, case__in=on_paper.values("pk"))
    late = owed.with_end().filter(ends__lt=user.acting_on).order_by("ends", "pk")
    return late.select_related("case__organization", "case__department").prefetch_related(
        "extensions"
    )


def most_urgent_first(cases: CaseQuerySet, *, owed_by: str | None = None) -> CaseQuerySet:
    """Order ``cases`` by their next date that counts; a date that is not set comes before none.

    :param owed_by: look only at what this party owes; at everything if ``None``. For the office
        that is also what a group on paper owes, so ``cases`` come ``with_paper``.
    """
    return with_next_date(cases, owed_by=owed_by).order_by(
        F("next_due").asc(nulls_last=True), "-owes", "pk"
    )


def with_next_date(cases: CaseQuerySet, *, owed_by: str | None = None) -> CaseQuerySet:
    """Tell of each case as ``next_due`` the date (Japan date) by which something is owed next.

    ``owes`` tells a date that is not set from nothing owed. ``owed_by`` as in
    :func:`most_urgent_first`.
    """
    owed = Deadline.objects.open().duties().filter(case=OuterRef("pk"))
    if owed_by:
        owed = owed.filter(_owed_by(owed_by))
    return cases.annotate(
        next_due=Subquery(
            owed.with_end().order_by(F("ends").asc(nulls_last=True)).values("ends")[:1]
        ),
        owes=Exists(owed),
    )


def _owed_by(party: str) -> Q:
    if party != Party.OFFICE:
        return Q(owed_by=party)
    on_paper = Exact(OuterRef("by_paper"), Value(True))
    return Q(owed_by=party) | Q(on_paper, owed_by=Party.ORGANIZATION)


def fetch_open_deadlines(cases: list[Case]) -> None:
    """Read what is owed on the rows of a desk, as ``open_deadlines`` of each: one query for all."""
    deadlines = Deadline.objects.open().duties().order_by("pk").with_end()
    prefetch_related_objects(cases, Prefetch("deadlines", deadlines, to_attr="open_deadlines"))


def next_of(deadlines: list[Deadline], *parties: str) -> Deadline | None:
    """Return the deadline of ``parties`` that ends first; one without a date comes last."""
    owed = (d for d in deadlines if not parties or d.owed_by in parties)
    return min(owed, key=lambda d: d.ends_on or date.max, default=None)
