"""The outbox: the only way a notice leaves. A row is written with the move; a worker sends it."""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

import rules
from celery import current_app
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User

from . import history
from .calendar import japan_date
from .errors import NotPossible
from .models import Case, Notice
from .parties import Party, people_behind

_by_hand: ContextVar[bool] = ContextVar("delivered_by_hand", default=False)


def tell(
    case: Case, party: str, kind: str, *, at: datetime, key: str = "", but=None, **context
) -> None:
    """Put one notice in the outbox for each person behind ``party``, in their own language.

    Telling the same ``key`` again changes nothing.

    :param but: a person who need not be told.
    :param kind: names the template ``notices/<kind>.<language>.txt``; its first line is the subject.
    """
    key = key or f"{case.pk}-{kind}-{at.isoformat()}"
    for person in people_behind(case, party, day=japan_date(at)):
        if person == but:
            continue
        post(kind, to=person, case=case, at=at, key=f"{key}-{person.pk}", **context)


def tell_who_is_next(case: Case, *, by, at: datetime, letter=None) -> None:
    """Tell whoever holds the case now that it is their turn, and the group that it moved on.

    Nobody is told of what they did themselves; a letter tells the group by its own notice.
    """
    event = case.events.order_by("-pk").first()
    for party in case.stage.holders:
        if not (letter and party == Party.ORGANIZATION):
            tell(case, party, "your_turn", at=at, key=f"event-{event.pk}-{party}", but=by)
    if not letter and not case.internal and Party.ORGANIZATION not in case.stage.holders:
        tell(case, Party.ORGANIZATION, "case_moved", at=at, key=f"event-{event.pk}-moved", but=by)


@transaction.atomic
def post(kind: str, *, to, at: datetime, key: str, case: Case | None = None, **context) -> Notice:
    """Put one notice to one person in the outbox; posting the same ``key`` again changes nothing."""
    with translation.override(to.language):
        text = render_to_string(
            f"notices/{kind}.{to.language}.txt", {"case": case, "person": to, **context}
        )
    subject, _newline, body = text.strip().partition("\n")
    return enqueue(
        kind, to=to.email, recipient=to, case=case, at=at, key=key,
        subject=" ".join(subject.split()), body=body.strip(), path=case_path(case),
    )  # fmt: skip


def case_path(case: Case | None) -> str:
    """Return the address of the one page a notice about ``case`` leads to."""
    return f"/cases/{case.pk}/" if case else ""


@transaction.atomic
def enqueue(
    kind: str, *, to: str, at: datetime, key: str, subject: str, body: str,
    recipient=None, case: Case | None = None, path: str = "",
) -> Notice:  # fmt: skip
    """Write the row of a notice whose words are ready, and ask a worker to send it."""
    notice, created = Notice.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "case_id": case.pk if case else None,
            "recipient": recipient,
            "to": to,
            "channel": channel_for(recipient),
            "subject": subject[:200],
            "body": body,
            "path": path,
            "posted_at": at,
        },
    )
    if created:
        # A lambda: for a partial Django cannot write its log line, and would raise after all.
        transaction.on_commit(lambda: _ask_a_worker(notice.pk), robust=True)
    return notice


def channel_for(recipient) -> str:
    """Return how a notice reaches ``recipient``; invented people never get an e-mail."""
    if settings.EMAIL_URL_SET and not (recipient and recipient.fictitious):
        return Notice.Channel.EMAIL
    return Notice.Channel.MAILBOX


@contextmanager
def delivered_by_hand():
    """Ask no worker while the block lasts: a command that plays another time delivers by itself."""
    token = _by_hand.set(True)
    try:
        yield
    finally:
        _by_hand.reset(token)


def _ask_a_worker(notice_id: int) -> None:
    if _by_hand.get():
        return
    current_app.send_task("casework.tasks.deliver", kwargs={"notice_id": notice_id}, retry=False)


def enqueue_account_mail(
    *, to: str, kind: str, subject: str, body: str, key: str, at: datetime
) -> Notice:
    """Send what the accounts app writes, such as an invitation, by the same door."""
    recipient = User.objects.filter(email__iexact=to).first()
    return enqueue(kind, to=to, recipient=recipient, at=at, key=key, subject=subject, body=body)


@transaction.atomic
def retry(notice: Notice, *, by, at: datetime) -> None:
    """Put a notice that failed into the queue once more.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if it has not failed.
    """
    _require_keeper(by, at)
    failed = Notice.objects.filter(pk=notice.pk, state=Notice.State.FAILED)
    if not failed.update(state=Notice.State.QUEUED, attempts=0, lease_until=None, error=""):
        raise NotPossible(_("Only a notice that failed can be sent again."))
    _record(notice, "retry_notice", by=by, at=at)
    transaction.on_commit(lambda: _ask_a_worker(notice.pk), robust=True)


@transaction.atomic
def withdraw(notice: Notice, *, by, at: datetime) -> None:
    """Take a notice back that has not left yet.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if it left, or is being sent.
    """
    _require_keeper(by, at)
    waiting = Notice.objects.filter(
        pk=notice.pk, state__in=(Notice.State.QUEUED, Notice.State.FAILED)
    )
    if not waiting.update(
        state=Notice.State.WITHDRAWN, lease_until=None, error=f"withdrawn by {by}"
    ):
        raise NotPossible(_("This notice has already left, or is being sent now."))
    _record(notice, "withdraw_notice", by=by, at=at)


def _require_keeper(by, at: datetime) -> None:
    if not rules.has_perm("casework.keep_outbox", by.act_on(japan_date(at))):
        raise PermissionDenied("casework.keep_outbox")


def _record(notice: Notice, verb: str, *, by, at: datetime) -> None:
    """Write it into the history of the notice's case; a notice about a log-in has none."""
    if notice.case_id is None:
        return
    case = Case.objects.select_for_update().get(pk=notice.case_id)
    history.append(
        case, verb, source=case.state, target=case.state, by=by, at=at, facts={"notice": notice.pk}
    )
