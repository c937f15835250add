"""The two machines of the program: the proposal, and one fiscal year of its project.

The courses differ in rows (see ``grants.conditions``), not in code.
"""

from django.utils.translation import gettext_lazy as _

from casework.flow import WHERE_IT_CAME_FROM, Flow, Move, Stage
from casework.parties import Party

from .conditions import (
    after_answer_date,
    balance_is_zero,
    before_answer_date,
    both_sides_accepted,
    call_is_open,
    call_was_open_on_paper,
    city_budget_voted,
    complete,
    continuation_decided,
    earlier_years_done,
    matching_done,
    no_year_granted,
    nothing_open,
    still_withdrawable,
    with_department,
    without_department,
)

ORG, OFFICE, DEPT = Party.ORGANIZATION, Party.OFFICE, Party.DEPARTMENT

PROPOSAL_FLOW = Flow(
    "proposal",
    #     code             label                          holder        step
    Stage("draft",         _("Draft"),                    ORG,          1, todo=_("Finish the proposal and submit it before the call closes. It is not filed yet.")),
    Stage("returned",      _("To be supplemented"),       ORG,          2, tone="action", todo=_("Mend what the office asks for and submit again.")),
    Stage("submitted",     _("Submitted"),                OFFICE,       2, todo=_("Check the requirements, then accept the proposal, ask for a supplement, or find it ineligible.")),
    Stage("accepted",      _("Accepted"),                 OFFICE,       3, todo=_("Take the proposal to its next step: a department, or the selection.")),
    Stage("ineligible",    _("Not eligible"),             "",           3, final=True, tone="bad"),
    Stage("matching",      _("Matching with a department"), f"{OFFICE} {DEPT}", 4, todo=_("Talk with the group and record whether a department takes part.")),
    Stage("matched",       _("Matched"),                  OFFICE,       4, todo=_("Refer the proposal to the selection.")),
    Stage("unmatched",     _("No department"),            "",           4, final=True, tone="bad"),
    Stage("in_selection",  _("In selection"),             OFFICE,       5, todo=_("When the subcommittee has scored, draft the decision.")),
    Stage("selected",      _("Selected"),                 OFFICE,       6, tone="good", todo=_("Take the project to its first year, or to the talks with the department.")),
    Stage("reserve",       _("Reserve"),                  OFFICE,       6, todo=_("Offer the place when one becomes free.")),
    Stage("offered",       _("Offered a place"),          ORG,          6, tone="action", todo=_("Say whether your group takes the place.")),
    Stage("declined",      _("Not selected"),             "",           6, final=True, tone="bad"),
    Stage("coordinating",  _("Agreeing on roles"),        f"{ORG} {DEPT}", 7, todo=_("Read the roles and costs, and accept them when they are right.")),
    Stage("fallen_through", _("No agreement"),            "",           7, final=True, tone="bad"),
    Stage("ready",         _("Ready"),                    "",           8, tone="good"),
    Stage("withdrawn",     _("Withdrawn"),                "",           8, final=True),
    Stage("lapsed",        _("Lapsed"),                   "",           8, final=True, tone="bad"),
    Stage("renounced",     _("Renounced"),                "",           8, final=True),
    Stage("rescinded",     _("Selection rescinded"),      "",           8, final=True, tone="bad"),
    #    verb             label                                from             to              who
    Move("submit",        _("Submit"),                         ("draft",),      "submitted",    "grants.write", (call_is_open, complete), meets=("call",),
         hint=_("The proposal is filed with the city. You get a receipt number.")),
    Move("file_paper",    _("File a proposal received on paper"), ("draft",),   "submitted",    "grants.handle", (call_was_open_on_paper, complete), meets=("call",),
         hint=_("The day the office received the paper counts.")),
    Move("resubmit",      _("Submit the supplement"),          ("returned",),   WHERE_IT_CAME_FROM, "grants.write", (before_answer_date, complete), meets=("supplement",)),
    Move("accept",        _("Accept"),                         ("submitted",),  "accepted",     "grants.handle", (nothing_open,)),
    Move("send_back",     _("Ask for a supplement"),           ("submitted", "accepted", "matching", "matched"), "returned", "grants.handle", opens=("supplement",), tone="secondary",
         hint=_("The group mends the proposal. Nothing is decided while this is open.")),
    Move("ineligible",    _("Find not eligible"),              ("submitted",),  "ineligible",   "grants.handle", tone="danger"),
    Move("lapse",         _("Confirm that it lapsed"),         ("returned",),   "lapsed",       "grants.handle", (after_answer_date,), tone="danger"),
    Move("start_matching", _("Ask a department"),              ("accepted",),   "matching",     "grants.handle", (with_department,), opens=("matching",)),
    Move("match",         _("A department takes part"),        ("matching",),   "matched",      "grants.match", meets=("matching",)),
    Move("no_match",      _("No department takes part"),       ("matching",),   "unmatched",    "grants.match", meets=("matching",), tone="danger"),
    Move("refer",         _("Refer to the selection"),         ("accepted", "matched"), "in_selection", "grants.handle", (matching_done,)),
    Move("select",        _("Select"),                         ("in_selection",), "selected",   "grants.decide", by_approval=True, alone=False),
    Move("reserve",       _("Put on the reserve list"),        ("in_selection",), "reserve",    "grants.decide", by_approval=True, alone=False),
    Move("decline",       _("Do not select"),                  ("in_selection",), "declined",   "grants.decide", by_approval=True, alone=False),
    Move("offer",         _("Offer the free place"),           ("reserve",),    "offered",      "grants.handle", opens=("offer",)),
    Move("take",          _("Take the place"),                 ("offered",),    "selected",     "grants.write", meets=("offer",)),
    Move("pass_up",       _("Pass the place up"),              ("offered",),    "lapsed",       "grants.write", meets=("offer",), tone="secondary"),
    Move("prepare",       _("Open the project year"),          ("selected",),   "ready",        "grants.handle", (without_department,)),
    Move("coordinate",    _("Start the talks with the department"), ("selected",), "coordinating", "grants.handle", (with_department,)),
    Move("agree",         _("Conclude the talks"),             ("coordinating",), "ready",      "grants.agree", (both_sides_accepted,)),
    Move("fall_through",  _("The talks have failed"),          ("coordinating",), "fallen_through", "grants.handle", tone="danger"),
    Move("withdraw",      _("Withdraw"),                       ("draft", "submitted", "returned", "accepted", "matching", "matched", "in_selection", "reserve", "offered"), "withdrawn", "grants.write", tone="danger",
         hint=_("The proposal ends here. This cannot be taken back.")),
    Move("renounce",      _("Renounce the selection"),         ("selected", "coordinating", "ready"), "renounced", "grants.write", (no_year_granted,), tone="danger"),
    Move("rescind",       _("Rescind the selection"),          ("selected", "coordinating", "ready"), "rescinded", "grants.decide", (no_year_granted,), by_approval=True, tone="danger"),
)  # fmt: skip

