"""Reading decisions back: recomputed from the frozen document, and held against the live rows."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from casework.files import is_intact
from casework.history import canonical, digest_of
from casework.models import ApprovalItem, Event, StoredFile, Version
from grants.models import Proposal

from . import corrections, scoring, snapshots
from .corrections import VERBS
from .decisions import departs
from .models import (
    Assessment,
    Conflict,
    DecisionSnapshot,
    PanelComment,
    PanelSeat,
    Publication,
    ScoreSheet,
)
from .selection import with_recused


def faults(snapshot: DecisionSnapshot) -> Iterator[str]:
    """Yield in words every difference: in the document itself, and to what it rests on.

    The rows are asked for the proposals that stand on the decision: what a dropped draft rested on,
    or what was taken up again, may have changed since.
    """
    content = snapshot.content
    if digest_of(content) != snapshot.digest:
        yield _("the document does not have its digest")
    yield from _identity_faults(snapshot)
    if content.get("format") != snapshots.FORMAT:
        yield _("the document has format %(format)s, which this program does not read") % {
            "format": content.get("format")
        }
        return
    yield from _reckoning_faults(content)
    yield from _money_faults(content)
    yield from _move_faults(snapshot)
    yield from _publication_faults(snapshot)
    decided = corrections.decided_by([entry["id"] for entry in content["proposals"]])
    standing = [e for e in content["proposals"] if decided.get(e["id"]) == snapshot.digest]
    if standing:
        yield from _row_faults(snapshot, standing)


def orphans() -> Iterator[str]:
    """Yield every move and draft that names a decision which is not there any more."""
    there = set(DecisionSnapshot.objects.values_list("digest", flat=True))
    moved = Event.objects.filter(case__kind=Proposal.KIND, verb__in=(*VERBS, "reconsider"))
    asked = ApprovalItem.objects.filter(verb__in=(*VERBS, "reconsider"), case__kind=Proposal.KIND)
    for rows in (moved, asked):
        named = rows.order_by("pk").values_list("case__number", "verb", "facts__snapshot")
        for number, verb, digest in named.iterator():
            if digest not in there:
                yield _("%(number)s, %(verb)s: rests on a decision that is not there") % {
                    "number": number, "verb": verb
                }  # fmt: skip


# From the document alone


def rules_in(content: dict) -> scoring.Rules:
    """Return the rules that a frozen document holds, as plain values."""
    rubric = content["rubric"]
    return scoring.Rules(
        tuple(
            scoring.CriterionRule(c["id"], c["max_points"], Decimal(c["weight"]), c["floor"])
            for c in rubric["criteria"]
        ),
        rubric["aggregation"],
        None if rubric["pass_mark"] is None else Decimal(rubric["pass_mark"]),
        rubric["pass_unit"],
        rubric["quorum"],
        rubric["recused_counts"],
        rubric["tie_rule"],
        rubric["cut_rule"],
        rubric["allocation"],
        tuple(
            scoring.GradeRule(Decimal(g["from_percent"]), g["rate_percent"])
            for g in rubric["grades"]
        ),
        rubric["rounding_unit_yen"],
    )


def entries_in(content: dict) -> dict[int, scoring.Entry]:
    """Return what each proposal entered the reckoning with, by its id."""
    return {
        entry["id"]: scoring.Entry(
            entry["requested_yen"],
            tuple(_points(sheet) for sheet in entry["sheets"] if sheet["counts"]),
            recused=sum(conflict["recused"] for conflict in entry["conflicts"]),
            assessed_yen=entry["subcommittee_yen"],
        )
        for entry in content["proposals"]
    }


def _points(sheet: dict) -> dict[int, int | None]:
    return {int(key): points for key, points in sheet["scores"].items()}


def _identity_faults(snapshot: DecisionSnapshot) -> Iterator[str]:
    """Yield where the row says of itself something else than its document."""
    content, corrects = snapshot.content, snapshot.corrects
    yield from _differences(
        _("document"),
        {
            "number": content.get("number"),
            "round": content.get("round", {}).get("id"),
            "corrects": (content.get("corrects") or {}).get("digest"),
            "drafted_by": content.get("drafted_by"),
        },
        {
            "number": snapshot.number,
            "round": snapshot.round_id,
            "corrects": corrects and corrects.digest,
            "drafted_by": snapshot.by_id,
        },
    )


def _reckoning_faults(content: dict) -> Iterator[str]:
    rules = rules_in(content)
    results = scoring.results(
        rules,
        entries_in(content),
        budget_yen=content["round"]["left_yen"],
        rulings=content["chair_orders"],
    )
    for entry in content["proposals"]:
        again = _plain(snapshots.reckoned(results[entry["id"]]))
        yield from _differences(entry["number"], entry, again)
        for sheet in filter(lambda sheet: sheet["counts"], entry["sheets"]):
            total = scoring.exact(scoring.sheet_total(_points(sheet), rules.criteria))
            if total != sheet["total"]:
                yield _told(entry["number"], f"sheets.{sheet['id']}.total", sheet["total"], total)


def _money_faults(content: dict) -> Iterator[str]:
    chosen = [e["assessed_yen"] for e in content["proposals"] if e["outcome"] == "select"]
    left = content["round"]["left_yen"]
    if chosen and (left is None or sum(chosen) > left):
        yield _told("", "left_yen", left, sum(chosen))
    for entry in content["proposals"]:
        proposed = scoring.Share(**entry["proposed"])
        if departs(proposed, entry["outcome"], entry["assessed_yen"]) and not entry["departure"]:
            yield _("%(number)s departs from the rules without a reason") % {
                "number": entry["number"]
            }


# Against the rows


def _move_faults(snapshot: DecisionSnapshot) -> Iterator[str]:
    """Yield where the history of a proposal decided something else, or only some were decided."""
    entries = {entry["id"]: entry for entry in snapshot.content["proposals"]}
    made = Event.objects.filter(
        case__in=entries, verb__in=VERBS, facts__snapshot=snapshot.digest
    ).order_by("pk")
    moved = {event.case_id: event for event in made}
    if moved and moved.keys() != entries.keys():
        yield _("only some of its proposals were decided by it")
    for case, event in moved.items():
        entry = entries[case]
        wanted = snapshots.facts_of(snapshot, entry)
        told = {name: event.facts.get(name) for name in wanted if name != "reason"}
        was = {"outcome": event.verb, **told}
        again = {"outcome": entry["outcome"], **{k: v for k, v in wanted.items() if k != "reason"}}
        yield from _differences(entry["number"], again, _plain(was))


def _publication_faults(snapshot: DecisionSnapshot) -> Iterator[str]:
    """Yield where the published result and the history of the proposals tell two things."""
    row = Publication.objects.filter(snapshot=snapshot).first()
    told = Event.objects.filter(verb="publish_result", facts__snapshot=snapshot.digest)
    if row:
        told = told.filter(at=row.published_at)
    wanted = sorted(entry["id"] for entry in snapshot.content["proposals"]) if row else []
    found = sorted(told.values_list("case_id", flat=True))
    if wanted != found:
        yield _told(_("published result"), "proposals", wanted, found)


def _row_faults(snapshot: DecisionSnapshot, standing: list[dict]) -> Iterator[str]:
    """Yield where the rows say something else.

    :param standing: the entries of the proposals that stand on the decision.
    """
    yield from _rubric_faults(snapshot)
    yield from _panel_faults(snapshot)
    for entry in standing:
        yield from _differences(entry["number"], entry, _plain(_live(entry, snapshot.at)))
        yield from _file_faults(entry)


def _rubric_faults(snapshot: DecisionSnapshot) -> Iterator[str]:
    rubric, frozen = snapshot.round.rubric, dict(snapshot.content["rubric"])
    digest = frozen.pop("digest")
    yield from _differences(_("rubric"), frozen, _plain(rubric.content()))
    if digest_of(frozen) != digest or rubric.digest != digest:
        yield _told(_("rubric"), "digest", digest, rubric.digest)
    rules = snapshot.content["round"]["rules_digest"]
    if snapshot.round.rules_digest != rules:
        yield _told(_("round"), "rules_digest", rules, snapshot.round.rules_digest)


def _panel_faults(snapshot: DecisionSnapshot) -> Iterator[str]:
    """Yield where seats, rulings or attendance are not what was frozen; what came later is let be."""
    content, round, at = snapshot.content, snapshot.round, snapshot.at
    members = dict(PanelSeat.objects.filter(round=round).values_list("pk", "user_id"))
    for seat in content["seats"]:
        if members.get(seat["id"]) != seat["member"]:
            yield _told(_("seats"), seat["id"], seat["member"], members.get(seat["id"]))
    orders = list(
        round.chair_rulings.filter(at__lte=at).order_by("-pk").values_list("order", flat=True)
    )
    if orders != content["chair_orders"]:
        yield _told(_("orders given by the chair"), "", content["chair_orders"], orders)
    live = {meeting["id"]: meeting for meeting in _plain(snapshots.meetings_of(round, until=at))}
    for meeting in content["meetings"]:
        yield from _meeting_faults(meeting, live.get(meeting["id"], {}))


def _meeting_faults(frozen: dict, live: dict) -> Iterator[str]:
    """Yield where a meeting is not what was frozen; of one that still ran, what had happened by then."""
    if frozen["closed_at"]:
        yield from _differences(_("meeting"), frozen, live or dict.fromkeys(frozen))
        return
    for part in ("attendances", "exits"):
        if lost := [row for row in frozen[part] if row not in live.get(part, ())]:
            yield _told(_("meeting"), part, lost, live.get(part))


def _live(entry: dict, at: datetime) -> dict:
    """Return what the rows say now of what ``entry`` froze at ``at``."""
    version = Version.objects.filter(case=entry["id"], number=entry["version"]).first()
    frozen = {sheet["id"] for sheet in entry["sheets"]}
    rows = ScoreSheet.objects.filter(proposal=entry["id"]).select_related("seat")
    sheets = rows.filter(Q(state="counted") | Q(pk__in=frozen)).prefetch_related("scores")
    then = Q(at__lte=at) & (Q(lifted_at=None) | Q(lifted_at__gt=at))
    conflicts = Conflict.objects.filter(then, proposal=entry["id"]).order_by("pk")
    assessed = Assessment.objects.filter(proposal=entry["id"], at__lte=at).order_by("pk")
    proposal = Proposal.objects.get(pk=entry["id"])
    comment = PanelComment.objects.filter(proposal=entry["id"]).first()
    return {
        "title": proposal.title,
        # one that was destroyed when its time was over is no difference
        "comment": comment.text if comment else entry["comment"],
        "assessed_yen": proposal.assessed_yen,
        "rank": proposal.rank,
        "version_digest": version.digest if version else None,
        "requested_yen": version.content.get("requested_yen") or 0 if version else None,
        "files": [f["digest"] for f in version.content.get("files", ())] if version else None,
        "subcommittee_yen": assessed.values_list("amount_yen", flat=True).last(),
        "conflicts": [snapshots.conflict_as_kept(c) for c in with_recused(conflicts)],
        "sheets": [_live_sheet(sheet) for sheet in sheets.order_by("seat_id")],
    }


def _live_sheet(sheet: ScoreSheet) -> dict:
    counts = sheet.state == "counted"
    scores = {str(score.criterion_id): score.points for score in sheet.scores.all()}
    rules = sheet.proposal.round.rubric.rules() if counts else None
    total = scoring.sheet_total(sheet.points(), rules.criteria) if rules else None
    return {
        "id": sheet.pk,
        "member": sheet.seat.user_id,
        "counts": counts,
        "scores": scores if counts else {},
        "total": scoring.exact(total),
    }


def _file_faults(entry: dict) -> Iterator[str]:
    """Yield each file that is still kept, but does not hold what was filed."""
    kept = StoredFile.objects.filter(case=entry["id"], digest__in=entry["files"])
    for stored in kept.standing().order_by("pk"):
        if not is_intact(stored):
            yield _told(entry["number"], "files", stored.digest, _("something else, or nothing"))


# In words


def _plain(value) -> object:
    """Return ``value`` as a document would hold it."""
    return json.loads(canonical(value))


def _differences(what: str, frozen: dict, now) -> Iterator[str]:
    for part, value in now.items():
        if frozen.get(part) != value:
            yield _told(what, part, frozen.get(part), value)


def _told(what: str, part, frozen, now) -> str:
    return _("%(what)s, %(part)s: frozen %(frozen)s, found %(now)s") % {
        "what": what, "part": part, "frozen": frozen, "now": now
    }  # fmt: skip
