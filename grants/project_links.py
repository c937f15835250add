"""Where else a project is to be read: higher apps tell it here, pages of this app show it."""

from collections.abc import Callable, Collection
from typing import NamedTuple


class Link(NamedTuple):
    """One place at which a project is told of, with the name of the place."""

    label: str
    address: str


_TOLD_BY: list[Callable[..., dict[int, list[Link]]]] = []


def tells_links(function):
    """Register ``function(projects, user)``: ids of proposals → the places that ``user`` may read."""
    _TOLD_BY.append(function)
    return function


def links_of(projects: Collection[int], user) -> dict[int, list[Link]]:
    """Return the places of each of these proposals that ``user`` may read, in a fixed order."""
    found: dict[int, list[Link]] = {pk: [] for pk in projects}
    for function in _TOLD_BY if found else ():
        for pk, links in function(projects, user).items():
            found[pk] += links
    return found


def with_links(projects, user) -> list:
    """Return proposals, each telling its places as ``links``."""
    projects = list(projects)
    links = links_of([project.pk for project in projects], user)
    for project in projects:
        project.links = links[project.pk]
    return projects
