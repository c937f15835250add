"""The change of the fiscal year (年度更新): what is to be made, what stands, what waits for whom.

``plan`` is pure and says what there is to do; ``looking`` brings the rows; ``doing`` carries out
exactly what was planned. A page and a command show and start the same.
"""

from .doing import digest_of, roll_over
from .looking import look
from .plan import Call, Decisions, Section, Status, Step
from .written import Unreadable, read

__all__ = [
    "Call",
    "Decisions",
    "Section",
    "Status",
    "Step",
    "Unreadable",
    "digest_of",
    "look",
    "read",
    "roll_over",
]
