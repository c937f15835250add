"""What higher apps link to from the page of an edition, such as the yen by measure."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from guideline.models import Edition


@dataclass(frozen=True, slots=True)
class EditionLink:
    """A page of a higher app about an edition.

    :param url_name: of an address that takes the code of the edition.
    """

    label: str | Promise
    url_name: str


_links: list[EditionLink] = []


def edition_link(label: str | Promise, url_name: str) -> None:
    """Add a link to the page of every edition; call it from ``AppConfig.ready``."""
    _links.append(EditionLink(label, url_name))


def links_of(edition: Edition) -> list[tuple[str | Promise, str]]:
    """Return label and address of each page about ``edition``."""
    return [(link.label, reverse(link.url_name, args=[edition.code])) for link in _links]
