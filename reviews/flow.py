"""The machine of a score sheet (採点表): one member's points for one proposal."""

from django.utils.translation import gettext_lazy as _

from casework.flow import EVERY_OPEN_STATE, SAME, Flow, Move, Stage
from casework.parties import Party

from .conditions import every_criterion_has_points, no_decision_drafted, seat_stands

SHEET_FLOW = Flow(
    "score_sheet",
    #     code         label                                     holder       step
    Stage("assigned",  _("To be scored"),                        Party.PANEL, 1, tone="action", todo=_("Read the proposal, give points for every criterion, and submit the sheet.")),
    Stage("submitted", _("Scored"),                              "",          2, tone="good"),
    Stage("counted",   _("Counted in the decision"),             "",          3, final=True, tone="good"),
    Stage("recused",   _("Taken out for a conflict of interest"), "",         3, final=True),
    Stage("withdrawn", _("No longer needed"),                    "",          3, final=True),
    #    verb         label                                      from                        to           who
    Move("submit",    _("Submit the sheet"),                     ("assigned",),              "submitted", "reviews.score", (seat_stands, every_criterion_has_points, no_decision_drafted), meets=("scoring",),
         hint=_("The office counts your points. Only the office can open the sheet again.")),
    Move("enter_from_paper", _("Enter from paper"),              ("assigned",),              "submitted", "reviews.run_selection", (seat_stands, every_criterion_has_points, no_decision_drafted), meets=("scoring",), only_follows=True),
    Move("reopen",    _("Open the sheet again"),                 ("submitted",),             "assigned",  "reviews.run_selection", (no_decision_drafted,), tone="secondary", opens=("scoring",), tells_why=True,
         hint=_("The member can change the points. The points stay as they are until then.")),
    Move("recuse",    _("Take out for a conflict of interest"),  ("assigned", "submitted"),  "recused",   "casework.sweep", only_follows=True),
    Move("reinstate", _("Give the sheet back"),                  ("recused", "withdrawn"),   "assigned",  "casework.sweep", only_follows=True, opens=("scoring",)),
    Move("conclude",  _("Count in the decision"),                ("submitted",),             "counted",   "casework.sweep", only_follows=True),
    Move("recount",   _("Open the count again"),                 ("counted",),               "submitted", "casework.sweep", only_follows=True),
    Move("drop",      _("Drop"),                                 ("assigned", "submitted"),  "withdrawn", "casework.sweep", only_follows=True),
    Move("extend",        _("Give more time"),             EVERY_OPEN_STATE, SAME, "casework.extend_deadline", by_approval=True, extends=True,
         hint=_("The first date stays on record; the new one counts from then on.")),
)  # fmt: skip
