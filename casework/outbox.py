"""The outbox: the only way a notice leaves. A row is written with the move; a worker sends it.

What the office does with a row afterwards is in ``casework.outbox_keeping``.
"""

import logging
from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime

from celery import current_app
from celery.exceptions import OperationalError
from django.conf import settings
from django.db import transaction

from accounts.models import User

from . import city, notice_words, preferences, quiet_hours
from .calendar import japan_date
from .deadlines import KINDS
from .holding import why_held
from .models import Access, Case, Deadline, Event, Extension, Letter, Notice, NoticeTemplate
from .models.notice import ASKING, MOVED, REMINDING, NoticeQuerySet
from .parties import Party, people_behind

log = logging.getLogger(__name__)

#: What a group that nobody reaches by log-in gets by post. The rest is courtesy, and case pages say it.
SENT_BY_POST = frozenset({"letter_sent", "deadline_near", "deadline_overdue"})

#: (kind of case, verb, party) → the kind of notice that tells the party of that move in words of its own.
_OWN_WORDS: dict[tuple[str, str, str], str] = {}


def tells_in_own_words(kind: str, verb: str, party: str, notice: str, *, asks: bool) -> None:
    """Let ``party`` be told of a move by ``notice`` in the place of the words that all moves share.

    :param asks: whether it is the party's turn then; else what it is told is courtesy.
    """
    _OWN_WORDS[kind, verb, party] = notice
    known = ASKING if asks else MOVED
    if notice not in known:
        known.append(notice)


#: Where a person reads what was sent to them.
MAILBOX_PATH = "/mailbox/"

#: What a row says that is not on paper.
NOT_ON_PAPER = {
    "postal_address": "", "printed_at": None, "mailed_on": None, "returned_on": None,
    "handled_by": None, "error": "",
}  # fmt: skip


def withdrawn(why: str) -> dict:
    """Return what a row says that is taken back, for a reason of ``Notice.Withdrawal``."""
    return {
        **NOT_ON_PAPER, "state": Notice.State.WITHDRAWN, "withdrawn_because": why,
        "lease_until": None, "held_for": "",
    }  # fmt: skip


#: What a row says whose reader turned out to have a conflict of interest.
AT_CONFLICT = withdrawn(Notice.Withdrawal.CONFLICT)

_by_hand: ContextVar[bool] = ContextVar("delivered_by_hand", default=False)


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address behind which no person logs in, such as a department's shared mailbox."""

    email: str
    name: str
    language: str = "ja"
    fictitious: bool = False


def tell(
    case: Case, party: str, kind: str, *, at: datetime, key: str = "", but=None, **context
) -> None:
    """Put one notice in the outbox for each person behind ``party``, in their own language.

    Nothing is told to nobody: a group that nobody logs in for gets what must reach it by post, and
    what waits for a party behind which there is nobody goes to the office, as ``instead_of`` it.
    Telling the same ``key`` again changes nothing.

    :param but: a person who need not be told.
    :param kind: one of ``casework.notice_words.KINDS``, which says what its words may name.
    """
    key = key or f"{case.pk}-{kind}-{at.isoformat()}"
    day = japan_date(at)
    people = people_behind(case, party, day=day)
    if not people and goes_by_post(case, party, kind):
        post_on_paper(kind, case=case, at=at, key=f"{key}-post", **context)
    elif not people and kind not in MOVED:
        people, told = stand_ins(case, party, day=day)
        context |= told
    for person in people:
        if person == but:
            continue
        post(kind, to=person, case=case, at=at, key=f"{key}-{person.pk}", **context)


def stand_ins(case: Case, party: str, *, day: date) -> tuple[list[User], dict]:
    """Return who is told what nobody behind ``party`` can receive, and what they are told besides."""
    return people_behind(case, Party.OFFICE, day=day), {"instead_of": Party(party).label}


def tell_who_is_next(case: Case, *, by, at: datetime, letter=None) -> None:
    """Tell whoever holds the case now that it is their turn, and the group that it moved on.

    Nobody is told of what they did themselves; a letter tells the group by its own notice, and of a
    part the case it belongs to tells, which moves with it.
    """
    if case.machine.flow.part_of:
        return
    event = case.events.order_by("-pk").first()
    for party in case.stage.holders:
        if not (letter and party == Party.ORGANIZATION):
            told = _why_and_by_when(case, event, party)
            key = f"event-{event.pk}-{party}"
            words = _OWN_WORDS.get((case.kind, event.verb, party), "your_turn")
            tell(case, party, words, at=at, key=key, but=by, **told)
    if not letter and not case.internal and Party.ORGANIZATION not in case.stage.holders:
        words = _OWN_WORDS.get((case.kind, event.verb, Party.ORGANIZATION), "case_moved")
        tell(case, Party.ORGANIZATION, words, at=at, key=f"event-{event.pk}-moved", but=by)


