"""What is still open before the account of a project year can be settled, in words."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text

#: States in which money may still go either way, and after which the account is settled.
AFTER_THE_AMOUNT = ("confirmed", "revoked")


def still_open(year) -> list[Text]:
    """Return what has to happen before the account is settled; empty while no amount is confirmed."""
    if year.state not in AFTER_THE_AMOUNT:
        return []
    return [*_money(year.balance_yen), *_claims(year)]


def _money(balance_yen: int) -> list[Text]:
    if not balance_yen:
        return []
    words = (
        _("{yen} yen are to be paid: the group claims the balance, and accounting pays it.")
        if balance_yen > 0
        else _("{yen} yen are to come back from the group; accounting records the money.")
    )
    return [format_lazy(words, yen=f"{abs(balance_yen):,}")]


def _claims(year) -> list[Text]:
    count = year.claims.filter(closed_at=None).count()
    return (
        [format_lazy(_("Claims that are not paid or closed yet: {count}"), count=count)]
        if count
        else []
    )
