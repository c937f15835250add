"""The kinds of notices of the program: what each may say, and when it goes out."""

from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from casework.models import Case
from casework.notice_kinds import the_case
from casework.notice_words import (
    ABOUT_CASE,
    READER,
    NoticeKind,
    Variable,
    in_words,
    register,
    told_as,
)
from casework.preferences import in_group

from .agreements import Party
from .models import ProjectYear, Proposal, Round


def _receipt(case: Case | None, at: datetime) -> dict | None:
    if case is None or case.filed_at is None:
        return None
    return {"case": case, "filed_at": case.filed_at, "day": japan_date(case.filed_at)}


def _call(case: Case | None, at: datetime) -> dict | None:
    found = Proposal.objects.filter(pk=case.pk).select_related("round").first() if case else None
    return found and {"case": case, "closes": found.round, "reason": "…"}


def _signature(case: Case | None, at: datetime) -> dict | None:
    if case is None or not ProjectYear.objects.filter(pk=case.pk).exists():
        return None
    return {"case": case, "signed": Party.CITY.label, "wanted": Party.ORGANIZATION.label}


register(
    NoticeKind(
        "receipt", _("Received"), _("When a proposal is filed, as a proof of it."),
        (
            *ABOUT_CASE,
            Variable("received_on", _("The day of receipt, in words"),
                     lambda told, language: in_words(told["day"], language)),
            Variable("received_on_iso", _("The day of receipt, in figures"),
                     lambda told, _l: told["day"].isoformat()),
            Variable("received_clock", _("The time of receipt"),
                     lambda told, _l: f"{localtime(told['filed_at']):%H:%M}"),
        ),
        _receipt, lambda cases: cases.filter(kind="proposal"),
    ),
    NoticeKind(
        "call_changed", _("A call closes on another day"),
        _("When the office changes the close of a call; to groups that write a proposal."),
        (
            *ABOUT_CASE,
            Variable("call", _("Name of the call"), lambda told, _l: told["closes"].name),
            Variable("closes_on", _("Last day of the call, in words"),
                     lambda told, language: in_words(told["closes"].last_day, language)),
            Variable("closes_on_iso", _("Last day of the call, in figures"),
                     lambda told, _l: told["closes"].last_day.isoformat()),
            Variable("closes_clock", _("The time at which the call closes"),
                     lambda told, _l: told["closes"].closing_clock),
            Variable("reason", _("Reason"), told_as("reason")),
        ),
        _call, lambda cases: cases.filter(kind="proposal"),
    ),
    NoticeKind(
        "draft_shared", _("A draft was shared"),
        _("When a group lets the coordinators read its draft."),
        ABOUT_CASE, the_case, lambda cases: cases.filter(kind="proposal"),
    ),
    NoticeKind(
        "agreement_to_sign", _("An agreement is to be signed"),
        _("When a party has signed a yearly agreement, to those who have not."),
        (
            *ABOUT_CASE,
            Variable("signed", _("Who has signed"), told_as("signed")),
            Variable("wanted", _("Whose signature is missing"), told_as("wanted")),
        ),
        _signature, lambda cases: cases.filter(kind="project_year"),
    ),
    NoticeKind(
        "agreement_signed", _("An agreement is signed"),
        _("When all parties have signed a yearly agreement; to office and accounting."),
        ABOUT_CASE, the_case, lambda cases: cases.filter(kind="project_year"),
    ),
)  # fmt: skip


def _a_year(case: Case | None, at: datetime) -> dict | None:
    if case is None or not ProjectYear.objects.filter(pk=case.pk).exists():
        return None
    return {"case": case, "starts_on": japan_date(at), "accepted": True, "reason": "…"}


STARTS_ON = Variable("starts_on", _("From which day the project begins, in words"),
                     lambda told, language: in_words(told["starts_on"], language))  # fmt: skip

register(
    NoticeKind(
        "early_start_told", _("A start before the decision"),
        _("When a group tells that it begins before the decision on its grant; to the office."),
        (*ABOUT_CASE, STARTS_ON), _a_year, lambda cases: cases.filter(kind="project_year"),
    ),
    NoticeKind(
        "early_start_answered", _("Answer to a start before the decision"),
        _("When the office accepts or refuses a start before the decision; to the group."),
        (
            *ABOUT_CASE, STARTS_ON,
            Variable("accepted", _("Whether it is accepted"), lambda told, _l: bool(told["accepted"])),
            Variable("reason", _("Reason"), told_as("reason"), optional=True),
        ),
        _a_year, lambda cases: cases.filter(kind="project_year"),
    ),
)  # fmt: skip


def _newest_call(case: Case | None, at: datetime) -> dict | None:
    found = Round.objects.announced(at).order_by("-pk").first()
    return found and {"call": found}


CALL = (READER, Variable("call", _("Name of the call"), lambda told, _l: told["call"].name))

register(
    NoticeKind(
        "question_asked", _("A question on a call"),
        _("When somebody asks a question on the page of a call; to the office."),
        CALL, _newest_call, fitting=None,
    ),
    NoticeKind(
        "question_answered", _("A question was answered"),
        _("When the office answers a question on a call; to whoever asked."),
        CALL, _newest_call, fitting=None,
    ),
)  # fmt: skip

in_group("messages", "question_asked", "question_answered")
in_group("turn", "agreement_to_sign", "early_start_told")
in_group("news", "early_start_answered", "agreement_signed", "call_changed", "draft_shared")
