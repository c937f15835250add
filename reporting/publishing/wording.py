"""What words may tell that nobody wants public: who somebody is, how to reach them, where a link leads.

A release looks at its pages and files with these, the publication of a city issue at its words.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from django.utils import translation
from django.utils.translation import get_language, gettext_lazy

from . import personal
from .linked import Leads

#: Code of a check → what it looks for.
NAMES, REACH, LINKS = "names", "reach", "links"
LABELS = {
    NAMES: gettext_lazy("Names of people that the system knows"),
    REACH: gettext_lazy("Phone numbers, postcodes, e-mail addresses"),
    LINKS: gettext_lazy("Links that lead nowhere, or to other sites, which nobody looked at"),
}

#: The language in which a finding is known again.
KNOWN_IN = "ja"
T = TypeVar("T")

#: Place and what stands there.
Texts = Iterable[tuple[str, str]]
#: Place and what is said of it.
Told = Iterator[tuple[str, str]]


def beside_japanese(look: Callable[[], Iterable[T]]) -> list[tuple[T, T]]:
    """Return what is found, each beside the same in Japanese: so it is known again in whatever language it is read.

    :param look: finds the same things in the same order, and tells them in the language of the moment.
    """
    told = list(look())
    if get_language() == KNOWN_IN or not told:
        return [(one, one) for one in told]
    with translation.override(KNOWN_IN):
        return list(zip(told, look(), strict=True))


def names(texts: Texts, known: personal.Names, *, but: str = "") -> Told:
    """Tell of the names that the system knows; who stands in ``but`` is named on purpose."""
    for place, text in texts:
        for found in known.within(text, but=but):
            yield place, found.said


def reach(texts: Texts) -> Told:
    """Tell of what looks like a phone number, a postcode or an e-mail address."""
    for place, text in texts:
        for found in personal.ways_to_reach(text):
            yield place, found.said


#: An address ends where the Japanese sentence around it goes on, and before its stop or bracket.
_LINK = re.compile(r"https?://(?:(?![<>\"')])[!-~])+(?<![.,])")

_SAID_OF_LINK = {
    Leads.NOWHERE: gettext_lazy("Nothing public stands at %(url)s"),
    Leads.AWAY: gettext_lazy("This leads to another site, which was not looked at: %(url)s"),
}


def links(texts: Texts, leads: Callable[[str], Leads]) -> Told:
    """Tell of addresses at which nothing public of this system stands."""
    for place, text in texts:
        for url in _LINK.findall(text):
            if said := _SAID_OF_LINK.get(leads(url)):
                yield place, said % {"url": url}
