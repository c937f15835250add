"""What every case has, whatever the program."""

from .approval import Approval, ApprovalItem
from .backup import BackupRun, Restoration, RestoreDrill
from .calendar import ClosedDay
from .case import Access, Case, CaseQuerySet, Remark, Version
from .deadline import Deadline, Extension, Reminder
from .engine import CitySetting, DemoClock, FailedTask, Job, Tick, Worker
from .feed import CalendarFeed
from .history import Event, Seal
from .ladder import Ladder, Rung
from .letter import Letter, LetterToNumber, NumberSeries, Sender, SeriesChange
from .message import Attachment, Message, MessageReading, MessageWords
from .notice import Notice
from .notice_template import NoticeTemplate
from .preference import NoticePreference
from .representative import RepresentativeNotice
from .retention import Destruction, DestructionItem, LegalHold, RetentionPeriod
from .stored_file import PictureCopy, StoredFile
from .work import Work

__all__ = [
    "Access",
    "Approval",
    "ApprovalItem",
    "Attachment",
    "BackupRun",
    "CalendarFeed",
    "Case",
    "CaseQuerySet",
    "CitySetting",
    "ClosedDay",
    "Deadline",
    "DemoClock",
    "Destruction",
    "DestructionItem",
    "Event",
    "Extension",
    "FailedTask",
    "Job",
    "Ladder",
    "LegalHold",
    "Letter",
    "LetterToNumber",
    "Message",
    "MessageReading",
    "MessageWords",
    "Notice",
    "NoticePreference",
    "NoticeTemplate",
    "NumberSeries",
    "PictureCopy",
    "Reminder",
    "Remark",
    "RepresentativeNotice",
    "Restoration",
    "RestoreDrill",
    "RetentionPeriod",
    "Rung",
    "Seal",
    "Sender",
    "SeriesChange",
    "StoredFile",
    "Tick",
    "Version",
    "Work",
    "Worker",
]
