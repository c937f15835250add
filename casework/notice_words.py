"""What a notice may say: kinds of notices, their variables, and the check of a text that uses them.

A text never touches a row of a table: each variable is a plain string or a yes or no, worked out
before the text is read. So a text that the office edits can show nothing that its kind does not
offer, and what is wrong with it is known, with its place, when it is saved.

    {{ case_title }}                                  a variable
    {% if case_number %} … {% elif … %} … {% else %} … {% endif %}   with and, or, not
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.template import Context, Engine, Library, Template, TemplateSyntaxError
from django.template.base import DebugLexer, Token, TokenType
from django.template.defaulttags import do_if
from django.template.loader import get_template
from django.utils import translation
from django.utils.dateformat import format as formatted
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User

from .calendar import wareki
from .flow import Text
from .models import Case, NoticeTemplate
from .quiet_hours import ACCOUNT

Told = Mapping[str, Any]
Value = str | bool
Variant = NoticeTemplate.Variant


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing that a text may say, or ask with ``{% if … %}``.

    :param read: called with what is told and a language; returns the words, or yes or no.
    :param optional: whether it is sometimes empty, so that a text had better ask first.
    """

    code: str
    label: Text
    read: Callable[[Told, str], Value]
    optional: bool = False

    @property
    def asks(self) -> bool:
        """Whether it is a yes or no, and nothing to be written."""
        return self.code.startswith("is_")


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice.

    :param sent_when: in plain words, when it goes out.
    :param sample: called with a case (``None`` for a kind that is about none) and a moment; returns
        what would be told, for a preview, or ``None`` if such a notice does not fit the case.
    :param fitting: narrows cases to those that a preview of this kind fits; ``None`` if it is about
        no case.
    :param on_paper: whether it has words for the post, too.
    """

    code: str
    label: Text
    sent_when: Text
    variables: tuple[Variable, ...]
    sample: Callable[[Case | None, datetime], dict | None]
    fitting: Callable[[QuerySet[Case]], QuerySet[Case]] | None = lambda cases: cases
    on_paper: bool = False

    @property
    def variants(self) -> tuple[str, ...]:
        return (Variant.JA, Variant.EN, *((Variant.PAPER,) if self.on_paper else ()))

    def names(self) -> dict[str, Variable]:
        return {variable.code: variable for variable in self.variables}


KINDS: dict[str, NoticeKind] = {}


def register(*kinds: NoticeKind) -> None:
    """Offer kinds of notices; called when an app is ready.

    :raises ValueError: if a kind is registered already.
    """
    for kind in kinds:
        if kind.code in KINDS:
            raise ValueError(f"The kind of notice {kind.code} is registered already.")
        KINDS[kind.code] = kind


def label_of(code: str) -> Text:
    """Return what a kind of notice is called; of letters about log-ins all are one kind."""
    if code in KINDS:
        return KINDS[code].label
    if code == "account_invitation":
        return gettext_lazy("Invitation to a group")
    return gettext_lazy("Letter about a log-in") if code.startswith(ACCOUNT) else code


def language_of(variant: str) -> str:
    """Return the language of a variant; what goes by post is Japanese."""
    return "ja" if variant == Variant.PAPER else variant


# The check


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a text, and where; lines and columns count from 1."""

    line: int
    column: int
    why: str

    def __str__(self) -> str:
        place = {"line": self.line, "column": self.column, "why": self.why}
        return _("Line %(line)d, column %(column)d: %(why)s") % place


def mistakes_in(text: str, variables: Iterable[Variable]) -> list[Mistake]:
    """Return what is wrong in one text, in the order of its places; nothing if it can be saved."""
    known = {variable.code: variable for variable in variables}
    found = [
        Mistake(*_place(text, at), why)
        for token in DebugLexer(text).tokenize()
        for at, why in _wrong_in(token, text, known)
    ]
    return found or _wrong_in_structure(text)


