from .accepted_words import AcceptedWords
from .crosswalk import Crosswalk
from .edition import Edition, Section
from .figure import Figure
from .measure import TONES, Claim, Classification, Measure, Progress, Status
from .of_a_day import OfADay, reads_all_progress
from .progress_table import PrintedCount, ProgressTable, PublicDay
from .sources import Level, Sourced
from .titles import Titled, fiscal_year_name, in_japanese, in_language, unit_of
from .years import (
    BY_MONTH,
    MONTH_WORDS,
    MONTHS,
    RINGS,
    MeasureTextVersion,
    MeasureYear,
    MeasureYearVersion,
    SaysMonths,
    month_lines,
)

__all__ = [
    "BY_MONTH",
    "MONTHS",
    "MONTH_WORDS",
    "RINGS",
    "TONES",
    "AcceptedWords",
    "Claim",
    "Classification",
    "Crosswalk",
    "Edition",
    "Figure",
    "Level",
    "Measure",
    "MeasureTextVersion",
    "MeasureYear",
    "MeasureYearVersion",
    "OfADay",
    "PrintedCount",
    "Progress",
    "ProgressTable",
    "PublicDay",
    "SaysMonths",
    "Section",
    "Sourced",
    "Status",
    "Titled",
    "fiscal_year_name",
    "in_japanese",
    "in_language",
    "unit_of",
    "month_lines",
    "reads_all_progress",
]
