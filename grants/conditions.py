"""When a move of the program can be made. Each condition is one fact and the words that say it.

The words are shown in the place of the button, so they say what is missing and who can mend it.
"""

from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from casework.flow import Condition
from casework.models.deadline import deadlines_of, open_deadline

from .change_threshold import MAJOR, MINOR


def _call_open(proposal, at) -> bool:
    return proposal.round.is_open(at)


def _paper_in_time(proposal, at) -> bool:
    return proposal.received_on is not None and proposal.round.was_open_on(japan_date(at))


def _answer_open(case, at) -> bool:
    return not _answer_over(case, at)


def _answer_over(case, at) -> bool:
    kind = "offer" if case.state == "offered" else "supplement"
    asked = open_deadline(case, kind)
    return asked is not None and asked.is_late(at)


def _round_covers(proposal, at) -> bool:
    left = proposal.round.left_yen()
    return left is None or (proposal.assessed_yen or 0) <= left


def _withdrawable(year, at) -> bool:
    if year.state != "granted":
        return True
    last = next((d for d in reversed(deadlines_of(year)) if d.kind == "withdrawal"), None)
    # Not set is not "no": the office answers, by setting the date.
    return last is not None and last.ends_on is not None and japan_date(at) <= last.ends_on


def _earlier_years_done(year, at) -> bool:
    if not year.rules.is_yes("earlier_year_blocks"):
        return True
    return not year.earlier_years().exclude(state__in=year.flow.final_states()).exists()


def _budget_voted(year, at) -> bool:
    return year.program_budget().planned_yen is not None


call_is_open = Condition(_call_open, _("The call is not open now. Ask the office."))
call_was_open_on_paper = Condition(
    _paper_in_time,
    _("Enter the day on which the paper was received (収受日); it must lie within the call."),
)
complete = Condition(
    lambda case, at: not case.missing_parts(),
    _("Something is still missing. The list on this page says what."),
)
nothing_open = Condition(
    lambda case, at: open_deadline(case, "supplement") is None,
    _("A supplement (補正) is open. Nothing is decided before it is answered."),
)
before_answer_date = Condition(
    _answer_open,
    _("The date for the supplement has passed. Ask the office for more time."),
    _(
        "The paper was received after the date for the supplement. Extend the date first if the group "
        "is to have more time."
    ),
)
before_offer_ends = Condition(
    _answer_open,
    _("The date to answer the offer has passed. Ask the office for more time."),
    _(
        "The paper was received after the date to answer the offer. Extend the date first if the group "
        "is to have more time."
    ),
)
after_answer_date = Condition(
    _answer_over, _("The date for the answer has not passed, or is not set.")
)
round_covers = Condition(
    _round_covers, _("What is left of the budget of this round does not cover this proposal.")
)
with_department = Condition(
    lambda proposal, at: proposal.matches_department,
    _("This course does not work with a department."),
)
without_department = Condition(
    lambda proposal, at: not proposal.matches_department,
    _("This course first agrees with a department."),
)
matching_done = Condition(
    lambda proposal, at: proposal.state == "matched" or not proposal.matches_department,
    _("This course first finds a department (担当課協議)."),
)
both_sides_accepted = Condition(
    lambda proposal, at: proposal.accepted_by_both(),
    _("The group and the department have to accept the roles and costs first."),
)
first_year_known = Condition(
    lambda proposal, at: proposal.rules.number("lag_years") is not None,
    _(
        "The rules of this round do not say how many years after the selection a project begins, so "
        "no project year can be opened. Ask the office."
    ),
)
no_year_granted = Condition(
    lambda proposal, at: not proposal.has_granted_year(),
    _("A grant has been decided. Withdraw or discontinue the project year instead."),
)
not_over = Condition(
    lambda proposal, at: proposal.state != "ready" or proposal.has_year_under_way(),
    _("All project years of this proposal have ended."),
)
still_withdrawable = Condition(
    _withdrawable,
    _("The time to withdraw after the decision has passed or is not set. Ask the office."),
    _("The paper was received after the last day to withdraw, or that day is not set."),
)
nothing_paid = Condition(
    lambda year, at: year.paid_yen == 0,
    _("Money has been paid. Ask the office to discontinue or revoke the project year."),
)
earlier_years_done = Condition(
    _earlier_years_done, _("An earlier year of this project is not settled yet.")
)
city_budget_voted = Condition(
    _budget_voted,
    _(
        "The city's budget of this course and year is not recorded as voted. The office enters it on "
        "the page “Budget”."
    ),
)
no_open_claim = Condition(
    lambda year, at: not year.has_open_claim,
    _("A claim (請求書) is still open. It is paid, withdrawn or closed first."),
)
can_be_claimed = Condition(
    lambda claim, at: not claim.why_not_payable(),
    _("Nothing of this kind can be paid for the project year now. Its page says why."),
)
balance_is_zero = Condition(
    lambda year, at: year.balance_yen == 0,
    _("Money is still to be paid or to come back. The ledger on this page says how much."),
)


def _no_charge_is_open(year, at) -> bool:
    from .charges_owed import fixed_yen  # it reads the models, which import this module

    return not fixed_yen([year], today=japan_date(at))


no_charge_is_open = Condition(
    _no_charge_is_open,
    _(
        "A charge (加算金・延滞金) is neither paid nor waived. The part “Money” of this page says how much."
    ),
)
year_can_change = Condition(
    lambda change, at: change.project_year.state == "granted",
    _("A change is possible from the decision on the grant until the report is filed."),
)
change_can_follow = Condition(
    lambda change, at: change.asks_for != "postpone" or change.project_year.paid_yen == 0,
    _("Money has been paid, so the project year cannot be postponed. It can end early."),
)
change_can_be_noted = Condition(
    lambda change, at: change.weighed().outcome != MAJOR,
    _("This change needs an approval. This page says why."),
)
change_can_be_approved = Condition(
    lambda change, at: change.weighed().outcome != MINOR,
    _("This change is minor: a notice is enough, and the office notes it."),
)
was_asked_for = Condition(
    lambda issue, at: issue.request_key is not None,
    _("Only what the office asked for is answered so. Withdraw this issue if it was begun by mistake."),
)  # fmt: skip
is_no_unanswered_request = Condition(
    lambda issue, at: issue.state != "draft" or issue.request_key is None,
    _("The office asked for this. Write an issue, or answer that there is none."),
)
