"""What still comes before a round refers proposals, and before it decides: rules, seats, sheets."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from casework.calendar import japan_date
from casework.models import Deadline
from casework.refusals import refuses
from grants.models import Proposal, Round

from . import scoring
from .handing_out import members_left
from .models import Assignment, Rubric
from .selection import Standing, rules_of

#: States of a proposal that was filed and is on its way to the selection.
ON_THE_WAY = ("submitted", "accepted", "matching", "matched")


def lacking(round: Round, rules: scoring.Rules, day: date) -> list[str]:
    """Return in words what ``round`` needs before a proposal is referred to it on ``day``."""
    words = [str(scoring.MISSING[code]) for code in scoring.missing(rules)]
    if not round.seats.valid_on(day).exists():
        words.append(_("a member on the subcommittee"))
    return words


@refuses(Proposal.KIND, "refer")
def unready(proposal: Proposal, *, at: datetime) -> str | None:
    """Say what the round of ``proposal`` does not say yet, and where it is entered."""
    round = proposal.round
    words = lacking(round, rules_of(round), japan_date(at))
    if not words:
        return None
    return _(
        "This round cannot select yet. Not set: %(missing)s. Enter it on the page “Selection” of %(round)s."
    ) % {"missing": _("; ").join(words), "round": round}


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a reader has to know before a round is decided.

    :param opens_later: whether the call has not begun; ``call_open`` whether it still runs.
    :param supplements: proposals sent back, each with the date that counts (Japan date or ``None``).
    :param unreferred: how many proposals came in that are not referred yet.
    :param to_hand_out: whether proposals wait for sheets that the office hands out, and somebody is
        left to score them.
    :param few_members: sheets that the rubric asks for each proposal, and seats, where that are
        fewer; only as long as the rubric can still be changed.
    :param short: proposals for which fewer sheets are handed out than the rubric asks for, with how
        many; even if all of them come, such a proposal gets no place.
    :param missing: member → how many of their sheets have not come.
    :param scores_due_on: Japan date by which the sheets are handed in; ``None`` is "not set".
    """

    opens_later: bool
    call_open: bool
    supplements: list[tuple[Proposal, date | None]] = field(default_factory=list)
    unreferred: int = 0
    to_hand_out: bool = False
    few_members: tuple[int, int] | None = None
    short: list[tuple[Proposal, int]] = field(default_factory=list)
    missing: list[tuple[object, int]] = field(default_factory=list)
    scores_due_on: date | None = None

    @property
    def early(self) -> bool:
        """Whether more proposals can still come into this selection."""
        return bool(self.opens_later or self.call_open or self.supplements or self.unreferred)

    @property
    def complete(self) -> bool:
        return not (self.early or self.missing or self.short or self.to_hand_out)


def readiness(
    round: Round, rubric: Rubric | None, rows: list[Standing], *, user, at: datetime
) -> Readiness:
    """Return what still comes before the decision; counts only what ``user`` may see."""
    proposals = Proposal.objects.visible_to(user).filter(round=round)
    return Readiness(
        opens_later=at < round.opens_at,
        call_open=round.is_open(at),
        supplements=_supplements(proposals),
        unreferred=proposals.filter(state__in=ON_THE_WAY).count(),
        to_hand_out=_to_hand_out(rubric, rows, japan_date(at)),
        few_members=_few_members(round, rubric, japan_date(at)),
        short=_short(rubric, rows),
        missing=_missing(rows),
        scores_due_on=rubric.scores_due_on if rubric else None,
    )


def _supplements(proposals) -> list[tuple[Proposal, date | None]]:
    returned = list(proposals.filter(state="returned").order_by("number", "pk"))
    open_ones = Deadline.objects.open().filter(case__in=returned, kind="supplement")
    by_case = {d.case_id: d.ends_on for d in open_ones.prefetch_related("extensions")}
    return [(proposal, by_case.get(proposal.pk)) for proposal in returned]


def _to_hand_out(rubric: Rubric | None, rows: list[Standing], day: date) -> bool:
    if rubric is None or rubric.assignment == Assignment.ALL:
        return False
    each = rubric.sheets_each or rubric.quorum or 1
    short = [row.proposal.pk for row in rows if row.expected < each]
    return any(members_left(short, day=day).values())


def _few_members(round: Round, rubric: Rubric | None, day: date) -> tuple[int, int] | None:
    if rubric is None or rubric.frozen_at:
        return None
    each, seats = rubric.sheets_each or rubric.quorum or 0, round.seats.valid_on(day).count()
    return (each, seats) if 0 < seats < each else None


def _short(rubric: Rubric | None, rows: list[Standing]) -> list[tuple[Proposal, int]]:
    least = rubric.quorum or 0 if rubric else 0
    return [(row.proposal, row.expected) for row in rows if row.expected < least]


def _missing(rows: list[Standing]) -> list[tuple[object, int]]:
    """Return the members whose sheets have not come, in the order of their names."""
    owed = Counter(sheet.seat.user for row in rows for sheet in row.missing)
    return sorted(owed.items(), key=lambda pair: (str(pair[0]), pair[0].pk))
