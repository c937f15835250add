"""Taking over a register that was kept elsewhere: all of a file in one transaction, or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from casework.faulty_files import Faulty
from grants.models import PastAward, Proposal

from .register_file import Entry, Fault, entries_in


@dataclass(frozen=True, slots=True)
class Taken:
    """How many rows of a file are new, and how many were on record already.

    :param invented: of the new ones, those that only a demonstration shows.
    """

    added: int
    there: int
    invented: int = 0


@transaction.atomic
def take(content: bytes, *, dry_run: bool = False) -> Taken:
    """Take over the register of a file; doing it again changes nothing.

    :param dry_run: only says what would be taken.
    :raises Faulty: naming every fault with its line; then nothing is taken.
    """
    entries = entries_in(content)
    keys = [entry.values["key"] for entry in entries]
    on_record = PastAward.objects.in_bulk(keys, field_name="key")
    own = set(Proposal.objects.filter(number__in=keys).values_list("number", flat=True))
    faults = [fault for entry in entries for fault in _clashes(entry, on_record, own)]
    if faults:
        raise Faulty(faults)
    digest = sha256(content).hexdigest()
    new = [
        PastAward(**entry.values, taken_from=digest)
        for entry in entries
        if entry.values["key"] not in on_record
    ]
    if not dry_run:
        PastAward.objects.bulk_create(new)
    invented = sum(row.fictitious for row in new)
    return Taken(len(new), len(entries) - len(new), invented)


def _clashes(entry: Entry, on_record: dict[str, PastAward], own: set[str]) -> Iterator[Fault]:
    key = str(entry.values["key"])
    if key in own:
        yield Fault(entry.line, _("“%(id)s” is the number of a project here") % {"id": key})
    there = on_record.get(key)
    for name, value in entry.values.items():
        if there is not None and getattr(there, name) != value:
            yield Fault(
                entry.line,
                _("“%(id)s” is on record with another value: %(column)s: %(there)s / %(told)s")
                % {"id": key, "column": name, "there": getattr(there, name), "told": value},
            )
