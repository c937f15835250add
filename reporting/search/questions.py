"""What somebody asks, as the index can answer it. Pure rules, no database.

Several words are all wanted; what stands in quotation marks is wanted as it stands. A word is a
phrase: its tokens one after another.
"""

import re
import unicodedata
from typing import NamedTuple

from accounts.likeness import LEGAL_FORMS

from .tokens import WHOLE, english, fold, runs_of, tokens_of_run

#: More than this is cut off: nobody types it, and the database would work for it.
LONGEST_QUESTION = 200
MOST_WORDS = 10

#: What one legal form is called; a word that names one is looked for under all of them.
SAME_FORM = (
    ("npo法人", "特定非営利活動法人", "特非"),
    ("一般社団法人", "一社"),
    ("一般財団法人", "一財"),
    ("公益財団法人", "公財"),
    ("社会福祉法人", "社福"),
)
_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”|「([^」]*)」|『([^』]*)』')
#: With these the words go on after a legal form: hardly a name begins with them.
_PARTICLES = ("の", "を")


class Term(NamedTuple):
    """A token that is looked for; ``opens``: tokens that begin with it will do."""

    token: str
    opens: bool = False


class Phrase(NamedTuple):
    """Runs of letters that are wanted one after another; ``is_english``: in our translation."""

    runs: tuple[str, ...]
    is_english: bool = False

    @property
    def terms(self) -> list[Term]:
        """The tokens to find, one after another.

        What stands before the last run is closed as in the text. The last run may go on there: a single
        letter may begin a bigram, and a Latin word a longer one. A number is meant as it is.
        """
        plain = self._plain_terms
        return [Term(english(one.token), one.opens) for one in plain] if self.is_english else plain

    @property
    def _plain_terms(self) -> list[Term]:
        *before, last = self.runs
        closed = [Term(token) for run in before for token in tokens_of_run(run)]
        if WHOLE.fullmatch(last) or len(last) == 1:
            return [*closed, Term(last, opens=not last.isdigit())]
        return [*closed, *map(Term, tokens_of_run(last)[:-1])]

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds the phrase in a folded text, to mark it there."""
        *before, last = self.runs
        pieces = [_closed(run) for run in before]
        return re.compile(r"[\W_]*".join([*pieces, _open(last)]))


def _closed(run: str) -> str:
    kind = "[a-z]" if run.isascii() and run.isalpha() else "[0-9]"
    if WHOLE.fullmatch(run):
        return rf"(?<!{kind}){run}(?!{kind})"
    return " *".join(map(re.escape, run))


def _open(run: str) -> str:
    goes_on = WHOLE.fullmatch(run) and run.isalpha()
    return rf"(?<![a-z]){run}[a-z]*" if goes_on else _closed(run)


class Word(NamedTuple):
    """One thing that is wanted: any of its phrases will do."""

    written: str
    phrases: tuple[Phrase, ...]


def words_of(question: str, *, in_english: bool = False) -> list[Word]:
    """Return what a question wants; signs without a letter want nothing.

    :param in_english: whether our English translations answer, too.
    """
    pieces = _pieces(question[:LONGEST_QUESTION])
    found = [Word(written, _phrases(written, in_english=in_english)) for written in pieces]
    return [word for word in dict.fromkeys(found) if word.phrases][:MOST_WORDS]


def _pieces(question: str) -> list[str]:
    wide = unicodedata.normalize("NFKC", question)
    quoted = ["".join(groups) for groups in _QUOTED.findall(wide)]
    return quoted + _QUOTED.sub(" ", wide).split()


def _phrases(written: str, *, in_english: bool) -> tuple[Phrase, ...]:
    runs = (tuple(runs_of(fold(reading))) for reading in _readings(written))
    plain = [Phrase(found) for found in dict.fromkeys(runs) if found]
    if not in_english:
        return tuple(plain)
    latin = [one.runs for one in plain if all(WHOLE.fullmatch(run) for run in one.runs)]
    return (*plain, *(Phrase(runs, is_english=True) for runs in latin))


def _readings(written: str) -> list[str]:
    """Return the word under each name of a legal form in it, and without one that only frames it."""
    plain = written.casefold()
    readings = [plain]
    for names in SAME_FORM:
        named = next((name for name in names if name in plain and name.endswith("法人")), None)
        if named:
            readings += [plain.replace(named, name) for name in names]
    return readings + _without_legal_form(plain)


def _without_legal_form(plain: str) -> list[str]:
    for form in sorted(LEGAL_FORMS, key=len, reverse=True):
        rest = plain.removeprefix(form).strip()
        if rest and rest != plain and not rest.startswith(_PARTICLES):
            return [rest]
        if plain.endswith(form) and plain != form:
            return [plain.removesuffix(form).strip()]
    return []
