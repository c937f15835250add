"""Formal letters: which move sends which, what it says, and its number, date and frozen PDF."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from . import city, outbox
from .calendar import fiscal_year, japan_date, wareki, weekday_ja
from .deadlines import KINDS as DEADLINE_KINDS
from .errors import NotPossible
from .flow import Move, Text
from .models import Case, Letter
from .numbers import next_number
from .parties import Party
from .typesetting import typeset

NO_SENDER = _(
    "It is not set in whose name letters leave on this day. Enter the sender under Settings."
)


#: What a preview says of a date that is counted from the day the letter leaves.
COUNTED_LATER = "（施行のときに定まります）"


@dataclass(frozen=True, slots=True)
class LetterKind:
    """One kind of formal letter.

    :param build: called with the case and the facts of the move; returns the fields of the
        letter's data that this kind fills (see ``casework.typesetting``); ``None`` sends nothing.
    :param moves: the (kind, verb) pairs that send it.
    """

    code: str
    title: Text
    template: str
    build: Callable[..., dict | None]
    moves: tuple[tuple[str, str], ...] = ()
    to: str = Party.ORGANIZATION
    also: tuple[str, ...] = field(default=())


KINDS: dict[str, LetterKind] = {}
_SENT_BY_MOVE: dict[tuple[str, str], LetterKind] = {}


def register(*kinds: LetterKind) -> None:
    """Add kinds of letters.

    :raises ValueError: if a code or a move is taken.
    """
    for kind in kinds:
        if kind.code in KINDS or any(move in _SENT_BY_MOVE for move in kind.moves):
            raise ValueError(f"Letter {kind.code} or one of its moves is registered twice.")
        KINDS[kind.code] = kind
        _SENT_BY_MOVE.update(dict.fromkeys(kind.moves, kind))


def sent_by(case: Case, verb: str) -> LetterKind | None:
    """Return the kind of letter that ``verb`` sends about ``case``, if any."""
    return _SENT_BY_MOVE.get((case.kind, verb))


def issue_for(case: Case, move: Move, *, by, at: datetime, facts: dict) -> Letter | None:
    """Issue the letter that ``move`` sends, in the transaction of the move."""
    kind = sent_by(case, move.verb)
    content = kind.build(case, facts) if kind else None
    if content is None:
        return None
    opened = case.deadlines.open().filter(kind__in=move.opens, due_on__isnull=False)
    dates = {deadline.kind: _until(deadline.due_on) for deadline in opened.order_by("pk")}
    return issue(kind, case, _with_dates(content, dates), by=by, at=at)


def _until(day: date) -> str:
    return f"{wareki(day)}（{weekday_ja(day)}）まで"


def _with_dates(content: dict, dates: dict[str, str]) -> dict:
    """Add to a letter what is due by when because of the move that sends it.

    :param dates: deadline kind → the words that name its date.
    """
    with translation.override("ja"):  # letters are Japanese, whatever the language of the page
        lines = [
            {"label": str(DEADLINE_KINDS[kind].label), "value": words}
            for kind, words in dates.items()
        ]
    return {**content, "items": [*content.get("items", ()), *lines]}


@transaction.atomic
def issue(kind: LetterKind, case: Case, content: dict, *, by, at: datetime) -> Letter:
    """Number a letter, freeze its data and its PDF, and tell its addressee.

    :raises NotPossible: if it is not set in whose name letters leave that day.
    """
    day = japan_date(at)
    year = fiscal_year(day)
    number = next_number("letter", year)
    data = _data(kind, case, content, day=day, number=number)
    pdf = typeset(template_of(kind, content), data)
    letter = Letter.objects.create(
        case_id=case.pk,
        kind=kind.code,
        title=data["title"],
        fiscal_year=year,
        number=number,
        symbol=data["symbol"],
        issued_on=day,
        addressee=" ".join(filter(None, data["addressee"].values())),
        seal=data["seal"],
        data=data,
        pdf=pdf,
        pdf_digest=hashlib.sha256(pdf).hexdigest(),
        by=by,
        at=at,
    )
    for party in (kind.to, *kind.also):
        outbox.tell(case, party, "letter_sent", at=at, key=f"letter-{letter.pk}", letter=letter)
    return letter


def preview(kind: LetterKind, case: Case, facts: dict, *, today: date) -> bytes:
    """Return the PDF of a letter as it would leave today, marked as a draft, without a number.

    :raises NotPossible: if it is not set in whose name letters leave, or nothing would be sent.
    """
    content = kind.build(case, facts)
    if content is None:
        raise NotPossible(_("This move sends no letter."))
    move = next(case.flow[verb] for of, verb in kind.moves if of == case.kind)
    content = _with_dates(content, dict.fromkeys(move.opens, COUNTED_LATER))
    data = _data(kind, case, content, day=today, number=None)
    return typeset(template_of(kind, content), data)


def template_of(kind: LetterKind, content: dict) -> str:
    """Return the typst template: the kind's own, unless the case's instrument wants another."""
    return content.get("template", kind.template)


def _data(kind: LetterKind, case: Case, content: dict, *, day: date, number: int | None) -> dict:
    sender = city.sender_on(day)
    if sender is None:
        raise NotPossible(NO_SENDER)
    told = city.values("letter_symbol", "letter_seal", "appeal_text", "office_contact")
    return {
        "symbol": f"{told['letter_symbol']}第{number}号" if number else "（番号は施行のとき）",
        "issued": wareki(day),
        "addressee": addressee(case, kind.to),
        "sender": {"title": sender.title, "name": sender.name},
        "seal": told["letter_seal"] or Letter.Seal.OMITTED,
        "draft": number is None,
        "title": str(kind.title),
        "notice_text": told["appeal_text"],
        "contact": told["office_contact"],
        **content,
    }


def addressee(case: Case, party: str) -> dict[str, str]:
    """Return to whom a letter about ``case`` is addressed, with the right honorific."""
    if party == Party.DEPARTMENT:
        name = str(case.department)
        return {"organization": name, "title": "", "name": "", "honorific": "御中"}
    head = case.organization.representative
    if head is None:
        return {
            "organization": case.organization.name, "title": "", "name": "", "honorific": "御中"
        }  # fmt: skip
    return {
        "organization": case.organization.name,
        "title": head.post,
        "name": head.name,
        "honorific": "様",
    }
