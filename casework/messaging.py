"""What the parties of a case write to each other there: the one door through which a message is written."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from accounts.models import Role

from . import files, history
from .calendar import japan_date
from .models import (
    Access,
    Attachment,
    Case,
    Message,
    MessageReading,
    MessageWords,
    StoredFile,
)
from .models.message import WRITERS
from .outbox import case_path, tell
from .parties import Party
from .permissions import is_open
from .services import locked

#: How many messages the page of a case shows, and how many cases a desk.
NEWEST, ON_DESK = 3, 10


def has_messages(case: Case) -> bool:
    """Return whether parties write to each other on ``case``: it is a group's, and no part of another."""
    return case.organization_id is not None and not case.internal and not case.machine.flow.part_of


def parties_on(case: Case) -> list[str]:
    """Return who has a part in ``case`` now. On a draft that is the group, and whom it shares it with."""
    filed = case.filed_at is not None
    found = {
        Party.ORGANIZATION: True,
        Party.OFFICE: filed,
        Party.DEPARTMENT: filed and case.department_id is not None,
        Party.COORDINATOR: case.access.filter(role=Role.COORDINATOR, barred=False).exists(),
    }
    return [party for party in WRITERS if found[party]]


def writes_as(user, case: Case) -> str | None:
    """Return for which party ``user`` writes on ``case``; ``None`` if they only read, or not even that.

    :param case: one that ``user`` sees.
    """
    if not has_messages(case):
        return None
    duties = user.duties
    if duties.edits(case.organization_id):
        return Party.ORGANIZATION
    if case.filed_at and duties.holds(Role.OFFICE):
        return Party.OFFICE
    if case.filed_at and case.department_id in duties.departments:
        return Party.DEPARTMENT
    return Party.COORDINATOR if _coordinates(user, case) else None


def reads(user, case: Case) -> bool:
    """Return whether ``user``, who sees ``case``, may read its messages.

    The same that ``Message.objects.visible_to`` says of the rows; for one on a filed case.
    """
    if not has_messages(case):
        return False
    member = case.organization_id in user.duties.organizations
    audits = case.filed_at is not None and user.duties.holds(Role.AUDITOR)
    return member or audits or writes_as(user, case) is not None


def _coordinates(user, case: Case) -> bool:
    if not user.duties.holds(Role.COORDINATOR):
        return False
    return Access.objects.concerning(user).filter(
        case=case.pk, role=Role.COORDINATOR, barred=False
    ).exists()  # fmt: skip


@rules.predicate
def takes_part(user, case) -> bool:
    """The person writes on the case for a party, whosever turn it is."""
    return case is not None and writes_as(user, case) is not None


rules.add_perm("casework.attach_file", takes_part & is_open)


@transaction.atomic
def write(
    case: Case, *, text: str, key: UUID, by, at: datetime,
    asks: str = "", for_office: bool = False, uploads: Iterable = (),
) -> Message:  # fmt: skip
    """Write a message on ``case`` and tell the others who have a part in it; the same ``key`` once.

    :param asks: the party that is asked to answer; "" if nobody is.
    :param for_office: whether it is a note that only the office reads; nobody is told of it.
    :param uploads: files that come with it; whoever reads the message reads them.
    :raises PermissionDenied: if ``by`` has no part in the case; if the party that is asked has none;
        if a note is not the office's; if a file comes with one on a case that is closed.
    :raises ValidationError: if a file is refused, see :func:`casework.files.check`.
    """
    case = locked(case)
    by.act_on(japan_date(at))
    party = writes_as(by, case) if _sees(by, case) else None
    if party is None or (asks and asks not in parties_on(case)) or asks == party:
        raise PermissionDenied("casework.write_message")
    if for_office and (party != Party.OFFICE or asks):
        raise PermissionDenied("casework.handle_case")
    if written := case.messages.filter(key=key).first():
        return written
    salt = secrets.token_hex(16)
    message = Message.objects.create(
        key=key, case_id=case.pk, party=party, asks=asks, for_office=for_office,
        in_draft=case.filed_at is None, digest=history.digest_of([salt, text]), by=by, at=at,
    )  # fmt: skip
    MessageWords.objects.create(message=message, text=text, salt=salt)
    for upload in uploads:
        stored = files.store(
            case, upload, label="", by=by, at=at, permission="casework.attach_file"
        )
        Attachment.objects.create(message=message, file=stored)
    if not for_office:
        _tell_the_others(case, message)
    return message


