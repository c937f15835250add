"""What has to be there before a proposal is submitted or a grant applied for, in words."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text

#: The sides of a budget, as the models name them too; this module stays below the models.
INCOME, EXPENDITURE = "income", "expenditure"
PROSE = ("title", "purpose", "content", "schedule", "effect")


def missing_in_proposal(proposal) -> list[Text]:
    """Return what is missing in a proposal; empty means that it can be submitted."""
    missing = [_empty(proposal, name) for name in PROSE if not getattr(proposal, name).strip()]
    missing += _missing_in_budget(proposal)
    if proposal.requested_yen == 0:
        missing.append(_("Mark the income line that is asked of the city."))
    if not proposal.proposal_measures.exists():
        missing.append(_("Name at least one measure of the guideline that the project advances."))
    if not proposal.pledged_at:
        missing.append(_("Accept the pledges (誓約事項) by name."))
    return missing + _beyond_the_rules(proposal)


def missing_in_year(year) -> list[Text]:
    """Return what is missing in the application of a project year."""
    missing = [_empty(year, name) for name in ("content",) if not year.content.strip()]
    if not (year.starts_on and year.ends_on):
        missing.append(_("Enter the first and the last day of the project."))
    missing += _missing_in_budget(year)
    if year.requested_yen == 0:
        missing.append(_("Mark the income line that is asked of the city."))
    return missing


def _empty(case, name: str) -> Text:
    return format_lazy(_("“{field}” is empty."), field=case._meta.get_field(name).verbose_name)


def _missing_in_budget(case) -> list[Text]:
    income, spending = case.total_yen(INCOME), case.total_yen(EXPENDITURE)
    if not spending:
        return [_("The budget has no expenditure yet.")]
    if income != spending:
        words = _("Income ({income} yen) and expenditure ({spending} yen) must be the same.")
        return [format_lazy(words, income=f"{income:,}", spending=f"{spending:,}")]
    return []


def _beyond_the_rules(proposal) -> list[Text]:
    longest = proposal.rules.number("max_years")
    if longest is not None and proposal.years > longest:
        return [format_lazy(_("This course lasts at most {years} years."), years=longest)]
    return []
