"""Rules about the group: how old it is, who belongs to it, what it has handed in, where it is."""

from datetime import date

from django.utils.translation import gettext as _

from casework.calendar import add_months
from casework.flow import Text
from grants.parameters import CODES
from grants.rules import BY_PROJECT_START, Outcome

from .check import Check, Question
from .days import Basis, basis


def years_since_founding(asked: Question) -> Check | None:
    """The anniversary itself is still within the limit.

    Source: 設立後3年以下 (city page of the Startup course, 2023-03-27).
    """
    name, label = "max_age_years", _("Years since founding")
    years, founded = asked.rules.number(name), asked.facts.founded_on
    if years is None:
        return not_decided(asked, name, label)
    day = basis(asked.rules, "age_counted_on", asked.dates)
    told = _counted(day, _("at most %(years)s years") % {"years": years})
    if founded is None:
        mend = _("Enter the founding date of the group.")
        return asked.answer(name, label, Outcome.NEEDS_PERSON, mend=mend, **told)
    met = day.on <= add_months(founded, 12 * years)
    mend = "" if met else _("Nothing changes this for this call: see whether another course fits.")
    return asked.answer(name, label, _met(met), mend=mend, **_day(founded), **told)


def continuous_activity(asked: Question) -> Check | None:
    """The first anniversary counts as a full year."""
    name, label = "min_activity_years", _("Years of continuous activity")
    years, since = asked.rules.number(name), asked.facts.active_since
    if years is None:
        return not_decided(asked, name, label)
    day = basis(asked.rules, "activity_counted_on", asked.dates)
    told = _counted(day, _("at least %(years)s years") % {"years": years})
    if since is None:
        mend = _("Enter since when the group is active.")
        return asked.answer(name, label, Outcome.NEEDS_PERSON, mend=mend, **told)
    full = add_months(since, 12 * years)
    mend = "" if full <= day.on else _("The group meets this from %(day)s on.") % {"day": full}
    return asked.answer(name, label, _met(full <= day.on), mend=mend, **_day(since), **told)


def _counted(day: Basis, limit: Text) -> dict:
    return {"limit": limit, "on": day.on, "counted": day.words}


def citizens_among_the_members(asked: Question) -> Check | None:
    label, has = _("Citizens among the members"), asked.facts.citizen_members
    return _at_least(
        asked, "min_citizen_members", label, has, _("Enter the number of members in the group's data.")
    )  # fmt: skip


def officers(asked: Question) -> Check | None:
    label, has = _("Officers, representative included"), asked.facts.officers
    return _at_least(asked, "min_officers", label, has, _("Enter the officers of the group."))


def _at_least(asked: Question, name: str, label: Text, has: int | None, mend: Text) -> Check | None:
    wanted = asked.rules.number(name)
    if wanted is None:
        return not_decided(asked, name, label)
    limit = _("at least %(number)s") % {"number": wanted}
    if has is None:
        return asked.answer(name, label, Outcome.NEEDS_PERSON, limit=limit, mend=mend)
    value = str(has)
    return asked.answer(
        name, label, _met(has >= wanted), value=value, found=value, limit=limit, mend=mend
    )


def rules_on_file(asked: Question) -> Check | None:
    return _paper(
        asked, "rules_on_file", _("Rules of the group (規約)"), asked.facts.rules_on_file_on
    )


def npo_center_registration(asked: Question) -> Check | None:
    name, label = "npo_center_registration", _("Registration with the NPO center")
    return _paper(asked, name, label, asked.facts.npo_center_registered_on)


def _paper(asked: Question, name: str, label: Text, since: date | None) -> Check | None:
    """What is not there yet is a person's to answer; once the project has begun, it is late."""
    wanted = asked.rules.text(name)
    if wanted is None:
        return not_decided(asked, name, label)
    told = {"limit": CODES.get(wanted, wanted), **_day(since)}
    if since and since <= asked.dates.on:
        return asked.answer(name, label, Outcome.PASSES, **told)
    begun = asked.dates.starts_on and asked.dates.starts_on < asked.dates.on
    late = wanted == BY_PROJECT_START and begun
    mend = _("Hand it in and enter the day in the group's data.")
    return asked.answer(
        name, label, Outcome.FAILS if late else Outcome.NEEDS_PERSON, mend=mend, **told
    )


def place_in_city(asked: Question) -> Check | None:
    name, label = "place_in_city", _("Base or contact place in the city")
    wanted, has = asked.rules.text(name), asked.facts.in_city
    if wanted is None:
        return not_decided(asked, name, label)
    outcome = {None: Outcome.NEEDS_PERSON, True: Outcome.PASSES, False: Outcome.FAILS}[has]
    found = {None: "", True: "yes", False: "no"}[has]
    mend = "" if has else _("Enter in the group's data where it can be met in the city.")
    return asked.answer(
        name, label, outcome, value=asked.facts.address, found=found,
        limit=CODES.get(wanted, wanted), mend=mend,
    )  # fmt: skip


def not_decided(asked: Question, name: str, label: Text) -> Check | None:
    """Answer for a rule without a value: not set, or nothing where it does not apply."""
    return asked.answer(name, label, Outcome.NOT_SET) if asked.applies(name) else None


def _met(met: bool) -> str:
    return Outcome.PASSES if met else Outcome.FAILS


def _day(day: date | None) -> dict[str, str]:
    words = day.isoformat() if day else ""
    return {"value": words, "found": words}
