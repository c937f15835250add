from django.urls import path

from .views import calculator, calls, ledger, plan, proposals, rounds, years

app_name = "grants"

urlpatterns = [
    # Everyone
    path("calls/", calls.call_list, name="calls"),
    path("calls/calendar.ics", calls.call_calendar, name="call-calendar"),
    path("calls/<int:pk>/", calls.call_detail, name="call"),
    path("calls/<int:pk>/start/", calls.draft_start, name="draft-start"),
    # Who writes a proposal
    path("proposals/<int:pk>/edit/", proposals.proposal_edit, name="proposal-edit"),
    path("proposals/<int:pk>/pledges/", proposals.proposal_pledge, name="proposal-pledge"),
    path("proposals/<int:pk>/share/", proposals.proposal_share, name="proposal-share"),
    path("proposals/<int:pk>/print/", proposals.proposal_print, name="proposal-print"),
    path("proposals/<int:pk>/pdf/", proposals.proposal_pdf, name="proposal-pdf"),
    path("cases/<int:pk>/versions/<int:number>/", proposals.version, name="version"),
    path("years/<int:pk>/edit/", years.year_edit, name="year-edit"),
    path("years/<int:pk>/sign/", years.agreement_sign, name="agreement-sign"),
    path("organizations/<int:pk>/projects/", ledger.organization_projects, name="projects"),
    # Department
    path("department/matching/", proposals.matching_list, name="matching"),
    path("proposals/<int:pk>/notes/", proposals.matching_note, name="matching-note"),
    path("proposals/<int:pk>/terms/", proposals.terms_new, name="terms"),
    path("proposals/<int:pk>/terms/accept/", proposals.terms_accept, name="terms-accept"),
    # Office
    path("office/courses/", rounds.course_list, name="courses"),
    path("office/courses/<int:pk>/", rounds.course_detail, name="course"),
    path("office/courses/<int:pk>/add/", rounds.parameter_new, name="parameter-new"),
    path("office/courses/<int:pk>/<slug:name>/", rounds.parameter_edit, name="parameter"),
    path("office/calculator/", calculator.calculator, name="calculator"),
    path("office/rounds/", rounds.round_list, name="rounds"),
    path("office/rounds/new/", rounds.round_new, name="round-new"),
    path("office/rounds/<int:pk>/", rounds.round_detail, name="round"),
    path("office/rounds/<int:pk>/change/", rounds.round_change, name="round-change"),
    path("office/rounds/<int:pk>/plan/", plan.round_plan, name="round-plan"),
    path("office/year/", plan.year, name="year-plan"),
    path("rounds/<int:pk>/paper/", rounds.paper, name="paper"),
    path("office/budget/", rounds.budget, name="budget"),
    path("office/budget/new/", rounds.budget_new, name="budget-new"),
    path("office/proposals.csv", ledger.ledger_csv, name="ledger-csv"),
    path("office/proposals.xlsx", ledger.ledger_xlsx, name="ledger-xlsx"),
    path(
        "years/<int:pk>/signatures/<int:signature>/strike/",
        years.signature_strike,
        name="signature-strike",
    ),
    # Accounting
    path("years/<int:pk>/payments/new/", years.payment_new, name="payment-new"),
    path(
        "years/<int:pk>/payments/<int:payment>/reverse/",
        years.payment_reverse,
        name="payment-reverse",
    ),
]
