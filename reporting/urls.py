from django.urls import path, re_path

from .views import (
    collaboration,
    figures,
    interim,
    measures,
    outcomes,
    partner_parts,
    public,
    public_site,
    releases,
    report_files,
    report_forms,
    reports,
    search,
    tablings,
)

app_name = "reporting"

urlpatterns = [
    # Everyone
    path("", public.home, name="home"),
    path("search/", search.search, name="search"),
    path("register/", public.register_page, name="register"),
    path("reports/", public.report_list, name="reports"),
    path("reports/<int:pk>/", public.report, name="report"),
    path("reports/<int:pk>/report.pdf", public.report_pdf, name="report-pdf"),
    path("guideline/<slug:edition>/cases/", measures.measure_cases, name="measure-cases"),
    path("figures/", figures.figure_list, name="figures"),
    path("figures/<slug:code>/", figures.figure, name="figure"),
    path("open-data/", public.open_data_page, name="open-data"),
    path("open-data/360giving.json", public.giving_file, name="open-data-giving"),
    path("public/", public_site.public_file, name="public-root"),
    path("public/<path:path>", public_site.public_file, name="public-file"),
    re_path(
        r"^open-data/(?P<code>[a-z-]+)\.(?P<form>csv|json)$",
        public.open_data_file,
        name="open-data-file",
    ),
    # Group
    path("final-reports/<int:pk>/edit/", reports.report_edit, name="report-edit"),
    path("final-reports/<int:pk>/budget/", reports.report_budget, name="report-budget"),
    path("final-reports/<int:pk>/checks/", reports.report_checks, name="report-checks"),
    path("final-reports/<int:pk>/measures/", outcomes.report_measures, name="report-measures"),
    path("final-reports/<int:pk>/receipts/", reports.receipt_list, name="receipts"),
    path("final-reports/<int:pk>/receipts/checks/", reports.receipt_checks, name="receipt-checks"),
    path("final-reports/<int:pk>/workbook/", report_files.report_workbook, name="report-workbook"),
    path("final-reports/<int:pk>/workbook.xlsx", report_files.report_xlsx, name="report-xlsx"),
    path("final-reports/<int:pk>/docx/", report_files.report_docx, name="report-docx"),
    path("final-reports/<int:pk>/print/", reports.report_print, name="report-print"),
    path("receipts/<int:pk>/", reports.receipt_edit, name="receipt"),
    path("receipts/<int:pk>/remove/", reports.receipt_remove, name="receipt-remove"),
    path("interim-reports/<int:pk>/edit/", interim.interim_edit, name="interim-edit"),
    path("interim-reports/<int:pk>/pdf/", interim.interim_pdf, name="interim-pdf"),
    path("interim-reports/<int:pk>/docx/", interim.interim_docx, name="interim-docx"),
    path("interim-reports/<int:pk>/workbook/", interim.interim_workbook, name="interim-workbook"),
    path("interim-reports/<int:pk>/workbook.xlsx", interim.interim_xlsx, name="interim-xlsx"),
    # Department
    path("department/reports/new/", collaboration.report_new, name="collaboration-new"),
    path(
        "collaboration-reports/<int:pk>/edit/",
        collaboration.report_edit,
        name="collaboration-edit",
    ),
    path(
        "collaboration-reports/<int:pk>/measures/",
        outcomes.collaboration_measures,
        name="collaboration-measures",
    ),
    path(
        "collaboration-reports/<int:pk>/print/",
        collaboration.report_print,
        name="collaboration-print",
    ),
    path(
        "collaboration-reports/<int:pk>/partners/",
        partner_parts.ask_partners,
        name="ask-partners",
    ),
    path("collaboration-reports/<int:pk>/scores/", partner_parts.fix_scores, name="fix-scores"),
    path("partner-views/<int:pk>/edit/", partner_parts.part_edit, name="part-edit"),
    # Committee
    path("tablings/", tablings.tabling_list, name="tablings"),
    path("tablings/<int:pk>/", tablings.tabled, name="tabled"),
    path("tablings/<int:pk>/booklet/", tablings.booklet_ask, name="booklet-ask"),
    re_path(
        r"^tablings/(?P<pk>\d+)/booklet\.(?P<form>pdf|docx)$",
        tablings.booklet_file,
        name="booklet",
    ),
    path("tablings/<int:pk>/reports/<int:place>/", tablings.tabled_report, name="tabled-report"),
    path(
        "tablings/<int:pk>/reports/<int:place>/release/", tablings.release, name="release-comments"
    ),
    # Office
    path("office/tablings/<int:fiscal_year>/new/", tablings.tabling_new, name="tabling-new"),
    path("years/<int:pk>/interim/ask/", interim.interim_ask, name="interim-ask"),
    path("final-reports/<int:pk>/check/", reports.report_check, name="report-check"),
    path("office/report-forms/", report_forms.form_list, name="report-forms"),
    path("office/report-forms/<int:pk>/", report_forms.form_edit, name="report-form"),
    path("office/collaboration-reports/", collaboration.requests, name="requests"),
    path(
        "collaboration-reports/<int:pk>/ask-again/",
        collaboration.ask_again,
        name="ask-again",
    ),
    path(
        "collaboration-reports/<int:pk>/check/",
        collaboration.report_check,
        name="collaboration-check",
    ),
    path("collaboration-reports/<int:pk>/tabling/", collaboration.tabling, name="tabling"),
    path("collaboration-reports/<int:pk>/release/", releases.release_report, name="release-report"),
    path("office/releases/", releases.release_list, name="releases"),
    path("office/releases/<int:pk>/", releases.release_page, name="release"),
    path("office/releases/<int:pk>/reports/", releases.put_in_reports, name="release-reports"),
    path("office/releases/<int:pk>/table/", releases.put_in_table, name="release-table"),
    path("office/releases/<int:pk>/check/", releases.check, name="release-check"),
    path("office/releases/<int:pk>/accept/", releases.accept_warning, name="release-accept"),
    path("office/releases/<int:pk>/items/<int:item>/", releases.item_page, name="release-item"),
    re_path(
        r"^office/releases/(?P<pk>[0-9]+)/items/(?P<item>[0-9]+)/preview/(?P<language>ja|en)/$",
        releases.preview,
        name="release-preview",
    ),
    path("office/releases/<int:pk>/moment/", releases.set_moment, name="release-moment"),
    path(
        "office/releases/<int:pk>/items/<int:item>/take-out/",
        releases.take_out,
        name="release-take-out",
    ),
]
