"""Possible conflicts of interest: found in the rows, and waiting until a person answers them.

They are looked for before sheets are handed out, each night, whenever the office asks, and before
a decision is drafted; while one waits, the member meets the proposal nowhere.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department, Duty, Invitation, Membership, Officer
from casework.calendar import japan_date
from casework.errors import NotPossible
from casework.models import Case
from grants.models import Proposal, Round

from . import barring
from .conflict_grounds import (
    Applicant,
    Code,
    Ground,
    Person,
    grounds_for,
    last_successors,
    names_of,
)
from .models import Conflict, PanelSeat, PossibleConflict, ScoreSheet


@dataclass(frozen=True, slots=True)
class Found:
    """A pair that nobody has answered for, with all grounds there are.

    :param waiting: the row that waits already and lacks one of them, or ``None``.
    """

    seat: PanelSeat
    proposal: Proposal
    grounds: list[Ground]
    waiting: PossibleConflict | None


def find_everywhere(*, at: datetime) -> int:
    """Do :func:`find` for every round with proposals in selection; return how many were put."""
    rounds = Round.objects.filter(proposals__state="in_selection").distinct().order_by("pk")
    return sum(len(find(round, at=at)) for round in rounds)


@transaction.atomic
def find(
    round: Round, *, at: datetime, proposals: Iterable[Proposal] | None = None,
    seats: Iterable[PanelSeat] | None = None,
) -> list[Found]:  # fmt: skip
    """Put what may be a conflict before the office, and bar the members until it is answered.

    Safe to run again: what was answered is put again only with a ground that was not there.

    :param proposals: which ones, if not all in selection.
    :param seats: which ones, if not all of the round.
    :returns: the pairs that were put, or got another ground.
    """
    found = search(round, day=japan_date(at), proposals=proposals, seats=seats)
    lock([pair.proposal.pk for pair in found])
    for pair in found:
        _put(pair, at=at)
    return found


def lock(proposals: Collection[int]) -> None:
    """Lock proposals and their sheets by id, as everybody does before rows about them."""
    sheets = ScoreSheet.objects.filter(proposal__in=proposals).values("pk")
    cases = Case.objects.filter(Q(pk__in=proposals) | Q(pk__in=sheets))
    list(cases.select_for_update().order_by("pk").values_list("pk"))


def _put(pair: Found, *, at: datetime) -> None:
    if pair.waiting:
        pair.waiting.grounds = sorted({*_grounds(pair.waiting), *pair.grounds})
        pair.waiting.save(update_fields=["grounds"])
        return
    PossibleConflict.objects.get_or_create(
        seat=pair.seat,
        proposal=pair.proposal,
        outcome="",
        defaults={"grounds": pair.grounds, "found_at": at},
    )
    barring.bar_everywhere(pair.proposal, pair.seat.user, reason=barring.POSSIBLE)


def search(
    round: Round, *, day: date, proposals: Iterable[Proposal] | None = None,
    seats: Iterable[PanelSeat] | None = None,
) -> list[Found]:  # fmt: skip
    """Return the pairs with a ground that no answer, and no recorded conflict, knows; reads only.

    The number of queries does not depend on how many seats and proposals there are.

    :param day: Japan date on which the seats are looked at. What connects them counts unless it
        ended before the call opened.
    """
    looked_at = _proposals(round, proposals)
    members = list(round.seats.select_related("user").order_by("pk") if seats is None else seats)
    if not looked_at or not members:
        return []
    keys = [proposal.pk for proposal in looked_at]
    concerned = _concerned(keys, members, day)
    known, waiting = _answers(keys)
    opened = japan_date(round.opens_at)
    successors = last_successors(Department.objects.values_list("pk", "successor"))
    people = _people(members, successors, opened)
    applicants = _applicants(looked_at, successors, opened)
    found = []
    for proposal in looked_at:
        for seat in members:
            pair = seat.pk, proposal.pk
            grounds = grounds_for(people[seat.user_id], applicants[proposal.pk])
            if pair in concerned and not known[pair].issuperset(grounds):
                found.append(Found(seat, proposal, grounds, waiting.get(pair)))
    return found


def _proposals(round: Round, given: Iterable[Proposal] | None) -> list[Proposal]:
    rows = round.proposals.filter(state="in_selection")
    if given is not None:
        rows = round.proposals.filter(pk__in=[proposal.pk for proposal in given])
    return list(rows.select_related("organization", "pledged_as").order_by("pk"))


def _concerned(proposals: list[int], seats: list[PanelSeat], day: date) -> set[tuple[int, int]]:
    """Return (seat, proposal) of who can still score or has scored, where no conflict stands."""
    lasting = {s.pk for s in seats if s.valid_until is None or s.valid_until >= day}
    pairs = {(seat, proposal) for seat in lasting for proposal in proposals}
    sheets = ScoreSheet.objects.expected().filter(proposal__in=proposals)
    pairs |= set(sheets.values_list("seat", "proposal"))
    standing = Conflict.objects.standing().filter(proposal__in=proposals)
    return pairs - set(standing.values_list("seat", "proposal"))


def _answers(proposals: list[int]) -> tuple[dict, dict[tuple[int, int], PossibleConflict]]:
    """Return per (seat, proposal) all grounds that were put so far, and the row that waits."""
    known, waiting = defaultdict(set), {}
    for row in PossibleConflict.objects.filter(proposal__in=proposals):
        pair = row.seat_id, row.proposal_id
        known[pair] |= set(_grounds(row))
        if not row.outcome:
            waiting[pair] = row
    return known, waiting


def _grounds(row: PossibleConflict) -> list[Ground]:
    return [Ground(*ground) for ground in row.grounds]


def _lasting(opened: date) -> Q:
    """Keep what had not ended when the call opened; also what only begins later."""
    return Q(valid_until__isnull=True) | Q(valid_until__gte=opened)


def _people(seats: list[PanelSeat], successors: dict[int, int], opened: date) -> dict[int, Person]:
    users = {seat.user_id: seat.user for seat in seats}
    addresses, departments = defaultdict(set), defaultdict(set)
    for user, address in EmailAddress.objects.filter(user__in=users).values_list("user", "email"):
        addresses[user].add(address.lower())
    duties = Duty.objects.filter(_lasting(opened), user__in=users, department__isnull=False)
    for user, department in duties.values_list("user", "department"):
        departments[user].add(successors[department])
    return {
        pk: Person(
            user=pk,
            names=names_of(user.name),
            addresses=frozenset({user.email.lower(), *addresses[pk]} - {""}),
            departments=frozenset(departments[pk]),
        )
        for pk, user in users.items()
    }


def _applicants(
    proposals: list[Proposal], successors: dict[int, int], opened: date
) -> dict[int, Applicant]:
    groups = {proposal.organization_id for proposal in proposals}
    officers, members, invited = (
        _officers(groups, opened),
        _members(groups, opened),
        _invited(groups),
    )
    return {
        proposal.pk: Applicant(
            organization=proposal.organization_id,
            address=proposal.organization.email.lower(),
            department=successors.get(proposal.department_id),
            named=(*officers[proposal.organization_id], *_pledged(proposal)),
            members=tuple(members[proposal.organization_id]),
            invited=tuple(invited[proposal.organization_id]),
        )
        for proposal in proposals
    }


def _pledged(proposal: Proposal) -> Iterator[tuple[str, int, frozenset[str]]]:
    """The name that stands under the group's pledge; on paper often the only one that is known."""
    if proposal.pledged_as:
        yield Code.PLEDGE, proposal.pledged_as_id, names_of(proposal.pledged_as.text)


