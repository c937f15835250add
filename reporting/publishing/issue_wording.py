"""What the words of a city issue may tell of a person, before the office publishes it.

No release and no second person stands before an issue, so that its publication asks itself: each
finding needs its reason, or the department mends the words. The form asks; the move refuses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from casework import history
from casework.consequences import on
from casework.errors import NotPossible
from casework.flow import Text
from casework.moves import MoveForm, asks
from grants.models import CityIssue

from . import personal, wording
from .linked import leads
from .site import Site, here

#: The fields that everyone reads.
READ = ("title", "problem", "offers", "seeks")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in the words of an issue that somebody should look at.

    :param place: the field in which it stands.
    :param digest: which finding it is, in whatever language it is read.
    """

    code: str
    place: str
    words: str
    digest: str

    @property
    def label(self) -> Text:
        return wording.LABELS[self.code]


def findings(issue: CityIssue) -> list[Finding]:
    """Return what an issue tells of names that the system knows, of ways to reach somebody, and links."""
    known, site = personal.known_names(), Site(here(), fictitious=settings.DEMO)
    found: dict[str, Finding] = {}
    for one, own in wording.beside_japanese(lambda: _told(issue, known, site)):
        digest = history.digest_of([issue.KIND, issue.pk, *own])
        found.setdefault(digest, Finding(*one, digest))
    return list(found.values())


def _told(issue: CityIssue, known: personal.Names, site: Site) -> Iterator[tuple[str, str, str]]:
    texts = [(str(issue._meta.get_field(name).verbose_name), getattr(issue, name)) for name in READ]
    looked_for = {
        wording.REACH: wording.reach(texts),
        wording.NAMES: wording.names(texts, known),
        wording.LINKS: wording.links(texts, lambda url: leads(url, site)),
    }
    for code, told in looked_for.items():
        for place, words in told:
            yield code, place, words


class PublishIssueForm(MoveForm):
    """Why each thing that was found in the words of the issue can be read by everyone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.found = findings(self.case)
        for one in self.found:
            self.fields[_field_of(one)] = forms.CharField(
                label=_("%(words)s (%(place)s) – why can it stand?")
                % {"words": one.words, "place": one.place},
                max_length=500,
                help_text=_("If it must not be public, return the issue: the department mends it."),
            )

    def told(self, *, by, at: datetime) -> dict:
        """Return what was accepted; the reasons beside what was found are prose."""
        if not self.found:
            return {}
        reasons = (f"{one.words}: {self.cleaned_data[_field_of(one)]}" for one in self.found)
        return {"accepted": [one.digest for one in self.found], "reason": "\n".join(reasons)}


def _field_of(finding: Finding) -> str:
    return f"accept_{finding.digest[:16]}"


asks(CityIssue.KIND, "publish", PublishIssueForm)


@on(CityIssue.KIND, "publish", binds=False)
def refuse_what_nobody_accepted(issue: CityIssue, *, by, at: datetime, facts: dict) -> None:
    """Refuse the publication while something is found in the words that nobody accepted.

    :raises NotPossible: naming the first place.
    """
    accepted = facts.get("accepted") or ()
    for one in findings(issue):
        if one.digest not in accepted:
            raise NotPossible(
                _("%(place)s: %(words)s. Say why it can stand, or return the issue.")
                % {"place": one.place, "words": one.words}
            )
