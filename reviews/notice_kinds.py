"""The kinds of notices of a selection: what each may say, and when it goes out."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from casework.models import Case
from casework.notice_words import ABOUT_CASE, NoticeKind, Variable, in_words, register
from casework.preferences import in_group

from .models import ScoreSheet


def _paper(case: Case | None, at: datetime) -> dict | None:
    sheet = ScoreSheet.objects.filter(pk=case.pk).first() if case else None
    entered = case.events.filter(verb="type_in_paper").order_by("-pk").first() if sheet else None
    if sheet is None or entered is None:
        return None
    day = date.fromisoformat(entered.facts["received_on"])
    return {"case": sheet, "received_on": day, "whole": not sheet.missing_criteria()}


def _taken_back(case: Case | None, at: datetime) -> dict | None:
    sheet = ScoreSheet.objects.filter(pk=case.pk).first() if case else None
    taken = sheet is not None and sheet.events.filter(verb="take_back_sheet").exists()
    return {"case": sheet} if taken else None


register(
    NoticeKind(
        "paper_sheet_entered", _("A score sheet on paper was typed in"),
        _("When the office types in what a panel member wrote on paper."),
        (
            *ABOUT_CASE,
            Variable("received_on", _("The day on which the paper was received, in words"),
                     lambda told, language: in_words(told["received_on"], language)),
            Variable("received_on_iso", _("The day on which the paper was received, in figures"),
                     lambda told, _l: told["received_on"].isoformat()),
            Variable("is_whole", _("Whether every criterion has points"),
                     lambda told, _l: told["whole"]),
        ),
        _paper, lambda cases: cases.filter(kind="score_sheet", events__verb="type_in_paper"),
    ),
    NoticeKind(
        "sheet_taken_back", _("A score sheet was taken back"),
        _("When the office takes an empty score sheet back from a panel member."),
        ABOUT_CASE,
        _taken_back, lambda cases: cases.filter(kind="score_sheet", events__verb="take_back_sheet"),
    ),
)  # fmt: skip

in_group("news", "paper_sheet_entered", "sheet_taken_back")
