"""Formal letters: which move sends which, what it says, and its number, date and frozen PDF.

A letter that left is never changed; ``casework.letter_versions`` lets a new version of it leave.
Where a person types numbers in, ``casework.typed_numbers`` lets a letter leave once it has one.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization

from . import city, outbox
from .calendar import fiscal_year, japan_date, wareki, weekday_ja
from .deadlines import KINDS as DEADLINE_KINDS
from .errors import NotPossible
from .flow import Move, Text
from .models import Case, Deadline, Letter, LetterToNumber, NumberSeries
from .numbers import next_number, note_number
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

    :param build: called with the case and the facts of the move, and as ``issued_on`` among them
        the Japan date on which it leaves; returns the fields of the letter's data that this kind
        fills (see ``casework.typesetting``); ``None`` sends nothing. ``dates_later`` among the facts
        says that it waits for its number: the dates of ``also_names`` are added when it leaves.
    :param moves: the (kind, verb) pairs that send it.
    :param also_names: kinds of deadlines that another case owes because of its move, with a date
        that it names.
    """

    code: str
    title: Text
    template: str
    build: Callable[..., dict | None]
    moves: tuple[tuple[str, str], ...] = ()
    to: str = Party.ORGANIZATION
    also: tuple[str, ...] = field(default=())
    also_names: tuple[str, ...] = field(default=())


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


def issue_for(
    case: Case, move: Move, *, by, at: datetime, facts: dict
) -> Letter | LetterToNumber | None:
    """Issue the letter that ``move`` sends, in the transaction of the move.

    Where numbers are typed in, what waits for its number is returned: its own notice tells the
    group once it leaves, and nothing before.
    """
    kind = sent_by(case, move.verb)
    if kind is None:
        return None
    waits = city.value("letter_numbers") == city.TYPED_IN
    told = {**facts, "issued_on": japan_date(at), "dates_later": waits}
    content = kind.build(case, told)
    if content is None:
        return None
    opened = list(case.deadlines.open().filter(kind__in=move.opens).with_end().order_by("pk"))
    if waits:
        return LetterToNumber.objects.create(
            case_id=case.pk, kind=kind.code, content=content, at=at,
            deadlines=[deadline.pk for deadline in opened],
        )  # fmt: skip
    return issue(kind, case, with_dates(content, opened), by=by, at=at)


def with_dates(content: dict, deadlines: Iterable[Deadline]) -> dict:
    """Add to a letter what is due by when because of the move that sends it.

    :param deadlines: fetched ``with_end``; one whose date is not set is left out.
    """
    return _with_lines(content, {d.kind: _until(d.ends) for d in deadlines if d.ends})


def _until(day: date) -> str:
    return f"{wareki(day)}（{weekday_ja(day)}）まで"


def _with_lines(content: dict, dates: dict[str, str]) -> dict:
    """Add lines of dates to a letter.

    :param dates: deadline kind → the words that name its date.
    """
    with translation.override("ja"):  # letters are Japanese, whatever the language of the page
        lines = [
            {"label": str(DEADLINE_KINDS[kind].label), "value": words}
            for kind, words in dates.items()
        ]
    return {**content, "items": [*content.get("items", ()), *lines]}


@transaction.atomic
def issue(
    kind: LetterKind, case: Case, content: dict, *, by, at: datetime, number: int | None = None
) -> Letter:
    """Number a letter, freeze its data and its PDF, and tell its addressee.

    :param number: of the city's document register; ``None`` counts on in the fiscal year.
    :raises NotPossible: if it is not set in whose name letters leave that day, or the number is
        taken in the fiscal year.
    """
    day = japan_date(at)
    year = fiscal_year(day)
    if number is None:
        number = next_number(NumberSeries.LETTERS, year)
    else:
        note_number(NumberSeries.LETTERS, year, number)
        _refuse_taken(year, number)
    data = _data(kind, case, content, day=day, number=number)
    letter = Letter(
        case_id=case.pk, kind=kind.code, title=data["title"], fiscal_year=year, number=number,
        symbol=data["symbol"], seal=data["seal"],
    )  # fmt: skip
    return freeze(letter, kind, case, data, by=by, at=at)