def _why_and_by_when(case: Case, event: Event, party: str) -> dict:
    """Return the reason of the move that ``event`` tells of and the next date, where its row says so."""
    move = case.machine.flow.get(event.verb)
    if move is None or not move.tells_why:
        return {}
    said = event.facts.get("reason")
    remark = case.remarks.filter(pk=said["remark"]).first() if said else None
    owed = case.deadlines.open().filter(owed_by=party, due_on__isnull=False)
    due = owed.order_by("due_on", "pk").first()
    return {"reason": remark and remark.text, "due_on": due and due.ends_on}


def tell_who_has_more_time(case: Case, extension: Extension, *, at: datetime, letter=None) -> None:
    """Tell whoever owes the deadline of ``extension``; a letter tells the group by its own notice."""
    party = extension.deadline.owed_by or Party.ORGANIZATION
    if not (letter and party == Party.ORGANIZATION):
        tell(
            case, party, "more_time", at=at, key=f"extension-{extension.pk}-{party}",
            extension=extension,
        )  # fmt: skip


@transaction.atomic
def post(
    kind: str, *, to, at: datetime, key: str, case: Case | None = None, path: str = "",
    digest: bool = False, **context,
) -> Notice:  # fmt: skip
    """Put one notice to one person in the outbox; posting the same ``key`` again changes nothing.

    :param to: a person, or an :class:`Address`.
    :param path: the one page it leads to, where that is not the case.
    :param digest: whether it may wait for the daily digest of the person.
    """
    words = notice_words.write(kind, to.language, {"case": case, "person": to, **context})
    return enqueue(
        kind, to=to.email, recipient=to, case=case, letter=context.get("letter"), at=at, key=key,
        subject=words.subject, body=words.body, template=words.template,
        path=path or _path(kind, case, context), digest=digest,
        deadline=context.get("deadline"),
    )  # fmt: skip


def _is_statutory(deadline: Deadline | None) -> bool:
    return deadline is not None and KINDS[deadline.kind].statutory


def goes_by_post(case: Case, party: str, kind: str) -> bool:
    """Return whether ``kind`` goes by post to a ``party`` behind which there is nobody.

    A draft that was never filed is the group's own affair: the office does not know of it.
    """
    is_group = party == Party.ORGANIZATION and case.organization_id is not None
    return is_group and kind in SENT_BY_POST and not case.internal and case.filed_at is not None


@transaction.atomic
def post_on_paper(kind: str, *, case: Case, at: datetime, key: str, **context) -> Notice:
    """Write the row of a notice that the office prints and posts to the group of ``case``.

    Its words are Japanese, as all formal letters are; its address is read when it is printed.
    """
    words = notice_words.write(kind, "paper", {"case": case, **context})
    notice, _created = Notice.objects.get_or_create(
        key=key,
        defaults={
            **_first_state(kind, case, None),
            "kind": kind,
            "case_id": case.pk,
            "letter": context.get("letter"),
            "deadline": context.get("deadline"),
            "channel": Notice.Channel.POST,
            "subject": words.subject,
            "body": words.body,
            "template": words.template,
            "path": case_path(case),
            "posted_at": at,
        },
    )
    return notice


#: Kinds of notice that ask for something that is done on a page of its own.
LEADS_ON = frozenset({*REMINDING, "agreement_to_sign"})


def _path(kind: str, case: Case | None, context: dict) -> str:
    """Return where a notice leads: to exactly what it asks for, or else to its case.

    What that is, is found when the link is opened: the case may have moved by then.
    """
    if case is None or kind not in (*ASKING, *LEADS_ON):
        return case_path(case)
    deadline = context.get("deadline")
    return f"{case_path(case)}next/{f'?deadline={deadline.kind}' if deadline else ''}"


def case_path(case: Case | None) -> str:
    """Return the address of the one page a notice about ``case`` leads to."""
    return f"/cases/{case.pk}/" if case else ""


