"""A form as a workbook: taken filled-in, completed offline, read back and shown before it is saved.

The forms of the page (:class:`casework.drafts.Draft`) are the only truth: the layout is derived from
them, what stands in a cell becomes what the page would post, and the page saves it. So a workbook
can do nothing that the page cannot.
"""

from .pages import answer, download
from .reading import Fault, Reading, Refused, faults_of, read
from .writing import write

__all__ = ["Fault", "Reading", "Refused", "answer", "download", "faults_of", "read", "write"]
