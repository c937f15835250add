"""What a decided change does to its project year: plan, grant, deadlines, claims, agreement."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from casework import timekeeping
from casework.calendar import japan_date
from casework.deadlines import KINDS
from casework.errors import NotPossible
from casework.representatives import as_filed_on
from casework.services import follow, locked, record, snapshot

from .budget_limit import over_budget
from .claims import room
from .limits import limits_yen
from .models import LINE_FIELDS, ChangeRequest, ProjectYear, YearBudgetLine
from .reckoning import changed_amount
from .versions import PLAN_FIELDS, content_of

#: Why the duty to pay back ends again.
NOTHING_TO_COME_BACK = "nothing has to come back any more"


def apply_change(change: ChangeRequest, *, by, at: datetime) -> ProjectYear:
    """Let the year be as ``change`` has it, with a new version and the grant that was decided.

    :raises NotPossible: if what is granted is above a limit that is set, or the city's budget.
    """
    year = locked(change.project_year)
    refuse_too_much(change, change.granted_yen)
    if change.granted_yen != year.granted_yen:
        year.reckoning = changed_amount(change).kept()
    for name in PLAN_FIELDS:
        setattr(year, name, getattr(change, name))
    year.granted_yen = change.granted_yen
    year.save()
    _copy_the_lines(change, year)
    told = as_filed_on(year, japan_date(at))
    version = snapshot(year, {**content_of(year), **told}, by=by, at=at)
    record(
        year, "apply_change", by=by, at=at, change=change.pk, version=version.number,
        granted_before_yen=change.granted_before_yen, granted_yen=change.granted_yen,
    )  # fmt: skip
    _move_the_report(year, at=at)
    _turn_the_repayment(year, at=at)
    return year


def refuse_too_much(change: ChangeRequest, granted_yen: int | None) -> None:
    """Stop a change that would grant nothing, or more than a limit that is set or the budget.

    What is granted already stays granted, whatever the limits are now.

    :raises NotPossible: naming the limit, of the city's budget with its numbers.
    """
    if refusal := too_much(change, granted_yen):
        raise NotPossible(refusal)


def too_much(change: ChangeRequest, granted_yen: int | None) -> str:
    """Return why so much cannot be granted by ``change``, in words; empty if it can."""
    if not granted_yen:
        return _("Nothing would be left of the grant. Revoke it, or let the project end, instead.")
    year = change.project_year
    found = limits_yen(year, change.requested_yen)
    if granted_yen <= (year.granted_yen or 0):
        found = found[:1]
    elif refusal := over_budget(year, granted_yen):
        return refusal
    beyond = (words % {"most": f"{most:,}"} for most, words in found if granted_yen > most)
    return next(beyond, "")


def _copy_the_lines(change: ChangeRequest, year: ProjectYear) -> None:
    year.budget_lines.all().delete()
    YearBudgetLine.objects.bulk_create(
        YearBudgetLine(year=year, **line)
        for line in change.budget_lines.order_by("pk").values(*LINE_FIELDS)
    )


def _move_the_report(year: ProjectYear, *, at: datetime) -> None:
    """Let the report be due by the new last day, unless the office gave a day or more time."""
    owed = year.deadlines.open().filter(kind="report").first()
    if owed and not timekeeping.stays(owed, KINDS["report"].rule(year, at=at, facts={})):
        timekeeping.open_deadlines(year, ("report",), at=at, facts={})


def _turn_the_repayment(year: ProjectYear, *, at: datetime) -> None:
    """Let come back what was paid beyond the grant that is left, or end that duty."""
    if year.balance_yen < 0:
        facts = {"basis": "change_decided"}
        timekeeping.open_deadlines(year, ("repayment",), at=at, facts=facts)
        return
    owed = year.deadlines.open().filter(kind="repayment")
    timekeeping.end(owed, closed_at=at, closed_because=NOTHING_TO_COME_BACK)


def renew_the_agreement(year: ProjectYear, *, at: datetime) -> None:
    """Strike out what was signed: the changed agreement (変更協定書) is signed anew."""
    if year.by_agreement:
        year.signatures.filter(struck_at=None).update(struck_at=at)


def return_the_claim(change: ChangeRequest, year: ProjectYear, *, by, at: datetime) -> None:
    """Send a claim back that is for more than can be paid after the change."""
    for claim in year.claims.filter(state__in=("filed", "accepted")).order_by("pk"):
        claim.project_year = year
        if claim.amount_yen > room(year, claim.payment_kind).most_yen:
            with translation.override("ja"):  # what the history keeps is a document of the city
                why = _("The grant was changed: this claim is for more than can be paid now.")
            follow(claim, "send_back", cause=change, by=by, at=at, reason=why)


def end_or_move(change: ChangeRequest, *, by, at: datetime, facts: dict) -> None:
    """Make the move of the year that was asked for, on the ground that the group gave."""
    year, reason = change.project_year, facts.get("reason") or change.reason
    told = {"ground": change.ground, "reason": reason}
    if change.asks_for == ChangeRequest.AsksFor.END:
        follow(year, "discontinue", cause=change, by=by, at=at, ended_on=change.ends_on, **told)
        return
    follow(
        year, "postpone", cause=change, by=by, at=at, fiscal_year=change.to_fiscal_year,
        from_fiscal_year=year.fiscal_year, **told,
    )  # fmt: skip
