"""Carrying out the change of a fiscal year: exactly what the plan says, all of it or nothing."""

from collections.abc import Callable
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from accounts.models import Department, User
from accounts.permissions import require
from casework import handover
from casework.calendar import end_of_day, japan_date, moment
from casework.history import digest_of as canonical_digest
from casework.models import Case
from casework.services import advance
from grants.models import CourseEdition, ProjectYear, Round
from grants.services.plan import plan_of
from grants.services.rounds import copy_round

from .looking import look
from .plan import NOTHING, Decisions, Facts, Status, Step, carried_over, plan


def digest_of(steps: list[Step]) -> str:
    """Return what tells one plan from another by what it makes: its steps, and what each names."""
    made = [
        [step.key, sorted((name, str(said)) for name, said in step.told.items())]
        for step in steps
        if step.status == Status.MAKE
    ]
    return canonical_digest(made)


def steps_of(
    fiscal_year: int, decisions: Decisions = NOTHING, *, by: User, at: datetime
) -> tuple[Facts, list[Step]]:
    """Return the facts and the plan, writing nothing: the dry run.

    :raises ValidationError: if a decision cannot be carried out.
    """
    refuse_wrong_days(decisions, at=at)
    facts = look(fiscal_year, decisions, by=by, on=japan_date(at))
    return facts, plan(facts, decisions)


@transaction.atomic
def roll_over(
    fiscal_year: int, decisions: Decisions = NOTHING, *, seen: str | None = None, by: User,
    at: datetime,
) -> list[Step]:  # fmt: skip
    """Change to ``fiscal_year``: carry out what the plan of this moment makes, all of it or nothing.

    One change runs at a time; what another has made in the meantime is there, and not made again.

    :param seen: the :func:`digest_of` the plan that a person looked at; another plan is refused.
    :return: the plan that was carried out.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the plan is another one by now, or a decision cannot be carried out.
    :raises NotPossible: if a condition of a move does not hold.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    # The budget's lock comes first everywhere, and every change of a year takes it whole.
    list(CourseEdition.objects.order_by("pk").select_for_update(no_key=True))
    _lock_cases(steps_of(fiscal_year, decisions, by=by, at=at)[1])
    _facts, steps = steps_of(fiscal_year, decisions, by=by, at=at)
    if seen is not None and seen != digest_of(steps):
        raise _moved_on()
    try:
        for step in steps:
            if step.status == Status.MAKE:
                _CARRY_OUT[step.what](step, fiscal_year, decisions, by, at)
    except TransitionNotAllowed:
        raise _moved_on() from None
    return steps


def _lock_cases(steps: list[Step]) -> None:
    """Lock the cases that the steps move or hand over, in the order of their ids."""
    ids: set[int] = set()
    for step in steps:
        if step.what == "open_year":
            ids.add(int(str(step.about)))
        elif step.what == "hand_over":
            ids.update(step.told["cases"])
    list(Case.objects.filter(pk__in=ids).order_by("pk").select_for_update())


def _moved_on() -> ValidationError:
    words = _("Something has changed since you looked. Look at the new preview first.")
    return ValidationError(words, code="moved_on")


def refuse_wrong_days(decisions: Decisions, *, at: datetime) -> None:
    """Refuse days that cannot be.

    :raises ValidationError: naming them.
    """
    today = japan_date(at)
    if decisions.continued and not (decisions.decided_on and decisions.document.strip()):
        raise ValidationError(_("Say on which day and in which document it was decided."))
    if decisions.decided_on and decisions.decided_on > today:
        raise ValidationError(_("The day of the decision cannot lie in the future."))
    for call in decisions.calls.values():
        if call.last_day < call.first_day:
            raise ValidationError(_("The call must close after it opens."))
        if call.first_day < today:
            raise ValidationError(_("The call cannot open in the past."))


def _make_call(step: Step, fiscal_year: int, decisions: Decisions, by: User, at: datetime) -> None:
    source = Round.objects.select_related("edition").prefetch_related("plans").get(pk=step.about)
    call = decisions.calls[source.pk]
    same = CourseEdition.objects.filter(
        course=source.edition.course, fictitious=source.edition.fictitious,
        first_fiscal_year__lte=fiscal_year,
    )  # fmt: skip
    kept, _dropped = carried_over(plan_of(source))
    copy_round(
        source, same.latest("first_fiscal_year"), fiscal_year=fiscal_year,
        name=str(step.told["name"]), plan=kept,
        opens_at=moment(call.first_day, time.min), closes_at=end_of_day(call.last_day),
        by=by, at=at,
    )  # fmt: skip


def _open_year(step: Step, fiscal_year: int, decisions: Decisions, by: User, at: datetime) -> None:
    year = ProjectYear.objects.visible_to(by).get(pk=step.about)
    advance(
        year, "plan", by=by, at=at, decided_on=decisions.decided_on,
        document=decisions.document.strip(),
    )  # fmt: skip


def _hand_over(step: Step, fiscal_year: int, decisions: Decisions, by: User, at: datetime) -> None:
    of_clerks = step.told["kind"] == "clerk"
    model = User if of_clerks else Department
    giver, taker = (model.objects.get(pk=pk) for pk in step.told["ids"])
    act = handover.hand_over if of_clerks else handover.hand_over_department
    act(step.told["cases"], giver, taker, by=by, at=at)


#: What a step that is made is carried out by.
_CARRY_OUT: dict[str, Callable[[Step, int, Decisions, User, datetime], None]] = {
    "make_call": _make_call,
    "open_year": _open_year,
    "hand_over": _hand_over,
}
