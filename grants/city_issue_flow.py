"""The machine of a city issue (業務課題): a problem that a department lists to be solved with groups."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.flow import EVERY_OPEN_STATE, SAME, Flow, Move, Stage
from casework.parties import Party

from .conditions import complete, is_no_unanswered_request, was_asked_for

OFFICE, DEPT = Party.OFFICE, Party.DEPARTMENT

#: The deadline by which a department answers.
DUE = "city_issue"

CITY_ISSUE_FLOW = Flow(
    "city_issue",
    #     code         label                                  holder  step
    Stage("requested", _("Asked for"),                        DEPT,   1, tone="action", todo=_("Write what your department would like to solve together with groups, or answer that there is none.")),
    Stage("draft",     pgettext_lazy("city issue", "Draft"),  DEPT,   1, todo=_("Finish the issue and send it to the office.")),
    Stage("returned",  _("To be supplemented"),               DEPT,   2, tone="action", todo=_("Mend what the office asks for and send the issue again.")),
    Stage("sent",      pgettext_lazy("city issue", "Sent"),   OFFICE, 2, todo=_("Read the issue, then publish it or return it.")),
    # Nobody has to act while it is public: groups may.
    Stage("published", pgettext_lazy("city issue", "Public"), "",     3, tone="good"),
    Stage("closed",    pgettext_lazy("city issue", "Closed"), "",     4, final=True),
    Stage("none",      pgettext_lazy("city issue", "No issue"), "",   4, final=True),
    Stage("withdrawn", _("Withdrawn"),                        "",     4, final=True),
    #    verb          label                         from                    to           who
    Move("start",     _("Start writing"),           ("requested",),          "draft",     "grants.write_city_issue"),
    Move("send",      _("Send to the office"),      ("draft",),              "sent",      "grants.write_city_issue", (complete,), meets=(DUE,)),
    Move("send_back", _("Return the issue"),        ("sent", "published"),   "returned",  "grants.keep_city_issues", opens=(DUE,), tells_why=True, tone="secondary",
         hint=_("The department mends it. Nobody reads it on the public pages until it is published again.")),
    Move("resend",    _("Send it again"),           ("returned",),           "sent",      "grants.write_city_issue", (complete,), meets=(DUE,)),
    Move("publish",   _("Publish the issue"),       ("sent",),               "published", "grants.keep_city_issues",
         hint=_("Everyone can read it, and groups can begin a proposal from it.")),
    Move("close",     _("Close the issue"),         ("published",),          "closed",    "grants.close_city_issue", tone="secondary",
         hint=_("It stays on the public pages as closed. No proposal can begin from it any more.")),
    Move("answer_none", _("There is none"),         ("requested", "draft"),  "none",      "grants.write_city_issue", (was_asked_for,), meets=(DUE,), tone="secondary",
         hint=_("Your department lists no issue this year, or has listed all of them already.")),
    Move("withdraw",  _("Withdraw"),                ("draft", "returned"),   "withdrawn", "grants.write_city_issue", (is_no_unanswered_request,), meets=(DUE,), tone="danger",
         hint=_("The issue ends here. Your department can list another one.")),
    Move("extend",    _("Give more time"),          EVERY_OPEN_STATE,        SAME,        "casework.extend_deadline", by_approval=True, extends=True,
         hint=_("The first date stays on record; the new one counts from then on.")),
)  # fmt: skip
