"""Formal letters: which move sends which, what it says, and its number, date and frozen PDF.

A letter that left is never changed. Where its addressee or sender was wrong, :func:`reissue` lets a
new version leave with the same number; what was decided, and by when what is due, stays word for word.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from accounts.permissions import require

from . import city, history, outbox
from .calendar import fiscal_year, japan_date, wareki, weekday_ja
from .deadlines import KINDS as DEADLINE_KINDS
from .errors import NotPossible
from .flow import Move, Text
from .models import Case, Letter, LetterToNumber
from .numbers import next_number, note_number
from .parties import Party
from .typesetting import typeset
from .verbs import name_verbs

name_verbs(
    reissue_letter=_("New version of a letter"),
    number_letter=_("Number of a letter entered"),
)

#: The one series of all letters; it begins anew in each fiscal year.
SERIES = "letter"

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
        fills (see ``casework.typesetting``); ``None`` sends nothing.
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


def issue_for(
    case: Case, move: Move, *, by, at: datetime, facts: dict
) -> Letter | LetterToNumber | None:
    """Issue the letter that ``move`` sends, in the transaction of the move.

    Where numbers are typed in, what waits for its number is returned: its own notice tells the
    group once it leaves, and nothing before.
    """
    kind = sent_by(case, move.verb)
    content = kind.build(case, {**facts, "issued_on": japan_date(at)}) if kind else None
    if content is None:
        return None
    opened = case.deadlines.open().filter(kind__in=move.opens, due_on__isnull=False)
    dates = {deadline.kind: _until(deadline.due_on) for deadline in opened.order_by("pk")}
    content = _with_dates(content, dates)
    if city.value("letter_numbers") == city.TYPED_IN:
        return LetterToNumber.objects.create(
            case_id=case.pk, kind=kind.code, content=content, at=at
        )
    return issue(kind, case, content, by=by, at=at)


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
        number = next_number(SERIES, year)
    else:
        note_number(SERIES, year, number)
        _refuse_taken(year, number)
    data = _data(kind, case, content, day=day, number=number)
    letter = Letter(
        case_id=case.pk, kind=kind.code, title=data["title"], fiscal_year=year, number=number,
        symbol=data["symbol"], seal=data["seal"],
    )  # fmt: skip
    return _freeze(letter, kind, case, data, by=by, at=at)


def _refuse_taken(year: int, number: int) -> None:
    taken = Letter.objects.filter(fiscal_year=year, number=number).first()
    if taken:
        raise NotPossible(
            _("Number %(number)d is taken in this fiscal year: %(letter)s")
            % {"number": number, "letter": taken.title}
        )


@transaction.atomic
def give_number(waiting: LetterToNumber, number: int, *, by, at: datetime) -> Letter:
    """Let a letter leave that waited for its number; it bears the day on which it gets it.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if it has a number already, the number is taken in the fiscal year, or it is
        not set in whose name letters leave that day.
    """
    require(by.act_on(japan_date(at)), "casework.number_letters")
    case = Case.objects.select_for_update().get(pk=waiting.case_id).specific
    row = LetterToNumber.objects.waiting().filter(pk=waiting.pk).first()
    if row is None:
        raise NotPossible(_("This letter has its number already, or is not sent any more."))
    row.letter = issue(KINDS[row.kind], case, row.content, by=by, at=at, number=number)
    row.save(update_fields=["letter"])
    history.append(
        case, "number_letter", source=case.state, target=case.state, by=by, at=at,
        facts={"letter": row.letter.pk},
    )  # fmt: skip
    return row.letter


def of_move(case: Case, *, at: datetime) -> Letter | LetterToNumber | None:
    """Return the letter that the move of ``case`` at ``at`` sent, or what waits for its number."""
    waiting = LetterToNumber.objects.waiting().filter(case_id=case.pk, at=at)
    return case.letters.filter(at=at).first() or waiting.first()


def drop_waiting(case: Case, *, since: datetime) -> None:
    """Forget the letters of a move that is taken back, and that never left."""
    LetterToNumber.objects.waiting().filter(case_id=case.pk, at__gte=since).delete()


def _freeze(letter: Letter, kind: LetterKind, case: Case, data: dict, *, by, at) -> Letter:
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


# New versions

AGREEMENT_STANDS = _(
    "Several parties signed this. It is not issued anew: conclude another agreement with them."
)
NOTHING_CHANGES = _(
    "The new version would say what the old one says. Correct the name or the sender first, or "
    "write a remark."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a new version says differently, in the words of the letter."""

    label: Text
    before: str
    after: str


