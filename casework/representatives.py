"""Who represents a group on the day of a document, and what a group tells of a change (代表者変更).

Whether the city wants a paper of it could not be read for Kamakura: a setting, empty by default.
"""

from datetime import date, datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Officer, Organization, Role, User
from accounts.permissions import require
from accounts.services import on_merge, on_new_representative, record_reading
from accounts.services.record import record as record_deed

from . import city
from .calendar import japan_date
from .errors import NotPossible
from .models import Case, RepresentativeNotice
from .outbox import post
from .parties import people_holding

#: How many changes stand on a desk.
ON_DESK = 5


def as_filed_on(case: Case, day: date) -> dict:
    """Return whom a version of ``case`` filed on ``day`` names as representative, by id."""
    head = case.organization.representative_on(day) if case.organization else None
    return {"representative": head.pk if head else None}


def of_version(case: Case, content: dict) -> Officer | None:
    """Return who represented the group when a version was filed, whatever was told since.

    ``None`` if nobody was entered then, or the row of the officer was destroyed.
    """
    named = content.get("representative")
    return Officer.objects.filter(pk=named, organization=case.organization_id).first()


def read_of_version(case: Case, content: dict, *, by: User, at: datetime) -> Officer | None:
    """Return the same for a page, if ``by`` may know officers; what others than the group read is logged."""
    if not (case.organization and by.has_perm("accounts.see_people", case.organization)):
        return None
    if head := of_version(case, content):
        record_reading("officers_read", [case.organization], by=by, at=at)
    return head


@on_new_representative
def tell_the_office(officer: Officer, before: Officer, *, by: User, at: datetime) -> None:
    """Keep what was told, and put it before the office; what the office enters is noted at once."""
    is_office = by.act_on(japan_date(at)).duties.holds(Role.OFFICE)
    noted = {"noted_by": by, "noted_at": at} if is_office and not _paper_is_wanted() else {}
    notice = RepresentativeNotice.objects.create(
        organization=officer.organization, officer=officer, before=before,
        holds_from=officer.valid_from, told_by=by, told_at=at, **noted,
    )  # fmt: skip
    for clerk in people_holding(Role.OFFICE, day=japan_date(at)):
        if clerk != by:
            _post("representative_told", notice, to=clerk, at=at)


def _post(kind: str, notice: RepresentativeNotice, *, to: User, at: datetime) -> None:
    post(
        kind, to=to, at=at, key=f"{kind}-{notice.pk}-{to.pk}",
        path=f"/organizations/{notice.organization_id}/representative/",
        group=notice.organization, holds_from=notice.holds_from,
    )  # fmt: skip


def _paper_is_wanted() -> bool:
    return city.value("representative_paper") == city.WANTED


@transaction.atomic
def note(
    notice: RepresentativeNotice, *, paper_on: date | None, by: User, at: datetime
) -> RepresentativeNotice:
    """Note, as the office, that a group told who represents it; whoever told it learns so.

    :param paper_on: the Japan date on which its paper came, where one did.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if it is noted already, the city wants a paper and none came, or its day
        lies in the future.
    """
    require(by.act_on(japan_date(at)), "accounts.confirm_organization", notice.organization)
    notice = RepresentativeNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if notice.noted_at:
        raise NotPossible(_("Somebody else has noted this change already."))
    if paper_on is None and _paper_is_wanted():
        raise NotPossible(
            _("The city wants a paper of this change. Enter the day on which it came.")
        )
    if paper_on and paper_on > japan_date(at):
        raise NotPossible(_("The day cannot lie in the future."))
    notice.paper_on, notice.noted_by, notice.noted_at = paper_on, by, at
    notice.save(update_fields=["paper_on", "noted_by", "noted_at"])
    record_deed(
        "representative_noted", by=by, at=at, organization=notice.organization, notice=notice.pk
    )
    if notice.told_by != by:
        _post("representative_noted", notice, to=notice.told_by, at=at)
    return notice


@on_merge
def move_notices(duplicate: Organization, into: Organization, *, by: User, at: datetime) -> None:
    duplicate.representative_notices.update(organization=into)


def on_desk(request: HttpRequest) -> dict | None:
    """The oldest changes that the office has not noted yet."""
    waiting = RepresentativeNotice.objects.unnoted().select_related("organization").order_by("pk")
    rows = list(waiting[: ON_DESK + 1])
    return {"notices": rows[:ON_DESK], "more": len(rows) > ON_DESK} if rows else None


def on_case(case: Case, request: HttpRequest) -> dict | None:
    """What was told of a new representative since an open case was filed, without names."""
    if case.closed_at or not case.filed_at or not case.organization_id:
        return None
    if not request.user.has_perm("accounts.see_people", case.organization):
        return None
    told = case.organization.representative_notices.filter(told_at__gt=case.filed_at)
    notices = list(told.order_by("holds_from", "pk"))
    return {"case": case, "notices": notices} if notices else None
