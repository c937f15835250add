"""Links that higher apps put on the page of a round; each registers its own from ``AppConfig.ready``."""

from django.urls import reverse

from casework.flow import Text

from .models import Round

#: (name of the address, the permission it asks for, label)
_LINKS: list[tuple[str, str, Text]] = []


def round_link(label: Text, url_name: str, permission: str) -> None:
    """Put a link on the page of every round, for whoever has ``permission``.

    :param url_name: an address that takes the id of the round.
    """
    _LINKS.append((url_name, permission, label))


def links_of(round: Round, user) -> list[tuple[str, Text]]:
    """Return ``(address, label)`` of each link that ``user`` can follow."""
    return [
        (reverse(url_name, args=[round.pk]), label)
        for url_name, permission, label in _LINKS
        if user.has_perm(permission)
    ]