@transaction.atomic
def reissue(letter: Letter, *, reason: str, by, at: datetime, remark: str = "") -> Letter:
    """Issue a new version of ``letter`` with the same number, which replaces it.

    The new version bears the day it leaves, the sender of that day, and the addressee's name as it
    is now; all else is what the old one says. The old one stays readable. What has not left yet of
    the old one's notices is withdrawn, and the addressee is told of the new one.

    :param reason: why, for the history and for whoever sees the case.
    :param remark: words that the new version prints for its addressee.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if it was replaced already, or is an agreement, or nothing would change.
    """
    require(by.act_on(japan_date(at)), "casework.reissue_letter")
    case = Case.objects.select_for_update().get(pk=letter.case_id).specific
    letter = Letter.objects.get(pk=letter.pk)
    data = _reissued(letter, case, remark=remark, day=japan_date(at))
    new = Letter(
        case_id=case.pk, kind=letter.kind, title=letter.title, fiscal_year=letter.fiscal_year,
        number=letter.number, symbol=letter.symbol, seal=letter.seal,
        version=letter.version + 1, replaces=letter, reason=reason,
    )  # fmt: skip
    outbox.withdraw_replaced(letter)
    _freeze(new, KINDS[letter.kind], case, data, by=by, at=at)
    history.append(
        case, "reissue_letter", source=case.state, target=case.state, by=by, at=at,
        facts={"letter": new.pk, "replaces": letter.pk, "reason": reason},
    )  # fmt: skip
    return new


def preview_reissue(letter: Letter, *, remark: str, today: date) -> bytes:
    """Return the PDF of the version that would replace ``letter`` today, marked as a draft.

    :raises NotPossible: if :func:`reissue` would refuse it.
    """
    data = _reissued(letter, letter.case, remark=remark, day=today)
    return typeset(template_of(KINDS[letter.kind], data), {**data, "draft": True})


def why_not_reissued(letter: Letter) -> Text | None:
    """Return why no new version of ``letter`` can leave, or ``None`` if one can."""
    later = Letter.objects.filter(replaces=letter).first()
    if later:
        return _("Version %(number)d has replaced this letter already.") % {"number": later.version}
    return AGREEMENT_STANDS if letter.is_agreement else None


def differences(letter: Letter, *, today: date) -> list[Difference]:
    """Return what a version of ``letter`` that leaves today would say differently.

    :raises NotPossible: if it is not set in whose name letters leave that day.
    """
    now = _renewed(letter, letter.case, today)
    told = (
        (_("Date of the letter"), "issued"),
        (_("Addressee"), "addressee"),
        (_("In whose name"), "sender"),
    )
    return [
        Difference(label, _in_a_line(letter.data[key]), _in_a_line(now[key]))
        for label, key in told
        if letter.data[key] != now[key]
    ]


def _in_a_line(part) -> str:
    return part if isinstance(part, str) else " ".join(filter(None, part.values()))


def _renewed(letter: Letter, case: Case, day: date) -> dict:
    """Return what may be different on ``day``: nothing of what was decided."""
    return {
        "issued": wareki(day),
        "addressee": addressee(case, KINDS[letter.kind].to),
        "sender": _sender(day),
    }


def _reissued(letter: Letter, case: Case, *, remark: str, day: date) -> dict:
    if why := why_not_reissued(letter):
        raise NotPossible(why)
    now = _renewed(letter, case, day)
    if not remark and all(letter.data[key] == now[key] for key in ("addressee", "sender")):
        raise NotPossible(NOTHING_CHANGES)
    replaces = (
        f"この文書（第{letter.version + 1}版）は、{letter.data['issued']}付け{letter.symbol}の文書に"
        "代わるものです。"
    )
    return {**letter.data, **now, "replaces": replaces, "remark": remark}


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
    content = _with_dates(content, dict.fromkeys(move.opens, COUNTED_LATER))
    data = _data(kind, case, content, day=today, number=None)
    return typeset(template_of(kind, content), data)


def template_of(kind: LetterKind, content: dict) -> str:
    """Return the typst template: the kind's own, unless the case's instrument wants another."""
    return content.get("template", kind.template)


def _data(kind: LetterKind, case: Case, content: dict, *, day: date, number: int | None) -> dict:
    sender = _sender(day)
    told = city.values(
        "letter_symbol", "letter_seal", "appeal_text", "office_name", "office_contact"
    )
    return {
        "symbol": f"{told['letter_symbol']}第{number}号" if number else "（番号は施行のとき）",
        "issued": wareki(day),
        "addressee": addressee(case, kind.to),
        "sender": sender,
        "seal": told["letter_seal"],
        "draft": number is None,
        "title": str(kind.title),
        "notice_text": told["appeal_text"],
        "contact": "　".join(filter(None, (told["office_name"], told["office_contact"]))) or None,
        **content,
    }


def _sender(day: date) -> dict[str, str]:
    sender = city.sender_on(day)
    if sender is None:
        raise NotPossible(NO_SENDER)
    return {"title": sender.title, "name": sender.name}


def addressee(case: Case, party: str) -> dict[str, str]:
    """Return to whom a letter about ``case`` is addressed, with the right honorific."""
    if party == Party.DEPARTMENT:
        name = str(case.department)
        return {"organization": name, "title": "", "name": "", "honorific": "御中"}
    return addressee_of(case.organization)


def addressee_of(organization: Organization) -> dict[str, str]:
    """Return how a group is addressed: by its representative, or by its name."""
    head = organization.representative
    if head is None:
        return {"organization": organization.name, "title": "", "name": "", "honorific": "御中"}
    return {
        "organization": organization.name, "title": head.post, "name": head.name, "honorific": "様"
    }  # fmt: skip


def desk_part(request) -> dict | None:
    """How many letters wait for a number; nothing where none does."""
    waiting = LetterToNumber.objects.visible_to(request.user).waiting().count()
    return {"to_number": waiting} if waiting else None
