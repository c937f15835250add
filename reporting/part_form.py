"""The page on which a partner writes its view, and what it reads there of the department's report."""

from casework.drafts import Draft

from .collaboration_form import QuestionsForm
from .models import PartnerPart
from .partner_parts import reads_department_scores
from .public_text import text_of, with_photos
from .versions import content_of_collaboration

#: What the department says of its scores; the partner reads it with them.
ABOUT_SCORES = ("process_score", "process_comment", "outcome_score", "outcome_comment")


class PartDraft(Draft):
    """What a partner says; see :func:`reporting.partner_parts.save_part`."""

    tables: dict = {}

    def __init__(self, part: PartnerPart, data=None):
        self.case = part
        answers = {one.code: part.answer_to(one) for one in part.questions}
        self.text = QuestionsForm(
            data, questions=part.questions, form=part.report.report_form,
            initial={**answers, "edit_number": part.edit_number},
        )  # fmt: skip

    def content(self) -> dict:
        return {"fields": self.fields, "edit_number": self.edit_number}


def report_for_partner(part: PartnerPart) -> dict:
    """Return the report as the partner reads it: what the public will, and scores not too early."""
    report = part.report
    content = content_of_collaboration(report, public=True, views=False)
    text = with_photos(text_of(content), content, is_current=True)
    if not reads_department_scores(part):
        text["parts"] = [one for one in text["parts"] if one["code"] not in ABOUT_SCORES]
    return text