def _place(text: str, at: int) -> tuple[int, int]:
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _wrong_in(token: Token, text: str, known: Mapping[str, Variable]) -> list[tuple[int, str]]:
    """Return ``(offset, why)`` of what is wrong in one piece of a text."""
    assert token.position is not None  # the debug lexer knows all places
    start, end = token.position
    match token.token_type:
        case TokenType.TEXT:
            return _stray_braces(text, start, end)
        case TokenType.VAR:
            return _wrong_variable(token.contents, text, start, known)
        case TokenType.BLOCK:
            return _wrong_tag(token.contents.split(), text, start, known)
    return []  # a comment


def _stray_braces(text: str, start: int, end: int) -> list[tuple[int, str]]:
    places = [at for mark in ("{{", "}}", "{%", "%}") if (at := text.find(mark, start, end)) >= 0]
    why = _("These braces have no partner on the same line.")
    return [(min(places), why)] if places else []


def _wrong_variable(
    words: str, text: str, start: int, known: Mapping[str, Variable]
) -> list[tuple[int, str]]:
    name = words.split("|")[0].strip()
    at = text.find(words, start) if words else start
    if name not in known:
        return [(at, _unknown(name, known))]
    if known[name].asks:
        return [(at, _("“%(name)s” is a yes or no: ask it with {%% if %%}.") % {"name": name})]
    if name != words:
        bar = text.find("|", at)
        return [(bar, _("Filters (what follows a “|”) cannot be used here."))]
    return []


def _wrong_tag(
    words: list[str], text: str, start: int, known: Mapping[str, Variable]
) -> list[tuple[int, str]]:
    tag, asked = (words[0], words[1:]) if words else ("", [])
    at = text.find(tag, start + 2)
    if tag not in ("if", "elif", "else", "endif"):
        said = {"tag": tag, "near": _near(tag, ("if", "elif", "else", "endif"))}
        return [
            (at, _("There is no tag “%(tag)s” here, only if, elif, else, endif.%(near)s") % said)
        ]
    found, at = [], at + len(tag)
    for word in asked:
        at = text.find(word, at)
        if word not in ("and", "or", "not") and word not in known:
            found.append((at, _unknown(word, known)))
        at += len(word)
    return found


def _unknown(name: str, known: Iterable[str]) -> str:
    said = {"name": name, "near": _near(name, known)}
    return _("There is no variable “%(name)s” here.%(near)s") % said


def _near(name: str, known: Iterable[str]) -> str:
    nearest = get_close_matches(name, list(known), n=1)
    return " " + _("Did you mean “%(name)s”?") % {"name": nearest[0]} if nearest else ""


def _wrong_in_structure(text: str) -> list[Mistake]:
    """Return where an ``if`` is not closed, or asks nothing; its words are right by then."""
    try:
        _parsed(text)
    except TemplateSyntaxError as error:
        token = getattr(error, "token", None)
        place = _place(text, token.position[0]) if token is not None else (1, 1)
        return [Mistake(*place, _("This if, elif, else or endif does not fit with the others."))]
    return []


# Reading a text

#: All that a text can do besides saying its variables.
_TAGS = Library()
_TAGS.tag("if", do_if)


@cache
def _engine() -> Engine:
    engine = Engine(autoescape=False, debug=True)
    engine.template_builtins = [_TAGS]
    engine.template_libraries = {}
    return engine


def _parsed(text: str) -> Template:
    return Template(text, engine=_engine())


@dataclass(frozen=True, slots=True)
class Words:
    """What one notice says; ``template`` is the version of the office, if it is not the program's."""

    subject: str
    body: str
    template: NoticeTemplate | None = None


def of_program(kind: str, variant: str) -> Words:
    """Return the text that the program brings along: the first line is the subject."""
    source = get_template(f"notices/{kind}.{variant}.txt").template.source  # type: ignore[attr-defined]
    subject, _newline, body = source.strip().partition("\n")
    return Words(subject.strip(), body.strip())


def values_of(kind: NoticeKind, variant: str, told: Told) -> dict[str, Value]:
    """Return what every variable of ``kind`` says of what is told, in the language of ``variant``."""
    language = language_of(variant)
    with translation.override(language):
        return {variable.code: variable.read(told, language) for variable in kind.variables}


