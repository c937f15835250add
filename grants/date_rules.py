"""The rules of the program that lead from one day to a date, for whoever asks "what if".

Each computes what :mod:`grants.deadlines` stores for a case, from a day that is typed in; nothing
is stored, and no case is looked at. Some rules have no machine that follows them yet: they stand
here alone, with a parameter of the edition that is not set until the office enters it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from casework.calendar import fiscal_year
from casework.deadlines import KINDS
from casework.derivation import Due, register_basis
from casework.flow import Text
from casework.periods import Period

from .deadlines import COUNTED, period_after, report_due
from .processing import ACCEPTANCE, PERIOD_OF, PROCESSING
from .rules import RuleSet

#: The one rule that is not a single period: the final report has a period and a fixed day.
REPORT = "report"

for code, ja, en in (
    ("project_starts", "事業の始まる日", "day the project starts"),
    ("committee_meets", "委員会の開催日", "day the committee meets"),
    ("report_accepted", "報告書を受理した日", "day the report was accepted"),
    ("term_begins", "任期の始まる日", "day the term begins"),
    ("npo_registered", "NPOセンターに登録した日", "day of the registration with the NPO center"),
    ("processing_period", "標準処理期間", "usual time until the decision"),
    ("acceptance_days", "受理までの日数", "number of days until the office accepts"),
    ("result_acceptance_days", "採択の受諾の日数", "number of days to accept the result"),
    ("project_start_days", "事業着手の期限", "time within which the project starts"),
    ("interim_report_days", "中間報告の時期", "time of the interim report"),
    (
        "committee_paper_days",
        "委員会資料の送付の時期",
        "time at which the committee gets its paper",
    ),
    ("publication_days", "公開までの日数", "number of days until publication"),
    ("panel_term", "部会委員の任期", "term of the members of the subcommittee"),
    (
        "npo_registration_period",
        "NPOセンター登録の有効期間",
        "time for which the registration holds",
    ),
):
    register_basis(code, ja, en)


@dataclass(frozen=True, slots=True)
class DateRule:
    """One rule: a period of the edition, counted from one day.

    :param label: what its date is, as pages say it.
    :param parameter: the name of the period in the rules of the edition.
    :param basis: what the day is: a code of ``casework.derivation.BASES``.
    :param law: what it rests on where the edition names no source, as text.
    """

    label: Text
    parameter: str
    basis: str
    law: str = ""


#: Rules of which no kind of deadline is made from one day alone. How days are counted is the same
#: for all: 民法 140条 to 143条. A year of the city ends on 31 March: 地方自治法 208条.
BESIDES: dict[str, DateRule] = {
    PROCESSING: DateRule(_("Usual time until the decision (標準処理期間)"), PERIOD_OF[PROCESSING],
                         "processing_from", "行政手続法 6条"),
    ACCEPTANCE: DateRule(_("Acceptance by the office"), PERIOD_OF[ACCEPTANCE], "arrived",
                         "行政手続法 7条"),
    "result_acceptance": DateRule(_("Acceptance of the result by the group (採択の受諾)"),
                                  "result_acceptance_days", "decision_sent"),
    "project_start": DateRule(_("Start of the project, at the latest"), "project_start_days",
                              "decision_sent"),
    "interim_report": DateRule(_("Interim report"), "interim_report_days", "project_starts"),
    "committee_paper": DateRule(_("Paper for the committee"), "committee_paper_days",
                                "committee_meets"),
    "publication": DateRule(_("Publication of the report"), "publication_days", "report_accepted"),
    "panel_term": DateRule(_("End of the term in the subcommittee"), "panel_term", "term_begins",
                           "民法 140条ただし書 (午前零時から始まる期間は初日を算入)"),
    "npo_registration": DateRule(_("End of the registration with the NPO center"),
                                 "npo_registration_period", "npo_registered", "地方自治法 208条"),
}  # fmt: skip


def codes() -> list[str]:
    """Return the rules that count from one day: those of cases in their order, then the others."""
    return [code for code in KINDS if code in COUNTED or code == REPORT] + list(BESIDES)


def label_of(code: str) -> Text:
    return BESIDES[code].label if code in BESIDES else KINDS[code].label


def basis_of(code: str) -> str:
    """Return what the day is that the rule counts from: a code of ``casework.derivation.BASES``."""
    return "project_ends" if code == REPORT else _rule(code).basis


def _rule(code: str) -> DateRule:
    return BESIDES[code] if code in BESIDES else DateRule(KINDS[code].label, *COUNTED[code])


def date_by(code: str, rules: RuleSet, day: date, closed: Collection[date]) -> Due:
    """Return what the rule ``code`` makes of ``day`` (Japan date), or "not set".

    The fiscal year that bounds a period is the one of ``day``.

    :raises LookupError: if there is no such rule.
    """
    year = fiscal_year(day)
    if code == REPORT:
        return report_due(rules, day, year, closed)
    rule = _rule(code)
    return period_after(
        rules, rule.parameter, day,
        basis=rule.basis, fiscal_year=year, closed=closed, law=rule.law,
    )  # fmt: skip


def date_after(period: str, day: date, closed: Collection[date]) -> Due:
    """Return when a period that was typed in ends, counted from ``day`` (Japan date)."""
    return Period.parse(period).after(day, closed, basis="typed_in", fiscal_year=fiscal_year(day))
