"""What the public reads of a selection: from frozen decisions alone, once the office publishes them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.letters import sent_by
from casework.models import Event, LetterToNumber
from casework.services import record
from grants.models import Proposal, Round

from . import scoring
from .barring import refuse_hidden
from .corrections import VERBS, decided_by
from .material import visible_ids
from .models import DecisionSnapshot, Publication


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of a selection as the public reads it; of who was not selected only the number.

    :param judged: how many proposals were decided.
    :param selected: title, group and amount in yen of each, by number of the proposal.
    :param budget_yen: of the round when it was decided; ``None`` was not set.
    """

    judged: int
    selected: list[dict]
    reserve: int
    declined: int
    budget_yen: int | None
    aggregation: str
    pass_mark: Decimal
    pass_unit: str
    max_points: Decimal | None

    @property
    def sum_yen(self) -> int:
        return sum(entry["yen"] for entry in self.selected)

    @property
    def put_together(self) -> str:
        """How the sheets became points, in words."""
        return str(scoring.Aggregation(self.aggregation).label)


def summary_of(documents: Sequence[dict], *, without: Collection[int] = ()) -> Summary:
    """Return what frozen documents say together; a later one stands in for what it holds, too.

    :param documents: contents of the decisions of one round, the oldest first.
    :param without: proposals that are left out, by their ids.
    """
    found = (entry for document in documents for entry in document["proposals"])
    entries = {entry["id"]: entry for entry in found if entry["id"] not in without}
    outcomes = Counter(entry["outcome"] for entry in entries.values())
    newest = documents[-1]
    rubric = newest["rubric"]
    most = sum(c["max_points"] * Decimal(c["weight"]) for c in rubric["criteria"])
    return Summary(
        len(entries),
        _selected(entries.values()),
        outcomes["reserve"],
        outcomes["decline"],
        newest["round"]["budget_yen"],
        rubric["aggregation"],
        Decimal(rubric["pass_mark"]),
        rubric["pass_unit"],
        most,
    )


def _selected(entries: Collection[dict]) -> list[dict]:
    rows = sorted((e for e in entries if e["outcome"] == "select"), key=lambda e: e["number"])
    return [{"title": e["title"], "group": e["group"], "yen": e["assessed_yen"]} for e in rows]


@dataclass(frozen=True, slots=True)
class Published:
    """What stands on the page of a call.

    :param days: what was published, the first first, and whether it corrects what was before.
    :param taken_up: whether a part of it is being selected anew, or was and is not published yet.
    """

    summary: Summary
    days: list[tuple[Publication, bool]]
    taken_up: bool


def published(round: Round) -> Published | None:
    """Return the published result of ``round``; ``None`` before anything was published."""
    rows = Publication.objects.filter(snapshot__round=round).select_related("snapshot")
    rows = list(rows.order_by("published_at", "pk"))
    if not rows:
        return None
    told = _told([row.snapshot for row in rows], list(round.decisions.order_by("number")))
    ids, there = _proposals(told), {one.digest for one in told}
    standing = decided_by(ids)
    gone = _gone(ids, standing)
    taken_up = any(standing.get(key) not in there for key in ids - gone)
    shown = {row.snapshot_id for row in rows}
    days = [(row, row.snapshot.corrects_id in shown) for row in rows]
    return Published(summary_of([one.content for one in told], without=gone), days, taken_up)


def _told(shown: list[DecisionSnapshot], frozen: list[DecisionSnapshot]) -> list[DecisionSnapshot]:
    """Return ``shown`` with what they correct, of which a part may stand still; the oldest first."""
    by_digest = {one.digest: one for one in frozen}
    wanted = [one.digest for one in shown]
    for digest in wanted:  # grows by what each corrects
        if corrects := by_digest[digest].content["corrects"]:
            wanted.append(corrects["digest"])
    return [one for one in frozen if one.digest in set(wanted)]


def _proposals(told: Iterable[DecisionSnapshot]) -> set[int]:
    return {entry["id"] for one in told for entry in one.content["proposals"]}


def _gone(proposals: set[int], standing: Mapping[int, str]) -> set[int]:
    """Return what was taken up again and left the selection before it was decided anew (取下げ)."""
    undecided = Proposal.objects.filter(pk__in=proposals - standing.keys())
    return set(undecided.exclude(state="in_selection").values_list("pk", flat=True))


def _counts(snapshot: DecisionSnapshot, standing: Mapping[int, str], gone: Collection[int]) -> bool:
    """Return whether something stands on a decision, and nothing of it on another one, or on none."""
    stays = _proposals([snapshot]).difference(gone)
    return bool(stays) and all(standing.get(key) == snapshot.digest for key in stays)


def publishable(frozen: Collection[DecisionSnapshot], user) -> set[DecisionSnapshot]:
    """Return which of all decisions of a round count and are read by ``user`` in whole.

    With a correction the public reads what it corrects, so ``user`` has to meet that, too.
    """
    ids, in_order = _proposals(frozen), sorted(frozen, key=lambda one: one.number)
    standing, seen = decided_by(ids), visible_ids(user, list(ids))
    gone = _gone(ids, standing)
    return {
        one
        for one in frozen
        if _proposals(_told([one], in_order)) <= seen and _counts(one, standing, gone)
    }


def cases_told(snapshot: DecisionSnapshot) -> list[Proposal]:
    """Return every proposal that the public would read of, or be told the number of."""
    told = _told([snapshot], list(snapshot.round.decisions.order_by("number")))
    return list(Proposal.objects.filter(pk__in=_proposals(told)).order_by("pk"))


@transaction.atomic
def publish(snapshot: DecisionSnapshot, *, by, at: datetime) -> Publication:
    """Let the public read the result of a decision on the page of its call.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet one of the cases.
    :raises ValidationError: if it is published already, is not approved, was taken up again, or one of
        its letters still waits for its number.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    Round.objects.filter(pk=snapshot.round_id).lock()
    proposals = cases_told(snapshot)
    refuse_hidden(proposals, by)
    _refuse_unready(snapshot, proposals)
    row = Publication.objects.create(snapshot=snapshot, by=by, published_at=at)
    decided = _proposals([snapshot])
    for proposal in proposals:
        if proposal.pk in decided:
            record(proposal, "publish_result", by=by, at=at, snapshot=snapshot.digest)
    return row


def _refuse_unready(snapshot: DecisionSnapshot, proposals: list[Proposal]) -> None:
    if Publication.objects.filter(snapshot=snapshot).exists():
        raise ValidationError(_("The result of this decision is published already."))
    decided = _proposals([snapshot])
    if not Event.objects.filter(
        case__in=decided, verb__in=VERBS, facts__snapshot=snapshot.digest
    ).exists():
        raise ValidationError(_("This decision is not approved yet."))
    standing = decided_by(decided)
    if not _counts(snapshot, standing, _gone(decided, standing)):
        raise ValidationError(
            _("This decision was taken up again. Publish the one that stands in for it.")
        )
    if waiting := _without_letter(proposals):
        raise ValidationError(
            _("Letters about this decision still wait for a number: %(names)s. The groups read it first.")
            % {"names": ", ".join(waiting)}
        )  # fmt: skip


def _without_letter(proposals: list[Proposal]) -> list[str]:
    """Return by name the proposals whose group was not told the result yet."""
    kinds = {kind.code for verb in VERBS if (kind := sent_by(proposals[0], verb))}
    rows = LetterToNumber.objects.waiting().filter(case__in=proposals, kind__in=kinds)
    waiting = set(rows.values_list("case", flat=True))
    return [str(proposal) for proposal in proposals if proposal.pk in waiting]
