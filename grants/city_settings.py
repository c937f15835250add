"""What only the city and its bank know about transfers: unknown, so empty until it is entered."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from casework.city import SETTINGS, Setting, values

from .bank_transfer import LINE_ENDS, Payer
from .forms.bank import holder_kana


def _digits(length: int) -> Callable[[str], object]:
    def check(value: str) -> None:
        text = value.strip()
        if text and not (text.isascii() and text.isdecimal() and len(text) == length):
            raise ValidationError(_("Write %(length)d digits.") % {"length": length})

    return check


def _kana(length: int) -> Callable[[str], object]:
    def check(value: str) -> None:
        text = value.strip()
        if text and (holder_kana(text) != text or len(text) > length):
            words = _("Write it in half-width kana and capitals, %(length)d characters at most.")
            raise ValidationError(words % {"length": length})

    return check


#: Field of ``Payer`` → its setting.
OF_PAYER = {
    "code": Setting("transfer_payer_code", _("Bank transfers: code of the payer (依頼人コード)"), _("10 digits, which the bank gives."), check=_digits(10)),
    "name": Setting("transfer_payer_name", _("Bank transfers: name of the payer in kana"), _("Half-width kana, 40 characters at most."), check=_kana(40)),
    "bank_code": Setting("transfer_bank_code", _("Bank transfers: number of the city's bank"), _("4 digits."), check=_digits(4)),
    "bank_name": Setting("transfer_bank_name", _("Bank transfers: name of the city's bank in kana"), _("Half-width kana, 15 characters at most."), check=_kana(15)),
    "branch_code": Setting("transfer_branch_code", _("Bank transfers: number of the branch"), _("3 digits."), check=_digits(3)),
    "branch_name": Setting("transfer_branch_name", _("Bank transfers: name of the branch in kana"), _("Half-width kana, 15 characters at most."), check=_kana(15)),
    "account_kind": Setting(
        "transfer_account_kind", _("Bank transfers: kind of the city's account"),
        choices=(("1", _("Ordinary (普通)")), ("2", _("Current (当座)")), ("9", _("Other"))),
    ),
    "account_number": Setting("transfer_account_number", _("Bank transfers: number of the city's account"), _("7 digits."), check=_digits(7)),
}  # fmt: skip
LINE_END = Setting(
    "transfer_line_ends", _("Bank transfers: how a record ends"),
    choices=(("crlf", _("with CR LF")), ("none", _("with nothing"))),
)  # fmt: skip


def register() -> None:
    """Add the settings of bank transfers to those the office fills in."""
    SETTINGS.update({setting.code: setting for setting in (*OF_PAYER.values(), LINE_END)})


def payer() -> tuple[Payer | None, bytes, list]:
    """Return who pays and how a record ends, and the labels of what is not set; then nobody pays."""
    wanted = [*OF_PAYER.values(), LINE_END]
    told = values(*(setting.code for setting in wanted))
    missing = [setting.label for setting in wanted if not told[setting.code]]
    if missing:
        return None, b"", missing
    fields = {name: told[setting.code] for name, setting in OF_PAYER.items()}
    return Payer(**fields), LINE_ENDS[told[LINE_END.code]], []