def _refuse_taken(year: int, number: int) -> None:
    taken = Letter.objects.filter(fiscal_year=year, number=number).first()
    if taken:
        raise NotPossible(
            _("Number %(number)d is taken in this fiscal year: %(letter)s")
            % {"number": number, "letter": taken.title}
        )


def of_move(case: Case, *, at: datetime) -> Letter | LetterToNumber | None:
    """Return the letter that the move of ``case`` at ``at`` sent, or what waits for its number."""
    waiting = LetterToNumber.objects.waiting().filter(case_id=case.pk, at=at)
    return case.letters.filter(at=at).first() or waiting.first()


def freeze(letter: Letter, kind: LetterKind, case: Case, data: dict, *, by, at) -> Letter:
    """Typeset and save ``letter`` as it leaves, and tell its addressee."""
    letter.issued_on = japan_date(at)
    letter.addressee = " ".join(filter(None, data["addressee"].values()))
    letter.data = data
    letter.pdf = typeset(template_of(kind, data), data)
    letter.pdf_digest = hashlib.sha256(letter.pdf).hexdigest()
    letter.by, letter.at = by, at
    letter.save(force_insert=True)
    for party in (kind.to, *kind.also):
        outbox.tell(case, party, "letter_sent", at=at, key=f"letter-{letter.pk}", letter=letter)
    return letter


def pages_of(pdf: bytes) -> int:
    """Return how many pages a letter's PDF has, which typst lists as plain objects."""
    return len(re.findall(rb"/Type/Page\b", pdf))


def preview(kind: LetterKind, case: Case, facts: dict, *, today: date) -> bytes:
    """Return the PDF of a letter as it would leave today, marked as a draft, without a number.

    :raises NotPossible: if it is not set in whose name letters leave, or nothing would be sent.
    """
    content = kind.build(case, {**facts, "issued_on": today})
    if content is None:
        raise NotPossible(_("This move sends no letter."))
    move = next(case.flow[verb] for of, verb in kind.moves if of == case.kind)
    content = _with_lines(content, dict.fromkeys(move.opens, COUNTED_LATER))
    data = _data(kind, case, content, day=today, number=None)
    return typeset(template_of(kind, content), data)


def template_of(kind: LetterKind, content: dict) -> str:
    """Return the typst template: the kind's own, unless the case's instrument wants another."""
    return content.get("template", kind.template)


def _data(kind: LetterKind, case: Case, content: dict, *, day: date, number: int | None) -> dict:
    sender = in_whose_name(day)
    told = city.values(
        "letter_symbol", "letter_seal", "appeal_text", "office_name", "office_contact"
    )
    return {
        "symbol": f"{told['letter_symbol']}第{number}号" if number else "（番号は施行のとき）",
        "issued": wareki(day),
        "addressee": addressee(case, kind.to, day=day),
        "sender": sender,
        "seal": told["letter_seal"],
        "draft": number is None,
        "title": str(kind.title),
        "notice_text": told["appeal_text"],
        "contact": "　".join(filter(None, (told["office_name"], told["office_contact"]))) or None,
        **content,
    }


def in_whose_name(day: date) -> dict[str, str]:
    sender = city.sender_on(day)
    if sender is None:
        raise NotPossible(NO_SENDER)
    return {"title": sender.title, "name": sender.name}


def addressee(case: Case, party: str, *, day: date) -> dict[str, str]:
    """Return to whom a letter of ``day`` about ``case`` is addressed, with the right honorific."""
    if party == Party.DEPARTMENT:
        name = str(case.department)
        return {"organization": name, "title": "", "name": "", "honorific": "御中"}
    return addressee_of(case.organization, day=day)


def addressee_of(organization: Organization, *, day: date) -> dict[str, str]:
    """Return how a group is addressed: by its representative on ``day``, or by its name."""
    head = organization.representative_on(day)
    if head is None:
        return {"organization": organization.name, "title": "", "name": "", "honorific": "御中"}
    return {
        "organization": organization.name, "title": head.post, "name": head.name, "honorific": "様"
    }  # fmt: skip
