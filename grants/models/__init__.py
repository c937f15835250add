"""The program: courses and their rules, rounds, proposals, project years, money."""

from .accounting import AccountingColumn
from .agreement import AgreementSignature
from .awards import PastAward
from .bank import BankAccount
from .budget import BudgetEntry, Payment
from .change import ChangeLine, ChangeRequest
from .charge_entry import ChargeEntry
from .city_issue import CityIssue
from .claim import Claim
from .courses import CourseEdition, EditionParameter, ParameterChange, Round, RoundChange
from .early_start import EarlyStart
from .eligibility import EligibilityAnswer, EligibilityRecord
from .fund import FundEntry, FundTarget, FundTargetChange
from .lines import CATEGORY_FIELDS, LINE_FIELDS, LineBase, LineCategory, Side
from .log_entry import LogEntry
from .measure_reading import MeasureReading
from .month_plan import Activity, ActivityDone
from .picture import Picture
from .plan import RoundPlan
from .program_budget import ProgramBudget
from .project_year import ProjectYear, YearBudgetLine
from .proposal import BudgetLine, Proposal, ProposalMeasure, Terms, TermsAcceptance
from .question import CallAnswer, Question

__all__ = [
    "CATEGORY_FIELDS",
    "LINE_FIELDS",
    "AccountingColumn",
    "Activity",
    "ActivityDone",
    "AgreementSignature",
    "BankAccount",
    "BudgetEntry",
    "BudgetLine",
    "CallAnswer",
    "ChangeLine",
    "ChangeRequest",
    "ChargeEntry",
    "CityIssue",
    "Claim",
    "CourseEdition",
    "EditionParameter",
    "EarlyStart",
    "EligibilityAnswer",
    "EligibilityRecord",
    "FundEntry",
    "FundTarget",
    "FundTargetChange",
    "LineBase",
    "LineCategory",
    "LogEntry",
    "MeasureReading",
    "ParameterChange",
    "PastAward",
    "Payment",
    "Picture",
    "ProgramBudget",
    "ProjectYear",
    "Proposal",
    "ProposalMeasure",
    "Question",
    "Round",
    "RoundChange",
    "RoundPlan",
    "Side",
    "Terms",
    "TermsAcceptance",
    "YearBudgetLine",
]
