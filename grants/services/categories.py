"""Setting the categories of costs and income of a course edition."""

from copy import copy
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from grants.models import (
    CATEGORY_FIELDS,
    BudgetLine,
    ChangeLine,
    CourseEdition,
    LineCategory,
    ParameterChange,
    YearBudgetLine,
)
from grants.rules import Status


@transaction.atomic
def set_category(edition: CourseEdition, code: str, *, by, at: datetime, **fields) -> LineCategory:
    """Add a category to an edition, or change it. Rounds that are open keep those they froze.

    :param fields: ``side, label_ja, label_en, position, treatment, limit_yen, limit_percent,
        proofs, source``.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it says of costs what is said of income only, or has a wrong limit.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    before = edition.categories.select_for_update().filter(code=code).first()
    category = copy(before) or LineCategory(edition=edition, code=code)
    for name, value in fields.items():
        setattr(category, name, value)
    category.full_clean()
    category.save()
    keep_category_change(before, category, by=by, at=at)
    return category


def why_category_stays(category: LineCategory) -> str:
    """Return why a category cannot be removed: a line of a budget names it; empty if it can."""
    of_rounds = {
        BudgetLine: "proposal__round__edition",
        YearBudgetLine: "year__proposal__round__edition",
        ChangeLine: "change__project_year__proposal__round__edition",
    }
    for model, edition in of_rounds.items():
        named = {"category": category.code, edition: category.edition_id}
        if model.objects.filter(**named).exists():
            return _("Lines of budgets name this category. It stays, so that they can be read.")
    return ""


@transaction.atomic
def remove_category(category: LineCategory, *, by, at: datetime) -> None:
    """Take a category off an edition while nothing uses it. Rounds that are open keep theirs.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if a line of a budget names it.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    category = LineCategory.objects.select_for_update(of=("self",)).get(pk=category.pk)
    if why := why_category_stays(category):
        raise ValidationError(why)
    ParameterChange.objects.create(
        edition=category.edition, name=f"category-{category.code}", old_status=Status.SET,
        old_value=_in_lines(category), new_status=Status.NOT_SET, new_value="", source="", by=by,
        at=at,
    )  # fmt: skip
    category.delete()


def keep_category_change(
    before: LineCategory | None, after: LineCategory, *, by, at: datetime
) -> None:
    """Record what a category said and says, among the changes of the rules, if it was changed."""
    old, new = _in_lines(before), _in_lines(after)
    if old == new and before is not None and before.source == after.source:
        return
    ParameterChange.objects.create(
        edition=after.edition,
        name=f"category-{after.code}",
        old_status=Status.SET if before else "",
        old_value=old,
        new_status=Status.SET,
        new_value=new,
        source=after.source,
        by=by,
        at=at,
    )


def _in_lines(category: LineCategory | None) -> str:
    """Return what a category says, one field a line; fields that say nothing are left out."""
    if category is None:
        return ""
    said = {name: getattr(category, name) for name in CATEGORY_FIELDS}
    return "\n".join(f"{name}: {value}" for name, value in said.items() if value not in ("", None))
