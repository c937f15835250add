"""A site that was brought back from a backup: nothing is sent again until a person releases it.

Between the backup and the restoring notices left that the backup does not know of. What waited in
the backup is held, and so is whatever is written anew, since a sweep or a person may do again what
was done before.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, Q
from django.utils.translation import gettext as _

from accounts.permissions import require

from . import outbox, outbox_keeping
from .calendar import japan_date
from .errors import NotPossible
from .flow import Text
from .holding import holder, why_held
from .models import Case, Notice, NumberSeries, Restoration
from .models.notice import NoticeQuerySet
from .numbers import number_of
from .quiet_hours import is_exempt

#: What the history calls one step, and what the row says after it.
Step = tuple[str, dict]

#: What a worker or a digest would still have sent when the backup was made.
_WAITED = (Notice.State.QUEUED, Notice.State.IN_FLIGHT, Notice.State.FAILED)


def standing() -> Restoration | None:
    """Return the restoration that nobody has released yet, if there is one."""
    return Restoration.objects.filter(released_at=None).order_by("-pk").first()


@holder
def hold_all(kind: str, *, case, recipient) -> str:
    """Hold back all that is written while the site is not released.

    Free is what answers a person who is there now, or tells of this machine itself: it repeats nothing.
    """
    if is_exempt(kind) or kind == "backup_late":
        return ""
    return Notice.Hold.RESTORED if standing() else ""


@transaction.atomic
def begin(*, backup_at: datetime, at: datetime, folder: str = "") -> Restoration:
    """Hold all that waited in the backup, and say that nobody has released the site yet.

    A backup of a site that was not released itself goes on being held since the earlier one.

    :param backup_at: when the backup was made, and ``at``, when it was restored: by the machine's
        own clock.
    :param folder: what the backup is called.
    """
    digested = Notice.objects.filter(state=Notice.State.HELD, held_for=Notice.Hold.DIGEST)
    for rows in (Notice.objects.filter(state__in=_WAITED), digested):
        rows.update_unstamped(
            state=Notice.State.HELD, held_for=Notice.Hold.RESTORED, lease_until=None, attempts=0
        )
    earlier = standing()
    if earlier is None:
        return Restoration.objects.create(backup_at=backup_at, restored_at=at, folder=folder)
    earlier.backup_at, earlier.restored_at = min(earlier.backup_at, backup_at), at
    earlier.folder = folder
    earlier.save(update_fields=["backup_at", "restored_at", "folder"])
    return earlier


def latest() -> Restoration | None:
    """Return the last time the site was brought back, as far as it knows itself."""
    return Restoration.objects.order_by("-pk").first()


def held() -> NoticeQuerySet:
    """Return the notices that are held because the site was restored."""
    return Notice.objects.filter(state=Notice.State.HELD, held_for=Notice.Hold.RESTORED)


@transaction.atomic
def release(notices: NoticeQuerySet, *, by, at: datetime) -> int:
    """Let those of ``notices`` go that ``by`` sees; return how many still were held.

    What a person or the daily digest would let go waits for that again, and a notice whose reader
    must not meet its case is withdrawn.

    :param notices: of those that :func:`held` returns.
    :raises PermissionDenied: if ``by`` does not keep the outbox.
    """
    return _step(notices, _released, by=by, at=at)


def _released(notice: Notice, at: datetime) -> Step:
    if outbox.is_barred(notice, at=at):
        return "withdraw_notice", outbox.AT_CONFLICT
    why = _held_again(notice)
    held_again = {"state": Notice.State.HELD, "held_for": why, "lease_until": None}
    state = held_again if why else outbox_keeping.queue_again(notice, at=at)
    return "release_notice", {**outbox.NOT_ON_PAPER, **state}


def _held_again(notice: Notice) -> str:
    """Return for what else than the restoration ``notice`` waits, as if it were written now."""
    reader = notice.recipient
    asked = why_held(notice.kind, case=notice.case, recipient=reader, but=Notice.Hold.RESTORED)
    wanted = outbox.wanted_delivery(notice.kind, reader, notice.deadline)
    digested = outbox.goes_with_digest(reader, wanted, may_wait=notice.may_wait)
    return asked or (Notice.Hold.DIGEST if digested else "")


@transaction.atomic
def withdraw(notices: NoticeQuerySet, *, by, at: datetime) -> int:
    """Take those of ``notices`` back for good that ``by`` sees; return how many still were held.

    :param notices: of those that :func:`held` returns.
    :raises PermissionDenied: if ``by`` does not keep the outbox.
    """
    fields = outbox.withdrawn(Notice.Withdrawal.BY_OFFICE)
    return _step(notices, lambda _notice, _at: ("withdraw_notice", fields), by=by, at=at)


def _step(
    notices: NoticeQuerySet, step: Callable[[Notice, datetime], Step], *, by, at: datetime
) -> int:
    _require(by, at)
    notices = notices.visible_to(by)
    cases = _locked(notices)
    return sum(
        _let(notice, *step(notice, at), case=cases.get(notice.case_id), by=by, at=at)
        for notice in notices.select_related("case", "recipient", "deadline").order_by("pk")
    )


def _locked(notices: NoticeQuerySet) -> dict[int, Case]:
    """Lock the cases of the notices in order of their numbers."""
    wanted = notices.exclude(case=None).values("case")
    rows = Case.objects.filter(pk__in=wanted).order_by("pk").select_for_update()
    return {case.pk: case for case in rows}


def _let(notice: Notice, verb: str, fields: dict, *, case, by, at: datetime) -> bool:
    """Take one step if the row still is held; the history of its case says who took it."""
    if not held().filter(pk=notice.pk).update(**fields):
        return False
    outbox_keeping.record(case, verb, notice=notice.pk, by=by, at=at)
    return True


@transaction.atomic
def end(*, by, at: datetime, now: datetime) -> None:
    """Release the site: from now on notices leave again.

    What is about cases that ``by`` does not see stays held until somebody lets it go who does:
    one case that is kept from a person stops nobody else's notices.

    :param now: by the machine's own clock.
    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if notices are still held that ``by`` sees, or the site is released already.
    """
    _require(by, at)
    if held().visible_to(by).exists():
        raise NotPossible(_("Some notices are still held: release or withdraw them first."))
    rows = Restoration.objects.filter(released_at=None)
    if not rows.update(released_at=now, released_by=by):
        raise NotPossible(_("The site is released already."))


def _require(by, at: datetime) -> None:
    require(by.act_on(japan_date(at)), "casework.keep_outbox")


def up_to(newest: int, *, among: Iterable[int] | None = None) -> NoticeQuerySet:
    """Return what is held of the rows that a person has seen.

    :param newest: the highest key that the page showed; what was written after it stays held.
    :param among: the keys that were chosen; ``None`` for all.
    """
    rows = held().filter(pk__lte=newest)
    return rows if among is None else rows.filter(pk__in=list(among))


def desk_part(request) -> dict | None:
    """What desks show until the site is released and nothing is held any more."""
    unfinished = Q(released_at=None) | Q(Exists(held()))
    restoration = Restoration.objects.filter(unfinished).order_by("-pk").first()
    if restoration is None:
        return None
    releases = request.user.has_perm("casework.keep_outbox", request.user)
    return {"restoration": restoration, "held": held().count(), "releases": releases}


# What the backup does not know


@dataclass(frozen=True, slots=True)
class LastNumber:
    """The last number of a series that the site knows: of what, and the number itself."""

    label: Text
    number: str


def last_numbers() -> list[LastNumber]:
    """Return the last number of each series of the latest two fiscal years.

    Two, because proposals are numbered in the year that their call is for, letters in that of their day.
    """
    year = NumberSeries.objects.aggregate(m=Max("fiscal_year"))["m"] or 0
    rows = NumberSeries.objects.filter(fiscal_year__gte=year - 1, last__gt=0)
    found = {_number(row): row for row in rows.order_by("name", "fiscal_year")}
    cases = {case.number: case for case in Case.objects.filter(number__in=found)}
    return [
        LastNumber(_("Letters (fiscal year %(year)d)") % {"year": row.fiscal_year}, str(row.last))
        if row.is_of_letters
        else LastNumber(cases[number].kind_label if number in cases else _("Cases"), number)
        for number, row in found.items()
    ]


def _number(row: NumberSeries) -> str:
    return number_of(row.name, row.fiscal_year, row.last)
