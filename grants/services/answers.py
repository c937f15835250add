"""The office answers the rules that only a person can answer, and overrides what fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.models import Event
from casework.services import locked, record
from grants.eligibility import Outcome
from grants.models import EligibilityAnswer, Proposal
from grants.standing import Standing, rule_standings, year_at_stake

ANSWERS = (Outcome.PASSES, Outcome.FAILS)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of one rule.

    :param outcome: whether it is met: PASSES or FAILS.
    :param reason: why; needed where the program found that it fails.
    """

    outcome: str
    reason: str = ""


def may_answer(proposal: Proposal, user) -> bool:
    """Return whether ``user`` may answer the rules now: the office, once it is filed, until it ends."""
    is_filed = proposal.filed_at is not None and proposal.closed_at is None
    return is_filed and user.has_perm("grants.handle", proposal)


@transaction.atomic
def answer_rules(
    proposal: Proposal, answers: Mapping[str, Answer], *, by, at: datetime
) -> Proposal:
    """Answer rules of a filed proposal; what was answered so before is not answered again.

    :param answers: code of the rule → answer.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if a rule is not one of the proposal's, if what fails is said to be met
        without a reason, or if the proposal is not filed or has ended.
    """
    proposal = locked(proposal)
    require(by.act_on(japan_date(at)), "grants.handle", proposal)
    if not may_answer(proposal, by):
        raise ValidationError(_("The rules of this proposal cannot be answered now."))
    year = year_at_stake(proposal)
    rows = {row.check.code: row for row in rule_standings(proposal, on=japan_date(at), year=year)}
    new = {code: a for code, a in answers.items() if _is_new(rows.get(code), a)}
    plain = {code: str(answer.outcome) for code, answer in new.items() if not answer.reason}
    line = record(proposal, "answer_rules", by=by, at=at, answers=plain) if plain else None
    for code, answer in new.items():
        told = line if code in plain else _told(proposal, code, answer, by=by, at=at)
        _keep(proposal, rows[code], answer, told)
    return proposal


def _is_new(row: Standing | None, answer: Answer) -> bool:
    """Return whether the answer is not the one that stands.

    :raises ValidationError: as for :func:`answer_rules`.
    """
    if row is None or answer.outcome not in ANSWERS:
        raise ValidationError(_("This is not a rule of the proposal."))
    if row.answer and (row.answer.outcome, row.reason) == (answer.outcome, answer.reason):
        return False
    if (row.check.outcome, answer.outcome) == (Outcome.FAILS, Outcome.PASSES) and not answer.reason:
        raise ValidationError(_("Say why a rule counts as met that the program finds not met."))
    return True


def _told(proposal: Proposal, code: str, answer: Answer, *, by, at: datetime) -> Event:
    """Write a line of its own for an answer with a reason, whose words stand apart."""
    return record(
        proposal, "answer_rules", by=by, at=at, answers={code: str(answer.outcome)},
        note=answer.reason,
    )  # fmt: skip


def _keep(proposal: Proposal, row: Standing, answer: Answer, line: Event) -> None:
    EligibilityAnswer.objects.create(
        proposal=proposal,
        code=row.check.code,
        outcome=answer.outcome,
        found=row.check.outcome,
        value=row.check.found,
        event=line,
    )
