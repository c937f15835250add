"""The words of notices as the office edits them: every version is kept, and the newest counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import ndiff

from django.db import transaction
from django.utils.translation import gettext as _

from . import notice_words
from .errors import NotPossible
from .models import Case, NoticeTemplate
from .notice_words import Mistake, NoticeKind, Words
from .outbox_keeping import require_keeper


class NotUnderstood(NotPossible):
    """A text names something that its kind of notice does not offer.

    :ivar mistakes: field (``subject`` or ``body``) → what is wrong there, with its place.
    """

    def __init__(self, mistakes: dict[str, list[Mistake]]):
        super().__init__(" ".join(str(m) for found in mistakes.values() for m in found))
        self.mistakes = mistakes


@transaction.atomic
def save(
    kind: NoticeKind, variant: str, words: Words, *, reason: str, after: int, by, at: datetime
) -> NoticeTemplate:
    """Let notices of ``kind`` say ``words`` from now on; those that are written stay as they are.

    :param after: the version that the writer began from, 0 for the program's own text.
    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotUnderstood: if the words name what there is not, with its place.
    :raises NotPossible: if another person saved a version meanwhile, or nothing was changed.
    """
    require_keeper(by, at)
    subject, body = " ".join(words.subject.split()), _lines(words.body)
    if mistakes := notice_words.wrong_in(kind, subject, body):
        raise NotUnderstood(mistakes)
    standing = notice_words.standing(kind, variant)
    if (subject, body) == (standing.subject, standing.body):
        raise NotPossible(_("Nothing was changed."))
    return _add(kind, variant, Words(subject, body), reason=reason, after=after, by=by, at=at)


@transaction.atomic
def reset(
    kind: NoticeKind, variant: str, *, reason: str, after: int, by, at: datetime
) -> NoticeTemplate:
    """Let notices of ``kind`` bear the program's own words again.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if they do, or another person saved a version meanwhile.
    """
    require_keeper(by, at)
    newest = NoticeTemplate.objects.latest_of(kind.code, variant)
    if newest is None or newest.is_reset:
        raise NotPossible(_("This is the text of the program already."))
    return _add(kind, variant, Words("", ""), reason=reason, after=after, by=by, at=at)


def _add(kind: NoticeKind, variant: str, words: Words, *, reason, after, by, at) -> NoticeTemplate:
    row, first = NoticeTemplate.objects.get_or_create(
        kind=kind.code, variant=variant, version=after + 1,
        defaults={"subject": words.subject, "body": words.body, "reason": reason, "by": by, "at": at},
    )  # fmt: skip
    if not first:
        raise NotPossible(
            _("Another person saved this text meanwhile. Compare it with yours below.")
        )
    return row


def _lines(text: str) -> str:
    """Return a text as it is kept: as a browser sends it, but with plain ends of lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


# Preview


@dataclass(frozen=True, slots=True)
class Preview:
    """What a text would say of a real case.

    :param case: ``None`` for a kind of notice that is about no case.
    :param values: variable → what it says there.
    :param words: ``None`` where the text is not understood.
    """

    case: Case | None
    values: dict[str, notice_words.Value]
    words: Words | None


def preview(
    kind: NoticeKind, variant: str, words: Words, *, number: str = "", reader, at: datetime
) -> Preview | None:
    """Return what ``words`` would say, and write nothing; ``None`` where nothing fits.

    :param number: of the case to show it on; the newest fitting one that the reader sees, if empty.
    """
    case = None
    if kind.fitting is not None:
        seen = kind.fitting(Case.objects.visible_to(reader)).select_related("organization")
        case = (seen.filter(number=number) if number else seen).order_by("-pk").first()
        if case is None:
            return None
    told = kind.sample(case, at)
    if told is None:
        return None
    person = {} if variant == NoticeTemplate.Variant.PAPER else {"person": reader}
    values = notice_words.values_of(kind, variant, {**told, **person})
    wrong = notice_words.wrong_in(kind, words.subject, words.body)
    return Preview(case, values, None if wrong else notice_words.fill(words, values))


# History


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a version; ``mark`` is "+" where it is new, "-" where it is gone, else empty."""

    mark: str
    words: str


def history(kind: NoticeKind, variant: str) -> list[tuple[NoticeTemplate, list[Line]]]:
    """Return every version, newest first, with how it differs from the one before."""
    own = _whole(notice_words.of_program(kind.code, variant))
    before, found = own, []
    rows = NoticeTemplate.objects.filter(kind=kind.code, variant=variant).select_related("by")
    for row in rows.order_by("version"):
        after = own if row.is_reset else _whole(Words(row.subject, row.body))
        found.append((row, list(_difference(before, after))))
        before = after
    return found[::-1]


def _whole(words: Words) -> list[str]:
    return [words.subject, *words.body.split("\n")]


def _difference(before: list[str], after: list[str]) -> Iterator[Line]:
    for line in ndiff(before, after):
        if line[0] != "?":
            yield Line(line[0].strip(), line[2:])
