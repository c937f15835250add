"""The basic check of requirements: one small function a rule, as of the day that counts.

A rule that is not set never fails an applicant: a person answers it.
"""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.calendar import add_months
from casework.flow import Text

from .adoptions import adoptions_before, cap_of
from .parameters import CODES
from .rules import RuleSet, Status


class Outcome(models.TextChoices):
    PASSES = "passes", gettext_lazy("meets the requirement")
    FAILS = "fails", gettext_lazy("does not meet the requirement")
    NOT_SET = "not_set", gettext_lazy("not set: the office answers")
    NEEDS_PERSON = "needs_person", gettext_lazy("a person has to look")


@dataclass(frozen=True, slots=True)
class Check:
    """The answer to one rule.

    :param value: what the group or the proposal has, in words; empty where it is not known.
    :param limit: what the rule asks for, in words.
    :param mend: for a failure, what would change it.
    """

    code: str
    label: Text
    outcome: str
    value: str = ""
    limit: Text = ""
    source: str = ""
    mend: Text = ""


def checks(proposal, *, on: date) -> list[Check]:
    """Return the answer to every rule of the proposal's edition, as of ``on`` (Japan date)."""
    rules, group = proposal.rules, proposal.organization
    officers = group.officer_set.valid_on(on).count() or None  # none entered is not known
    answers = (
        _age(rules, group, on),
        _activity(rules, group, on),
        _at_least(rules, "min_citizen_members", _("Citizens among the members"),
                  group.citizen_members, _("Enter the number of members in the group's data.")),
        _at_least(rules, "min_officers", _("Officers, representative included"),
                  officers, _("Enter the officers of the group.")),
        _dated(rules, "rules_on_file", _("Rules of the group (規約)"), group.rules_on_file_on),
        _dated(rules, "npo_center_registration", _("Registration with the NPO center"),
               group.npo_center_registered_on),
        _place(rules, group),
        _repeats(rules, proposal),
        _cap(rules, proposal),
        _person(rules, "project_in_city", _("The project takes place in the city")),
        _person(rules, "public_interest", _("The project serves the public")),
        _person(rules, "nonprofit", _("Not for profit")),
        _person(rules, "proper_accounting", _("Proper accounts")),
        _person(rules, "no_new_facility", _("No new building")),
        _person(rules, "other_subsidy", _("Other subsidies")),
    )  # fmt: skip
    return [answer for answer in answers if answer is not None]


def _undecided(rules: RuleSet, name: str, label: Text) -> Check | None:
    """Answer for a rule without a value: not set, or nothing where it does not apply."""
    if rules.status(name) == Status.NOT_APPLICABLE:
        return None
    return Check(name, label, Outcome.NOT_SET, source=rules.source(name))


def _age(rules: RuleSet, group, on: date) -> Check | None:
    """Source: 設立後3年以下 (K-2023): the anniversary itself is still within the limit."""
    name, label, years = "max_age_years", _("Years since founding"), rules.number("max_age_years")
    if years is None:
        return _undecided(rules, name, label)
    limit = _("at most %(years)s years") % {"years": years}
    if group.founded_on is None:
        return Check(name, label, Outcome.NEEDS_PERSON, "", limit, rules.source(name),
                     _("Enter the founding date of the group."))  # fmt: skip
    young = on <= add_months(group.founded_on, 12 * years)
    outcome = Outcome.PASSES if young else Outcome.FAILS
    return Check(name, label, outcome, group.founded_on.isoformat(), limit, rules.source(name))


def _activity(rules: RuleSet, group, on: date) -> Check | None:
    name, label = "min_activity_years", _("Years of continuous activity")
    years = rules.number(name)
    if years is None:
        return _undecided(rules, name, label)
    limit = _("at least %(years)s years") % {"years": years}
    since = group.activity_started_on or group.founded_on
    if since is None:
        return Check(name, label, Outcome.NEEDS_PERSON, "", limit, rules.source(name),
                     _("Enter since when the group is active."))  # fmt: skip
    outcome = Outcome.PASSES if add_months(since, 12 * years) <= on else Outcome.FAILS
    return Check(name, label, outcome, since.isoformat(), limit, rules.source(name))


def _at_least(rules: RuleSet, name: str, label: Text, has: int | None, mend: Text) -> Check | None:
    wanted = rules.number(name)
    if wanted is None:
        return _undecided(rules, name, label)
    limit = _("at least %(number)s") % {"number": wanted}
    if has is None:
        return Check(name, label, Outcome.NEEDS_PERSON, "", limit, rules.source(name), mend)
    outcome = Outcome.PASSES if has >= wanted else Outcome.FAILS
    return Check(name, label, outcome, str(has), limit, rules.source(name), mend)


def _dated(rules: RuleSet, name: str, label: Text, since: date | None) -> Check | None:
    wanted = rules.text(name)
    if wanted is None:
        return _undecided(rules, name, label)
    if since:
        return Check(name, label, Outcome.PASSES, since.isoformat(), "", rules.source(name))
    limit = CODES.get(wanted, wanted)
    mend = _("Hand it in and enter the day in the group's data.")
    return Check(name, label, Outcome.NEEDS_PERSON, "", limit, rules.source(name), mend)


def _place(rules: RuleSet, group) -> Check | None:
    name, label = "place_in_city", _("Base or contact place in the city")
    wanted = rules.text(name)
    if wanted is None:
        return _undecided(rules, name, label)
    outcome = {None: Outcome.NEEDS_PERSON, True: Outcome.PASSES, False: Outcome.FAILS}
    mend = "" if group.in_city else _("Enter in the group's data where it can be met in the city.")
    return Check(name, label, outcome[group.in_city], group.address, CODES.get(wanted, wanted),
                 rules.source(name), mend)  # fmt: skip


def _repeats(rules: RuleSet, proposal) -> Check | None:
    """Adoptions of the same group in the same course, counted from the year the rule names."""
    name, label, most = "max_adoptions", _("Earlier adoptions"), rules.number("max_adoptions")
    if most is None:
        return _undecided(rules, name, label)
    had = len(adoptions_before(proposal))
    outcome = Outcome.PASSES if had < most else Outcome.FAILS
    limit = _("at most %(number)s in all") % {"number": most}
    return Check(name, label, outcome, str(had), limit, rules.source(name))


def _cap(rules: RuleSet, proposal) -> Check | None:
    name, label = "cap_yen", _("Amount asked of the city (yen)")
    cap = cap_of(proposal)
    if cap is None:
        return _undecided(rules, name, label)
    asked = proposal.requested_yen
    outcome = Outcome.PASSES if asked <= cap else Outcome.FAILS
    limit = _("at most %(amount)s") % {"amount": f"{cap:,}"}
    return Check(name, label, outcome, f"{asked:,}", limit, rules.source(name),
                 _("Ask for less, or find other income."))  # fmt: skip


def _person(rules: RuleSet, name: str, label: Text) -> Check | None:
    wanted = rules.text(name)
    if wanted is None:
        return _undecided(rules, name, label)
    limit = CODES.get(wanted, wanted)
    return Check(name, label, Outcome.NEEDS_PERSON, "", limit, rules.source(name))
