"""The two machines of reporting: the group's report, and the department's collaboration report."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.flow import EVERY_OPEN_STATE, SAME, Flow, Move, Stage
from casework.parties import Party

from .conditions import (
    complete,
    nobody_was_given_it,
    project_has_ended,
    report_not_in_a_draft,
    tabled_where_that_comes_first,
    was_asked_for,
    was_begun_by_the_department,
    year_awaits_a_report,
)

ORG, OFFICE, DEPT = Party.ORGANIZATION, Party.OFFICE, Party.DEPARTMENT

REPORT_FLOW = Flow(
    "report",
    #     code         label                    holder   step
    Stage("drafting",  _("Being written"),      ORG,     1, todo=_("Write what was done and what it cost, and send the report when the project has ended.")),
    Stage("submitted", _("Report received"),    OFFICE,  2, todo=_("Check the report and the settlement. Return the report, or draft the amount to be confirmed on the page of the project year.")),
    Stage("returned",  _("To be supplemented"), ORG,     2, tone="action", todo=_("Mend what the office asks for and send the report again.")),
    Stage("accepted",  _("Accepted"),           "",      3, final=True, tone="good"),
    Stage("dropped",   _("No longer needed"),   "",      3, final=True),
    #    verb        label                     from           to           who
    Move("submit",    _("Send the report"),    ("drafting",), "submitted", "reporting.write_report", (year_awaits_a_report, complete, project_has_ended), handed_in=True,
         hint=_("The report goes to the office. A late report is still accepted.")),
    Move("send_back", _("Return the report"),  ("submitted",), "returned", "reporting.handle_report", (report_not_in_a_draft,), tone="secondary",
         hint=_("The group mends the report. The amount is not confirmed while this is open.")),
    Move("resubmit",  _("Send the report again"), ("returned",), "submitted", "reporting.write_report", (year_awaits_a_report, complete, project_has_ended), handed_in=True),
    Move("accept",    _("Accept"),             ("submitted",), "accepted", "casework.sweep", only_follows=True),
    Move("drop",      _("Close without a report"), ("drafting", "submitted", "returned"), "dropped", "casework.sweep", only_follows=True),
    Move("reopen",    _("Open again"),         ("dropped",),  "drafting",  "casework.sweep", only_follows=True),
    part_of="project_year",
)  # fmt: skip

COLLABORATION_FLOW = Flow(
    "collaboration_report",
    Stage("requested", _("Requested"),          DEPT,    1, tone="action", todo=_("Write the report on the collaboration, or answer that there was none this year.")),
    Stage("drafting",  _("Being written"),      DEPT,    1, todo=_("Finish the report and send it to the office.")),
    Stage("submitted", _("Submitted"),          OFFICE,  2, todo=_("Read the report, then accept it or return it.")),
    Stage("returned",  _("To be supplemented"), DEPT,    2, tone="action", todo=_("Mend what the office asks for and send the report again.")),
    Stage("accepted",  _("Accepted"),           OFFICE,  3, todo=_("Table it at the committee, and put it into a release.")),
    Stage("published", _("Published"),          "",      4, final=True, tone="good"),
    Stage("corrected", _("Published, corrected"), "",    4, final=True, tone="good"),
    Stage("withdrawn", _("No longer public"),   "",      4, final=True),
    Stage("none",      _("No collaboration"),   "",      4, final=True),
    Stage("dropped",   pgettext_lazy("begun by mistake", "Withdrawn"), "", 4, final=True),
    #    verb        label                      from             to           who
    Move("start",     _("Start writing"),       ("requested",),  "drafting",  "reporting.write_collaboration"),
    Move("submit",    _("Send to the office"),  ("drafting",),   "submitted", "reporting.write_collaboration", (complete,), meets=("collaboration_report",)),
    Move("send_back", _("Return the report"),   ("submitted", "accepted"), "returned", "reporting.handle_collaboration", opens=("collaboration_report",), pauses=("publication",), tone="secondary",
         hint=_("The department mends the report and sends it again. An accepted report can be returned until it is published.")),
    Move("resubmit",  _("Send it again"),       ("returned",),   "submitted", "reporting.write_collaboration", (complete,), meets=("collaboration_report",)),
    Move("accept",    _("Accept"),              ("submitted",),  "accepted",  "reporting.handle_collaboration", opens=("publication",),
         hint=_("Partners that have not answered are asked no longer. Until the report is published you can return it; right after accepting you can also take that back.")),
    Move("answer_none", _("There was none"),    ("requested", "drafting"), "none", "reporting.write_collaboration", (was_asked_for,), meets=("collaboration_report",), tone="secondary",
         hint=_("Your department did not work with a group in this fiscal year, or has already reported on it. Answered by mistake, the office takes it back.")),
    Move("drop",      pgettext_lazy("begun by mistake", "Withdraw"), ("drafting",), "dropped", "reporting.write_collaboration", (was_begun_by_the_department, nobody_was_given_it), tone="secondary",
         hint=_("For a report begun by mistake. It counts as no answer. The office can take this back.")),
    # What is public goes through a release (docs/publication.md); these follow it.
    Move("publish",   _("Publish"),             ("accepted",),   "published", "reporting.publish", (tabled_where_that_comes_first,), only_follows=True, meets=("publication",)),
    Move("correct",   _("Publish the correction"), ("published", "corrected", "withdrawn"), "corrected", "reporting.publish", (complete,), only_follows=True),
    Move("withdraw",  pgettext_lazy("publication", "Withdraw"), ("published", "corrected"), "withdrawn", "reporting.publish", only_follows=True),
    Move("extend",        _("Give more time"),             EVERY_OPEN_STATE, SAME, "casework.extend_deadline", by_approval=True, extends=True,
         hint=_("The first date stays on record; the new one counts from then on.")),
)  # fmt: skip
