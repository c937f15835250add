"""Where a proposal stands with each rule: what the program finds, and what the office answered to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from casework.asked_once import asked_once
from casework.flow import Text
from casework.models import Remark

from .eligibility import Check, Outcome, checks
from .models import EligibilityAnswer, EligibilityRecord, ProjectYear, Proposal


@dataclass(frozen=True, slots=True)
class Standing:
    """One rule: what the program finds, and the answer of the office that still fits it.

    :param answer: ``None`` where nobody answered, or where the program finds another value since.
    :param reason: why the office answered so; empty if it said no reason, or it was destroyed.
    """

    check: Check
    answer: EligibilityAnswer | None = None
    reason: str = ""

    @property
    def outcome(self) -> str:
        return self.answer.outcome if self.answer else self.check.outcome

    @property
    def is_open(self) -> bool:
        """Whether it keeps a proposal from being accepted; what is not set never does."""
        return self.outcome in (Outcome.FAILS, Outcome.NEEDS_PERSON)

    @property
    def mend(self) -> Text:
        """What would change it, where it is not met or something is missing that somebody can add."""
        waits_for_judgement = self.check.judged and self.outcome != Outcome.FAILS
        return "" if waits_for_judgement or self.outcome == Outcome.PASSES else self.check.mend

    @property
    def is_overridden(self) -> bool:
        return self.check.outcome == Outcome.FAILS and self.outcome == Outcome.PASSES


def rule_standings(
    proposal: Proposal, *, on: date, year: ProjectYear | None = None
) -> list[Standing]:
    """Return every rule with the answer of the office that fits it, as of ``on`` (Japan date)."""
    answers = _newest(proposal)
    return [_standing(check, answers) for check in checks(proposal, on=on, year=year)]


def year_at_stake(proposal: Proposal) -> ProjectYear | None:
    """Return the year whose grant waits for its decision, for which the rules are weighed again."""
    return proposal.project_years.filter(state="applied").order_by("position").first()


@asked_once
def _newest(proposal: Proposal) -> dict[str, EligibilityAnswer]:
    """Return rule → its newest answer, with the words that say why as ``reason``."""
    told = KeyTextTransform("remark", KeyTransform("note", "event__facts"))
    words = Remark.objects.filter(pk=OuterRef("remark")).values("text")
    rows = proposal.eligibility_answers.annotate(
        remark=Cast(told, BigIntegerField()), reason=Subquery(words)
    )
    return {row.code: row for row in rows.select_related("event__by").order_by("pk")}


def _standing(check: Check, answers: dict) -> Standing:
    answer = answers.get(check.code)
    if answer is None or (answer.found, answer.value) != (check.outcome, check.found):
        return Standing(check)
    return Standing(check, answer, answer.reason or "")


def open_rules(rows: Iterable[Standing]) -> list[Standing]:
    """Keep what stands between the proposal and its acceptance."""
    return [row for row in rows if row.is_open]


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that stands otherwise than when it was last put on record."""

    label: Text
    before: Text
    now: Text


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a record.

    :param since: the move at which it was made, in words.
    """

    since: Text
    on: date
    rows: list[Change]


#: verb of a record → what it is called where something changed since.
SINCE: dict[str, Text] = {
    "submit": _("the submission"),
    "file_paper": _("the submission"),
    "resubmit": _("the supplement"),
    "accept": _("the acceptance"),
    "apply": _("the application for the grant"),
    "reapply": _("the application for the grant"),
    "grant": _("the grant"),
}


def last_record(proposal: Proposal) -> EligibilityRecord | None:
    """Return what was last put on record of the proposal, or of a project year of it."""
    own = Q(case=proposal.pk) | Q(case__in=proposal.project_years.values("pk"))
    return EligibilityRecord.objects.filter(own).order_by("-pk").first()


def changes_since(record: EligibilityRecord | None, rows: list[Standing]) -> Changes | None:
    """Return which rules stand otherwise than on ``record``; ``None`` if none does."""
    before = record.outcomes if record else {}
    changed = [
        Change(row.check.label, Outcome(before[row.check.code]).label, Outcome(row.outcome).label)
        for row in rows
        if before.get(row.check.code, row.outcome) != row.outcome
    ]
    return Changes(SINCE[record.verb], record.on, changed) if record and changed else None


def as_recorded(rows: list[Standing]) -> list[dict]:
    """Return the rules as a record keeps them: codes, numbers and days, no words of people."""
    return [
        {
            "code": row.check.code,
            "outcome": str(row.outcome),
            "value": row.check.found,
            "limit": row.check.asked,
            "source": row.check.source,
            "on": row.check.on.isoformat() if row.check.on else "",
        }
        for row in rows
    ]