def fill(words: Words, values: Mapping[str, Value]) -> Words:
    """Return ``words`` with ``values`` in the place of the variables; the subject is one line."""
    subject, body = (_parsed(text).render(Context(dict(values), autoescape=False))
                     for text in (words.subject, words.body))  # fmt: skip
    return Words(" ".join(subject.split())[:200], body.strip(), words.template)


def standing(kind: NoticeKind, variant: str) -> Words:
    """Return the text that counts now: the office's newest, or the program's.

    A text that an earlier program took and this one does not understand is passed over: the notice
    goes out with the program's words rather than with holes.
    """
    row = NoticeTemplate.objects.latest_of(kind.code, variant)
    if row is None or row.is_reset or wrong_in(kind, row.subject, row.body):
        return of_program(kind.code, variant)
    return Words(row.subject, row.body, row)


def wrong_in(kind: NoticeKind, subject: str, body: str) -> dict[str, list[Mistake]]:
    """Return field → what is wrong there; empty if the text can be saved."""
    fields = {"subject": subject, "body": body}
    found = {name: mistakes_in(text, kind.variables) for name, text in fields.items()}
    return {name: mistakes for name, mistakes in found.items() if mistakes}


def write(kind: str, variant: str, told: Told) -> Words:
    """Return what a notice of ``kind`` says now.

    :raises KeyError: if no app registered such a kind.
    """
    found = KINDS[kind]
    return fill(standing(found, variant), values_of(found, variant, told))


# Variables


def address(told: Told, language: str) -> str:
    """Return the reader with the right honorific: 様 for a person, 御中 for all others."""
    person = told.get("person")
    if person is None:
        case = told.get("case")
        name = case.organization.name if case is not None and case.organization else ""
    else:
        name = person.name
    if language != "ja" or not name:
        return name
    return f"{name} {'様' if isinstance(person, User) else '御中'}"


def in_words(day: date, language: str = "") -> str:
    """Return a Japan date as a sentence says it: ``令和8年12月4日`` or ``4 December 2026``.

    :param language: that of the page unless told.
    """
    said_in = language or get_language() or "ja"
    return wareki(day) if said_in == "ja" else formatted(day, "j F Y")


def clock(moment: datetime) -> str:
    """Return a moment in Japan as ``2026-12-04 17:00``."""
    return formatted(localtime(moment), "Y-m-d H:i")


def counted(number: int, language: str, *, ja: str, en: str) -> str:
    """Return a number with what it counts: ``3日`` or ``3 days``."""
    return f"{number}{ja}" if language == "ja" else f"{number} {en}{'' if number == 1 else 's'}"


def told_as(name: str) -> Callable[[Told, str], str]:
    """Return a reader of what is told under ``name``; empty where it is not told."""
    return lambda told, language: str(told.get(name, "") or "")


READER = Variable("reader", gettext_lazy("Who reads it, with 様 or 御中"), address, optional=True)
CASE_TITLE = Variable(
    "case_title", gettext_lazy("Title of the case"), lambda told, _l: told["case"].title
)
CASE_NUMBER = Variable(
    "case_number", gettext_lazy("Number of the case"), lambda told, _l: told["case"].number or "",
    optional=True,
)  # fmt: skip
CASE_STATE = Variable(
    "case_state", gettext_lazy("Where the case stands"),
    lambda told, _l: str(told["case"].get_state_display()),
)  # fmt: skip
CASE_GROUP = Variable(
    "group", gettext_lazy("Name of the group"),
    lambda told, _l: str(told["case"].organization or ""), optional=True,
)  # fmt: skip
INSTEAD_OF = Variable(
    "instead_of", gettext_lazy("In whose place the reader receives it"), told_as("instead_of"),
    optional=True,
)  # fmt: skip
#: What every notice about a case can say.
ABOUT_CASE = (READER, CASE_TITLE, CASE_NUMBER, CASE_STATE, CASE_GROUP, INSTEAD_OF)
