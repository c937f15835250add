"""The file by which a bank takes transfers in one go (全銀協規定 総合振込). Pure: no database.

Records of 120 bytes in JIS X 0201: a header (1), one record a transfer (2), a trailer with number and
sum (8), an end (9). Digits stand to the right behind zeros, characters to the left before blanks. A
record ends with CR LF, or with nothing, as the bank wants it.

Source: 全銀協制定ファイルフォーマット【総合振込】 as 群馬銀行 publishes it (header, data, 120 or 122
bytes, padding); Oracle E-Business Suite, Japanese EFT (header, data); of the data record, 三井住友銀行
Web21 ファイルレイアウト (新規コード, 振込指定区分 7 電信扱). What a bank may leave blank is left blank.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .bank_secrets import Account

RECORD = 120
#: How a record ends: code of the setting → bytes.
LINE_ENDS = {"crlf": b"\r\n", "none": b""}
#: Kinds of account in the file.
KINDS = {"ordinary": "1", "current": "2", "savings": "4"}
#: What fits into the file.
MOST_YEN, MOST_TRANSFERS = 9_999_999_999, 999_999


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays (振込依頼人), and the account it goes off.

    :param code: ten digits, which the bank gives (依頼人コード).
    :param name: in half-width kana, as ``bank_name`` and ``branch_name`` are.
    :param account_kind: 1 ordinary, 2 current, 9 other.
    """

    code: str
    name: str
    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_kind: str
    account_number: str


@dataclass(frozen=True, slots=True, repr=False)
class Transfer:
    """One payment in whole yen; it holds an account, so it has no ``repr``.

    :param reference: a number by which the payer knows it again (顧客コード1).
    """

    account: Account
    amount_yen: int
    reference: int = 0


def transfer_file(
    payer: Payer, transfers: Iterable[Transfer], *, on: date, line_end: bytes = b""
) -> bytes:
    """Return the file; number and sum of the trailer are computed from its own records.

    :param on: day of the transfer (振込指定日), of which the file holds month and day.
    :raises ValueError: if a text or a number does not fit, or there is nothing to transfer.
    """
    transfers = list(transfers)
    if not 0 < len(transfers) <= MOST_TRANSFERS:
        raise ValueError(f"{len(transfers)} transfers do not make a file.")
    data = [_data(transfer) for transfer in transfers]
    trailer = _record("8", _digits(len(data), 6), _digits(_sum_of(data), 12), _blank(101))
    records = [_header(payer, on), *data, trailer, _record("9", _blank(119))]
    return b"".join(record + line_end for record in records)


def _header(payer: Payer, on: date) -> bytes:
    return _record(
        "1", "21", "0", _digits(payer.code, 10), _text(payer.name, 40), f"{on:%m%d}",
        _digits(payer.bank_code, 4), _text(payer.bank_name, 15),
        _digits(payer.branch_code, 3), _text(payer.branch_name, 15),
        _digits(payer.account_kind, 1), _digits(payer.account_number, 7), _blank(17),
    )  # fmt: skip


def _data(transfer: Transfer) -> bytes:
    account = transfer.account
    if not 0 < transfer.amount_yen <= MOST_YEN:
        raise ValueError(f"{transfer.amount_yen} yen cannot be transferred.")
    return _record(
        "2", _digits(account.bank_code, 4), _blank(15), _digits(account.branch_code, 3),
        _blank(15), "0000", KINDS[account.account_kind], _digits(account.account_number, 7),
        _text(account.holder_kana, 30), _digits(transfer.amount_yen, 10), "0",
        _digits(transfer.reference, 10), _digits(0, 10), "7", _blank(1), _blank(7),
    )  # fmt: skip


#: Where the amount stands in a record of data.
AMOUNT = slice(80, 90)


def _sum_of(records: list[bytes]) -> int:
    return sum(int(record[AMOUNT]) for record in records)


def _record(*parts: str) -> bytes:
    record = "".join(parts).encode("cp932")
    if len(record) != RECORD:
        raise ValueError(f"A record of {len(record)} bytes.")
    return record


def _digits(value: str | int, length: int) -> str:
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) <= length):
        raise ValueError(f"No number of {length} digits.")
    return text.zfill(length)


def _text(value: str, length: int) -> str:
    """Return ``value`` in single bytes; of a name that is too long, what fits (30 of a holder)."""
    if len(value.encode("cp932")) != len(value):
        raise ValueError("Only half-width characters stand in the file.")
    return value[:length].ljust(length)


def _blank(length: int) -> str:
    return " " * length