def _sees(user, case: Case) -> bool:
    return Case.objects.visible_to(user).filter(pk=case.pk).exists()


def _tell_the_others(case: Case, message: Message) -> None:
    for party in parties_on(case):
        if party != message.party:
            tell(
                case, party, "message_received", at=message.at, but=message.by,
                key=f"message-{message.pk}-{party}", path=f"{case_path(case)}messages/",
                message=message, asked=party == message.asks,
            )  # fmt: skip


@transaction.atomic
def mark_read(case: Case, up_to: Message, *, by, at: datetime) -> None:
    """Keep that ``by`` has read the messages of ``case`` up to one, and the notices of them."""
    reading, created = MessageReading.objects.get_or_create(
        case_id=case.pk, user=by, defaults={"up_to": up_to}
    )
    if not created and reading.up_to_id < up_to.pk:
        MessageReading.objects.filter(pk=reading.pk).update(up_to=up_to)
    unread = case.notices.filter(recipient=by, kind="message_received", read_at=None)
    unread.filter(posted_at__lte=up_to.at).update(read_at=at)


# What pages show


def may_read(case: Case, user) -> bool:
    """Return whether ``user`` may have a part in ``case``, as far as that is known without asking."""
    return user.duties.holds(Role.COORDINATOR) or reads(user, case)


def case_panel(case: Case, request: HttpRequest) -> dict | None:
    """The newest messages of a case, for whoever has a part in it."""
    user = request.user
    if not reads(user, case):
        return None
    seen = case.messages.visible_to(user)
    newest = list(seen.select_related("by", "words").order_by("-pk")[:NEWEST])
    if not newest and writes_as(user, case) is None:
        return None
    return {
        "newest": newest,
        "unread": seen.unread_by(user).count() if newest else 0,
        "asked": sorted(set(seen.unanswered().values_list("asks", flat=True))) if newest else [],
    }


def on_desk(party: str, request: HttpRequest) -> dict | None:
    """The cases with messages that ``party`` is asked to answer, or that the reader has not read."""
    user = request.user
    seen = Message.objects.visible_to(user).filter(_concerning(user, party), for_office=False)
    asked = Q(asks=party, pk__in=seen.unanswered().values("pk"))
    new = Q(_is_for(user, party), ~Q(party=party), pk__in=seen.unread_by(user).values("pk"))
    rows = seen.filter(asked | new).select_related("case__organization", "by").order_by("-pk")
    cases: dict[int, dict] = {}
    for message in rows[: ON_DESK * 5]:
        row = cases.setdefault(message.case_id, {"message": message, "number": 0, "asked": False})
        row["number"] += 1
        row["asked"] |= message.asks == party
    found = sorted(cases.values(), key=lambda row: not row["asked"])
    return {"talks": found[:ON_DESK], "more": len(found) > ON_DESK} if found else None


def _concerning(user, party: str) -> Q:
    """Keep the messages of cases that concern ``user`` as one of ``party``."""
    match party:
        case Party.ORGANIZATION:
            return Q(case__organization__in=user.duties.organizations)
        case Party.DEPARTMENT:
            return Q(case__department__in=user.duties.departments)
        case Party.COORDINATOR:
            opened = Access.objects.filter(case=OuterRef("case"), role=Role.COORDINATOR)
            return Q(Exists(opened))
    return Q()


def _is_for(user, party: str) -> Q:
    """Keep, for the office, what is news to ``user``: the clerk in charge, or all where there is none."""
    if party != Party.OFFICE:
        return Q()
    return Q(case__clerk=user) | Q(case__clerk=None)


def attachments_of(messages: list[Message]) -> dict[int, list[StoredFile]]:
    """Return message → the files that came with it."""
    found: dict[int, list[StoredFile]] = {message.pk: [] for message in messages}
    rows = Attachment.objects.filter(message__in=messages).select_related("file").order_by("pk")
    for row in rows:
        found[row.message_id].append(row.file)
    return found
