"""The rules of a course in plain words: what each parameter is called, and what its codes mean."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.periods import Period

from .change_threshold import ALWAYS, LINE, OF, TOTAL
from .rules import (
    ALLOWED,
    BY_NOTICE,
    BY_PROJECT_START,
    DEDUCTED,
    FROM_ARRIVAL,
    FROM_CALL_CLOSES,
    NOT_ALLOWED,
    OF_COSTS,
    OF_COSTS_LESS_INCOME,
    ON_CALL_CLOSES,
    ON_FISCAL_YEAR,
    ON_GRANT_APPLICATION,
    ON_SUBMISSION,
    YES,
    Status,
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is known of a parameter besides its value.

    :param kind: yen, number, decimal, share, period, text, lines or code: how the value is written;
        a share in percent, or as a fraction.
    :param public: whether applicants read it with the call.
    :param shown_only: people apply it; the program does not compute with it.
    """

    label: Text
    kind: str = "number"
    unit: Text = ""
    public: bool = False
    shown_only: bool = False


DAYS, YEARS, PERCENT = _("calendar days"), _("years"), _("%")

#: In the order in which people read them.
PARAMETERS: dict[str, Parameter] = {
    "instrument": Parameter(_("Kind of support"), "code", public=True),
    "cap_yen": Parameter(_("Most that one project year may get"), "yen", public=True),
    "cap_yen_second_adoption": Parameter(_("The same, from the second adoption on"), "yen", public=True),
    "cap_total_yen": Parameter(_("Most that all years together may get"), "yen", public=True),
    "subsidy_rate_percent": Parameter(_("Share of the costs that is paid"), "share", PERCENT, public=True),
    "subsidy_rate_of": Parameter(_("Of what the share is taken"), "code", public=True),
    "rounding_unit_yen": Parameter(_("Amounts are rounded to"), "yen", public=True),
    "eligible_costs": Parameter(_("Costs that are paid for"), "lines", public=True, shown_only=True),
    "ineligible_costs": Parameter(_("Costs that are not paid for"), "lines", public=True, shown_only=True),
    "other_subsidy": Parameter(_("Other subsidies for the same project"), "code", public=True),
    "max_years": Parameter(_("Longest duration"), unit=YEARS, public=True),
    "lag_years": Parameter(_("Years from the selection to the first project year"), unit=YEARS, public=True),
    "matches_department": Parameter(_("A department of the city takes part"), "code", public=True),
    "max_adoptions": Parameter(_("Adoptions of one group in this course"), unit=_("times at most"), public=True),
    "adoptions_counted_from_fiscal_year": Parameter(_("Adoptions are counted from fiscal year"), public=True),
    "max_age_years": Parameter(_("Years since founding"), unit=_("years at most"), public=True),
    "age_counted_on": Parameter(_("Years since founding count as of"), "code", public=True),
    "min_activity_years": Parameter(_("Years of continuous activity"), unit=_("years at least"), public=True),
    "activity_counted_on": Parameter(_("Years of activity count as of"), "code", public=True),
    "min_citizen_members": Parameter(_("Citizens among the members"), unit=_("people at least"), public=True),
    "min_officers": Parameter(_("Officers, representative included"), unit=_("people at least"), public=True),
    "rules_on_file": Parameter(_("Rules of the group (規約)"), "code", public=True),
    "npo_center_registration": Parameter(_("Registration with the NPO center"), "code", public=True),
    "place_in_city": Parameter(_("Base or contact place in the city"), "code", public=True),
    "project_in_city": Parameter(_("The project takes place in the city"), "code", public=True),
    "public_interest": Parameter(_("The project serves the public"), "code", public=True),
    "nonprofit": Parameter(_("Not for profit"), "code", public=True),
    "proper_accounting": Parameter(_("Proper accounts"), "code", public=True),
    "no_new_facility": Parameter(_("No new building"), "code", public=True),
    "excluded_purposes": Parameter(_("Purposes that are not supported"), "lines", public=True),
    "pledges": Parameter(_("Pledges (誓約事項)"), "lines", public=True),
    "selection_body": Parameter(_("Who selects"), "text", public=True, shown_only=True),
    "rubric": Parameter(_("Criteria of the selection"), "lines", public=True),
    "pass_mark": Parameter(_("Points needed"), public=True),
    "aggregation": Parameter(_("How the points are added up"), "text", public=True),
    "info_session_on": Parameter(_("Day of the information session"), "text", public=True, shown_only=True),
    "application_opens_on": Parameter(_("First day of the call"), "text", shown_only=True),
    "application_closes_on": Parameter(_("Last day of the call"), "text", shown_only=True),
    "acceptance_days": Parameter(_("Days until the office accepts"), "period"),
    "processing_period": Parameter(_("Usual time until the decision (標準処理期間)"), "period", public=True),
    "processing_from": Parameter(_("The usual time counts from"), "code", public=True),
    "supplement_days": Parameter(_("Days for a supplement (補正)"), "period", public=True),
    "matching_days": Parameter(_("Days for the talks with a department"), "period"),
    "result_acceptance_days": Parameter(_("Days to accept the result (採択の受諾)"), "period", shown_only=True),
    "offer_days": Parameter(_("Days to answer an offered place"), "period"),
    "result_on": Parameter(_("Day of the result"), "text", public=True, shown_only=True),
    "grant_application_days": Parameter(_("Days to apply for the grant"), "period", public=True),
    "withdrawal_days": Parameter(_("Days to withdraw after the decision"), "period", public=True),
    "advance_percent": Parameter(_("Share that is paid in advance"), unit=PERCENT, public=True),
    "start_before_decision": Parameter(_("Start before the decision (交付決定前着手)"), "code", public=True),
    "project_start_days": Parameter(_("Time within which the project starts"), "period", public=True, shown_only=True),
    "interim_report_days": Parameter(_("Time of the interim report"), "period", public=True),
    "claim_filing_days": Parameter(_("Days to send the claim for the payment"), "period", public=True),
    "claim_days": Parameter(_("Days until a claim is paid"), "period", public=True),
    "report_days": Parameter(_("Days for the final report"), "period", public=True),
    "report_latest": Parameter(_("Latest day for the final report (month-day)"), "text", public=True),
    "settlement_days": Parameter(_("Days until the balance is paid"), "period", public=True),
    "repayment_days": Parameter(_("Days to pay back"), "period", public=True),
    "change_threshold_percent": Parameter(_("Changes of the costs that need an approval: of more than"), "decimal", PERCENT, public=True),
    "change_threshold_of": Parameter(_("Of what that share is taken"), "code", public=True),
    "change_of_content_approved": Parameter(_("Every change of what is done needs an approval"), "code", public=True),
    "change_of_schedule_approved": Parameter(_("Every change of the days needs an approval"), "code", public=True),
    "change_of_amount_approved": Parameter(_("Asking for less needs an approval"), "code", public=True),
    "additional_charge_percent": Parameter(_("Additional charge on what comes back after a revocation (加算金), a year"), "decimal", PERCENT, public=True),
    "late_charge_percent": Parameter(_("Late charge on what comes back after its date (延滞金), a year"), "decimal", PERCENT, public=True),
    "charge_year_days": Parameter(_("Days that a year has for these charges"), unit=DAYS, public=True),
    "charge_unit_yen": Parameter(_("These charges are reckoned on amounts cut off below"), "yen", public=True),
    "charge_days": Parameter(_("Days to pay these charges, once they are fixed"), "period", public=True),
    "agreement_parties": Parameter(_("Who signs the yearly agreement (年度協定書)"), "code", public=True),
    "continuation_review": Parameter(_("Review before the next project year"), "code", public=True),
    "earlier_year_blocks": Parameter(_("An unsettled earlier year stops the next grant"), "code"),
    "committee_paper_days": Parameter(_("When the committee gets its paper"), "period", shown_only=True),
    "publication_days": Parameter(_("Days until a report is published"), "period"),
    "collaboration_report": Parameter(_("Report of the department"), "code", public=True),
    "evidence": Parameter(_("Receipts and proofs"), "text", public=True, shown_only=True),
    "budget_yen": Parameter(_("Budget of the course"), "yen"),
    "funding_source": Parameter(_("Where the money comes from"), "text", public=True, shown_only=True),
    "adoption_count_limit": Parameter(_("Adoptions in one round"), unit=_("times at most"), shown_only=True),
    "panel_seats": Parameter(_("Seats of the subcommittee"), unit=_("people"), shown_only=True),
    "panel_term": Parameter(_("Term of the members of the subcommittee"), "period", shown_only=True),
    "npo_registration_period": Parameter(_("How long the registration with the NPO center holds"), "period", shown_only=True),
    "panel_dates": Parameter(_("Meetings of the subcommittee"), "text", shown_only=True),
    "conflict_of_interest": Parameter(_("Conflicts of interest"), "text", shown_only=True),
    "non_adoption_reasons": Parameter(_("Reasons for not selecting"), "code", shown_only=True),
    "mentors": Parameter(_("Who accompanies the groups"), "text", public=True, shown_only=True),
    "coordinator_from": Parameter(_("Coordinators since"), "text", shown_only=True),
    "activity_introduction": Parameter(_("Month in which projects are presented"), "text", shown_only=True),
    "department_needs_survey": Parameter(_("Survey of what departments need"), "code", shown_only=True),
    "collaboration_guideline": Parameter(_("Guideline for collaboration since"), "text", shown_only=True),
    "fund_name": Parameter(_("Name of the fund"), "text"),
    "fund_started": Parameter(_("The fund exists since"), "text"),
    "fund_first_use_fiscal_year": Parameter(_("The fund is used from fiscal year")),
    "fund_posting": Parameter(_("When gifts enter the fund"), "code"),
    "fund_target_2021_yen": Parameter(_("Gifts hoped for in 2021"), "yen", shown_only=True),
}  # fmt: skip

