"""The deadlines of the program: what each rests on, computed from the rules the round froze."""

from collections.abc import Collection
from datetime import date, time
from functools import partial

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from casework import deadlines
from casework.calendar import first_day, japan_date, last_day
from casework.closed_days import ClosedDays
from casework.deadlines import DeadlineKind, Rung
from casework.derivation import Due, not_set, register_basis, the_earlier_of, with_clock
from casework.parties import Party

from .city_issue_flow import DUE as CITY_ISSUE
from .processing import ACCEPTANCE, PROCESSING, acceptance_due, is_set, processing_due
from .rules import RuleSet, Status

for code, ja, en in (
    ("call_closes", "募集の締切", "the call closes"),
    ("arrived", "到達した日", "day it arrived"),
    ("processing_from", "標準処理期間の起算日", "day the usual time counts from"),
    ("asked", "補正を依頼した日", "day the supplement was asked for"),
    ("offered", "繰上げを打診した日", "day the place was offered"),
    ("decision_sent", "決定を通知した日", "day the decision was sent"),
    ("year_opened", "交付申請の受付を始めた日", "day the year was opened for application"),
    ("year_begins", "年度の初日", "first day of the fiscal year"),
    ("project_ends", "事業の終わる日", "day the project ends"),
    ("amount_confirmed", "額の確定を通知した日", "day the amount was confirmed"),
    ("revoked", "取消しを通知した日", "day the revocation was sent"),
    ("change_decided", "変更を決定した日", "day the change was decided"),
    ("charge_fixed", "加算金・延滞金の額が決まった日", "day the charge was fixed"),
    ("ledger_corrected", "収支を訂正した日", "day the ledger was corrected"),
    ("claim_received", "請求書を受け取った日", "day the claim arrived"),
    ("report_latest", "実績報告の最終期日", "last day for reports"),
    ("matching_asked", "担当課に協議を依頼した日", "day the department was asked"),
    ("supplement_days", "補正の日数", "number of days for a supplement"),
    ("matching_days", "担当課協議の日数", "number of days for matching"),
    ("offer_days", "繰上打診への回答の日数", "number of days to answer an offer"),
    ("grant_application_days", "交付申請の日数", "number of days to apply for the grant"),
    ("withdrawal_days", "取下げができる日数", "number of days to withdraw"),
    ("report_days", "実績報告の日数", "number of days for the report"),
    ("report_date", "実績報告の期日", "date of the report"),
    ("claim_filing_days", "請求書の提出の日数", "number of days to send the claim"),
    ("claim_days", "請求から支払までの日数", "number of days until a claim is paid"),
    ("settlement_days", "精算の日数", "number of days to settle"),
    ("repayment_days", "返還の日数", "number of days to pay back"),
    ("charge_days", "加算金・延滞金の納付の日数", "number of days to pay a charge"),
):
    register_basis(code, ja, en)


def period_after(
    rules: RuleSet, parameter: str, day: date, *, basis: str, fiscal_year: int,
    closed: Collection[date] = (), law: str = "",
) -> Due:  # fmt: skip
    """Return when the period ends that the rules set for ``parameter``, or "not set".

    :param day: the day it is counted from, Japan date.
    :param fiscal_year: whose end, or whose accounts, the period may not outlast.
    :param closed: weekdays on which city hall is closed.
    :param law: what it rests on where the rules name no source.
    """
    period, source = rules.period(parameter), rules.source(parameter) or law
    if period is None:
        return not_set(parameter, source=source)
    return period.after(day, closed, basis=basis, fiscal_year=fiscal_year, source=source)


def report_due(
    rules: RuleSet, ends_on: date, fiscal_year: int, closed: Collection[date] = ()
) -> Due:
    """Return when the final report (実績報告書) of one project year is due.

    So many days after the project ended, or a fixed day (month-day of the following spring),
    whichever is the earlier; where one of the two does not apply, the other alone.

    :param ends_on: last day of the project, Japan date.
    :param closed: weekdays on which city hall is closed.
    """
    days, latest = rules.status("report_days"), rules.status("report_latest")
    if days == latest != Status.SET:
        return not_set("report_date")
    after = period_after(
        rules, "report_days", ends_on,
        basis="project_ends", fiscal_year=fiscal_year, closed=closed,
    )  # fmt: skip
    fixed = _report_latest(rules, fiscal_year)
    if latest == Status.NOT_APPLICABLE:
        return after
    return fixed if days == Status.NOT_APPLICABLE else the_earlier_of(after, fixed)


def _report_latest(rules: RuleSet, fiscal_year: int) -> Due:
    latest, source = rules.text("report_latest"), rules.source("report_latest")
    if latest is None:
        return not_set("report_latest", source=source)
    month, day = (int(part) for part in latest.split("-"))
    fixed = date(last_day(fiscal_year).year if month < 12 else fiscal_year, month, day)
    return Due.fixed(fixed, basis="report_latest", source=source)


def _call(proposal, *, at, facts) -> Due:
    due = Due.fixed(proposal.round.last_day, basis="call_closes")
    clock = localtime(proposal.round.closes_at).time()
    return with_clock(due, clock) if clock != time.min else due


