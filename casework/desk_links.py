"""Links that stand at the head of a desk. Each app registers its own from ``AppConfig.ready``."""

from collections import defaultdict

from django.urls import reverse

from .flow import Text

_LINKS: dict[str, list[tuple[int, str, Text]]] = defaultdict(list)


def desk_link(party: str, label: Text, url_name: str, order: int = 100) -> None:
    """Put a link on the desk of ``party``.

    :param url_name: an address without arguments, such as ``casework:cases``.
    :raises ValueError: if the desk has this link already.
    """
    if any(url_name == known for _order, known, _label in _LINKS[party]):
        raise ValueError(f"The desk of {party} links to {url_name} twice.")
    _LINKS[party].append((order, url_name, label))


def links_of(party: str) -> list[tuple[str, Text]]:
    """Return ``(address, label)`` of each link on the desk of ``party``, in order."""
    in_order = sorted(_LINKS[party], key=lambda link: link[0])
    return [(reverse(url_name), label) for _order, url_name, label in in_order]
