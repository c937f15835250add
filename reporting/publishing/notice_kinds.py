"""What the office is told of releases, besides that it is its turn."""

from django.utils.translation import gettext_lazy as _

from casework.notice_kinds import the_case
from casework.notice_words import ABOUT_CASE, NoticeKind, register
from casework.preferences import in_group
from reporting.models import Release

register(
    NoticeKind(
        "release_stuck", _("A release did not become public"),
        _("When the moment of an approved release has come and it cannot become public; once."),
        ABOUT_CASE, the_case, lambda cases: cases.filter(kind=Release.KIND),
    )
)  # fmt: skip
in_group("turn", "release_stuck")
