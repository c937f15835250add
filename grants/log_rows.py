"""The log as pages and the table of the office show it."""

from collections.abc import Iterable, Iterator

from django.http import HttpRequest

from accounts.models import Role
from casework import messaging
from casework.models import Case
from casework.panels import CONTACT, panel

from .models import LogEntry
from .models.log_entry import LogEntryQuerySet
from .services.log import KINDS

#: How many entries the page of a case shows.
NEWEST = 3

HEADER = [
    "id", "on", "kind", "organization", "case_number", "case_title", "who", "text", "agreed",
    "next_step", "next_by", "audience", "party", "entered_by", "entered_at", "corrects",
]  # fmt: skip


def reads_log(user, case: Case) -> bool:
    """Return whether ``user``, who sees ``case``, may read its log: who has a part in it."""
    if case.kind not in KINDS:
        return False
    return user.duties.holds(Role.COORDINATOR) or messaging.reads(user, case)


def with_earlier(
    entries: Iterable[LogEntry], seen: LogEntryQuerySet
) -> list[tuple[LogEntry, list[LogEntry]]]:
    """Return each entry with its earlier versions among ``seen``, the newest first."""
    entries = list(entries)
    corrected = any(entry.corrects_id for entry in entries)
    rows = seen.exclude(corrected_by=None).select_related("by") if corrected else ()
    by_id = {row.pk: row for row in rows}
    return [(entry, list(_before(entry, by_id))) for entry in entries]


def _before(entry: LogEntry, by_id: dict[int, LogEntry]) -> Iterator[LogEntry]:
    while entry.corrects_id in by_id:
        entry = by_id[entry.corrects_id]
        yield entry


def rows(seen: LogEntryQuerySet) -> Iterator[list]:
    """Return the rows of the table one by one; the caller has left only what may be seen."""
    found = seen.standing().select_related("organization", "case", "by").order_by("on", "pk")
    for entry in found.iterator(chunk_size=500):
        yield [
            entry.pk, entry.on.isoformat(), entry.kind, entry.organization.name,
            (entry.case.number if entry.case else "") or "", entry.case.title if entry.case else "",
            entry.who, entry.text, entry.agreed, entry.next_step,
            entry.next_by.isoformat() if entry.next_by else "", entry.audience, entry.party,
            str(entry.by), entry.at.isoformat(), entry.corrects_id or "",
        ]  # fmt: skip


def on_case(case: Case, request: HttpRequest) -> dict:
    """The newest entries of the log of a case, for whoever has a part in it."""
    seen = case.log.visible_to(request.user).standing().select_related("by")
    return {"entries": list(seen.order_by("-on", "-pk")[:NEWEST])}


for _kind in KINDS:
    panel(
        _kind, "grants/panels/log.html", on_case, order=151,
        part=CONTACT, offered=lambda case, user: reads_log(user, case),
    )  # fmt: skip
