"""The office reads a department's report question by question, and asks for what is to be mended."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import require
from casework.calendar import japan_date
from casework.services import locked, record
from casework.windows import ShowsWhatItSaw
from grants.forms.fields import text_area

from .check_page import settled_form
from .line_checks import Asked, ask_at, settle_notes
from .models import CollaborationReport


@transaction.atomic
def check_collaboration(
    report: CollaborationReport, *, asked: Iterable[Asked], settled: Collection[int] = (), by,
    at: datetime,
) -> CollaborationReport:  # fmt: skip
    """Keep what the office asks for, place by place; the department gets it with the return.

    :param settled: ids of earlier notes that are done.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises Overtaken: if a colleague wrote at a place meanwhile where this window wrote, too.
    :raises ValidationError: if the report is not with the office.
    """
    report = locked(report)
    require(by.act_on(japan_date(at)), "reporting.handle_collaboration", report)
    if report.state != "submitted":
        raise ValidationError(_("The report is not with the office now."))
    codes = {one.code for one in report.questions}
    for one in asked:
        if one.field in codes:
            ask_at(report, one, by=by, at=at)
    done = settle_notes(report, settled, by=by, at=at)
    record(report, "check_answers", by=by, at=at, settled=done)
    return report


class AskDepartmentForm(ShowsWhatItSaw, forms.Form):
    """What the department is to mend at one place."""

    asked = forms.CharField(
        label=gettext_lazy("What the department is to mend here"), required=False,
        widget=text_area(2),
    )  # fmt: skip


class CollaborationCheckPage:
    """The forms of the page, saved together or not at all.

    :ivar questions: each question of the report with the form of what is asked for there.
    :ivar settled: what was asked for earlier and is not ticked off; ``None`` if there is nothing.
    """

    def __init__(self, report: CollaborationReport, data=None):
        written = {note.field: note.asked for note in report.field_notes.being_written()}
        self.questions = [
            (
                one,
                AskDepartmentForm(
                    data, prefix=one.code, initial={"asked": written.get(one.code, "")}
                ),
            )
            for one in report.questions
        ]
        for question, form in self.questions:
            form.caption = question.name
        self.settled = settled_form(report, data)

    @property
    def all(self) -> list[forms.Form]:
        own = [form for _question, form in self.questions]
        return [*own, self.settled] if self.settled else own

    def is_valid(self) -> bool:
        found = [form.is_valid() for form in self.all]
        return all(found)

    def content(self) -> dict:
        """Return what :func:`check_collaboration` takes."""
        return {
            "asked": [
                Asked(form.cleaned_data["asked"], field=one.code, seen=form.seen)
                for one, form in self.questions
            ],
            "settled": self.settled.cleaned_data["settled"] if self.settled else [],
        }
