"""Rules about the project: what it is for, what it asks, what else pays for it, what is pledged."""

from django.utils.translation import gettext as _

from casework.flow import Text
from grants.parameters import CODES
from grants.rules import ALLOWED, DEDUCTED, NOT_ALLOWED, Outcome

from .check import Check, Question
from .of_group import not_decided


def amount_asked(asked: Question) -> Check | None:
    """What is asked of the city lies within the cap at this adoption."""
    name, label = "cap_yen", _("Amount asked of the city (yen)")
    cap, yen = asked.facts.cap_yen, asked.facts.asked_yen
    if cap is None:
        return not_decided(asked, name, label)
    return asked.answer(
        name, label, Outcome.PASSES if yen <= cap else Outcome.FAILS, value=f"{yen:,}",
        found=str(yen), asked=str(cap), limit=_("at most %(amount)s") % {"amount": f"{cap:,}"},
        mend=_("Ask for less, or find other income."),
    )  # fmt: skip


def project_in_city(asked: Question) -> Check | None:
    return _seen_by_a_person(
        asked, "project_in_city", _("The project takes place in the city"),
        _("Say in the proposal where in the city the project takes place."),
    )  # fmt: skip


def public_interest(asked: Question) -> Check | None:
    return _seen_by_a_person(
        asked, "public_interest", _("The project serves the public"),
        _("Say in the proposal whom the project serves and who may take part."),
    )  # fmt: skip


def nonprofit(asked: Question) -> Check | None:
    return _seen_by_a_person(
        asked, "nonprofit", _("Not for profit"),
        _("Show the office by the rules of the group that it shares out no profit."),
    )  # fmt: skip


def proper_accounting(asked: Question) -> Check | None:
    return _seen_by_a_person(
        asked, "proper_accounting", _("Proper accounts"),
        _("Show the office a budget and an account of the last year."),
    )  # fmt: skip


def no_new_facility(asked: Question) -> Check | None:
    return _seen_by_a_person(
        asked, "no_new_facility", _("No new building"),
        _("Leave the building out of the project and its budget."),
    )  # fmt: skip


def excluded_purposes(asked: Question) -> Check | None:
    """None of the purposes that the course does not support, such as religion, politics or profit."""
    return _seen_by_a_person(
        asked, "excluded_purposes", _("No excluded purpose"),
        _("Leave this purpose out of the project."),
    )  # fmt: skip


def _seen_by_a_person(asked: Question, name: str, label: Text, mend: Text) -> Check | None:
    wanted = asked.rules.text(name)
    if wanted is None:
        return not_decided(asked, name, label)
    limit = CODES.get(wanted, ", ".join(wanted.split("\n")))
    return asked.answer(name, label, Outcome.NEEDS_PERSON, limit=limit, mend=mend, judged=True)


def pledges(asked: Question) -> Check | None:
    name, label = "pledges", _("Pledges (誓約事項)")
    if asked.rules.text(name) is None:
        return not_decided(asked, name, label)
    if asked.facts.pledged:
        return asked.answer(name, label, Outcome.PASSES, value=_("accepted"), found="yes")
    mend = _("Accept the pledges (誓約事項) by name.")
    return asked.answer(name, label, Outcome.FAILS, found="no", mend=mend)


def other_subsidies(asked: Question) -> Check | None:
    """Not allowed; allowed where declared and deducted; or allowed. What is unknown, a person answers."""
    name, label = "other_subsidy", _("Other subsidies")
    mode, yen = asked.rules.text(name), asked.facts.other_subsidies_yen
    if mode is None:
        return not_decided(asked, name, label)
    outcome, mend = _of_other_subsidies(mode, yen)
    value = "" if yen is None else _("%(amount)s yen declared") % {"amount": f"{yen:,}"}
    return asked.answer(
        name, label, outcome, value=value, found="" if yen is None else str(yen),
        limit=CODES.get(mode, mode), mend=mend,
    )  # fmt: skip


def _of_other_subsidies(mode: str, yen: int | None) -> tuple[str, Text]:
    if mode == ALLOWED:
        return Outcome.PASSES, ""
    if yen is None or mode not in (NOT_ALLOWED, DEDUCTED):
        return Outcome.NEEDS_PERSON, _("Tell the office which other subsidies the project gets.")
    if mode == NOT_ALLOWED and yen:
        return Outcome.FAILS, _("Give the other subsidy up, and take it out of the budget.")
    return Outcome.PASSES, ""
