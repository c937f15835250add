"""What the office does with a notice of the outbox: let go, sent again, taken back."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.permissions import require

from . import history
from .calendar import japan_date
from .errors import NotPossible
from .flow import Text
from .models import Case, Notice
from .models.notice import NoticeQuerySet
from .outbox import (
    AT_CONFLICT,
    NOT_ON_PAPER,
    ask_a_worker,
    is_barred,
    quiet_until,
    take_back,
)

#: What became of a notice that can be sent again.
AGAIN = (
    Notice.State.FAILED, Notice.State.MAILED, Notice.State.RETURNED, Notice.State.BOUNCED,
)  # fmt: skip


@transaction.atomic
def retry(notice: Notice, *, by, at: datetime) -> bool:
    """Put a notice that failed, bounced, was posted or came back, into the queue once more.

    It goes to the address that its reader has now, after the quiet hours. Whose reader must not
    meet its case is withdrawn instead; return whether it goes out.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if it has not failed, bounced or been posted.
    """
    again = Notice.objects.filter(pk=notice.pk, state__in=AGAIN, erased_at=None)
    said = {"attempts": 0, "bounced_at": None, "resent": F("resent") + 1, **NOT_ON_PAPER}
    return _let_go(
        notice, again, {**said, **_mended(notice)}, verb="retry_notice", by=by, at=at,
        otherwise=_("Only a notice that failed or was posted can be sent again."),
    )  # fmt: skip


@transaction.atomic
def release(notice: Notice, *, by, at: datetime) -> bool:
    """Let a notice go that is held back, after the quiet hours.

    Whose reader must not meet its case is withdrawn instead; return whether it goes out.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if it is not held back.
    """
    held = Notice.objects.filter(pk=notice.pk, state=Notice.State.HELD)
    return _let_go(
        notice, held, {}, verb="release_notice", by=by, at=at,
        otherwise=_("Only a notice that is held back can be released."),
    )  # fmt: skip


def _let_go(
    notice: Notice,
    rows: NoticeQuerySet,
    said: dict,
    *,
    verb: str,
    otherwise: Text,
    by,
    at: datetime,
) -> bool:
    """Queue the one of ``rows``, with what is ``said`` besides; withdraw it from a barred reader."""
    require_keeper(by, at)
    case = _locked_case(notice)
    if is_barred(notice, at=at) and rows.update(**AT_CONFLICT):
        record(case, "withdraw_notice", notice=notice.pk, by=by, at=at)
        return False
    queued = queue_again(notice, at=at)
    if not rows.update(**said, **queued):
        raise NotPossible(otherwise)
    record(case, verb, notice=notice.pk, by=by, at=at)
    if not notice.is_by_post and queued["lease_until"] is None:
        transaction.on_commit(lambda: ask_a_worker(notice.pk), robust=True)
    return True


def queue_again(notice: Notice, *, at: datetime) -> dict:
    """Return what a row says that a person lets go at ``at``: it waits for the end of quiet hours."""
    until = quiet_until(notice.kind, notice.channel, at)
    return {"state": Notice.State.QUEUED, "held_for": "", "lease_until": until}


def _mended(notice: Notice) -> dict[str, str]:
    return {"to": notice.recipient.email} if notice.recipient else {}


@transaction.atomic
def release_several(notices: Iterable[Notice], *, by, at: datetime) -> int:
    """Let several notices go that are held back; return how many. What is not held is passed over.

    Nor is counted what is withdrawn instead, as :func:`release` does.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    """
    require_keeper(by, at)
    released = 0
    for notice in sorted(notices, key=lambda notice: (notice.case_id or 0, notice.pk)):
        with suppress(NotPossible):
            released += release(notice, by=by, at=at)
    return released


@transaction.atomic
def withdraw(notice: Notice, *, by, at: datetime) -> None:
    """Take a notice back that has not left yet.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if it left, or is being sent.
    """
    require_keeper(by, at)
    case = _locked_case(notice)
    if not take_back(Notice.objects.filter(pk=notice.pk), why=Notice.Withdrawal.BY_OFFICE):
        raise NotPossible(_("This notice has already left, or is being sent now."))
    record(case, "withdraw_notice", notice=notice.pk, by=by, at=at)


def require_keeper(by, at: datetime) -> None:
    """Refuse whoever does not keep the outbox on the day.

    :raises PermissionDenied: always then.
    """
    require(by.act_on(japan_date(at)), "casework.keep_outbox")


def _locked_case(notice: Notice) -> Case | None:
    """Lock the case of a notice, which comes before its rows; a notice about a log-in has none."""
    rows = Case.objects.select_for_update()
    return rows.get(pk=notice.case_id) if notice.case_id else None


def record(case: Case | None, verb: str, *, by, at: datetime, **facts) -> None:
    """Write what was done with a notice into the history of its case, which is locked."""
    if case is not None:
        history.append(case, verb, source=case.state, target=case.state, by=by, at=at, facts=facts)


def desk_part(request) -> dict | None:
    """What the desk of the office shows of notices that a person has to release, if any wait."""
    held = Notice.objects.visible_to(request.user).filter(state=Notice.State.HELD)
    number = held.exclude(held_for=Notice.Hold.DIGEST).count()
    return {"held": number} if number else None
