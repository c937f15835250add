"""The machine of an interim report, which the rules of a course or the office ask for (中間報告)."""

from django.utils.translation import gettext_lazy as _

from casework.flow import EVERY_OPEN_STATE, SAME, Flow, Move, Stage
from casework.parties import Party

from .conditions import complete

ORG, OFFICE = Party.ORGANIZATION, Party.OFFICE
#: The kind of its deadline.
DUE = "interim_report"

INTERIM_FLOW = Flow(
    "interim_report",
    #     code         label                          holder   step
    Stage("asked",     _("Asked for"),                ORG,     1, tone="action", todo=_("Write how the project stands, and send it.")),
    Stage("filed",     _("Interim report received"),  OFFICE,  2, todo=_("Read how the project stands. Note it, or return it and say what is missing.")),
    Stage("returned",  _("To be supplemented"),       ORG,     1, tone="action", todo=_("Mend what the office asks for and send the report again.")),
    Stage("noted",     _("Report noted"),                    "",      3, final=True, tone="good"),
    Stage("dropped",   _("No longer needed"),         "",      3, final=True),
    #    verb        label                          from                   to           who
    Move("submit",    _("Send the interim report"), ("asked",),            "filed",     "reporting.write_report", (complete,), handed_in=True, meets=(DUE,),
         hint=_("The report goes to the office. A late one is still taken.")),
    Move("resubmit",  _("Send the report again"),   ("returned",),         "filed",     "reporting.write_report", (complete,), handed_in=True, meets=(DUE,)),
    Move("send_back", _("Return the report"),       ("filed",),            "returned",  "reporting.handle_report", opens=(DUE,), tells_why=True, tone="secondary",
         hint=_("The group mends the report and sends it again.")),
    Move("note",      _("Note the report"),         ("filed",),            "noted",     "reporting.handle_report",
         hint=_("It stands in the record of the project. The group is told.")),
    Move("waive",     _("Ask for it no longer"),    ("asked", "returned"), "dropped",   "reporting.handle_report", tone="danger",
         hint=_("The group owes no interim report any more.")),
    Move("drop",      _("Close without a report"),  ("asked", "filed", "returned"), "dropped", "casework.sweep", only_follows=True),
    Move("extend",    _("Give more time"),          EVERY_OPEN_STATE, SAME, "casework.extend_deadline", by_approval=True, extends=True,
         hint=_("The first date stays on record; the new one counts from then on.")),
)  # fmt: skip
