"""Words of the office that everybody reads as soon as they are saved, and what in them is looked at first.

Higher apps register what they look for, such as names of people and telephone numbers. What is found
stands in the way until the words are mended, or a person says of that very finding that it is right.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from casework.flow import Text
from casework.history import digest_of

from .models import AcceptedWords, Crosswalk, Measure

#: The fields of a row that are public at once.
FIELDS: dict[type, tuple[str, ...]] = {
    Crosswalk: ("reason", "reason_en", "source"),
    Measure: ("text", "previous_actions"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in the words of a row that somebody should look at.

    :param field: the field in which it stands.
    :param what: what it looks like, as a code.
    :param place: the very words.
    :param said: both, for a person.
    """

    field: str
    what: str
    place: str
    said: Text

    @property
    def digest(self) -> str:
        """What marks the finding, whatever the language in which it is told."""
        return digest_of([self.field, self.what, self.place])[:16]


class NotLookedAt(Exception):
    """Nobody said of these findings that they are right; nothing was written."""

    def __init__(self, findings: Iterable[Finding]):
        self.findings = list(findings)
        super().__init__(", ".join(f"{one.field}: {one.what}" for one in self.findings))


#: Gets field → words; yields what it finds in them.
Finder = Callable[[Mapping[str, str]], Iterable[Finding]]

_FINDERS: list[Finder] = []


def finder(function: Finder) -> Finder:
    """Register what looks for something in words that are public at once; call it from ``ready``."""
    _FINDERS.append(function)
    return function


def findings(row: Crosswalk | Measure, values: Mapping[str, str]) -> list[Finding]:
    """Return what would be found in a row with these values, each once, but for what was accepted before.

    :param values: by field; what is not named stays as it is.
    """
    told = {name: values.get(name, getattr(row, name)) for name in FIELDS[type(row)]}
    found = {one.digest: one for look in _FINDERS for one in look(told)}
    if found and row.pk:
        for digest in accepted_of(row).values_list("digest", flat=True):
            found.pop(digest, None)
    return list(found.values())


def accepted_of(row: Crosswalk | Measure):
    """Return what was accepted of a row, the latest first."""
    return row.accepted_words.select_related("by").order_by("-at", "-pk")


def refuse_unseen(
    row: Crosswalk | Measure, values: Mapping[str, str], right: Iterable[str]
) -> list[Finding]:
    """Return the findings of which a person says that they are right.

    :param right: the digests of those findings.
    :raises NotLookedAt: if there are others.
    """
    found, said = findings(row, values), set(right)
    unseen = [one for one in found if one.digest not in said]
    if unseen:
        raise NotLookedAt(unseen)
    return found


def keep(row: Crosswalk | Measure, found: Iterable[Finding], *, by, at: datetime) -> None:
    """Write down of which findings a person said that they are right: what and where, not the words."""
    about = {"crosswalk" if isinstance(row, Crosswalk) else "measure": row}
    AcceptedWords.objects.bulk_create(
        AcceptedWords(**about, field=one.field, what=one.what, digest=one.digest, by=by, at=at)
        for one in found
    )
