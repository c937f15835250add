"""What has to be there before a proposal is submitted or a grant applied for, in words."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.calendar import first_day, last_day
from casework.flow import Text

#: The sides of a budget, as the models name them too; this module stays below the models.
INCOME, EXPENDITURE = "income", "expenditure"
PROSE = ("title", "purpose", "content", "schedule", "effect")


def missing_in_proposal(proposal) -> list[Text]:
    """Return what is missing in a proposal; empty means that it can be submitted."""
    missing = [_empty(proposal, name) for name in PROSE if not getattr(proposal, name).strip()]
    missing += _missing_in_budget(proposal)
    missing += _missing_in_measures(proposal)
    if not proposal.pledged_at:
        missing.append(_("Accept the pledges (誓約事項) by name."))
    return missing + _beyond_the_rules(proposal) + _beyond_the_cap(proposal, proposal)


def missing_in_year(year) -> list[Text]:
    """Return what is missing in the application of a project year."""
    missing = [_empty(year, name) for name in ("content",) if not year.content.strip()]
    missing += _missing_days(year)
    missing += _missing_in_budget(year)
    return missing + _beyond_the_cap(year, year.proposal)


def missing_in_claim(claim) -> list[Text]:
    """Return what is missing in a claim; empty means that it can be sent."""
    missing: list[Text] = []
    if not claim.amount_yen:
        missing.append(_("Enter the amount."))
    room = claim.room
    if not room.why_not and claim.amount_yen > room.most_yen:
        words = _("At most {most} yen can be claimed now.")
        missing.append(format_lazy(words, most=f"{room.most_yen:,}"))
    if claim.goes_beforehand and not claim.reason.strip():
        missing.append(_("Say why the money is needed before the amount is confirmed."))
    if not claim.has_account:
        missing.append(_("Register the bank account of your group. Only accounting reads it."))
    return missing


def missing_in_change(change) -> list[Text]:
    """Return what is missing in a request for a change; empty means that it can be sent."""
    missing = [_empty(change, "reason")] if not change.reason.strip() else []
    if change.changes_the_plan:
        return missing + _missing_in_plan(change)
    if not change.ground:
        missing.append(_("Choose the ground."))
    ends = change.asks_for == change.AsksFor.END
    return missing + (_missing_last_day(change) if ends else _missing_year(change))


def _missing_in_plan(change) -> list[Text]:
    missing = [_empty(change, "content")] if not change.content.strip() else []
    missing += _missing_days(change)
    missing += _missing_in_budget(change)
    missing += _beyond_the_cap(change, change.project_year.proposal)
    if not missing and not change.weighed().reasons:
        missing.append(_("Nothing differs from the plan as it is now."))
    return missing


def _missing_last_day(change) -> list[Text]:
    year = change.project_year
    first = year.starts_on or first_day(year.fiscal_year)
    last = year.ends_on or last_day(year.fiscal_year)
    if change.ends_on and first <= change.ends_on <= last:
        return []
    return [_("Enter the last day of the project; it lies within the project as it is now.")]


def _missing_year(change) -> list[Text]:
    year = change.project_year
    to = change.to_fiscal_year
    if to and to > year.fiscal_year and to not in year.years_of_others():
        return []
    return [_("Choose a later fiscal year in which the project has no project year.")]


def _empty(case, name: str) -> Text:
    return format_lazy(_("“{field}” is empty."), field=case._meta.get_field(name).verbose_name)


def _missing_in_budget(case) -> list[Text]:
    lines = case.lines()
    income, spending = _sum(lines, INCOME), _sum(lines, EXPENDITURE)
    missing: list[Text] = []
    if any(line.label == "" or line.amount_yen == 0 for line in lines):
        missing.append(_("A budget line has no name or no amount."))
    if lacks_category(lines, case.rules):
        missing.append(NO_CATEGORY)
    if not spending:
        missing.append(_("The budget has no expenditure yet."))
    elif income != spending:
        words = _("Income ({income} yen) and expenditure ({spending} yen) must be the same.")
        missing.append(format_lazy(words, income=f"{income:,}", spending=f"{spending:,}"))
    if not any(line.from_city and line.amount_yen for line in lines):
        missing.append(_("Mark the income line that is asked of the city."))
    return missing


def _sum(lines, side: str) -> int:
    return sum(line.amount_yen for line in lines if line.side == side)


NO_CATEGORY = _("A line has no category. Choose one for every cost and every income.")


def lacks_category(lines, rules) -> bool:
    """Return whether a line has none although the round knows categories of its side.

    What is asked of the city needs none.
    """
    sides = {category.side for category in rules.categories}
    return any(line.side in sides and not line.from_city and line.category == "" for line in lines)


def _missing_in_measures(proposal) -> list[Text]:
    if not proposal.names_measures():
        return [_("Name at least one measure of the guideline that the project advances.")]
    if proposal.tells_of_measures():
        return []
    return [_("Say how the project advances each measure you name.")]


def _missing_days(year) -> list[Text]:
    if not (year.starts_on and year.ends_on):
        return [_("Enter the first and the last day of the project.")]
    first, last = first_day(year.fiscal_year), last_day(year.fiscal_year)
    if not first <= year.starts_on <= year.ends_on <= last:
        return [_("The first and the last day must lie in the fiscal year.")]
    return []


def _beyond_the_rules(proposal) -> list[Text]:
    longest = proposal.rules.number("max_years")
    if longest is not None and proposal.years > longest:
        return [format_lazy(_("This course lasts at most {years} years."), years=longest)]
    return []


def _beyond_the_cap(case, proposal) -> list[Text]:
    """A cap that is not set is shown as such, and stops nobody."""
    from .adoptions import cap_of  # it reads the models, which import this module

    cap = cap_of(proposal)
    if cap is None or case.requested_yen <= cap:
        return []
    return [format_lazy(_("At most {cap} yen can be asked of the city."), cap=f"{cap:,}")]
