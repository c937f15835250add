"""What came of the money: the groups' reports, the departments' reports, what is public."""

from .collaboration import AdvancedMeasure, CollaborationReport, Form, Publication
from .report import Report, SettlementLine

__all__ = [
    "AdvancedMeasure",
    "CollaborationReport",
    "Form",
    "Publication",
    "Report",
    "SettlementLine",
]
