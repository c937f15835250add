from django.urls import path

from accounts.models import Role

from .parties import Party
from .views import (
    cases,
    city,
    dates,
    demonstration,
    moving,
    notices,
    oversight,
    papers,
    statements,
)
from .views.desk import desk, start

app_name = "casework"

urlpatterns = [
    path("start/", start, name="start"),
    path("my/", desk, {"party": Party.ORGANIZATION}, name="my"),
    path("office/", desk, {"party": Party.OFFICE}, name="office"),
    path("department/", desk, {"party": Party.DEPARTMENT}, name="department"),
    path("panel/", desk, {"party": Party.PANEL}, name="panel"),
    path("approvals/", desk, {"party": Party.APPROVER}, name="approvals"),
    path("accounting/", desk, {"party": Party.ACCOUNTING}, name="accounting"),
    path("coordinator/", desk, {"party": Party.COORDINATOR}, name="coordinator"),
    path("committee/", desk, {"party": Role.COMMITTEE}, name="committee"),
    path("auditor/", desk, {"party": Role.AUDITOR}, name="auditor"),
    path("auditor/verification/", oversight.verification_page, name="verification"),
    path("administration/", desk, {"party": Role.ADMINISTRATOR}, name="administration"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<int:pk>/", cases.case_detail, name="case"),
    path("cases/<int:pk>/moves/<slug:verb>/", moving.case_move, name="move"),
    path("cases/<int:pk>/draft/<slug:verb>/", moving.case_draft, name="draft"),
    path("cases/<int:pk>/files/", papers.case_upload, name="upload"),
    path("cases/<int:pk>/correct/", cases.case_correct, name="correct"),
    path("cases/<int:pk>/assign/", cases.case_assign, name="assign"),
    path("deadlines/<int:pk>/extend/", dates.deadline_extend, name="extend"),
    path("deadlines/<int:pk>/set/", dates.deadline_set, name="set-date"),
    path("files/<uuid:key>/", papers.file_download, name="file"),
    path("files/<uuid:key>/remove/", papers.file_remove, name="remove-file"),
    path("letters/<uuid:key>/", papers.letter_pdf, name="letter"),
    path("letters/<uuid:key>/reissue/", papers.letter_reissue, name="letter-reissue"),
    path("previews/<int:pk>/", papers.letter_preview, name="preview"),
    path("mailbox/", notices.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", notices.mailbox_notice, name="notice"),
    path("office/outbox/", notices.outbox, name="outbox"),
    path("office/outbox/post/", notices.outbox_post, name="outbox-post"),
    path("office/outbox/post/print/", notices.outbox_print, name="outbox-print"),
    path("office/outbox/post/papers/", notices.outbox_papers, name="outbox-papers"),
    path("office/outbox/post/mailed/", notices.outbox_mailed, name="outbox-mailed"),
    path("office/outbox/<int:pk>/returned/", notices.outbox_returned, name="outbox-returned"),
    path("office/outbox/<int:pk>/", notices.outbox_notice, name="outbox-notice"),
    path("office/outbox/<int:pk>/retry/", notices.outbox_retry, name="outbox-retry"),
    path("office/outbox/<int:pk>/withdraw/", notices.outbox_withdraw, name="outbox-withdraw"),
    path("office/settings/", city.settings_page, name="settings"),
    path("office/settings/senders/add/", city.sender_add, name="sender-add"),
    path("office/settings/senders/<int:pk>/end/", city.sender_end, name="sender-end"),
    path("office/settings/<slug:code>/", city.setting_edit, name="setting"),
    path("office/closed-days/", city.closed_days, name="closed-days"),
    path("accessibility/", statements.accessibility, name="accessibility"),
    path("privacy/", statements.privacy, name="privacy"),
    path("demo/", demonstration.demo_accounts, name="demo"),
    path("demo/log-in/<int:pk>/", demonstration.demo_login, name="demo-login"),
    path("demo/clock/", demonstration.demo_clock, name="demo-clock"),
]
