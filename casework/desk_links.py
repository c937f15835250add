"""Links that stand at the head of a desk. Each app registers its own from ``AppConfig.ready``."""

from collections import defaultdict

from django.urls import reverse

from .flow import Text

#: desk → (order, name of the address, what the address asks for, label)
_LINKS: dict[str, list[tuple[int, str, str, Text]]] = defaultdict(list)


def desk_link(party: str, label: Text, url_name: str, order: int = 100, query: str = "") -> None:
    """Put a link on the desk of ``party``.

    :param url_name: an address without arguments, such as ``casework:cases``.
    :param query: what the page is asked for, such as ``kind=approval``.
    :raises ValueError: if the desk has this link already.
    """
    if any((url_name, query) == (known, asked) for _order, known, asked, _label in _LINKS[party]):
        raise ValueError(f"The desk of {party} links to {url_name} twice.")
    _LINKS[party].append((order, url_name, query, label))


def links_of(party: str) -> list[tuple[str, Text]]:
    """Return ``(address, label)`` of each link on the desk of ``party``, in order."""
    in_order = sorted(_LINKS[party], key=lambda link: link[0])
    return [
        (f"{reverse(url_name)}?{query}" if query else reverse(url_name), label)
        for _order, url_name, query, label in in_order
    ]
