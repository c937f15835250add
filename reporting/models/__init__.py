"""What came of the money: the groups' reports, the departments' reports, what is public."""

from .collaboration import AdvancedMeasure, CollaborationReport, Form, Publication
from .field_note import FieldNote
from .interim import InterimReport
from .measure_outcome import MeasureOutcome, OutcomeEvidence
from .receipt import Receipt
from .release import AcceptedWarning, Action, Kind, PublicEntry, Release, ReleaseItem
from .report import Report, SettlementLine, Verdict
from .search_entry import SearchEntry

__all__ = [
    "AcceptedWarning",
    "Action",
    "AdvancedMeasure",
    "CollaborationReport",
    "FieldNote",
    "Form",
    "InterimReport",
    "Kind",
    "MeasureOutcome",
    "OutcomeEvidence",
    "PublicEntry",
    "Publication",
    "Receipt",
    "Release",
    "ReleaseItem",
    "Report",
    "SearchEntry",
    "SettlementLine",
    "Verdict",
]
