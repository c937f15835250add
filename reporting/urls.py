from django.urls import path, re_path

from .views import collaboration, public, reports

app_name = "reporting"

urlpatterns = [
    # Everyone
    path("", public.home, name="home"),
    path("register/", public.register_page, name="register"),
    path("reports/", public.report_list, name="reports"),
    path("reports/<int:pk>/", public.report, name="report"),
    path("reports/<int:pk>/report.pdf", public.report_pdf, name="report-pdf"),
    path("open-data/", public.open_data_page, name="open-data"),
    re_path(
        r"^open-data/(?P<code>[a-z]+)\.(?P<form>csv|json)$",
        public.open_data_file,
        name="open-data-file",
    ),
    # Group
    path("final-reports/<int:pk>/edit/", reports.report_edit, name="report-edit"),
    path("final-reports/<int:pk>/print/", reports.report_print, name="report-print"),
    # Department
    path("department/reports/new/", collaboration.report_new, name="collaboration-new"),
    path(
        "collaboration-reports/<int:pk>/edit/",
        collaboration.report_edit,
        name="collaboration-edit",
    ),
    path(
        "collaboration-reports/<int:pk>/print/",
        collaboration.report_print,
        name="collaboration-print",
    ),
    # Office
    path("final-reports/<int:pk>/spending/", reports.leave_out, name="leave-out"),
    path("office/collaboration-reports/", collaboration.requests, name="requests"),
    path("collaboration-reports/<int:pk>/tabling/", collaboration.tabling, name="tabling"),
]
