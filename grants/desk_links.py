"""Links at the head of the desks, and the words of what the services record."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework.desk_links import desk_link
from casework.parties import Party
from casework.verbs import name_verbs

desk_link(Party.OFFICE, _("Rounds"), "grants:rounds", 20)
desk_link(Party.OFFICE, _("The year as a chart"), "grants:year-plan", 25)
desk_link(Party.OFFICE, _("Change of the fiscal year"), "grants:rollover-newest", 27)
desk_link(Party.OFFICE, _("Handover of cases"), "casework:handover", 28)
desk_link(Party.OFFICE, _("Courses and rules"), "grants:courses", 30)
desk_link(Party.OFFICE, _("Budget"), "grants:budget", 40)
desk_link(Party.OFFICE, _("Fund"), "grants:fund-ledger", 42)
desk_link(Party.OFFICE, _("Calculator of dates"), "grants:calculator", 45)
desk_link(Party.OFFICE, _("Ledger of proposals (CSV)"), "grants:ledger-csv", 50)
desk_link(Party.OFFICE, _("Ledger of proposals (XLSX)"), "grants:ledger-xlsx", 51)
desk_link(Party.OFFICE, _("Log of projects (CSV)"), "grants:log-csv", 52)
desk_link(Role.AUDITOR, _("Log of projects (CSV)"), "grants:log-csv", 52)
desk_link(Party.COORDINATOR, _("Groups"), "accounts:organization-list", 20)
desk_link(Party.APPROVER, _("Budget"), "grants:budget", 40)
desk_link(Party.APPROVER, _("Fund"), "grants:fund-ledger", 42)
desk_link(Role.AUDITOR, _("Rounds"), "grants:rounds", 35)
desk_link(Role.AUDITOR, _("The year as a chart"), "grants:year-plan", 35)
desk_link(Role.AUDITOR, _("Courses and rules"), "grants:courses", 36)
desk_link(Role.AUDITOR, _("Budget"), "grants:budget", 37)
desk_link(Role.AUDITOR, _("Fund"), "grants:fund-ledger", 38)
desk_link(Role.AUDITOR, _("Ledger of proposals (CSV)"), "grants:ledger-csv", 50)
desk_link(Role.AUDITOR, _("Ledger of proposals (XLSX)"), "grants:ledger-xlsx", 51)
desk_link(Party.OFFICE, _("Claims for payment"), "grants:claims", 42)
desk_link(Party.ACCOUNTING, _("Claims for payment"), "grants:claims", 20)
desk_link(Party.ACCOUNTING, _("Columns for the accounting system"), "grants:accounting-columns", 30)
desk_link(Role.AUDITOR, _("Claims for payment"), "grants:claims", 38)
desk_link(Party.DEPARTMENT, _("Proposals that look for a department"), "grants:matching", 20)
desk_link(Party.ORGANIZATION, _("Open calls"), "grants:calls", 20)

name_verbs(
    propose_terms=_("Roles and costs proposed"),
    accept_terms=_("Roles and costs accepted"),
    answer_rules=_("Requirements answered"),
    sign_agreement=_("Yearly agreement signed (年度協定書)"),
    reverse_payment=_("Entry of the ledger reversed (訂正仕訳)"),
    strike_signature=_("Signature struck out"),
)
