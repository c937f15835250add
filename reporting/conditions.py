"""When a move of reporting can be made: one fact each, and the words that say it."""

from django.utils.translation import gettext_lazy as _

from casework import city
from casework.approvals import waiting_draft
from casework.calendar import japan_date
from casework.flow import Condition
from casework.parties import is_reached

#: Value of the setting ``tabling_order``: the committee receives a report before the public does.
TABLED_FIRST = "before_publication"
#: Value of the same setting: it receives it before or after the public does.
ANY_ORDER = "any"


def _tabled(report, at) -> bool:
    return report.tabled_on is not None or city.value("tabling_order") != TABLED_FIRST


complete = Condition(
    lambda report, at: not report.missing_parts(),
    _("Something is still missing. The list on this page says what."),
)
project_has_ended = Condition(
    lambda report, at: report.completed_on is None or report.completed_on <= japan_date(at),
    _("The project has not ended yet: its last day lies in the future."),
    _("The paper was received before the last day of the project. Check both days."),
)
year_awaits_a_report = Condition(
    lambda report, at: "report" in (move.verb for move in report.project_year.moves_from_here()),
    _("The project year does not await a report now."),
)
report_not_in_a_draft = Condition(
    lambda report, at: waiting_draft(report.project_year) is None,
    _("The amount waits in a draft for approval. Drop the draft first."),
)
tabled_where_that_comes_first = Condition(
    _tabled, _("The committee receives the report first. Record the day it did.")
)
report_takes_views = Condition(
    lambda part, at: part.report.state in ("drafting", "submitted", "returned"),
    _("The report takes no views of partners now."),
)
nobody_of_the_partner_logs_in = Condition(
    lambda part, at: not is_reached(part, japan_date(at)),
    _("Somebody of the partner logs in: the partner writes its view itself."),
)
was_asked_for = Condition(
    lambda report, at: report.request_key is not None,
    _("Only a report that the office asked for is answered so. Withdraw this one if it was begun by mistake."),
)  # fmt: skip
was_begun_by_the_department = Condition(
    lambda report, at: report.request_key is None and report.project_year_id is None,
    _("The office, or a project of the program, asked for this report. Write it."),
)
nobody_was_given_it = Condition(
    lambda report, at: not report.partner_parts.exists(),
    _("A partner was asked for its view of this report. Write the report, or turn to the office."),
)
