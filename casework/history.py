"""Writing history: one event per move, chained by digests, sealed once a day."""

import hashlib
import json
import secrets
from datetime import UTC, date, datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from .flow import TAKE_BACK
from .models import Event, Remark, Seal

#: Facts that are a person's own words, or name: kept as a remark, never in the history itself.
PROSE = ("reason", "note", "conditions", "person_name", "why_without_proof")


def canonical(value) -> str:
    """Return the one JSON text of ``value``: sorted keys, no spaces, characters as they are."""
    return json.dumps(
        value, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def digest_of(value) -> str:
    """Return the SHA-256 digest of the canonical JSON of ``value``, as 64 hex digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def event_digest(event: Event) -> str:
    """Return the digest an event ought to bear."""
    return digest_of(
        {
            "case": event.case_id,
            "verb": event.verb,
            "source": event.source,
            "target": event.target,
            "by": event.by_id,
            "at": event.at.astimezone(UTC).isoformat(),
            "facts": event.facts,
            "previous": event.previous_digest,
        }
    )


def append(case, verb: str, *, source: str, target: str, by, at: datetime, facts: dict) -> Event:
    """Add one line to the history of ``case``, which the caller has locked."""
    facts = _set_prose_apart(case, facts, by=by, at=at)
    last = Event.objects.filter(case_id=case.pk).order_by("-pk").first()
    event = Event(
        case_id=case.pk,
        verb=verb,
        source=source,
        target=target,
        by=by,
        at=at,
        facts=json.loads(canonical(facts)),
        previous_digest=last.digest if last else "",
    )
    event.digest = event_digest(event)
    event.save(force_insert=True)
    return event


def _set_prose_apart(case, facts: dict, *, by, at: datetime) -> dict:
    kept = {name: value for name, value in facts.items() if name not in PROSE}
    for name in PROSE:
        if text := facts.get(name):
            remark = Remark.objects.create(
                case_id=case.pk, text=text, salt=secrets.token_hex(16), by=by, at=at
            )
            kept[name] = {"remark": remark.pk, "digest": remark_digest(remark)}
    return kept


def remark_digest(remark: Remark) -> str:
    """Return what the history says of a remark; without the salt nobody can guess the words."""
    return digest_of([remark.salt, remark.text])


def source_of(case, state: str, *, before: Event) -> str:
    """Return from where ``case`` last came to ``state`` by a move, earlier than ``before``."""
    entries = case.events.filter(target=state, pk__lt=before.pk).exclude(source=state)
    entry = entries.exclude(verb=TAKE_BACK).order_by("-pk").first()
    return entry.source if entry else ""


def entry_into(case, states: tuple[str, ...]) -> Event:
    """Return the line by which ``case`` came to stand in ``states``, which it has not left since.

    A move that was taken back, and the taking back, count as if they had never been.
    """
    lines = list(case.events.order_by("-pk"))
    undone = {line.facts["event"] for line in lines if line.verb == TAKE_BACK}
    stand = (line for line in lines if line.verb != TAKE_BACK and line.pk not in undone)
    return next(line for line in stand if line.source not in states)


@transaction.atomic
def seal(*, day: date) -> Seal | None:
    """Seal the heads of all cases for ``day`` (Japan date); sealing a day again changes nothing.

    :returns: the seal of that day, or ``None`` while there is no history.
    """
    _wait_for_writers()
    last = Event.objects.order_by("-pk").first()
    if last is None:
        return None
    previous = Seal.objects.order_by("-day").first()
    if previous and previous.day >= day:
        return previous
    heads = heads_at(last.pk)
    before = previous.digest if previous else ""
    return Seal.objects.create(
        day=day,
        last_event=last.pk,
        cases=len(heads),
        previous_digest=before,
        digest=seal_digest(day, last.pk, heads, before),
    )


def _wait_for_writers() -> None:
    """Wait until no event and no other seal is being written.

    On PostgreSQL an event with a lower id may be committed after one with a higher.
    """
    connection = transaction.get_connection()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE casework_event IN SHARE ROW EXCLUSIVE MODE")


def seal_digest(day: date, last_event: int, heads: dict[int, str], previous: str) -> str:
    """Return the digest a seal ought to bear.

    :param heads: case → digest of its last event up to ``last_event``.
    """
    told = {"day": day, "last_event": last_event, "heads": sorted(heads.items())}
    return digest_of({**told, "previous": previous})


def heads_at(last_event: int) -> dict[int, str]:
    """Return case → digest of its last event up to ``last_event``."""
    events = Event.objects.filter(pk__lte=last_event).order_by("pk")
    return dict(events.values_list("case_id", "digest").iterator(chunk_size=2000))
