"""What came of the money: the groups' reports, the departments' reports, what is public."""

from .answer import Answer, ReportFigure
from .collaboration import AdvancedMeasure, CollaborationReport, Form, Publication
from .field_note import FieldNote
from .interim import InterimReport
from .measure_outcome import MeasureOutcome, OutcomeEvidence
from .page_look import PageLook
from .partner import Partner
from .partner_part import PartnerAnswer, PartnerPart
from .photo import ReportPhoto
from .receipt import Receipt
from .release import AcceptedWarning, Action, Kind, PublicEntry, Release, ReleaseItem
from .report import Report, SettlementLine, Verdict
from .report_form import FormQuestion, ReportForm, ScoreWord
from .search_entry import SearchEntry
from .tabling import Booklet, CommitteeComment, ReleasedComment, TabledReport, Tabling

__all__ = [
    "AcceptedWarning",
    "Action",
    "AdvancedMeasure",
    "Answer",
    "Booklet",
    "CollaborationReport",
    "CommitteeComment",
    "FieldNote",
    "Form",
    "FormQuestion",
    "InterimReport",
    "Kind",
    "MeasureOutcome",
    "OutcomeEvidence",
    "PageLook",
    "PublicEntry",
    "Partner",
    "PartnerAnswer",
    "PartnerPart",
    "Publication",
    "Receipt",
    "Release",
    "ReleaseItem",
    "ReleasedComment",
    "Report",
    "ReportFigure",
    "ReportForm",
    "ReportPhoto",
    "ScoreWord",
    "TabledReport",
    "Tabling",
    "SearchEntry",
    "SettlementLine",
    "Verdict",
]
