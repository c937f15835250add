"""The machine of a destruction (廃棄): what is past its retention period, from list to record."""

from django.utils.translation import gettext_lazy as _

from .flow import Flow, Move, Stage
from .parties import Party

DESTRUCTION_FLOW = Flow(
    "destruction",
    #     code          label                holder          step
    Stage("proposed",  _("Proposed"),        Party.OFFICE,   1,
          todo=_("Read the list of what is past its retention period. Draft its destruction, or drop the list.")),
    Stage("destroyed", _("Destroyed"),       "",             2, final=True, tone="good"),
    Stage("dropped",   _("Dropped"),         "",             2, final=True),
    #    verb        label                   from           to           who
    Move("destroy", _("Destroy"),            ("proposed",), "destroyed", "casework.destroy", by_approval=True, tone="danger",
         drafted_as=_("Destroy"),
         hint=_("What is listed and still due is destroyed. Nobody can bring it back.")),
    Move("drop",    _("Drop the list"),      ("proposed",), "dropped",   "casework.keep_retention", tone="secondary",
         hint=_("Nothing is destroyed. What is due is proposed again in the next month.")),
)  # fmt: skip
