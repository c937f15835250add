"""The machine of a partner's part in a department's report: asked, given."""

from django.utils.translation import gettext_lazy as _

from casework.flow import Flow, Move, Stage
from casework.parties import Party

from .conditions import complete, nobody_of_the_partner_logs_in, report_takes_views

#: The deadline of the partner.
PART = "partner_part"

PARTNER_FLOW = Flow(
    "partner_part",
    Stage("asked",  _("Asked for its view"), Party.ORGANIZATION, 1, tone="action", todo=_("Score the collaboration and say what changed. The other side reads your scores only when it has given its own."),
          heard_by=Party.DEPARTMENT, heard_todo=_("The partner has no log-in: ask it in person, by telephone or on paper, and write here what it told you.")),
    Stage("given",  _("Given"),              "",  2, final=True, tone="good"),
    Stage("closed", _("No longer asked"),    "",  2, final=True),
    Move("give",     _("Give our view"),      ("asked",), "given", "reporting.write_part", (report_takes_views, complete), meets=(PART,), handed_in=True,
         hint=_("The department reads it. You cannot change it any more.")),
    Move("type_in",  _("Keep what the partner said"), ("asked",), "given", "reporting.type_in_part", (nobody_of_the_partner_logs_in, report_takes_views, complete), meets=(PART,),
         hint=_("For a partner that nobody logs in for: what it told your department.")),
    Move("ask_anew", _("Ask for it anew"),    ("given", "closed"), "asked", "reporting.handle_collaboration", (report_takes_views,), opens=(PART,), tone="secondary", tells_why=True,
         hint=_("The partner can write its view, or change what it gave.")),
    Move("close",    _("Ask no longer"),      ("asked",), "closed", "casework.sweep", only_follows=True),
    Move("reopen",   _("Ask on"),             ("closed",), "asked", "casework.sweep", only_follows=True, opens=(PART,)),
)  # fmt: skip
