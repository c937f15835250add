"""The machine of an approval (起案・決裁)."""

from django.utils.translation import gettext_lazy as _

from .flow import Flow, Move, Stage
from .parties import Party

APPROVAL_FLOW = Flow(
    "approval",
    #     code          label                 holder            step
    Stage("drafted",   _("Drafted"),          Party.APPROVER,   1,
          todo=_("Read what the draft decides, then approve it or send it back.")),
    Stage("returned",  _("Sent back"),        Party.OFFICE,     1, tone="action",
          todo=_("Read why the draft came back. Submit it again, or drop it and draft anew.")),
    Stage("approved",  _("Approved"),         "",               2, final=True, tone="good"),
    Stage("dropped",   _("Dropped"),          "",               2, final=True),
    #    verb         label                   from          to           who
    Move("approve",   _("Approve"),           ("drafted",), "approved",  "casework.decide_approval",
         hint=_("All moves of the draft are made at once, or none.")),
    Move("send_back", _("Send back"),         ("drafted",), "returned",  "casework.decide_approval", tone="secondary",
         hint=_("The office submits the draft again with its answer, or drops it and drafts anew.")),
    Move("redraft",   _("Submit again"),      ("returned",), "drafted",  "casework.draft_approval"),
    Move("drop",      _("Drop the draft"),    ("drafted", "returned"), "dropped", "casework.draft_approval", tone="secondary",
         hint=_("Nothing is decided. What the draft held can be changed, and is then drafted anew.")),
)  # fmt: skip
