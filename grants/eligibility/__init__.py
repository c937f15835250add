"""The basic check of requirements: one small function a rule, as of the day that counts.

A rule that is not set never fails an applicant: a person may answer it.
"""

from datetime import date

from grants.rules import Outcome

from . import of_group, of_project, of_repeats
from .check import Alike, Check, Dates, Facts, Question
from .facts import declared_other_subsidies, question_of

__all__ = [
    "RULES",
    "Alike",
    "Check",
    "Dates",
    "Facts",
    "Outcome",
    "Question",
    "answers_to",
    "checks",
    "declared_other_subsidies",
    "question_of",
]

#: In the order in which people read them.
RULES = (
    of_group.years_since_founding,
    of_group.continuous_activity,
    of_group.citizens_among_the_members,
    of_group.officers,
    of_group.rules_on_file,
    of_group.npo_center_registration,
    of_group.place_in_city,
    of_repeats.earlier_adoptions,
    of_repeats.same_group,
    of_project.amount_asked,
    of_project.project_in_city,
    of_project.public_interest,
    of_project.nonprofit,
    of_project.proper_accounting,
    of_project.no_new_facility,
    of_project.excluded_purposes,
    of_project.other_subsidies,
    of_project.pledges,
)


def answers_to(asked: Question) -> list[Check]:
    """Return the answer to every rule that applies; pure."""
    answers = (rule(asked) for rule in RULES)
    return [answer for answer in answers if answer is not None]


def checks(proposal, *, on: date, year=None) -> list[Check]:
    """Return the answer to every rule of the proposal's edition, as of ``on`` (Japan date).

    :param year: the project year whose grant is at stake, if it is one.
    """
    return answers_to(question_of(proposal, on=on, year=year))