@transaction.atomic
def enqueue(
    kind: str, *, to: str, at: datetime, key: str, subject: str, body: str,
    recipient=None, case: Case | None = None, letter: Letter | None = None, path: str = "",
    template: NoticeTemplate | None = None,
    digest: bool = False, deadline: Deadline | None = None,
) -> Notice:  # fmt: skip
    """Write the row of a notice whose words are ready, and ask a worker to send it.

    :param recipient: a person, an :class:`Address`, or nobody that is known.
    :param digest: whether it may wait for the daily digest of the person.
    :param deadline: what it reminds of; one with legal effect nobody can mute.
    """
    person = recipient if isinstance(recipient, User) else None
    notice, created = Notice.objects.get_or_create(
        key=key,
        defaults={
            **_as_written(kind, recipient, case=case, deadline=deadline, at=at, digest=digest),
            "kind": kind,
            "case_id": case.pk if case else None,
            "recipient": person,
            "letter": letter,
            "deadline": deadline,
            "to": to,
            "subject": subject[:200],
            "body": body,
            "template": template,
            "path": path,
            "posted_at": at,
        },
    )
    if created:
        _ask_once_it_is_written(notice)
    return notice


def _ask_once_it_is_written(notice: Notice) -> None:
    """Ask a worker for what may leave at once, as soon as the transaction is over."""
    waits = notice.state == Notice.State.QUEUED and not notice.is_by_post
    if waits and notice.lease_until is None:
        # A lambda: for a partial Django cannot write its log line, and would raise after all.
        transaction.on_commit(lambda: ask_a_worker(notice.pk), robust=True)


def _as_written(
    kind: str,
    recipient,
    *,
    case: Case | None,
    deadline: Deadline | None,
    at: datetime,
    digest: bool,
) -> dict:
    """Return how a notice that is written at ``at`` goes: by which channel, and whether it waits."""
    person = recipient if isinstance(recipient, User) else None
    wanted = wanted_delivery(kind, person, deadline)
    muted = wanted == preferences.Delivery.NONE
    channel = Notice.Channel.MAILBOX if muted else channel_for(recipient)
    waits = goes_with_digest(person, wanted, may_wait=digest)
    return {
        **_first_state(kind, case, person, digest=waits),
        "may_wait": digest,
        "channel": channel,
        "lease_until": quiet_until(kind, channel, at),
    }


def wanted_delivery(kind: str, person: User | None, deadline: Deadline | None) -> str:
    """Return how a notice comes to ``person``, as ``casework.preferences`` says."""
    return preferences.delivery_for(kind, person, statutory=_is_statutory(deadline))


def goes_with_digest(person: User | None, wanted: str, *, may_wait: bool) -> bool:
    """Return whether a notice waits for the daily digest of ``person``, who ``wanted`` it to come so.

    :param may_wait: whether it does so, too, where they want it at once.
    """
    if person is None or wanted == preferences.Delivery.NONE:
        return False
    return may_wait or wanted == preferences.Delivery.DIGEST


def _first_state(
    kind: str, case: Case | None, recipient, *, digest: bool = False
) -> dict[str, str]:
    """Return in which state a notice is written: held back for a reason, or queued."""
    why = why_held(kind, case=case, recipient=recipient) or (Notice.Hold.DIGEST if digest else "")
    return {"state": Notice.State.HELD if why else Notice.State.QUEUED, "held_for": why}


def quiet_until(kind: str, channel: str, at: datetime) -> datetime | None:
    """Return when a notice may leave that would leave at ``at``, in the quiet hours of the city.

    ``None`` if it may leave then: only e-mails that can wait know quiet hours.
    """
    if channel != Notice.Channel.EMAIL or quiet_hours.is_exempt(kind):
        return None
    return end_of_quiet_hours(at)


def end_of_quiet_hours(at: datetime) -> datetime | None:
    """Return when the quiet hours of the city end in which ``at`` lies; ``None`` outside them."""
    return quiet_hours.end_of(quiet_hours.parse(city.value("quiet_hours")), at)


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


def ask_a_worker(notice_id: int) -> None:
    if _by_hand.get():
        return
    try:
        current_app.send_task(
            "casework.tasks.deliver", kwargs={"notice_id": notice_id}, retry=False
        )
    except OperationalError as error:  # the row waits, and beat sweeps it up within a minute
        log.warning("No broker: notice %s waits for the next sweep (%s).", notice_id, error)


