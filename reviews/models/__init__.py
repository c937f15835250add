"""What the subcommittee works with: rubric, seats, conflicts, sheets, meetings, frozen decisions."""

from .decision import DecisionSnapshot, Publication
from .meeting import AgendaItem, Attendance, Meeting, RoomExit
from .panel import (
    Conflict,
    ConflictNote,
    PanelSeat,
    PossibleConflict,
    PossibleConflictNote,
    new_salt,
)
from .rubric import Assignment, Criterion, Grade, Rubric
from .ruling import Assessment, ChairRuling, PanelComment
from .sheet import Score, ScoreSheet, ScoreSheetQuerySet

__all__ = [
    "AgendaItem",
    "Assessment",
    "Assignment",
    "Attendance",
    "ChairRuling",
    "Conflict",
    "ConflictNote",
    "Criterion",
    "DecisionSnapshot",
    "Grade",
    "Meeting",
    "PanelComment",
    "PanelSeat",
    "PossibleConflict",
    "PossibleConflictNote",
    "Publication",
    "RoomExit",
    "Rubric",
    "Score",
    "ScoreSheet",
    "ScoreSheetQuerySet",
    "new_salt",
]
