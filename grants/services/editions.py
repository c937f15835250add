"""Setting a course's rules, and recording what the city voted for it."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from grants.models import BudgetEntry, CourseEdition, EditionParameter, ParameterChange


@transaction.atomic
def set_parameter(
    edition: CourseEdition, name: str, *, by, at: datetime, **fields
) -> EditionParameter:
    """Set one rule of an edition. Rounds that are open keep the rules they froze.

    :param fields: ``status, value, source, confirmed_years, note``.
    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    before = edition.parameters.select_for_update().filter(name=name).first()
    parameter, _created = EditionParameter.objects.update_or_create(
        edition=edition, name=name, defaults=fields
    )
    keep_change(before, parameter, by=by, at=at)
    return parameter


def keep_change(
    before: EditionParameter | None, after: EditionParameter, *, by, at: datetime
) -> None:
    """Record that a rule was changed, if it was: what it said, what it says, and whence."""
    kept = ("status", "value", "unit", "source", "level", "confirmed_years", "note")
    if before and all(getattr(before, name) == getattr(after, name) for name in kept):
        return
    ParameterChange.objects.create(
        edition=after.edition,
        name=after.name,
        old_status=before.status if before else "",
        old_value=before.value if before else "",
        new_status=after.status,
        new_value=after.value,
        source=after.source,
        by=by,
        at=at,
    )


@transaction.atomic
def enter_budget(
    edition: CourseEdition, *, fiscal_year: int, kind: str, amount_yen: int, voted_on: date,
    document: str, by, at: datetime,
) -> BudgetEntry:  # fmt: skip
    """Add an entry to the city's budget of a course and fiscal year; entries are never changed.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the day of the vote has not come.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    if voted_on > japan_date(at):
        raise ValidationError(
            {"voted_on": _("Enter the budget when it has been voted, not before.")}
        )
    CourseEdition.objects.filter(pk=edition.pk).lock_courses()
    return BudgetEntry.objects.create(
        edition=edition,
        fiscal_year=fiscal_year,
        kind=kind,
        amount_yen=amount_yen,
        voted_on=voted_on,
        document=document,
        by=by,
        at=at,
    )
