"""Encrypting bank accounts: whoever finds a copy of the database, or a backup, reads none of them.

The key lies apart, like the one that signs sessions (setting ``BANK_KEY``); a backup of the keys
holds it, a backup of the data does not.

Source: the Fernet specification: AES-128 in CBC mode, authenticated by HMAC-SHA256.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _

from casework.errors import NotPossible


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """Where money is paid to; never shown in a traceback or a log, so it has no ``repr``.

    :param bank_code: four digits.
    :param branch_code: three digits.
    :param account_kind: a code of ``grants.forms.bank.ACCOUNT_KINDS``.
    :param account_number: seven digits.
    :param holder_kana: the holder as banks write it, in half-width kana.
    """

    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_kind: str
    account_number: str
    holder_kana: str


def encrypt(account: Account) -> str:
    """Return ``account`` as text that only the key of this installation opens."""
    told = json.dumps(asdict(account), ensure_ascii=False)
    return _box().encrypt(told.encode()).decode()


def decrypt(secret: str) -> Account:
    """Return what :func:`encrypt` made of an account.

    :raises NotPossible: if it was destroyed, or encrypted with another key.
    """
    try:
        told = _box().decrypt(secret.encode())
    except InvalidToken:
        raise NotPossible(
            _(
                "This bank account cannot be read: it was destroyed, or the key of this site is another."
            )
        ) from None
    return Account(**json.loads(told))


def _box() -> Fernet:
    """Return what locks and opens: a long random text stands for the 32 bytes that Fernet wants."""
    return Fernet(urlsafe_b64encode(sha256(settings.BANK_KEY.encode()).digest()))
