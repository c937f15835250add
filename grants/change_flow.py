"""The machine of a change that a group asks for while its project year runs (変更承認申請)."""

from django.utils.translation import gettext_lazy as _

from casework.flow import Flow, Move, Stage
from casework.parties import Party

from .conditions import (
    change_can_be_approved,
    change_can_be_noted,
    change_can_follow,
    complete,
    year_can_change,
)

ORG, OFFICE = Party.ORGANIZATION, Party.OFFICE

#: What every step towards the decision asks for.
STANDS = (year_can_change, change_can_follow, complete)

CHANGE_FLOW = Flow(
    "change",
    #     code             label                          holder        step
    Stage("draft",         _("Being written"),                ORG,          1, todo=_("Finish the request and send it. It is not with the city yet.")),
    Stage("returned",      _("To be supplemented"),           ORG,          1, tone="action", todo=_("Mend what the office asks for and send the request again.")),
    Stage("filed",         _("Request received"),             OFFICE,       2, todo=_("Compare before and after. Note a minor change; draft the decision on any other.")),
    Stage("noted",         _("Noted"),                        "",           3, final=True, tone="good"),
    Stage("approved",      _("Approved"),                     "",           3, final=True, tone="good"),
    Stage("refused",       _("Refused"),                      "",           3, final=True, tone="bad"),
    Stage("withdrawn",     _("Withdrawn"),                    "",           3, final=True),
    Stage("dropped",       _("No longer needed"),             "",           3, final=True),
    #    verb             label                            from             to           who
    Move("submit",        _("Send the request"),           ("draft",),      "filed",     "grants.write", STANDS, handed_in=True,
         hint=_("The request goes to the office. Nothing changes before the office has noted or approved it.")),
    Move("resubmit",      _("Send the request again"),     ("returned",),   "filed",     "grants.write", STANDS, handed_in=True),
    Move("send_back",     _("Ask for a supplement"),       ("filed",),      "returned",  "grants.handle", tells_why=True, tone="secondary"),
    Move("note",          _("Note the minor change"),      ("filed",),      "noted",     "grants.handle", (*STANDS, change_can_be_noted),
         hint=_("The change takes effect at once, as the request has it. The group is told.")),
    Move("approve",       _("Approve the change"),         ("filed",),      "approved",  "grants.decide", (*STANDS, change_can_be_approved), by_approval=True, drafted_as=_("Approval of the change"),
         hint=_("The change takes effect with the decision, as the request has it. Nobody keys it in again.")),
    Move("refuse",        _("Refuse the change"),          ("filed",),      "refused",   "grants.decide", by_approval=True, tone="danger",
         hint=_("The project year stays as it is.")),
    Move("withdraw",      _("Withdraw"),                   ("draft", "returned", "filed"), "withdrawn", "grants.write", handed_in=True, tone="danger",
         hint=_("The request ends here. Your group can write another one.")),
    Move("drop",          _("Close without a decision"),   ("draft", "returned", "filed"), "dropped", "casework.sweep", only_follows=True),
)  # fmt: skip
