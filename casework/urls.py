from django.urls import path

from . import views
from .parties import Party

app_name = "casework"

urlpatterns = [
    path("my/", views.desk, {"party": Party.ORGANIZATION}, name="my"),
    path("office/", views.desk, {"party": Party.OFFICE}, name="office"),
    path("department/", views.desk, {"party": Party.DEPARTMENT}, name="department"),
    path("panel/", views.desk, {"party": Party.PANEL}, name="panel"),
    path("approvals/", views.desk, {"party": Party.APPROVER}, name="approvals"),
    path("accounting/", views.desk, {"party": Party.ACCOUNTING}, name="accounting"),
    path("coordinator/", views.desk, {"party": Party.COORDINATOR}, name="coordinator"),
    path("office/outbox/", views.outbox, name="outbox"),
    path("cases/", views.case_list, name="cases"),
    path("cases/<int:pk>/", views.case_detail, name="case"),
    path("cases/<int:pk>/moves/<slug:verb>/", views.case_move, name="move"),
    path("cases/<int:pk>/files/", views.case_upload, name="upload"),
    path("cases/<int:pk>/correct/", views.case_correct, name="correct"),
    path("cases/<int:pk>/assign/", views.case_assign, name="assign"),
    path("deadlines/<int:pk>/extend/", views.deadline_extend, name="extend"),
    path("deadlines/<int:pk>/set/", views.deadline_set, name="set-date"),
    path("files/<uuid:key>/", views.file_download, name="file"),
    path("files/<uuid:key>/remove/", views.file_remove, name="remove-file"),
    path("letters/<uuid:key>/", views.letter_pdf, name="letter"),
    path("previews/<int:pk>/", views.letter_preview, name="preview"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", views.mailbox_notice, name="notice"),
]
