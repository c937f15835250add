"""What a group can claim of the city for one project year (請求): how much of each kind, and why not.

Money of a grant goes out in three ways. 概算払 (an advance on account) goes out before the amount is
certain, and is settled afterwards (精算). 前金払 (a prepayment) goes out before what it is for is
done; its amount is certain, and no settlement follows. 精算払 (the balance) goes out once the amount
is confirmed. A grant can be paid in each of these ways.

Source: 地方自治法 232条の5第2項; 地方自治法施行令 162条 (概算払), 163条 (前金払), both of which name
補助金 and 負担金.

This module stays below the models: it reads a project year and its ledger, and names no table.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from casework.flow import Text

from .rules import Status

ADVANCE, PREPAYMENT, BALANCE = "advance", "prepayment", "balance"

#: What goes out before the work is done and the amount confirmed.
BEFOREHAND = (ADVANCE, PREPAYMENT)

#: The rule that says how much of a grant goes out beforehand, in percent.
RULE = "advance_percent"

#: States of a project year in which each kind can be claimed and paid.
PAYABLE_IN = {
    ADVANCE: ("granted", "reported", "report_returned", "discontinued"),
    PREPAYMENT: ("granted", "reported", "report_returned", "discontinued"),
    BALANCE: ("confirmed",),
}

#: What stored titles and printed claims call each kind; those are documents, so in Japanese.
KIND_JA = {ADVANCE: "概算払", PREPAYMENT: "前金払", BALANCE: "精算払"}

NOT_BEFORE_GRANT = _("Nothing is granted yet.")
NOT_BEFORE_CONFIRMED = _("The balance can be claimed once the amount is confirmed (額の確定).")
NOT_AFTER_CONFIRMED = _("The amount is confirmed or revoked: nothing is paid in advance any more.")
NOTHING_BEFOREHAND = _("This course pays nothing in advance.")
ALL_BEFOREHAND_PAID = _("What the course pays in advance has been paid.")
NOTHING_LEFT = _("Nothing is left to be paid.")


@dataclass(frozen=True, slots=True)
class Room:
    """How much of one kind can be claimed now, in yen.

    :param most_yen: 0 where nothing can be claimed; never more than the ledger leaves open.
    :param why_not: why nothing can be claimed, in words; empty where something can.
    :param is_set: whether the course says how much goes out beforehand. Where it does not, there is
        no ceiling but the grant itself, and a person decides on the claim.
    """

    kind: str
    most_yen: int
    why_not: Text = ""
    is_set: bool = True


def room(year, kind: str) -> Room:
    """Return how much of ``kind`` can be claimed for ``year`` now.

    :raises KeyError: if there is no such kind.
    """
    if year.state not in PAYABLE_IN[kind]:
        return Room(kind, 0, _not_in_this_state(year, kind))
    if missing := _unsigned(year):
        return Room(kind, 0, missing)
    if kind == BALANCE:
        left = max(year.balance_yen, 0)
        return Room(kind, left, "" if left else NOTHING_LEFT)
    return _beforehand(year, kind)


def rooms(year) -> list[Room]:
    """Return the room of each kind, in the order in which a project year meets them."""
    return [room(year, kind) for kind in PAYABLE_IN]


def ceiling_yen(year, granted_yen: int | None = None) -> int | None:
    """Return how much of the grant goes out beforehand at most, rounded down to the yen.

    :param granted_yen: the grant, where it is not the one that counts now.
    :return: ``None`` where the course does not say; 0 where it pays nothing beforehand.
    """
    if year.rules.status(RULE) == Status.NOT_APPLICABLE:
        return 0
    percent = year.rules.decimal(RULE)
    granted = year.granted_yen if granted_yen is None else granted_yen
    return None if percent is None else int((granted or 0) * percent // 100)


def advanced_yen(year) -> int:
    """Return what went out beforehand and was not reversed, in yen; its row may have told already."""
    if (known := getattr(year, "paid_beforehand", None)) is not None:
        return known
    beforehand = (line for line in year.ledger() if line.kind in BEFOREHAND)
    return sum(line.amount_yen for line in beforehand if not line.undone)


def _beforehand(year, kind: str) -> Room:
    ceiling, open_yen = ceiling_yen(year), max(year.balance_yen, 0)
    if ceiling is None:
        return Room(kind, open_yen, "" if open_yen else NOTHING_LEFT, is_set=False)
    if ceiling == 0:
        return Room(kind, 0, NOTHING_BEFOREHAND)
    left = min(ceiling - advanced_yen(year), open_yen)
    return Room(kind, left) if left > 0 else Room(kind, 0, ALL_BEFOREHAND_PAID)


def _not_in_this_state(year, kind: str) -> Text:
    if year.granted_yen is None:
        return NOT_BEFORE_GRANT
    if kind in BEFOREHAND:
        return NOT_AFTER_CONFIRMED
    return NOT_BEFORE_CONFIRMED if year.confirmed_yen is None else NOTHING_LEFT


def _unsigned(year) -> Text:
    """Return who has not signed the yearly agreement yet, in words; empty if nobody is missing."""
    from . import agreements  # it reads the models, which import this module

    missing = agreements.unsigned(year)
    return agreements.not_signed_by(missing) if missing else ""
