"""Bounces: e-mails that a mail server sent back, read from a mailbox and put to their notices.

What a mail says is read by a library that knows the mailers; which notice it is about says the
address it came to (``casework.envelopes``). Nothing else is believed: an answer of "out of office",
a made-up token or a mail that was read before changes nothing, and is reported.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from email.message import Message

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from flufl.bounce import all_failures

from accounts.models import Role, User

from . import outbox
from .calendar import japan_date
from .envelopes import Attempt, attempt_of, tokens_in
from .models import Case, Notice
from .parties import Party, people_behind, people_holding

#: Where mail servers write to whom a mail was really delivered.
ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
#: What is told about a bounce; a bounce of it is only shown in the outbox, or it would never end.
KIND = "notice_bounced"
#: Characters of what a mail server said that the row keeps.
LONGEST = 500


class Outcome(models.TextChoices):
    """What became of one mail of the mailbox."""

    BOUNCED = "bounced", _("refused for good: the notice says so")
    DELAYED = "delayed", _("not delivered yet; the mail server still tries")
    KNOWN = "known", _("nothing new: the notice says so already, or was sent again since")
    LATER = "later", _("its notice is being sent: left for the next reading")
    NO_BOUNCE = "no_bounce", _("no bounce, such as an answer of “out of office”")
    FORGED = "forged", _("names no notice of this site")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail came to; ``notice`` is the key of the notice that it names."""

    outcome: Outcome
    notice: int | None = None
    why: str = ""

    @property
    def is_done_with(self) -> bool:
        """Whether the mail need not be read again."""
        return self.outcome != Outcome.LATER


def read(message: Message, *, at: datetime, dry_run: bool = False) -> Reading:
    """Put one mail to the notice it is about, and tell the office of a bounce, once.

    :param at: by the clock that dates all that happens to the case.
    :param dry_run: say what would become of it, and change nothing.
    """
    attempt = _attempt(message)
    if attempt is None:
        return Reading(Outcome.FORGED)
    delayed, refused = all_failures(message)
    if not delayed and not refused:
        return Reading(Outcome.NO_BOUNCE, attempt.notice)
    with transaction.atomic():
        reading = _put(attempt, _reason(message), for_good=bool(refused), at=at)
        transaction.set_rollback(dry_run)
    return reading


def _attempt(message: Message) -> Attempt | None:
    """Return the attempt that the mail was sent back to, if this site made one of its addresses."""
    headers = (str(value) for name in ADDRESSED for value in message.get_all(name, ()))
    found: Iterable[Attempt | None] = map(attempt_of, tokens_in(" ".join(headers)))
    return next(filter(None, found), None)


def _put(attempt: Attempt, why: str, *, for_good: bool, at: datetime) -> Reading:
    _lock_case(attempt.notice)
    sent = Notice.objects.filter(
        pk=attempt.notice, resent=attempt.resent, attempts__gte=attempt.number,
        state=Notice.State.SENT,
    )  # fmt: skip
    said = {"state": Notice.State.BOUNCED, "bounced_at": at} if for_good else {}
    if not sent.update(**said, error=why):
        return _too_early_or_late(attempt, why)
    if not for_good:
        return Reading(Outcome.DELAYED, attempt.notice, why)
    _tell(Notice.objects.select_related("case", "recipient").get(pk=attempt.notice), at=at)
    return Reading(Outcome.BOUNCED, attempt.notice, why)


def _lock_case(notice_id: int) -> None:
    """Lock the case of a notice, which comes before its row: whoever is told writes about it."""
    about = Notice.objects.filter(pk=notice_id).values("case")
    list(Case.objects.filter(pk__in=about).select_for_update())


def _too_early_or_late(attempt: Attempt, why: str) -> Reading:
    """Say of a mail that changes nothing whether it may do so at the next reading."""
    notice = Notice.objects.filter(pk=attempt.notice).first()
    if notice is None:
        return Reading(Outcome.FORGED)
    on_its_way = (Notice.State.QUEUED, Notice.State.IN_FLIGHT)
    if notice.resent == attempt.resent and notice.state in on_its_way:
        return Reading(Outcome.LATER, notice.pk, why)
    return Reading(Outcome.KNOWN, notice.pk, why)


def _reason(message: Message) -> str:
    """Return what the mail server said: the status of RFC 3464, or else the subject of the mail."""
    for part in message.walk():
        if part["Action"] and (part["Status"] or part["Diagnostic-Code"]):
            said = (part["Status"], part["Diagnostic-Code"])
            return " ".join(" ".join(filter(None, said)).split())[:LONGEST]
    return " ".join(str(message["Subject"] or "").split())[:LONGEST] or str(Outcome.BOUNCED.label)


# Who is told


def _tell(notice: Notice, *, at: datetime) -> None:
    """Tell the clerk of the case that ``notice`` did not arrive; the key makes it once.

    Of what the office does not see (a draft of a group, a mail about a log-in) it learns the
    address alone. Whose own address is refused is not told by it, but the others of the office are;
    where there are none, the administrators learn the address.
    """
    if notice.kind == KIND:
        return
    key, day = f"bounced-{notice.pk}-{notice.resent}", japan_date(at)
    case = notice.case.specific if notice.case else None
    readers, see_it = _readers(case, but=notice.recipient, day=day)
    hidden = case is not None and not see_it
    page = reverse("casework:outbox-notice", args=[notice.pk])
    path = reverse("casework:outbox") if hidden else page
    for person in readers:
        outbox.post(
            KIND, to=person, case=case if see_it else None, at=at, key=f"{key}-{person.pk}",
            bounced=notice, path=path,
        )  # fmt: skip


def _readers(case: Case | None, *, but: User | None, day: date) -> tuple[list[User], bool]:
    """Return who learns that a notice did not arrive, and whether they see its case."""
    office = [person for person in people_holding(Role.OFFICE, day=day) if person != but]
    if case is not None:
        clerks = [person for person in people_behind(case, Party.OFFICE, day=day) if person != but]
        if seeing := clerks or [person for person in office if _sees(person, case, day)]:
            return seeing, True
    administrators = [
        person for person in people_holding(Role.ADMINISTRATOR, day=day) if person != but
    ]
    return office or administrators, False


def _sees(person: User, case: Case, day: date) -> bool:
    return Case.objects.visible_to(person.act_on(day)).filter(pk=case.pk).exists()
