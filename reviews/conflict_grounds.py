"""What may connect a panel member with a proposal: pure rules over names, addresses and ids.

A ground is no conflict. It is shown to a person, who says what it is; so these rules rather find
too much than too little.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import jaconv

from accounts.likeness import name_key
from accounts.old_kanji import new_forms
from accounts.services.erasing import ERASED_NAME

#: Kana that sound like another and are written by taste, and the small ones that jaconv leaves.
KANA = str.maketrans("ゐゑをゎゕゖ", "いえおわかけ")


class Code:
    """What a ground says; the words for it are in ``conflict_words``."""

    OFFICER = "officer"
    PLEDGE = "pledge"
    WRITER = "writer"
    MEMBER = "member"
    INVITED = "invited"
    ADDRESS = "address"
    DEPARTMENT = "department"


class Ground(NamedTuple):
    """One ground: a code of :class:`Code` and the key of the row that it lies in; no personal word."""

    code: str
    row: int


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a panel member.

    :param addresses: e-mail addresses, in lower case.
    :param departments: ids of the departments worked for, each as the last of its successors.
    """

    user: int
    names: frozenset[str]
    addresses: frozenset[str]
    departments: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Applicant:
    """What is known of the group behind a proposal, and of who is in charge of it.

    :param organization: its key.
    :param address: its own e-mail address, in lower case; empty is "not set".
    :param department: the department in charge, as the last of its successors.
    :param named: (code, key of the row, names) of the people that the group names.
    :param members: (key of the membership, key of the log-in, names) of who writes for the group.
    :param invited: (key of the invitation, e-mail address in lower case).
    """

    organization: int
    address: str = ""
    department: int | None = None
    named: tuple[tuple[str, int, frozenset[str]], ...] = ()
    members: tuple[tuple[int, int, frozenset[str]], ...] = ()
    invited: tuple[tuple[int, str], ...] = ()


def grounds_for(person: Person, applicant: Applicant) -> list[Ground]:
    """Return what connects the two, in a fixed order; nothing that is not set connects anybody."""
    found = [Ground(code, row) for code, row, names in applicant.named if names & person.names]
    for row, user, names in applicant.members:
        if user == person.user:
            found.append(Ground(Code.MEMBER, row))
        elif names & person.names:
            found.append(Ground(Code.WRITER, row))
    found += [Ground(Code.INVITED, row) for row, a in applicant.invited if a in person.addresses]
    if applicant.address in person.addresses:
        found.append(Ground(Code.ADDRESS, applicant.organization))
    if applicant.department in person.departments:
        found.append(Ground(Code.DEPARTMENT, applicant.department))
    return sorted(set(found))


def names_of(*written: str) -> frozenset[str]:
    """Return the forms that a person's name and its kana are compared by; none for an erased one."""
    forms = (normal_form(name) for name in written if name != ERASED_NAME)
    return frozenset(form for form in forms if form)


def normal_form(name: str) -> str:
    """Return a person's name as it is compared.

    Width, letter case, spaces and punctuation are gone; katakana is hiragana and small kana are
    large; a kanji stands in its new form, without the selector of a variant; 々 is what it repeats.
    """
    new = _without_marks(unicodedata.normalize("NFKC", name)).translate(new_forms())
    kana = jaconv.enlarge_smallkana(name_key(_repeated(new)))
    return kana.translate(KANA)


def _without_marks(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign) != "Mn")


def _repeated(text: str) -> str:
    written = ""
    for sign in text:
        written += written[-1:] if sign == "々" else sign
    return written


def last_successors(successors: Iterable[tuple[int, int | None]]) -> dict[int, int]:
    """Return each department's last successor, itself where it has none.

    :param successors: (id, id of the successor or ``None``) of every department.
    """
    following = dict(successors)
    return {pk: _end_of(pk, following) for pk in following}


def _end_of(pk: int, following: dict[int, int | None]) -> int:
    seen = {pk}
    while (after := following.get(pk)) and after not in seen:
        seen.add(after)
        pk = after
    return pk
