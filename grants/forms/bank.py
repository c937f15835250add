"""The bank account of a group, as people type it and as banks write it."""

import re
import unicodedata

import jaconv
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from grants.bank_secrets import Account

ACCOUNT_KINDS = {
    "ordinary": _("Ordinary (普通)"),
    "current": _("Current (当座)"),
    "savings": _("Savings (貯蓄)"),
}
#: What documents call each kind.
ACCOUNT_KINDS_JA = {"ordinary": "普通", "current": "当座", "savings": "貯蓄"}

#: What may stand in the name of a holder, once it is half-width: kana, capitals, digits, signs.
HOLDER = re.compile(r"[ｦｱ-ﾟA-Z0-9 ().,/\-]+")
HYPHENS = str.maketrans(dict.fromkeys("ｰ‐‑–—−―", "-"))


def holder_kana(text: str) -> str:
    """Return the holder as banks write it: half-width katakana, capitals, no small kana.

    ``エンガワのカイ`` and ``ｴﾝｶﾞﾜﾉｶｲ`` become ``ｴﾝｶﾞﾜﾉｶｲ``; a long vowel is written as a hyphen.

    :raises ValidationError: if something is left that is no kana, letter, digit or sign.
    """
    wide = jaconv.hira2kata(unicodedata.normalize("NFKC", text))
    half = jaconv.z2h(jaconv.enlarge_smallkana(wide), kana=True, digit=True, ascii=True)
    found = " ".join(half.upper().translate(HYPHENS).split())
    if not HOLDER.fullmatch(found):
        raise ValidationError(
            _("Write the holder in kana, as inside the cover of the bank book (通帳).")
        )
    return found


class DigitsField(forms.CharField):
    """So many digits; full-width ones, blanks and hyphens are accepted.

    :param length: how many digits.
    """

    def __init__(self, *, length: int, wrong, **kwargs):
        super().__init__(max_length=30, **kwargs)
        self.length, self.wrong = length, wrong
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value):
        text = unicodedata.normalize("NFKC", super().to_python(value))
        return re.sub(r"[\s\-‐‑–—−ー]", "", text)

    def validate(self, value):
        super().validate(value)
        if not (value.isascii() and value.isdecimal() and len(value) == self.length):
            raise ValidationError(self.wrong)


def _words(label, **kwargs) -> forms.CharField:
    field = forms.CharField(label=label, max_length=60, **kwargs)
    field.widget.attrs |= {"autocomplete": "off"}
    return field


class BankAccountForm(forms.Form):
    """Typed in whole each time: nobody but accounting is ever shown what is registered."""

    bank_name = _words(_("Bank: name"))
    bank_code = DigitsField(
        label=_("Bank: number"), length=4, wrong=_("Write the 4 digits of the bank (金融機関コード)."),
        help_text=_("4 digits (金融機関コード)."),
    )  # fmt: skip
    branch_name = _words(_("Branch: name"))
    branch_code = DigitsField(
        label=_("Branch: number"), length=3, wrong=_("Write the 3 digits of the branch (支店コード)."),
        help_text=_("3 digits (支店コード)."),
    )  # fmt: skip
    account_kind = forms.ChoiceField(
        label=_("Kind of account"), choices=list(ACCOUNT_KINDS.items())
    )
    account_number = DigitsField(
        label=_("Account number"), length=7,
        wrong=_("Write 7 digits. Put zeros in front of a shorter number."),
        help_text=_("7 digits. Of the Japan Post Bank (ゆうちょ銀行), write branch and number for transfers from other banks."),
    )  # fmt: skip
    holder_kana = _words(
        _("Holder in kana"), help_text=_("As inside the cover of the bank book (通帳).")
    )

    document = forms.CharField(
        label=_("The paper of the group that says so"), max_length=200,
        help_text=_("Its name and day, such as the claim. It is kept, and the group is told; without digits."),
    )  # fmt: skip

    def __init__(self, *args, is_own: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        if is_own:
            del self.fields["document"]

    def clean_holder_kana(self):
        return holder_kana(self.cleaned_data["holder_kana"])

    def account(self) -> Account:
        """Return a valid form's account."""
        told = {name: self.cleaned_data[name] for name in Account.__dataclass_fields__}
        return Account(**told)

    @property
    def masked(self) -> str:
        """The last digits of a valid form's account, so that a typing mistake is seen."""
        return f"＊＊＊{self.cleaned_data['account_number'][-4:]}"
