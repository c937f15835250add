"""What has to be there before a proposal is submitted or a grant applied for, in words."""

from django.db.models import Q
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


def _empty(case, name: str) -> Text:
    return format_lazy(_("“{field}” is empty."), field=case._meta.get_field(name).verbose_name)


def _missing_in_budget(case) -> list[Text]:
    income, spending = case.total_yen(INCOME), case.total_yen(EXPENDITURE)
    missing: list[Text] = []
    if case.budget_lines.filter(Q(label="") | Q(amount_yen=0)).exists():
        missing.append(_("A budget line has no name or no amount."))
    if not spending:
        missing.append(_("The budget has no expenditure yet."))
    elif income != spending:
        words = _("Income ({income} yen) and expenditure ({spending} yen) must be the same.")
        missing.append(format_lazy(words, income=f"{income:,}", spending=f"{spending:,}"))
    if case.requested_yen == 0:
        missing.append(_("Mark the income line that is asked of the city."))
    return missing


def _missing_in_measures(proposal) -> list[Text]:
    told = [row.how.strip() for row in proposal.proposal_measures.all()]
    if not told:
        return [_("Name at least one measure of the guideline that the project advances.")]
    return [] if all(told) else [_("Say how the project advances each measure you name.")]


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
