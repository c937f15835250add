"""The kinds of notices of the program: what each may say, and when it goes out."""

from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from casework.calendar import japan_date
from casework.models import Case
from casework.notice_kinds import the_case
from casework.notice_words import (
    ABOUT_CASE,
    READER,
    NoticeKind,
    Told,
    Variable,
    in_words,
    register,
    told_as,
)
from casework.outbox import tells_in_own_words
from casework.parties import Party as Parties
from casework.preferences import in_group

from .agreements import Party
from .models import ChangeRequest, Claim, ProjectYear, Proposal, Round


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


def _asked_until(told: Told, language: str) -> str:
    return in_words(told["asked_until"], language) if told.get("asked_until") else ""


register(
    NoticeKind(
        "city_issue_asked", _("City issues are asked for"),
        _("When the office asks a department what it would like to solve with groups."),
        (*ABOUT_CASE, Variable("asked_until", _("Until when, in words"), _asked_until, optional=True)),
        lambda case, at: {"case": case, "asked_until": japan_date(at)},
        lambda cases: cases.filter(kind="city_issue"),
    ),
    NoticeKind(
        "city_issue_answered", _("A proposal answers a city issue"),
        _("When a group files a proposal that answers a city issue; to the department that listed it."),
        (
            *ABOUT_CASE,
            Variable("number", _("Number of the proposal"), told_as("number")),
            Variable("call", _("Name of the call"), told_as("call")),
        ),
        lambda case, at: {"case": case, "number": "1", "call": "…"},
        lambda cases: cases.filter(kind="city_issue"),
    ),
)  # fmt: skip


def _a_year(case: Case | None, at: datetime) -> dict | None:
    if case is None or not ProjectYear.objects.filter(pk=case.pk).exists():
        return None
    return {"case": case, "starts_on": japan_date(at), "accepted": True, "reason": "…"}


def _a_charged_year(case: Case | None, at: datetime) -> dict | None:
    found = _a_year(case, at)
    return found and {"case": case, "amount": "1,234", "until": japan_date(at)}


def _until(told: Told, language: str) -> str:
    return in_words(told["until"], language) if told.get("until") else ""


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


register(
    NoticeKind(
        "charge_owed", _("A charge is owed"),
        _("When all has come back and a charge (加算金・延滞金) is fixed; to the group."),
        (
            *ABOUT_CASE,
            Variable("amount", _("Amount (yen)"), told_as("amount")),
            Variable("until", _("By when it is paid, in words"), _until, optional=True),
        ),
        _a_charged_year, lambda cases: cases.filter(kind="project_year"),
    ),
)  # fmt: skip


def _a_claim(case: Case | None, at: datetime) -> dict | None:
    return {"case": case} if case is not None and case.kind == Claim.KIND else None


def _claim_of(told: Told) -> Claim:
    found = told["case"]
    return found if isinstance(found, Claim) else Claim.objects.get(pk=found.pk)


def _paid_on(told: Told, language: str) -> str:
    newest = _claim_of(told).payments.filter(of=None).order_by("-pk").first()
    return in_words(newest.paid_on, language) if newest else ""


ABOUT_CLAIM = (
    *ABOUT_CASE,
    Variable("amount", _("Amount (yen)"), lambda told, _l: f"{_claim_of(told).amount_yen:,}"),
    Variable("payment_kind", _("Kind of payment"),
             lambda told, _l: str(_claim_of(told).get_payment_kind_display())),
)  # fmt: skip


def _claims(cases):
    return cases.filter(kind=Claim.KIND)


register(
    NoticeKind(
        "claim_filed", _("A claim has come"), _("When a group sends a claim (請求書); to the office."),
        ABOUT_CLAIM, _a_claim, _claims,
    ),
    NoticeKind(
        "claim_accepted", _("A claim is accepted"),
        _("When the office accepts a claim (請求書); to the group."),
        ABOUT_CLAIM, _a_claim, _claims,
    ),
    NoticeKind(
        "claim_returned", _("A claim came back"),
        _("When the office asks a group to mend its claim (請求書); to the group."),
        (
            *ABOUT_CLAIM,
            Variable("reason", _("Why it came back"), told_as("reason"), optional=True),
        ),
        _a_claim, _claims,
    ),
    NoticeKind(
        "claim_paid", _("A claim is paid"), _("When accounting has paid a claim (請求書); to the group."),
        (*ABOUT_CLAIM, Variable("paid_on", _("Day of the payment, in words"), _paid_on, optional=True)),
        _a_claim, _claims,
    ),
)  # fmt: skip
for verb in ("submit", "resubmit"):
    tells_in_own_words(Claim.KIND, verb, Parties.OFFICE, "claim_filed", asks=True)
tells_in_own_words(Claim.KIND, "accept", Parties.ORGANIZATION, "claim_accepted", asks=False)
tells_in_own_words(Claim.KIND, "send_back", Parties.ORGANIZATION, "claim_returned", asks=True)
tells_in_own_words(Claim.KIND, "pay", Parties.ORGANIZATION, "claim_paid", asks=False)


def _a_group(case: Case | None, at: datetime) -> dict | None:
    found = Organization.objects.order_by("pk").first()
    return found and {"group": found, "document": "…"}


def _a_change(case: Case | None, at: datetime) -> dict | None:
    return {"case": case} if case is not None and case.kind == ChangeRequest.KIND else None


def _change_of(told: Told) -> ChangeRequest:
    found = told["case"]
    return found if isinstance(found, ChangeRequest) else ChangeRequest.objects.get(pk=found.pk)


def _granted(told: Told, _l: str) -> str:
    found = _change_of(told).granted_yen
    return "" if found is None else f"{found:,}"


def _granted_before(told: Told, _l: str) -> str:
    """Return what was granted before, where that was another amount."""
    found = _change_of(told)
    same = found.granted_before_yen in (None, found.granted_yen)
    return "" if same else f"{found.granted_before_yen:,}"


def _comes_back(told: Told, _l: str) -> str:
    balance = _change_of(told).project_year.balance_yen
    return f"{-balance:,}" if balance < 0 else ""


register(
    NoticeKind(
        "bank_account_entered", _("Accounting entered a bank account"),
        _("When accounting enters the bank account of a group; to the owners of the group. It says no digits."),
        (
            READER,
            Variable("group", _("Name of the group"), lambda told, _l: told["group"].name),
            Variable("document", _("The paper on which it was entered"), told_as("document")),
        ),
        _a_group, fitting=None,
    ),
    NoticeKind(
        "change_in_effect", _("A change is in effect"),
        _("When a change of a project year is noted or approved, so that it counts; to the group."),
        (
            *ABOUT_CASE,
            Variable("granted", _("Granted from now on (yen)"), _granted, optional=True),
            Variable("granted_before", _("Granted before, if it was another amount (yen)"),
                     _granted_before, optional=True),
            Variable("comes_back", _("What has to come back (yen), if something has"), _comes_back,
                     optional=True),
        ),
        _a_change, lambda cases: cases.filter(kind=ChangeRequest.KIND),
    ),
)  # fmt: skip
in_group("news", "bank_account_entered")
tells_in_own_words(ChangeRequest.KIND, "note", Parties.ORGANIZATION, "change_in_effect", asks=False)


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
in_group(
    "turn", "charge_owed", "agreement_to_sign", "early_start_told", "claim_filed", "claim_returned"
)
in_group(
    "news",
    "change_in_effect",
    "early_start_answered",
    "claim_accepted",
    "claim_paid",
    "agreement_signed",
    "call_changed",
    "draft_shared",
)
