"""Reading from the database what the rules look at."""

from datetime import date

from accounts.models import Officer, Organization
from casework.asked_once import asked_once
from casework.calendar import first_day, japan_date
from grants.adoptions import adoptions_counted, adoptions_of_all
from grants.models import ProjectYear, Proposal, Side
from grants.rules import BY_PROJECT_START, ON_GRANT_APPLICATION, RuleSet

from .alike import alike_adopted
from .check import Dates, Facts, Question
from .of_repeats import counts_adoptions

#: Treatment of a category of income: what it brings comes from other subsidies.
OTHER_SUBSIDY = "other_subsidy"


def question_of(proposal: Proposal, *, on: date, year: ProjectYear | None = None) -> Question:
    """Return what the rules of the proposal look at, as of ``on`` (Japan date).

    :param year: the project year whose grant is at stake; its budget counts in place of the first.
    """
    rules = proposal.rules
    return Question(rules, _facts(proposal, rules, on, year), _dates(proposal, rules, on, year))


def _facts(proposal: Proposal, rules: RuleSet, on: date, year: ProjectYear | None) -> Facts:
    group = proposal.organization
    if counts_adoptions(rules):
        own, others = adoptions_of_all(proposal)
        adoptions, alike = len(own), alike_adopted(proposal, others)
    else:
        adoptions, alike = adoptions_counted(proposal), ()
    return Facts(
        founded_on=group.founded_on,
        active_since=group.activity_started_on or group.founded_on,
        citizen_members=group.citizen_members,
        officers=sum(one.is_valid_on(on) for one in officers_of(group))
        or None,  # none entered is not known
        rules_on_file_on=group.rules_on_file_on,
        npo_center_registered_on=group.npo_center_registered_on,
        in_city=group.in_city,
        address=group.address,
        asked_yen=(year or proposal).requested_yen,
        cap_yen=rules.cap_yen(adoptions + 1),
        adoptions=adoptions,
        alike=alike,
        pledged=proposal.pledged_at is not None,
        other_subsidies_yen=_other_subsidies_yen(year or proposal, rules),
    )


@asked_once
def officers_of(group: Organization) -> list[Officer]:
    return list(group.officer_set.all())


def declared_other_subsidies(case: Proposal | ProjectYear) -> list:
    """Return the lines of income that the group declares as other subsidies for the project.

    Nothing where the round froze no category of income that says so.
    """
    codes = other_subsidy_codes(case.rules)
    if not codes:
        return []
    return [line for line in case.lines() if line.side == Side.INCOME and line.category in codes]


def other_subsidy_codes(rules: RuleSet) -> set[str]:
    """Return the codes of the frozen categories of income that are other subsidies."""
    return {category.code for category in rules.categories if category.treatment == OTHER_SUBSIDY}


def _other_subsidies_yen(case: Proposal | ProjectYear, rules: RuleSet) -> int | None:
    if not other_subsidy_codes(rules):
        return None
    return sum(line.amount_yen for line in declared_other_subsidies(case))


def _dates(proposal: Proposal, rules: RuleSet, on: date, year: ProjectYear | None) -> Dates:
    return Dates(
        on=on,
        call_closes_on=proposal.round.last_day,
        fiscal_year_on=first_day(proposal.round.fiscal_year),
        filed_on=filed_on(proposal),
        applied_on=_applied_on(proposal, rules, year),
        starts_on=_starts_on(proposal, rules, year),
    )


def filed_on(proposal: Proposal) -> date | None:
    """Return the day of the first filing, whatever supplement followed; a paper's is 収受日."""
    return proposal.received_on or (proposal.filed_at and japan_date(proposal.filed_at))


def _applied_on(proposal: Proposal, rules: RuleSet, year: ProjectYear | None) -> date | None:
    named = (rules.text("age_counted_on"), rules.text("activity_counted_on"))
    if ON_GRANT_APPLICATION not in named:
        return None
    year = year or proposal.project_years.order_by("position").first()
    line = year and year.events.filter(verb="apply").order_by("pk").first()
    return (year.counts_on("apply", line.facts) or japan_date(line.at)) if line else None


def _starts_on(proposal: Proposal, rules: RuleSet, year: ProjectYear | None) -> date | None:
    """Return the first day of the first year of the project, where a rule asks for it."""
    if BY_PROJECT_START not in (rules.text("rules_on_file"), rules.text("npo_center_registration")):
        return None
    is_first = year is not None and year.position == 1 and year.starts_on
    return year.starts_on if is_first else proposal.first_day_of_all()
