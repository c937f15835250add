"""A site that was brought back from a backup: nothing is sent again until a person releases it.

Between the backup and the restoring notices left that the backup does not know of. What waited in
the backup is held, and so is whatever is written anew, since a sweep or a person may do again what
was done before.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require

from .calendar import japan_date
from .errors import NotPossible
from .holding import holder
from .models import Case, Notice, Restoration
from .models.notice import NoticeQuerySet
from .outbox import NOT_ON_PAPER, record

#: What answers a person who is there now, and can repeat nothing: mail about log-ins is free, too.
ANSWERS = frozenset({"receipt"})

#: What a worker or a digest would still have sent when the backup was made.
_WAITED = (Notice.State.QUEUED, Notice.State.IN_FLIGHT, Notice.State.FAILED)


def standing() -> Restoration | None:
    """Return the restoration that nobody has released yet, if there is one."""
    return Restoration.objects.filter(released_at=None).order_by("-pk").first()


@holder
def why_held(kind: str, *, case, recipient) -> str:
    """Hold back all that is written while the site is not released."""
    if kind in ANSWERS or kind.startswith("account_"):
        return ""
    return Notice.Hold.RESTORED if standing() else ""


@transaction.atomic
def begin(*, backup_at: datetime, at: datetime) -> Restoration:
    """Hold all that waited in the backup, and say that nobody has released the site yet.

    A backup of a site that was not released itself goes on being held since the earlier one.

    :param backup_at: when the backup was made, and ``at``, when it was restored: by the machine's
        own clock.
    """
    digested = Notice.objects.filter(state=Notice.State.HELD, held_for=Notice.Hold.DIGEST)
    for rows in (Notice.objects.filter(state__in=_WAITED), digested):
        rows.update(
            state=Notice.State.HELD, held_for=Notice.Hold.RESTORED, lease_until=None, attempts=0
        )
    earlier = standing()
    if earlier is None:
        return Restoration.objects.create(backup_at=backup_at, restored_at=at)
    earlier.backup_at, earlier.restored_at = min(earlier.backup_at, backup_at), at
    earlier.save(update_fields=["backup_at", "restored_at"])
    return earlier


def held() -> NoticeQuerySet:
    """Return the notices that are held because the site was restored."""
    return Notice.objects.filter(state=Notice.State.HELD, held_for=Notice.Hold.RESTORED)


@transaction.atomic
def release(notices: NoticeQuerySet, *, by, at: datetime) -> int:
    """Let held notices go; return how many still were held.

    :param notices: of those that :func:`held` returns.
    :raises PermissionDenied: if ``by`` is neither of the office nor an administrator.
    """
    fields = {**NOT_ON_PAPER, "state": Notice.State.QUEUED}
    return _step(notices, "release_notice", fields, by=by, at=at)


@transaction.atomic
def withdraw(notices: NoticeQuerySet, *, by, at: datetime) -> int:
    """Take held notices back for good; return how many still were held.

    :param notices: of those that :func:`held` returns.
    :raises PermissionDenied: if ``by`` is neither of the office nor an administrator.
    """
    why = Notice.Withdrawal.BY_OFFICE
    fields = {**NOT_ON_PAPER, "state": Notice.State.WITHDRAWN, "withdrawn_because": why}
    return _step(notices, "withdraw_notice", fields, by=by, at=at)


def _step(notices: NoticeQuerySet, verb: str, fields: dict, *, by, at: datetime) -> int:
    _require(by, at)
    cases = _locked(notices)
    return sum(
        _let(notice, verb, fields, case=cases.get(notice.case_id), by=by, at=at)
        for notice in notices.order_by("pk")
    )


def _locked(notices: NoticeQuerySet) -> dict[int, Case]:
    """Lock the cases of the notices in order of their numbers."""
    wanted = notices.exclude(case=None).values("case")
    rows = Case.objects.filter(pk__in=wanted).order_by("pk").select_for_update()
    return {case.pk: case for case in rows}


def _let(notice: Notice, verb: str, fields: dict, *, case, by, at: datetime) -> bool:
    """Take one step if the row still is held; the history of its case says who took it."""
    if not held().filter(pk=notice.pk).update(**fields, held_for=""):
        return False
    record(case, verb, notice=notice.pk, by=by, at=at)
    return True


@transaction.atomic
def end(*, by, at: datetime, now: datetime) -> None:
    """Release the site: from now on notices leave again.

    :param now: by the machine's own clock.
    :raises PermissionDenied: if ``by`` is neither of the office nor an administrator.
    :raises NotPossible: if notices are still held, or the site is released already.
    """
    _require(by, at)
    if held().exists():
        raise NotPossible(_("Some notices are still held: release or withdraw them first."))
    rows = Restoration.objects.filter(released_at=None)
    if not rows.update(released_at=now, released_by=by):
        raise NotPossible(_("The site is released already."))


def _require(by, at: datetime) -> None:
    require(by.act_on(japan_date(at)), "casework.release_restored")


def up_to(newest: int, *, among: Iterable[int] | None = None) -> NoticeQuerySet:
    """Return what is held of the rows that a person has seen.

    :param newest: the highest key that the page showed; what was written after it stays held.
    :param among: the keys that were chosen; ``None`` for all.
    """
    rows = held().filter(pk__lte=newest)
    return rows if among is None else rows.filter(pk__in=list(among))


def desk_part(request) -> dict | None:
    """What desks show until the site is released; nothing otherwise."""
    restoration = standing()
    return {"restoration": restoration, "held": held().count()} if restoration else None