def _officers(groups: set[int], opened: date) -> dict[int, list]:
    found = defaultdict(list)
    for officer in Officer.objects.filter(_lasting(opened), organization__in=groups):
        names = names_of(officer.name, officer.name_kana)
        found[officer.organization_id].append((Code.OFFICER, officer.pk, names))
    return found


def _members(groups: set[int], opened: date) -> dict[int, list]:
    found = defaultdict(list)
    rows = Membership.objects.filter(_lasting(opened), organization__in=groups)
    for row in rows.select_related("user"):
        found[row.organization_id].append((row.pk, row.user_id, names_of(row.user.name)))
    return found


def _invited(groups: set[int]) -> dict[int, list]:
    found = defaultdict(list)
    for row in Invitation.objects.unanswered().filter(organization__in=groups):
        found[row.organization_id].append((row.pk, row.email.lower()))
    return found


def bar_who_waits(sheet: ScoreSheet) -> None:
    """Keep a new sheet, which bears the title of its case, from whoever is not answered for."""
    waiting = PossibleConflict.objects.waiting().filter(proposal=sheet.proposal)
    for row in waiting.select_related("seat__user"):
        barring.bar(sheet, row.seat.user, reason=barring.POSSIBLE)


def settle(seat: PanelSeat, proposal: Proposal, outcome: str, *, by, at: datetime) -> None:
    """Answer what waits for this pair, if anything does; the member is no longer barred for it."""
    waiting = PossibleConflict.objects.waiting().filter(seat=seat, proposal=proposal)
    waiting.update(outcome=outcome, decided_by=by, decided_at=at)
    barring.unbar_everywhere(proposal, seat.user, reason=barring.POSSIBLE)


def refuse_open(round: Round, *, day: date) -> None:
    """Refuse to decide while a possible conflict waits, or is there and was not put yet.

    :param day: Japan date.
    :raises ValidationError: with how many there are.
    """
    waiting = PossibleConflict.objects.waiting().filter(
        proposal__round=round, proposal__state="in_selection"
    )
    pairs = set(waiting.values_list("seat", "proposal"))
    pairs |= {(pair.seat.pk, pair.proposal.pk) for pair in search(round, day=day)}
    if pairs:
        raise ValidationError(
            ngettext(
                "%(count)d possible conflict of interest waits. Answer it before you draft.",
                "%(count)d possible conflicts of interest wait. Answer them before you draft.",
                len(pairs),
            )
            % {"count": len(pairs)}
        )


def refuse_waiting(proposal: Proposal) -> None:
    """Refuse to decide on one proposal while a possible conflict about it waits.

    :raises NotPossible: if one does.
    """
    if proposal.possible_conflicts.waiting().exists():
        raise NotPossible(
            _("%(proposal)s: a possible conflict of interest waits for an answer.")
            % {"proposal": proposal}
        )
