"""What came of the money: the groups' reports, the departments' reports, what is public."""

from .collaboration import AdvancedMeasure, CollaborationReport, Form, Publication
from .field_note import FieldNote
from .receipt import Receipt
from .report import Report, SettlementLine, Verdict

__all__ = [
    "AdvancedMeasure",
    "CollaborationReport",
    "FieldNote",
    "Form",
    "Publication",
    "Receipt",
    "Report",
    "SettlementLine",
    "Verdict",
]