#: What the parameters are about: the first of them, in the order above → heading.
TOPICS: dict[str, Text] = {
    "instrument": _("Money"),
    "max_years": _("Duration and department"),
    "max_adoptions": _("The group"),
    "project_in_city": _("The project"),
    "selection_body": _("Selection"),
    "info_session_on": _("From the call to the result"),
    "grant_application_days": _("Grant, report and payment"),
    "change_threshold_percent": _("While the project runs"),
    "budget_yen": _("Budget of the city"),
    "panel_seats": _("Subcommittee"),
    "mentors": _("Around the program"),
    "fund_name": _("Fund"),
}

#: Heading of the rules that only an edition lists.
OTHER = _("Other rules")

#: What the coded values say.
CODES: dict[str, Text] = {
    "yes": _("yes"),
    "no": _("no"),
    "required": _("required"),
    BY_PROJECT_START: _("required by the start of the project"),
    "yearly": _("every year"),
    "year_of_receipt": _("in the year of receipt"),
    FROM_ARRIVAL: _("the day the application arrives"),
    FROM_CALL_CLOSES: _("the day the call closes"),
    ON_SUBMISSION: _("the day of filing"),
    ON_GRANT_APPLICATION: _("the day on which the grant is applied for"),
    ON_FISCAL_YEAR: _("the first day of the fiscal year of the call"),
    NOT_ALLOWED: _("not allowed"),
    DEDUCTED: _("allowed if declared, and deducted"),
    ALLOWED: _("allowed"),
    BY_NOTICE: _("by notice, if the office accepts it (届)"),
    "subsidy": _("Subsidy (補助金)"),
    "cost_share": _("Shared cost (負担金)"),
    "organization": _("The group"),
    "city": _("The city"),
    "department": _("The department"),
    OF_COSTS: _("of the costs that count"),
    OF_COSTS_LESS_INCOME: _("of the costs that count, less other income"),
    TOTAL: _("of all costs together"),
    LINE: _("of each item of the costs"),
    "matching_failed": _("no department was found"),
    "below_pass_mark": _("too few points"),
}