YEAR_FLOW = Flow(
    "project_year",
    Stage("planned",       _("To be applied for"),            ORG,          1, todo=_("Check the plan and the budget, and apply for the grant of this year.")),
    Stage("returned",      _("To be supplemented"),           ORG,          2, tone="action", todo=_("Mend what the office asks for and apply again.")),
    Stage("applied",       _("Applied for"),                  OFFICE,       2, todo=_("Check the application and draft the decision.")),
    Stage("granted",       _("Granted"),                      ORG,          3, tone="good", todo=_("Carry out the project, keep every receipt, and send the report.")),
    Stage("refused",       _("Refused"),                      "",           3, final=True, tone="bad"),
    Stage("discontinued",  _("Discontinued"),                 ORG,          3, tone="action", todo=_("Send the report on what was done.")),
    Stage("reported",      _("Reported"),                     OFFICE,       4, todo=_("Check the report and the settlement, and draft the amount to be confirmed.")),
    Stage("report_returned", _("Report to be supplemented"),  ORG,          4, tone="action", todo=_("Mend the report and send it again.")),
    Stage("confirmed",     _("Amount confirmed"),             f"{OFFICE} {Party.ACCOUNTING}", 5, todo=_("Pay what is left, or receive what comes back, and settle the account.")),
    Stage("revoked",       _("Revoked"),                      f"{ORG} {Party.ACCOUNTING}", 5, tone="bad", todo=_("What was paid has to come back.")),
    Stage("settled",       _("Settled"),                      "",           6, final=True, tone="good"),
    Stage("withdrawn",     _("Withdrawn"),                    "",           6, final=True),
    Stage("not_continued", _("Not continued"),                "",           6, final=True, tone="bad"),
    Stage("not_funded",    _("Not funded"),                   "",           6, final=True, tone="bad"),
    #    verb             label                            from             to           who
    Move("apply",         _("Apply for the grant"),        ("planned",),    "applied",   "grants.write", (continuation_decided, earlier_years_done, complete), meets=("grant_application",)),
    Move("reapply",       _("Apply again"),                ("returned",),   "applied",   "grants.write", (before_answer_date, complete), meets=("supplement",)),
    Move("send_back",     _("Ask for a supplement"),       ("applied",),    "returned",  "grants.handle", opens=("supplement",), tone="secondary"),
    Move("grant",         _("Grant"),                      ("applied",),    "granted",   "grants.decide", (nothing_open, continuation_decided, city_budget_voted), by_approval=True, opens=("withdrawal", "report")),
    Move("refuse",        _("Refuse"),                     ("applied",),    "refused",   "grants.decide", (nothing_open,), by_approval=True, tone="danger"),
    Move("withdraw",      _("Withdraw"),                   ("planned", "applied", "returned", "granted"), "withdrawn", "grants.write", (still_withdrawable,), meets=("withdrawal",), tone="danger"),
    Move("postpone",      _("Postpone to another year"),   ("planned", "granted"), "planned", "grants.decide", by_approval=True, opens=("grant_application",)),
    Move("not_continue",  _("Do not continue"),            ("planned",),    "not_continued", "grants.decide", by_approval=True, tone="danger"),
    Move("not_fund",      _("The budget was not voted"),   ("planned",),    "not_funded", "grants.decide", by_approval=True, tone="danger"),
    Move("discontinue",   _("Approve that the project ends early"), ("granted",), "discontinued", "grants.decide", by_approval=True, opens=("report",), tone="danger"),
    Move("report",        _("Report"),                     ("granted", "discontinued", "report_returned"), "reported", "casework.sweep", only_follows=True, meets=("report", "report_supplement")),
    Move("return_report", _("Return the report"),          ("reported",),   "report_returned", "casework.sweep", only_follows=True, opens=("report_supplement",)),
    Move("confirm",       _("Confirm the amount"),         ("reported",),   "confirmed", "grants.decide", by_approval=True, opens=("settlement", "repayment")),
    Move("settle",        _("Settle the account"),         ("confirmed", "revoked"), "settled", "grants.settle", (balance_is_zero,), meets=("settlement", "repayment")),
    Move("revoke",        _("Revoke"),                     ("granted", "discontinued", "reported", "report_returned", "confirmed", "settled"), "revoked", "grants.decide", by_approval=True, opens=("repayment",), tone="danger"),
)  # fmt: skip
