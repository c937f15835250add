"""Links at the head of the desks, and the words of what the services record."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework.desk_links import desk_link
from casework.parties import Party
from casework.verbs import name_verbs

desk_link(Party.OFFICE, _("Rounds"), "grants:rounds", 20)
desk_link(Party.OFFICE, _("The year as a chart"), "grants:year-plan", 25)
desk_link(Party.OFFICE, _("Courses and rules"), "grants:courses", 30)
desk_link(Party.OFFICE, _("Budget"), "grants:budget", 40)
desk_link(Party.OFFICE, _("Calculator of dates"), "grants:calculator", 45)
desk_link(Party.OFFICE, _("Ledger of proposals (CSV)"), "grants:ledger-csv", 50)
desk_link(Party.OFFICE, _("Ledger of proposals (XLSX)"), "grants:ledger-xlsx", 51)
desk_link(Party.APPROVER, _("Budget"), "grants:budget", 40)
desk_link(Role.AUDITOR, _("Rounds"), "grants:rounds", 35)
desk_link(Role.AUDITOR, _("The year as a chart"), "grants:year-plan", 35)
desk_link(Role.AUDITOR, _("Courses and rules"), "grants:courses", 36)
desk_link(Role.AUDITOR, _("Budget"), "grants:budget", 37)
desk_link(Role.AUDITOR, _("Ledger of proposals (CSV)"), "grants:ledger-csv", 50)
desk_link(Role.AUDITOR, _("Ledger of proposals (XLSX)"), "grants:ledger-xlsx", 51)
desk_link(Party.DEPARTMENT, _("Proposals that look for a department"), "grants:matching", 20)
desk_link(Party.ORGANIZATION, _("Open calls"), "grants:calls", 20)

name_verbs(
    propose_terms=_("Roles and costs proposed"),
    accept_terms=_("Roles and costs accepted"),
    sign_agreement=_("Yearly agreement signed (年度協定書)"),
    reverse_payment=_("Entry of the ledger reversed (訂正仕訳)"),
    strike_signature=_("Signature struck out"),
)
