"""The program: courses and their rules, rounds, proposals, project years, money."""

from .agreement import AgreementSignature
from .awards import PastAward
from .budget import BudgetEntry, Payment, ProgramBudget
from .courses import CourseEdition, EditionParameter, ParameterChange, Round, RoundChange
from .plan import RoundPlan
from .project_year import ProjectYear, YearBudgetLine
from .proposal import (
    BudgetLine,
    LineBase,
    Proposal,
    ProposalMeasure,
    Side,
    Terms,
    TermsAcceptance,
)

__all__ = [
    "AgreementSignature",
    "BudgetEntry",
    "BudgetLine",
    "CourseEdition",
    "EditionParameter",
    "LineBase",
    "ParameterChange",
    "PastAward",
    "Payment",
    "ProgramBudget",
    "ProjectYear",
    "Proposal",
    "ProposalMeasure",
    "Round",
    "RoundChange",
    "RoundPlan",
    "Side",
    "Terms",
    "TermsAcceptance",
    "YearBudgetLine",
]
