"""Which adoptions of others may be the same group's in substance: by name, officers, address."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.likeness import likely_same, name_key
from accounts.models import Organization
from accounts.services.erasing import ERASED_NAME
from casework.flow import Text
from grants.adoptions import Adoption
from grants.models import Proposal

from .check import Alike

#: What may be alike, as the office reads it. Names of officers are not shown.
WAYS: dict[str, Text] = {
    "name": _("a similar name"),
    "officer": _("an officer of the same name"),
    "address": _("the same address"),
}


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a group is known again, as names are compared."""

    names: tuple[str, ...]
    officers: frozenset[str] = frozenset()
    address: str = ""

    @classmethod
    def of(cls, group: Organization | None, *names: str) -> "Marks":
        """Return the marks of ``group``: all names it ever bore, with ``names``; all its officers ever."""
        if group is None:
            return cls(tuple(filter(None, names)))
        people = (officer.name for officer in group.officer_set.all())
        former = group.former_names.splitlines()
        return cls(
            names=tuple(filter(None, (*names, group.name, group.name_kana, *former))),
            officers=frozenset(name_key(name) for name in people if name != ERASED_NAME),
            address=name_key(group.address),
        )

    def alike(self, other: "Marks") -> tuple[str, ...]:
        """Return in which ways the two are alike, as codes of ``WAYS``."""
        found = {
            "name": any(likely_same(name, enumerate(other.names)) for name in self.names),
            "officer": bool(self.officers & other.officers),
            "address": bool(self.address) and self.address == other.address,
        }
        return tuple(code for code, is_alike in found.items() if is_alike)


def alike_adopted(proposal: Proposal, others: Iterable[Adoption]) -> tuple[Alike, ...]:
    """Return those adoptions of other groups, in the same course, that may be this group's."""
    others = list(others) if proposal.organization else []
    own = Marks.of(proposal.organization) if others else None
    found = (_alike(own, adoption) for adoption in others)
    return tuple(alike for alike in found if alike.why)


def _alike(own: Marks, adoption: Adoption) -> Alike:
    other = adoption.group
    return Alike(
        ref=adoption.ref,
        group=adoption.name or other.name,
        fiscal_year=adoption.fiscal_year,
        why=own.alike(Marks.of(other, adoption.name)),
        organization=other.pk if other else None,
    )