def enqueue_account_mail(
    *, to: str, kind: str, subject: str, body: str, key: str, at: datetime
) -> Notice:
    """Send what the accounts app writes, such as an invitation, by the same door."""
    recipient = User.objects.filter(email__iexact=to).first()
    return enqueue(kind, to=to, recipient=recipient, at=at, key=key, subject=subject, body=body)


# Taking back what has not left


def is_barred(notice: Notice, *, at: datetime) -> bool:
    """Return whether the reader of ``notice`` must not meet its case (any more).

    One query, unless the case is barred to somebody at all.
    """
    if notice.recipient is None or notice.case_id is None:
        return False
    bars = Access.objects.filter(case=notice.case_id, barred=True)
    return bars.exists() and bars.concerning(notice.recipient.act_on(japan_date(at))).exists()


def why_outlived(notice: Notice) -> str:
    """Return why a reminder need not be sent any more, as ``Notice.Withdrawal``, or nothing.

    :param notice: read ``with_done()``.
    """
    owed = notice.deadline
    if notice.kind not in REMINDING or owed is None or not notice.is_done:
        return ""
    ended = owed.met_at or (owed.closed_at and owed.superseded_by_id is None)
    return Notice.Withdrawal.DONE if ended else Notice.Withdrawal.MOVED


def withdraw_replaced(letter: Letter) -> int:
    """Take back what has not left yet of a letter whose case is locked; return how many notices."""
    return take_back(letter.notices.all(), why=Notice.Withdrawal.REPLACED)


def withdraw_for(case: Case, person: User, *, why: str = Notice.Withdrawal.CONFLICT) -> int:
    """Take back what has not left yet for ``person`` about a case that is locked; return how many.

    Also what is held back, or failed: somebody would let it go later.
    """
    return take_back(Notice.objects.filter(case_id=case.pk, recipient=person), why=why)


def withdraw_reminders(deadlines: Iterable[int], *, why: str = Notice.Withdrawal.DONE) -> int:
    """Take back what waits to remind of deadlines that ended or moved; return how many notices.

    Their case is locked. What failed stays, for the office to see that it did; what is being sent is
    taken back before its next attempt.

    :param deadlines: their keys.
    """
    waiting = Notice.objects.filter(
        deadline__in=deadlines, kind__in=REMINDING,
        state__in=(Notice.State.HELD, Notice.State.QUEUED),
    )  # fmt: skip
    return take_back(waiting, why=why)


def outlived_of(deadline: Deadline) -> NoticeQuerySet:
    """Return the reminders of ``deadline`` that were withdrawn since it ended or moved."""
    why = (Notice.Withdrawal.DONE, Notice.Withdrawal.MOVED)
    return deadline.notices.filter(
        kind__in=REMINDING, state=Notice.State.WITHDRAWN, withdrawn_because__in=why
    )


def remind_again(notice: Notice, kind: str, *, to, at: datetime, **context) -> None:
    """Let a reminder go that was withdrawn before it left, as if it were written now, in new words.

    Its case is locked. It stays the same row, so that its recipient gets it once.

    :param to: a person, an :class:`Address`, or ``None`` where it goes by post.
    """
    case, said = notice.case, {"case": notice.case, **context}
    if notice.is_by_post:
        words, goes = notice_words.write(kind, "paper", said), _first_state(kind, case, None)
    else:
        words = notice_words.write(kind, to.language, {"person": to, **said})
        goes = _as_written(
            kind, to, case=case, deadline=notice.deadline, at=at, digest=notice.may_wait
        )
    told = {"subject": words.subject[:200], "body": words.body, "template": words.template}
    for field, value in {**goes, **told}.items():
        setattr(notice, field, value)
    notice.kind, notice.posted_at, notice.withdrawn_because = kind, at, ""
    notice.save(update_fields=[*goes, *told, "kind", "posted_at", "withdrawn_because"])
    _ask_once_it_is_written(notice)


def take_back(notices: NoticeQuerySet, *, why: str) -> int:
    """Take back those of ``notices`` that have not left, for a reason of ``Notice.Withdrawal``."""
    waiting = notices.filter(
        state__in=(
            Notice.State.HELD, Notice.State.QUEUED, Notice.State.FAILED, Notice.State.PRINTED,
        )
    )  # fmt: skip
    return waiting.update(**withdrawn(why))