#: As of which day years may count.
DAYS_OF_COUNT = (ON_SUBMISSION, ON_CALL_CLOSES, ON_GRANT_APPLICATION, ON_FISCAL_YEAR)

#: Parameters that may only say one of some codes, because the program computes with them.
ONE_OF: dict[str, tuple[str, ...]] = {
    "processing_from": (FROM_ARRIVAL, FROM_CALL_CLOSES),
    "other_subsidy": (NOT_ALLOWED, DEDUCTED, ALLOWED),
    "start_before_decision": (NOT_ALLOWED, BY_NOTICE),
    "age_counted_on": DAYS_OF_COUNT,
    "activity_counted_on": DAYS_OF_COUNT,
    "subsidy_rate_of": (OF_COSTS, OF_COSTS_LESS_INCOME),
    OF: (TOTAL, LINE),
    **dict.fromkeys(ALWAYS.values(), (YES, "no")),
}

#: Parameters that are days on the calendar, which come anew every year.
DAYS_OF_ONE_YEAR = (
    "info_session_on", "application_opens_on", "application_closes_on", "panel_dates", "result_on",
)  # fmt: skip

#: Parameters that the program reads as whole numbers, as numbers with a point, and as periods.
WHOLE = [name for name, known in PARAMETERS.items() if known.kind in ("number", "yen")]
DECIMAL = [name for name, known in PARAMETERS.items() if known.kind == "decimal"]
SHARES = [name for name, known in PARAMETERS.items() if known.kind == "share"]
PERIODS = [name for name, known in PARAMETERS.items() if known.kind == "period"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One parameter as people read it.

    :param amount_yen: the value, where it is money.
    :param lines: the value in words, one line or several; empty where it is not set.
    :param confirmed: the fiscal years for which it was confirmed, in their order.
    """

    name: str
    label: Text
    status: str
    amount_yen: int | None = None
    lines: tuple[Text, ...] = ()
    unit: Text = ""
    source: str = ""
    confirmed: tuple[str, ...] = ()
    note: str = ""

    @property
    def last_confirmed(self) -> int | None:
        """The last fiscal year for which it was confirmed, if there is one."""
        return int(self.confirmed[-1]) if self.confirmed else None

    @property
    def is_set(self) -> bool:
        return self.status == Status.SET

    @property
    def is_not_set(self) -> bool:
        return self.status == Status.NOT_SET

    @property
    def is_shown_only(self) -> bool:
        """Whether the program only shows the rule, so that setting it changes no check and no date."""
        known = PARAMETERS.get(self.name)
        return known is None or known.shown_only

    @property
    def status_label(self) -> Text:
        return Status(self.status).label


def rules_in_words(values: dict[str, dict], *, public: bool = False) -> list[Rule]:
    """Return every parameter, known ones first and in reading order; what is missing is not set.

    :param values: as a round froze them, see :class:`grants.rules.RuleSet`.
    :param public: keep what applicants read: neither office matters nor what does not apply.
    """
    unknown = [name for name in values if name not in PARAMETERS]
    rows = [_rule(name, values.get(name, {})) for name in (*PARAMETERS, *unknown)]
    if not public:
        return rows
    return [row for row in rows if _is_public(row)]


def of_year(values: dict[str, dict], fiscal_year: int) -> dict[str, dict]:
    """Leave out the days that were confirmed for other fiscal years only: this year's are not known.

    :param values: as a round froze them.
    """
    return {name: entry for name, entry in values.items() if not _is_past(name, entry, fiscal_year)}


def _is_past(name: str, entry: dict, fiscal_year: int) -> bool:
    confirmed = (entry.get("confirmed_years") or "").split()
    return name in DAYS_OF_ONE_YEAR and bool(confirmed) and str(fiscal_year) not in confirmed


def by_topic(rules: Iterable[Rule]) -> list[tuple[Text, list[Rule]]]:
    """Return rules under what they are about, in reading order; unknown ones come last."""
    topics, topic = {}, OTHER
    for name in PARAMETERS:
        topic = topics[name] = TOPICS.get(name, topic)
    found: dict[Text, list[Rule]] = {}
    for rule in rules:
        found.setdefault(topics.get(rule.name, OTHER), []).append(rule)
    return list(found.items())


def not_set_in(values: dict[str, dict]) -> int:
    """Return how many rules are not set, those that an edition does not even list included."""
    return sum(rule.is_not_set for rule in rules_in_words(values))


def rule_in_words(name: str, status: str, value: str) -> Rule:
    """Return one value of a parameter as people read it."""
    return _rule(name, {"status": status, "value": value})


def _is_public(rule: Rule) -> bool:
    known = PARAMETERS.get(rule.name)
    return bool(known and known.public) and rule.status != Status.NOT_APPLICABLE


def _rule(name: str, entry: dict) -> Rule:
    known = PARAMETERS.get(name, Parameter(name, "text", entry.get("unit", "")))
    value = entry.get("value", "")
    is_yen = known.kind == "yen" and value.isdecimal()
    return Rule(
        name=name,
        label=known.label,
        status=entry.get("status", Status.NOT_SET),
        amount_yen=int(value) if is_yen else None,
        lines=() if is_yen else _lines(known.kind, value),
        unit="" if known.kind == "share" and "/" in value else known.unit,
        source=entry.get("source", ""),
        confirmed=tuple(sorted((entry.get("confirmed_years") or "").split())),
        note=entry.get("note", ""),
    )


def refuse_unreadable(name: str, value: str) -> None:
    """Refuse a value that the program could not read where it computes with it.

    :raises ValidationError: saying how it is written.
    """
    if name in WHOLE and not (value.isascii() and value.isdecimal()):
        raise ValidationError(_("Write a whole number in digits, without separators."))
    if name in DECIMAL and not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", value):
        raise ValidationError(_("Write a number in digits, such as 20 or 10.95."))
    if name in SHARES and not _is_share(value):
        raise ValidationError(_("Write a share up to 100 percent, such as 90, 66.5 or 2/3."))
    if value not in ONE_OF.get(name, (value,)):
        raise ValidationError(_("Write one of: %s.") % ", ".join(ONE_OF[name]))
    if name in PERIODS:
        try:
            Period.parse(value)
        except ValueError:
            raise ValidationError(
                _("Write a period, such as “30” or “2 months next_open_day”.")
            ) from None


def _is_share(value: str) -> bool:
    """Return whether ``value`` is a percent or a fraction, of nothing at least and of all at most."""
    written = re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?|[0-9]{1,3}/[1-9][0-9]{0,2}", value, re.ASCII)
    return bool(written) and Fraction(value) <= (1 if "/" in value else 100)


def _lines(kind: str, value: str) -> tuple[Text, ...]:
    if kind == "period" and value:
        return tuple(Period.parse(value).in_words())
    if kind == "code":
        return tuple(CODES.get(word, word) for word in value.split())
    return tuple(line.strip() for line in value.splitlines() if line.strip())
