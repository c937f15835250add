"""How people want to hear of what may wait; what the law or the log-in needs always comes at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .flow import Text
from .models import NoticePreference

Delivery = NoticePreference.Delivery


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of notices that a person tells apart by one plain name."""

    code: str
    label: Text
    hint: Text


#: What a person may have later, or not by e-mail at all. Whatever is in no group comes at once.
GROUPS: dict[str, Group] = {
    group.code: group
    for group in (
        Group("turn", _("What waits for you"), _("A case, a draft or a paper needs your answer.")),
        Group("news", _("What became of your cases"), _("A case moved on; you need do nothing.")),
        Group("messages", _("Messages"), _("Somebody wrote to you about a case.")),
        Group("dates", _("Dates that come near"), _("Reminders, but for dates with legal effect.")),
        Group("receipts", _("Receipts"), _("What you just handed in.")),
    )
}

_GROUP_OF: dict[str, str] = {}


def in_group(code: str, *kinds: str) -> None:
    """Let people choose how notices of ``kinds`` come to them.

    :raises KeyError: if there is no such group.
    :raises ValueError: if a kind is in a group already.
    """
    for kind in kinds:
        if kind in _GROUP_OF:
            raise ValueError(f"Notices of the kind {kind} are in a group already.")
        _GROUP_OF[kind] = GROUPS[code].code


in_group("turn", "your_turn", "approval_drafted", "representative_told")
in_group("news", "case_moved", "approval_decided", "representative_noted", "new_clerk")
in_group("messages", "message_received")
in_group("dates", "deadline_near")
in_group("receipts", "receipt")


def delivery_for(kind: str, recipient, *, statutory: bool = False) -> str:
    """Return how a notice of ``kind`` comes to ``recipient``, who may be nobody in particular.

    :param statutory: whether it is about a date with legal effect, which nobody can mute.
    """
    group = _GROUP_OF.get(kind)
    if recipient is None or group is None or statutory:
        return Delivery.AT_ONCE
    rows = NoticePreference.objects.filter(user=recipient, group=group)
    return rows.values_list("delivery", flat=True).first() or Delivery.AT_ONCE


def of(user) -> dict[str, str]:
    """Return group → how its notices come to ``user``, for all groups."""
    rows = NoticePreference.objects.filter(user=user).values_list("group", "delivery")
    return {**dict.fromkeys(GROUPS, Delivery.AT_ONCE.value), **dict(rows)}


@transaction.atomic
def choose(user, wanted: Mapping[str, str]) -> None:
    """Store how the notices of each group of ``wanted`` are to come to ``user``.

    :raises KeyError: if there is no such group.
    """
    for code, delivery in wanted.items():
        NoticePreference.objects.update_or_create(
            user=user, group=GROUPS[code].code, defaults={"delivery": delivery}
        )