#: Deadlines that are one period after one day: kind → parameter of the rules, and what the day is.
COUNTED = {
    "supplement": ("supplement_days", "asked"),
    "matching": ("matching_days", "matching_asked"),
    "offer": ("offer_days", "offered"),
    "grant_application": ("grant_application_days", "year_opened"),
    "withdrawal": ("withdrawal_days", "decision_sent"),
    "claim": ("claim_filing_days", "amount_confirmed"),
    "claim_paid": ("claim_days", "claim_received"),
    "settlement": ("settlement_days", "amount_confirmed"),
    "repayment": ("repayment_days", "amount_confirmed"),
    "charge": ("charge_days", "charge_fixed"),
}


def _count(case, kind: str, day: date, *, basis: str = "") -> Due:
    """Return when the period of ``kind`` ends in the rules of ``case``, counted from ``day``.

    :param basis: what the day is, where it is another than usual.
    """
    parameter, usual = COUNTED[kind]
    return period_after(
        case.rules, parameter, day,
        basis=basis or usual, fiscal_year=case.fiscal_year, closed=ClosedDays(),
    )  # fmt: skip


def _from_the_move(kind: str):
    def rule(case, *, at, facts) -> Due:
        return _count(case, kind, japan_date(at))

    return rule


def _supplement(case, *, at, facts) -> Due:
    if due_on := facts.get("due_on"):
        return Due.fixed(due_on, basis="set_by_office")
    return _count(case, "supplement", japan_date(at))


def _grant_application(year, *, at, facts) -> Due:
    """Count from when the year was opened, but not before the fiscal year whose money is applied for.

    A group may apply earlier; until its year begins, it is not late.
    """
    opened_on, begins_on = japan_date(at), first_day(year.fiscal_year)
    if opened_on >= begins_on:
        return _count(year, "grant_application", opened_on)
    return _count(year, "grant_application", begins_on, basis="year_begins")


def _report(year, *, at, facts) -> Due:
    return report_due(year.rules, year.ends_on, year.fiscal_year, ClosedDays())


def _claim(year, *, at, facts) -> Due | None:
    """The group claims the balance; where nothing is left to be paid, it claims nothing."""
    return _count(year, "claim", japan_date(at)) if year.balance_yen > 0 else None


def _claim_paid(claim, *, at, facts) -> Due:
    """Count from when the claim arrived, however long it was checked."""
    return _count(claim, "claim_paid", claim.claimed_on or japan_date(at))


def _settlement(year, *, at, facts) -> Due | None:
    if year.balance_yen <= 0:
        return None
    return _count(year, "settlement", japan_date(at), basis=facts.get("basis", ""))


def _repayment(year, *, at, facts) -> Due | None:
    if year.balance_yen >= 0:
        return None
    usual = "revoked" if year.state == "revoked" else ""
    return _count(year, "repayment", japan_date(at), basis=facts.get("basis", usual))


#: A draft is not a filed proposal, and people forget: two days and one week before, too.
CALL_LADDER = (Rung(14), Rung(7), Rung(2), Rung(0))


def city_issue_due(issue, *, at, facts) -> Due:
    """Return the day the office named when it asked, or returned the issue; else "not set"."""
    if due_on := facts.get("due_on"):
        return Due.fixed(due_on, basis="set_by_office")
    return not_set(CITY_ISSUE)


register_basis(CITY_ISSUE, "業務課題の回答期日", "due date of city issues")

deadlines.register(
    DeadlineKind(CITY_ISSUE, _("City issue"), Party.DEPARTMENT, city_issue_due),
    DeadlineKind("call", _("Close of the call"), Party.ORGANIZATION, _call, CALL_LADDER),
    DeadlineKind(PROCESSING, _("Usual time until the decision (標準処理期間)"), Party.OFFICE,
                 processing_due, applies=partial(is_set, PROCESSING)),
    DeadlineKind(ACCEPTANCE, _("Acceptance by the office"), Party.OFFICE, acceptance_due,
                 applies=partial(is_set, ACCEPTANCE)),
    DeadlineKind("supplement", _("Supplement (補正)"), Party.ORGANIZATION, _supplement,
                 statutory=True),
    DeadlineKind("matching", _("Talks with the department"), Party.DEPARTMENT,
                 _from_the_move("matching")),
    DeadlineKind("offer", _("Answer to the offered place"), Party.ORGANIZATION,
                 _from_the_move("offer")),
    DeadlineKind("grant_application", _("Application for the grant"), Party.ORGANIZATION,
                 _grant_application, statutory=True),
    DeadlineKind("withdrawal", _("Last day to withdraw after the decision"), "",
                 _from_the_move("withdrawal"), ladder=()),
    DeadlineKind("report", _("Final report"), Party.ORGANIZATION, _report, statutory=True),
    DeadlineKind("report_supplement", _("Supplement to the report"), Party.ORGANIZATION, _supplement,
                 statutory=True),
    DeadlineKind("claim", _("Claim for the payment (請求書)"), Party.ORGANIZATION, _claim),
    DeadlineKind("claim_paid", _("Payment of a claim"), Party.ACCOUNTING, _claim_paid),
    DeadlineKind("settlement", _("Payment of the balance"), Party.ACCOUNTING, _settlement),
    DeadlineKind("repayment", _("Repayment"), Party.ORGANIZATION, _repayment, statutory=True),
    DeadlineKind("charge", _("Payment of the charges (加算金・延滞金)"), Party.ORGANIZATION,
                 _from_the_move("charge"), statutory=True),
)  # fmt: skip
